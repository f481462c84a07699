//! Which calibration is for which machine file, and how far it is.

use super::factors::{Calibrate, Settled};
use super::given::Calibration;
use super::measured::Measured;
use crate::identity::Identity;
use crate::refusal::Refusal;
use crate::report::FileReport;
use std::collections::BTreeMap;
use std::sync::Arc;
use tramline_model::{OperationDescription, OperationType};

/// Every harvest machine file that has no calibration of its own.
pub const EVERY: &str = "*";

/// Calibrations by machine file: its id, its folder, its name, or `*` for every harvest.
#[derive(Clone, Debug, Default)]
pub struct Calibrations {
    given: BTreeMap<String, Calibration>,
    known_as: Option<KnownAs>,
    stage: Stage,
}

/// How far a calibration is.
#[derive(Clone, Debug, Default)]
enum Stage {
    #[default]
    Given,
    /// The first pass: the monitor's mass is added up.
    Measuring,
    /// By id.
    Settled(Arc<BTreeMap<String, Result<Settled, Refusal>>>),
}

/// The caller's own name of a machine file, by its id.
#[derive(Clone)]
struct KnownAs(Arc<dyn Fn(&str) -> String + Send + Sync>);

impl std::fmt::Debug for KnownAs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KnownAs")
    }
}

impl From<BTreeMap<String, Calibration>> for Calibrations {
    fn from(given: BTreeMap<String, Calibration>) -> Self {
        Self {
            given,
            ..Self::default()
        }
    }
}

impl Calibrations {
    /// Lets the caller go by its own ids of machine files.
    #[must_use]
    pub fn known_as(mut self, name: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        self.known_as = Some(KnownAs(Arc::new(name)));
        self
    }

    /// Whether none is given.
    pub fn is_empty(&self) -> bool {
        self.given.is_empty()
    }

    /// Whether a first pass is due.
    pub(crate) fn need_sums(&self) -> bool {
        matches!(self.stage, Stage::Given) && self.given.values().any(Calibration::needs_sum)
    }

    /// The calibration of a machine file, with the key that it was found by.
    pub(super) fn chosen(&self, id: &str, dir: &str, name: &str) -> Option<(&str, &Calibration)> {
        let own = self.known_as.as_ref().map(|known| (known.0)(id));
        let keys = [own.as_deref(), Some(id), Some(dir), Some(name), Some(EVERY)];
        keys.into_iter().flatten().find_map(|key| {
            let (key, calibration) = self.given.get_key_value(key)?;
            Some((key.as_str(), calibration))
        })
    }

    /// What is done with a machine file that begins.
    pub(crate) fn begin(
        &self,
        identity: &Identity,
        description: &OperationDescription,
    ) -> Calibrate {
        let (id, dir, name) = (&identity.id, &identity.dir, &description.name);
        let found = self.chosen(id, dir, name);
        match &self.stage {
            Stage::Measuring => Calibrate::No,
            Stage::Settled(settled) => match settled.get(id) {
                None => Calibrate::No,
                Some(Ok(settled)) => Calibrate::By(Box::new(settled.clone())),
                Some(Err(refusal)) => Calibrate::Refused(refusal.clone()),
            },
            Stage::Given => {
                let Some((key, calibration)) = found else {
                    return Calibrate::No;
                };
                let harvest = description.operation_type == OperationType::Harvested;
                match calibration {
                    _ if !harvest && may_skip(key, dir, name) => Calibrate::No,
                    _ if !harvest => Calibrate::Refused(no_harvest(&description.operation_type)),
                    Calibration::Factor(factor) => {
                        Calibrate::By(Box::new(Settled::factor(*factor)))
                    }
                    _ => Calibrate::Refused(Refusal {
                        reason: "the mass logged by the display was not added up before".to_owned(),
                        hint: "convert with `run`, which does that".to_owned(),
                    }),
                }
            }
        }
    }

    /// What adds up the monitor's mass of a machine file, in a first pass.
    pub(crate) fn measure(
        &self,
        identity: &Identity,
        description: &OperationDescription,
    ) -> Option<Measured> {
        if !matches!(self.stage, Stage::Measuring) {
            return None;
        }
        let loads = match self.chosen(&identity.id, &identity.dir, &description.name) {
            Some((_, Calibration::Loads(loads))) => loads.clone(),
            _ => Vec::new(),
        };
        Some(Measured::new(&identity.id, loads))
    }

    /// The same calibrations, in a first pass.
    pub(super) fn measuring(&self) -> Self {
        Self {
            stage: Stage::Measuring,
            ..self.clone()
        }
    }

    /// The same calibrations with their factors, by id of the machine file.
    pub(super) fn settled(&self, factors: BTreeMap<String, Result<Settled, Refusal>>) -> Self {
        Self {
            stage: Stage::Settled(Arc::new(factors)),
            ..self.clone()
        }
    }

    /// Keys that none of the machine files goes by.
    pub(crate) fn unused(&self, files: &[FileReport]) -> Vec<String> {
        let mut keys: Vec<&str> = self.given.keys().map(String::as_str).collect();
        for file in files {
            if let Some((used, _)) = self.chosen(&file.id, &file.dir, &file.name)
                && (is_harvest(file) || !may_skip(used, &file.dir, &file.name))
            {
                keys.retain(|key| *key != used);
            }
        }
        keys.into_iter().map(str::to_owned).collect()
    }
}

pub(super) fn is_harvest(file: &FileReport) -> bool {
    file.operation_type == OperationType::Harvested
}

/// Names and `*` reach many machine files, of which those that are no harvest are passed over.
pub(super) fn may_skip(key: &str, dir: &str, name: &str) -> bool {
    key == EVERY || (key == name && key != dir)
}

pub(super) fn no_harvest(operation: &OperationType) -> Refusal {
    Refusal {
        reason: format!("the machine file is {}, not a harvest", operation.name()),
        hint: "remove the calibration of this file; only harvest files can be calibrated"
            .to_owned(),
    }
}
