//! What a caller asks for: the options of a run.

use crate::calibration::Calibrations;
use crate::configuration::Configuration;
use crate::fields::{Clip, Locate};
use crate::pass::bridge::{BridgeHand, Bridges};
use crate::refusal::Refusal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tramline_formats::{Limits, ReadOptions};
use tramline_model::{Provider, UnitSystem};

/// Machine files that are read over: nothing is made of them, and no report tells of them.
#[derive(Clone, Default)]
pub struct PassedOver(Option<Arc<Holds>>);

type Holds = dyn Fn(&str) -> bool + Send + Sync;

impl PassedOver {
    /// Those for whose `id` this holds.
    pub fn those(holds: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(holds)))
    }

    pub(crate) fn holds(&self, id: &str) -> bool {
        self.0.as_ref().is_some_and(|holds| holds(id))
    }
}

impl std::fmt::Debug for PassedOver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("PassedOver")
            .field(&self.0.is_some())
            .finish()
    }
}

/// The forms in which points are written. Dropped points and polygons are columns always.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outputs {
    /// As GeoJSON.
    pub geojson: bool,
    /// As GeoParquet.
    pub parquet: bool,
    /// Records as logged too, in these forms.
    pub raw: bool,
}

impl Outputs {
    /// Every form of every output.
    pub const ALL: Self = Self {
        geojson: true,
        parquet: true,
        raw: true,
    };
    /// What the service stores: every text form is rendered from it.
    pub const COLUMNS: Self = Self {
        geojson: false,
        ..Self::ALL
    };
    /// None at all.
    pub const NONE: Self = Self {
        geojson: false,
        parquet: false,
        raw: false,
    };
}

/// What to make, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The settings of the user.
    pub configuration: Configuration,
    /// What a reader is told beside the file.
    pub read: ReadOptions,
    /// What an upload may use.
    pub limits: Limits,
    /// What the reports say as `provider`; the maker that is recognised stands beside it.
    pub provider: Option<Provider>,
    /// Asks only the formats that answer to this `fileFormat` code.
    pub file_format: Option<String>,
    /// The forms in which points are written.
    pub outputs: Outputs,
    /// The ADAPT Standard beside them, in the folder `adapt` of each machine file.
    pub adapt: bool,
    /// The first is used for the standard output, further ones for more summaries and units maps;
    /// empty means the configuration's `unitMeasurement`.
    pub unit_systems: Vec<UnitSystem>,
    /// Datasets that are not read, by main entry, each with the reason: one failed machine file.
    pub refused: BTreeMap<String, Refusal>,
    /// Those of `refused` whose failed machine file the caller has already.
    pub refused_before: BTreeSet<String>,
    /// Machine files that the caller has already, or does not want now.
    pub passed_over: PassedOver,
    /// Commands that turn closed formats into readable ones.
    pub bridges: Bridges,
    /// Who runs these commands, where this process may not.
    pub bridge_hand: Option<BridgeHand>,
    /// What the scale weighed, by harvest machine file.
    pub calibrations: Calibrations,
    /// Fields that the work is cut to.
    pub clip: Option<Clip>,
    /// Fields in which the standard points are to be found: they come back in the facts.
    pub locate: Option<Locate>,
}

impl Default for Options {
    /// Every form is written, in the units that the configuration asks for.
    fn default() -> Self {
        Self {
            configuration: Configuration::default(),
            read: ReadOptions::default(),
            limits: Limits::default(),
            provider: None,
            file_format: None,
            outputs: Outputs::ALL,
            adapt: false,
            unit_systems: Vec::new(),
            refused: BTreeMap::new(),
            refused_before: BTreeSet::new(),
            passed_over: PassedOver::default(),
            bridges: Bridges::new(),
            bridge_hand: None,
            calibrations: Calibrations::default(),
            clip: None,
            locate: None,
        }
    }
}
