//! Points as GeoJSON: the members of their properties are the table of the model.

use super::geojson::FeatureType;
use std::borrow::Cow;
use std::collections::BTreeMap;
use tramline_model::Property;
use tramline_model::property::Kind;
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, KnownFormat, ObjectBuilder, SchemaFormat, Type,
};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// The word of a point.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body")]
pub(crate) enum PointType {
    Point,
}

/// The word of a collection.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body")]
pub(crate) enum CollectionType {
    FeatureCollection,
}

/// A GeoJSON Point.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct PointGeometry {
    /// Always `Point`.
    r#type: PointType,
    /// `[longitude, latitude]` in degrees (WGS 84).
    coordinates: Vec<f64>,
}

/// A logged point, or one section of the implement at one instant.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct PointFeature {
    /// Always `Feature`.
    r#type: FeatureType,
    /// Where it was.
    geometry: Option<PointGeometry>,
    /// What was measured there.
    properties: PointProperties,
}

/// A column of raw points, as the source has it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct RawColumn {
    /// Its title in the source.
    name: Option<String>,
    /// Its code in the source, such as a DDI of ISO 11783.
    code: Option<String>,
    /// Unit of its numbers, as the source writes it.
    unit: Option<String>,
    /// How its values came to be, such as `logged` or `derived`.
    provenance: Option<String>,
}

/// The columns of raw points.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct RawColumns {
    /// Each column by the name that it has in the properties of the points.
    columns: BTreeMap<String, RawColumn>,
}

/// Points as GeoJSON.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct PointCollection {
    /// Always `FeatureCollection`.
    r#type: CollectionType,
    /// Extension of raw points: their columns.
    tramline: Option<RawColumns>,
    /// The points, in the order in which they were logged.
    features: Vec<PointFeature>,
}

/// How much of a product was applied at a point.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct ProductRate {
    /// The rate, in `unit`.
    value: Option<f64>,
    /// Unit of the rate.
    #[schema(example = "L/ha")]
    unit: Option<String>,
}

/// A product at a point.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct PointProduct {
    /// Name of the product.
    name: Option<String>,
    /// How much of it was applied.
    rate: Option<ProductRate>,
}

/// What was measured at a point.
pub(crate) struct PointProperties;

fn typed(kind: Type, format: Option<KnownFormat>) -> ObjectBuilder {
    let format = format.map(SchemaFormat::KnownFormat);
    ObjectBuilder::new().schema_type(kind).format(format)
}

fn member(property: Property) -> ObjectBuilder {
    let number = typed(Type::Number, Some(KnownFormat::Double));
    let (schema, unit) = match property.kind() {
        Kind::Number => (
            number,
            " In the unit that `…/files/{id}/units` gives for it.",
        ),
        Kind::Integer => (typed(Type::Integer, Some(KnownFormat::Int64)), ""),
        Kind::Text if property == Property::RecordingStatus => {
            let words = typed(Type::String, None).enum_values(Some(["On", "Off"]));
            (words, "")
        }
        Kind::Text => (typed(Type::String, None), ""),
        Kind::Instant => (
            typed(Type::String, Some(KnownFormat::DateTime)),
            " ISO 8601.",
        ),
    };
    schema.description(Some(format!("{}{unit}", property.doc())))
}

fn text(about: &str) -> ObjectBuilder {
    typed(Type::String, None).description(Some(about))
}

impl PartialSchema for PointProperties {
    fn schema() -> RefOr<Schema> {
        let mut object = typed(Type::Object, None);
        let own = [Property::Longitude, Property::Latitude, Property::Machinery];
        for property in Property::ALL.iter().filter(|one| !own.contains(one)) {
            object = object.property(property.name(), member(*property));
        }
        let machinery = ArrayBuilder::new()
            .items(typed(Type::String, None))
            .description(Some("Names of machine and implement."));
        let products = ArrayBuilder::new()
            .items(Ref::from_schema_name(PointProduct::name()))
            .description(Some("What was applied at the point, with rates."));
        let other = AdditionalProperties::FreeForm(true);
        object
            .property("machinery", machinery)
            .property("products", products)
            .property("operationType", text("Kind of work."))
            .property("originalOperationType", text("Kind of work in the source's own word."))
            .property(
                "tillType",
                ArrayBuilder::new()
                    .items(typed(Type::String, None))
                    .description(Some("Kinds of tillage.")),
            )
            .property(
                "tankMix",
                typed(Type::Boolean, None).description(Some("Whether several products were in the tank.")),
            )
            .additional_properties(Some(other))
            .description(Some(
                "What was measured at the point. Absent where the source has nothing; raw points have the \
                 source's own names.",
            ))
            .into()
    }
}

impl ToSchema for PointProperties {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("PointProperties")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((PointProduct::name().into_owned(), PointProduct::schema()));
        PointProduct::schemas(schemas);
    }
}
