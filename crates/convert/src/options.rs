//! What a caller asks for: the options of a run.

use crate::calibration::Calibrations;
use crate::configuration::Configuration;
use crate::fields::Locate;
use crate::pass::bridge::Bridges;
use crate::refusal::Refusal;
use std::collections::BTreeMap;
use tramline_formats::{Limits, ReadOptions};
use tramline_model::{Provider, UnitSystem};

/// What to make, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The settings of the user.
    pub configuration: Configuration,
    /// What a reader is told beside the file.
    pub read: ReadOptions,
    /// What an upload may use.
    pub limits: Limits,
    /// Overrules the provider that the format names.
    pub provider: Option<Provider>,
    /// Asks only the formats that answer to this `fileFormat` code.
    pub file_format: Option<String>,
    /// Writes GeoJSON of raw, standard and filtered points.
    pub geojson: bool,
    /// Writes GeoParquet of standard and filtered points.
    pub geoparquet: bool,
    /// The ADAPT Standard beside them, in the folder `adapt` of each machine file.
    pub adapt: bool,
    /// The first is used for the standard output, further ones for more summaries and units maps;
    /// empty means the configuration's `unitMeasurement`.
    pub unit_systems: Vec<UnitSystem>,
    /// Datasets that are not read, by main entry, each with the reason: one failed machine file.
    pub refused: BTreeMap<String, Refusal>,
    /// Commands that turn closed formats into readable ones.
    pub bridges: Bridges,
    /// What the scale weighed, by harvest machine file.
    pub calibrations: Calibrations,
    /// Fields in which the standard points are to be found: they come back in the facts.
    pub locate: Option<Locate>,
}

impl Default for Options {
    /// GeoJSON and GeoParquet are written, in the units that the configuration asks for.
    fn default() -> Self {
        Self {
            configuration: Configuration::default(),
            read: ReadOptions::default(),
            limits: Limits::default(),
            provider: None,
            file_format: None,
            geojson: true,
            geoparquet: true,
            adapt: false,
            unit_systems: Vec::new(),
            refused: BTreeMap::new(),
            bridges: Bridges::new(),
            calibrations: Calibrations::default(),
            locate: None,
        }
    }
}
