//! The lists of images and maps of a machine file.

use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The corners of an image.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct ImageExtent {
    /// Western edge, degrees of longitude (WGS 84).
    xmin: f64,
    /// Eastern edge, degrees of longitude (WGS 84).
    xmax: f64,
    /// Southern edge, degrees of latitude (WGS 84).
    ymin: f64,
    /// Northern edge, degrees of latitude (WGS 84).
    ymax: f64,
}

/// What the ends of the colours stand for.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct ImageLegend {
    /// Value of 0 % of the ramp, in `unit`. What lies below it has the same colour.
    min: f64,
    /// Value of 100 % of the ramp, in `unit`. What lies above it has the same colour.
    max: f64,
    /// Least value of all points, in `unit`.
    least: Option<f64>,
    /// Greatest value of all points, in `unit`.
    greatest: Option<f64>,
    /// Unit of the values.
    #[schema(example = "t/ha")]
    unit: Option<String>,
}

/// An image of a property in Web Mercator, north up.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct Image {
    /// The property that is shown.
    #[schema(example = "wetMassPerArea")]
    property: String,
    /// Colours by percent of the range (`0%` to `100%`; `nv` where there is no value): red, green, blue and perhaps
    /// alpha, 0 to 255.
    ramp: BTreeMap<String, Vec<u8>>,
    /// Address of the PNG.
    #[schema(format = "uri")]
    url: String,
    /// The same address.
    #[schema(format = "uri")]
    download_url: String,
    /// Extension: the values of the ramp's ends.
    legend: Option<ImageLegend>,
    /// Extension: where the image lies.
    extent: Option<ImageExtent>,
}

/// A class of a map.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct ClassRange {
    /// Colour as `#RRGGBB`.
    #[schema(example = "#C80000", pattern = "^#[0-9A-F]{6}$")]
    color_code: String,
    /// Least value, in the unit of the legend.
    min: f64,
    /// Greatest value, in the unit of the legend; the least one of the next class.
    max: f64,
}

/// The classes of a map.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct ClassLegend {
    /// At most seven classes from the least values to the greatest, each of as much area as possible.
    ranges: Vec<ClassRange>,
    /// Unit of the values.
    #[schema(example = "t/ha")]
    unit: Option<String>,
}

/// A map of a property in classes, in Web Mercator, north up.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct ClassMap {
    /// The property that is shown.
    #[schema(example = "wetMassPerArea")]
    property: String,
    /// Colours and what they stand for.
    legend: ClassLegend,
    /// Where the map lies.
    extent: ImageExtent,
    /// Address of the PNG.
    #[schema(format = "uri")]
    url: String,
    /// The same address.
    #[schema(format = "uri")]
    download_url: String,
}

/// A property as GeoTIFF.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct Geotiff {
    /// The property that its numbers are of.
    #[schema(example = "wetMassPerArea")]
    property: String,
    /// Unit of its numbers.
    #[schema(example = "t/ha")]
    unit: Option<String>,
    /// Address of the GeoTIFF.
    #[schema(format = "uri")]
    url: String,
    /// The same address.
    #[schema(format = "uri")]
    download_url: String,
}
