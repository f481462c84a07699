//! `tramline convert --export classes,geotiff`: maps of each machine file, made of its stored points.

use std::path::Path;
use tramline_convert::maps::{ClassColours, MapError, MapPlane, write_classes, write_geotiffs};
use tramline_convert::{StoredOutput, StoredOutputs};

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

    /// Writes the maps of a machine file into `folder`. With `filtered` chosen they are of the
    /// standard points all the same where there are no filtered ones.
    pub(crate) fn write(
        self,
        stored: &StoredOutputs,
        output: Option<StoredOutput>,
        properties: Option<&[String]>,
        colours: ClassColours,
        folder: &Path,
    ) -> Result<(), MapError> {
        let output = output.filter(|output| *output != StoredOutput::Filtered);
        let (_, points) = stored.for_map(output).ok_or(MapError::NoGround)?;
        match self {
            Self::Classes => write_classes(points, colours, folder),
            Self::GeoTiff => write_geotiffs(points, MapPlane::WebMercator, properties, folder),
            Self::GeoTiffUtm => write_geotiffs(points, MapPlane::Utm, properties, folder),
        }
        .map(drop)
    }
}
