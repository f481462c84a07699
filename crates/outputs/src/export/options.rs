//! What is asked of an export: its format, and the columns, rows and units it has.

use tramline_model::UnitSystem;

/// Format of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExportFormat {
    /// OGC GeoPackage: one SQLite file, with a style.
    GeoPackage,
    /// FlatGeobuf with an index.
    FlatGeobuf,
    /// Text with commas, the geometry as longitude and latitude or as well-known text.
    Csv,
    /// ESRI Shapefile with its side files.
    Shapefile,
    /// GeoJSON by RFC 7946.
    GeoJson,
    /// GeoParquet, as it is stored.
    GeoParquet,
}

impl ExportFormat {
    /// Every format, in the order they are offered.
    pub const ALL: [Self; 6] = [
        Self::GeoPackage,
        Self::FlatGeobuf,
        Self::Csv,
        Self::Shapefile,
        Self::GeoJson,
        Self::GeoParquet,
    ];

    /// Ending of the file, which is also the name of the format in a request.
    pub fn ending(self) -> &'static str {
        match self {
            Self::GeoPackage => "gpkg",
            Self::FlatGeobuf => "fgb",
            Self::Csv => "csv",
            Self::Shapefile => "shp",
            Self::GeoJson => "geojson",
            Self::GeoParquet => "parquet",
        }
    }

    /// The format with an ending.
    pub fn from_ending(ending: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|format| format.ending() == ending)
    }

    /// Kind of content in a response.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::GeoPackage => "application/geopackage+sqlite3",
            Self::FlatGeobuf => "application/flatgeobuf",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Shapefile => "application/zip",
            Self::GeoJson => "application/geo+json",
            Self::GeoParquet => "application/vnd.apache.parquet",
        }
    }
}

/// What of the file is exported.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExportOptions {
    /// Names of the columns, in the order they shall have; all where it is not given.
    pub columns: Option<Vec<String>>,
    /// West, south, east, north in degrees: rows whose geometry's box touches it.
    pub bbox: Option<[f64; 4]>,
    /// Name of the layer; else that of the file.
    pub layer: Option<String>,
    /// Units of the numbers; those of the stored file where it is `Default`.
    pub units: UnitSystem,
}
