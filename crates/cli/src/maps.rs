//! `tramline convert --export classes,geotiff`: maps of each machine file, made of its stored points.
//!
//! Rule: of the filtered points, of the standard ones where there are none or when they are asked
//! for; then of their polygons, if these were made.

use std::path::Path;
use tramline_convert::FileReport;
use tramline_convert::maps::{
    ClassColours, MapError, MapPlane, is_of_polygons, write_classes, write_geotiffs,
};

/// What is made, and the name of its folder within that of the machine file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MapExport {
    Classes,
    GeoTiff,
    GeoTiffUtm,
}

impl MapExport {
    pub(crate) const ALL: [Self; 3] = [Self::Classes, Self::GeoTiff, Self::GeoTiffUtm];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Classes => "classes",
            Self::GeoTiff => "geotiff",
            Self::GeoTiffUtm => "geotiff-utm",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|map| map.name() == name)
    }

    /// Writes the maps of a machine file.
    pub(crate) fn write(
        self,
        file: &FileReport,
        folder: &Path,
        output: Option<&str>,
        properties: Option<&[String]>,
        colours: ClassColours,
    ) -> Result<(), MapError> {
        let kinds: &[&str] = match output {
            Some("standard" | "polygon") => &["polygonGeoparquet", "standardGeoparquet"],
            _ => &[
                "filteredGeoparquet",
                "polygonGeoparquet",
                "standardGeoparquet",
            ],
        };
        let polygons = file.artifacts.get("polygonGeoparquet");
        let stored = kinds.iter().find_map(|kind| file.artifacts.get(*kind));
        let stored = match (stored, polygons) {
            (Some(points), Some(ground)) if is_of_polygons(&folder.join(points)) => Some(ground),
            _ => stored,
        };
        let Some(stored) = stored else {
            return Err(MapError::NoGround);
        };
        let points = folder.join(stored);
        let own = folder.join(&file.dir).join(self.name());
        let plane = match self {
            Self::GeoTiffUtm => MapPlane::Utm,
            Self::Classes | Self::GeoTiff => MapPlane::WebMercator,
        };
        match self {
            Self::Classes => write_classes(&points, colours, &own),
            Self::GeoTiff | Self::GeoTiffUtm => write_geotiffs(&points, plane, properties, &own),
        }
        .map(drop)
    }
}
