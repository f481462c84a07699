//! The kinds of artifacts: what a machine file can have, how it is named and how it is sent.

super::words! {
    /// A kind of artifact. `name()` is the key in `report.json`, in the database and in the URL of
    /// its download; kinds order by that name.
    Artifact {
        /// The upload as it arrived.
        OriginalFile = "originalFile",
        /// Records as the machine logged them.
        RawGeojson = "rawGeojson",
        /// Standard points.
        StandardGeojson = "standardGeojson",
        /// Standard points without slow ones and outliers.
        FilteredGeojson = "filteredGeojson",
        /// Standard points that lie in no field.
        OutsideFieldGeojson = "outsideFieldGeojson",
        /// Records as the machine logged them, as columns.
        RawGeoparquet = "rawGeoparquet",
        /// Standard points as columns.
        StandardGeoparquet = "standardGeoparquet",
        /// Filtered points as columns.
        FilteredGeoparquet = "filteredGeoparquet",
        /// Standard points that lie in no field, as columns.
        OutsideFieldGeoparquet = "outsideFieldGeoparquet",
        /// The ground of each standard record, with its columns.
        PolygonGeoparquet = "polygonGeoparquet",
        /// Every dropped point, with its reason.
        DroppedGeoparquet = "droppedGeoparquet",
        /// Totals, averages and the worked area.
        Summary = "summary",
        /// The unit of each property.
        Units = "units",
        /// How each step ended.
        Status = "status",
        /// The list of images, with legends and extent.
        Images = "images",
        /// All images in one archive.
        ZippedPngs = "zippedPNGs",
        /// The document of the ADAPT Standard.
        AdaptStandard = "adaptStandard",
        /// The spatial records of the ADAPT Standard.
        AdaptStandardRecords = "adaptStandardRecords",
    }
}

/// The media type of GeoJSON (RFC 7946).
const GEOJSON: &str = "application/geo+json";
/// The media type of Apache Parquet, as IANA registered it.
const PARQUET: &str = "application/vnd.apache.parquet";

impl Artifact {
    /// Media type and ending of the file's name. The upload keeps the name that it came with.
    const fn form(self) -> (&'static str, &'static str) {
        match self {
            Self::OriginalFile => ("application/octet-stream", ""),
            Self::RawGeojson
            | Self::StandardGeojson
            | Self::FilteredGeojson
            | Self::OutsideFieldGeojson => (GEOJSON, ".geojson"),
            Self::RawGeoparquet
            | Self::StandardGeoparquet
            | Self::FilteredGeoparquet
            | Self::OutsideFieldGeoparquet
            | Self::PolygonGeoparquet
            | Self::DroppedGeoparquet
            | Self::AdaptStandardRecords => (PARQUET, ".parquet"),
            Self::Summary | Self::Units | Self::Status | Self::Images | Self::AdaptStandard => {
                ("application/json", ".json")
            }
            Self::ZippedPngs => ("application/zip", ".zip"),
        }
    }

    /// The media type.
    pub const fn content_type(self) -> &'static str {
        self.form().0
    }

    /// The ending of a download's name, with its dot; empty where the upload's own name is used.
    pub const fn ending(self) -> &'static str {
        self.form().1
    }

    /// The name of its file, as the command line writes it and as the last part of its address. That
    /// of the upload ends as the upload's own name does.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::OriginalFile => "original",
            Self::RawGeojson => "raw.geojson",
            Self::StandardGeojson => "standard.geojson",
            Self::FilteredGeojson => "filtered.geojson",
            Self::OutsideFieldGeojson => "outside-field.geojson",
            Self::RawGeoparquet => "raw.parquet",
            Self::StandardGeoparquet => "standard.parquet",
            Self::FilteredGeoparquet => "filtered.parquet",
            Self::OutsideFieldGeoparquet => "outside-field.parquet",
            Self::PolygonGeoparquet => "polygon.parquet",
            Self::DroppedGeoparquet => "dropped.parquet",
            Self::Summary => "summary.json",
            Self::Units => "units.json",
            Self::Status => "status.json",
            Self::Images => "images.json",
            Self::ZippedPngs => "images.zip",
            Self::AdaptStandard => "adapt.json",
            Self::AdaptStandardRecords => "adapt.parquet",
        }
    }

    /// The columns that a text form is rendered from; `None` for what is no rendering.
    pub const fn rendered_from(self) -> Option<Self> {
        match self {
            Self::RawGeojson => Some(Self::RawGeoparquet),
            Self::StandardGeojson => Some(Self::StandardGeoparquet),
            Self::FilteredGeojson => Some(Self::FilteredGeoparquet),
            Self::OutsideFieldGeojson => Some(Self::OutsideFieldGeoparquet),
            _ => None,
        }
    }

    /// The text form of columns, where they have one.
    pub fn rendering(self) -> Option<Self> {
        let renderings = Self::ALL.iter().copied();
        renderings
            .into_iter()
            .find(|text| text.rendered_from() == Some(self))
    }

    /// Whether the service answers it under its own URL.
    pub const fn is_served(self) -> bool {
        !matches!(self, Self::AdaptStandard | Self::AdaptStandardRecords)
    }
}

impl Ord for Artifact {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.name().cmp(other.name())
    }
}

impl PartialOrd for Artifact {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
