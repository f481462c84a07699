//! Geometries of GeoJSON (RFC 7946).

use utoipa::ToSchema;

/// The word of a polygon.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body")]
pub(crate) enum PolygonType {
    Polygon,
}

/// The word of a multipolygon.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body")]
pub(crate) enum MultiPolygonType {
    MultiPolygon,
}

/// The word of a feature.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body")]
pub(crate) enum FeatureType {
    Feature,
}

/// A GeoJSON Polygon: an outer ring, and rings of holes.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct Polygon {
    /// Always `Polygon`.
    r#type: PolygonType,
    /// Rings of positions, each `[longitude, latitude]` in degrees (WGS 84); the last position of a ring is its
    /// first.
    coordinates: Vec<Vec<Vec<f64>>>,
}

/// A GeoJSON MultiPolygon.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct MultiPolygon {
    /// Always `MultiPolygon`.
    r#type: MultiPolygonType,
    /// Polygons of rings of positions, each `[longitude, latitude]` in degrees (WGS 84); the last position of a ring
    /// is its first.
    coordinates: Vec<Vec<Vec<Vec<f64>>>>,
}

/// A GeoJSON MultiPolygon or Polygon in degrees (WGS 84), of at most 100,000 positions.
#[derive(ToSchema)]
#[schema(discriminator(property_name = "type", mapping(
    ("Polygon" = "#/components/schemas/Polygon"),
    ("MultiPolygon" = "#/components/schemas/MultiPolygon"),
)))]
#[serde(untagged)]
#[expect(dead_code, reason = "describes a body")]
pub(crate) enum BoundaryGeometry {
    MultiPolygon(MultiPolygon),
    Polygon(Polygon),
}
