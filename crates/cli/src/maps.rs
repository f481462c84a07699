//! `tramline convert --export classes,geotiff,grid`: maps of each machine file, made of its stored points.

use std::path::Path;
use tramline_convert::maps::{MapError, MapPlane, write_classes, write_geotiffs, write_grid};
use tramline_convert::{Configuration, StoredOutput, StoredOutputs};

/// What is made, and the name of its folder within that of the machine file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MapExport {
    Classes,
    GeoTiff,
    GeoTiffUtm,
    Grid,
}

impl MapExport {
    pub(crate) const ALL: [Self; 4] = [Self::Classes, Self::GeoTiff, Self::GeoTiffUtm, Self::Grid];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Classes => "classes",
            Self::GeoTiff => "geotiff",
            Self::GeoTiffUtm => "geotiff-utm",
            Self::Grid => "grid",
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
        configuration: &Configuration,
        folder: &Path,
    ) -> Result<(), MapError> {
        let output = output.filter(|output| *output != StoredOutput::Filtered);
        let (_, points) = stored.for_map(output).ok_or(MapError::NoGround)?;
        let tiffs = |plane| write_geotiffs(points, plane, properties, configuration, folder);
        match self {
            Self::Classes => write_classes(points, configuration.image_ramp.into(), folder),
            Self::GeoTiff => tiffs(MapPlane::WebMercator),
            Self::GeoTiffUtm => tiffs(MapPlane::Utm),
            Self::Grid => write_grid(points, properties, configuration, folder),
        }
        .map(drop)
    }
}
