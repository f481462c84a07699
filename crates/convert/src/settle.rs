//! From what the scale weighed to factors: which calibration is for which machine file, and a first
//! pass over the input that adds up what the monitor saw.
//!
//! Rule: the first pass goes the same way as the real one and keeps nothing, so that the factor is
//! of exactly the points that the standard output has.

use crate::calibration::{Calibration, Load, Mass, ratio, without_mass, without_records};
use crate::file::Identity;
use crate::report::FileReport;
use crate::run::{Input, Options, Progress, Refusal, RunError, read};
use crate::steps::calibrate::{Calibrate, Measured, Settled, SettledLoad};
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use tramline_formats::Tree;
use tramline_model::{OperationDescription, OperationType};
use tramline_outputs::{Sink, WriteError};

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

/// What the first pass found.
#[derive(Debug)]
pub struct Settlement {
    /// For the options of the real run.
    pub calibrations: Calibrations,
    /// Folder of each machine file whose calibration cannot be used, and why.
    pub refused: Vec<(String, Refusal)>,
    /// Keys that no machine file goes by.
    pub unused: Vec<String>,
    /// Name and folder of each harvest machine file.
    pub harvests: Vec<(String, String)>,
}

impl Calibrations {
    /// Lets the caller go by its own ids of machine files.
    #[must_use]
    pub fn known_as(mut self, name: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        self.known_as = Some(KnownAs(Arc::new(name)));
        self
    }

    pub fn is_empty(&self) -> bool {
        self.given.is_empty()
    }

    /// Whether a first pass is due.
    pub(crate) fn need_sums(&self) -> bool {
        matches!(self.stage, Stage::Given) && self.given.values().any(Calibration::needs_sum)
    }

    /// The calibration of a machine file, with the key that it was found by.
    fn chosen(&self, id: &str, dir: &str, name: &str) -> Option<(&str, &Calibration)> {
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
            Stage::Measuring => {
                let loads = match found {
                    Some((_, Calibration::Loads(loads))) => loads.clone(),
                    _ => Vec::new(),
                };
                Calibrate::Measure(Box::new(Measured::new(id, loads)))
            }
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
                        reason: "the monitor's mass was not added up before".to_owned(),
                        hint: "convert through `run`, which does it".to_owned(),
                    }),
                }
            }
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

fn is_harvest(file: &FileReport) -> bool {
    file.operation_type == OperationType::Harvested.name()
}

/// Names and `*` reach many machine files, of which those that are no harvest are passed over.
fn may_skip(key: &str, dir: &str, name: &str) -> bool {
    key == EVERY || (key == name && key != dir)
}

fn no_harvest(operation: &OperationType) -> Refusal {
    Refusal {
        reason: format!("the machine file is {} and no harvest", operation.name()),
        hint: "calibrate harvest files; take the calibration of this one away".to_owned(),
    }
}

/// Keeps nothing.
struct Nowhere;

impl Sink for Nowhere {
    fn create(&mut self, _: &str) -> Result<Box<dyn Write + Send>, WriteError> {
        Ok(Box::new(std::io::sink()))
    }

    fn remove(&mut self, _: &str) -> Result<(), WriteError> {
        Ok(())
    }
}

/// The first pass: reads the input, adds up the monitor's mass, and settles every factor. Only the
/// datasets that begin are told as progress.
pub fn settle(
    tree: &Tree,
    input: &Input,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Settlement, RunError> {
    let given = &options.calibrations;
    let first = Options {
        geojson: false,
        geoparquet: false,
        adapt: false,
        calibrations: Calibrations {
            stage: Stage::Measuring,
            ..given.clone()
        },
        ..options.clone()
    };
    let mut begun = |told: Progress| {
        if matches!(told, Progress::Dataset { .. }) {
            progress(told);
        }
    };
    let (report, measured) = read(tree, input, &first, &mut Nowhere, &mut begun)?;
    let measured: BTreeMap<&str, &Measured> = measured.iter().map(|m| (m.id.as_str(), m)).collect();
    let harvests: Vec<&FileReport> = report.files.iter().filter(|f| is_harvest(f)).collect();
    let mut settled = BTreeMap::new();
    let mut refused = Vec::new();
    for file in &report.files {
        let Some((key, calibration)) = given.chosen(&file.id, &file.dir, &file.name) else {
            continue;
        };
        let shared = || sharing(given, key, &harvests);
        let outcome = if !is_harvest(file) {
            if may_skip(key, &file.dir, &file.name) {
                continue;
            }
            Err(no_harvest(&OperationType::from_name(&file.operation_type)))
        } else if calibration.needs_sum() && shared().len() > 1 {
            Err(ambiguous(key, &shared()))
        } else {
            match measured.get(file.id.as_str()) {
                // It fails by itself.
                None => continue,
                Some(measured) => of_sums(calibration, measured),
            }
        };
        if let Err(refusal) = &outcome {
            refused.push((file.dir.clone(), refusal.clone()));
        }
        settled.insert(file.id.clone(), outcome);
    }
    Ok(Settlement {
        unused: given.unused(&report.files),
        harvests: harvests
            .iter()
            .map(|file| (file.name.clone(), file.dir.clone()))
            .collect(),
        calibrations: Calibrations {
            stage: Stage::Settled(Arc::new(settled)),
            ..given.clone()
        },
        refused,
    })
}

/// Folders of the harvest files that go by one key.
fn sharing<'a>(given: &Calibrations, key: &str, harvests: &[&'a FileReport]) -> Vec<&'a str> {
    let same = |file: &&&FileReport| {
        let chosen = given.chosen(&file.id, &file.dir, &file.name);
        chosen.is_some_and(|(other, _)| other == key)
    };
    let found = harvests.iter().filter(same);
    found.map(|file| file.dir.as_str()).collect()
}

fn ambiguous(key: &str, folders: &[&str]) -> Refusal {
    let once = if key == EVERY {
        "once".to_owned()
    } else {
        format!("once by the name `{key}`")
    };
    Refusal {
        reason: format!(
            "what the scale weighed is given {once} for {} harvest machine files: {}",
            folders.len(),
            folders.join(", ")
        ),
        hint: "give each its own by the name of its folder, or a factor for all".to_owned(),
    }
}

/// The factors of one machine file.
fn of_sums(calibration: &Calibration, measured: &Measured) -> Result<Settled, Refusal> {
    let monitor_kg = measured.kilograms.value();
    if monitor_kg <= 0.0 {
        return Err(without_mass().into());
    }
    match calibration {
        Calibration::Factor(factor) => Ok(Settled::factor(*factor)),
        Calibration::ScaleMass(scale) => Ok(Settled {
            factor: ratio(*scale, monitor_kg)?,
            scale: Some(*scale),
            monitor_kg: Some(monitor_kg),
            expected_kg: Some(scale.kilograms()),
            ..Settled::default()
        }),
        Calibration::Loads(loads) => of_loads(loads, measured),
    }
}

fn of_loads(loads: &[Load], measured: &Measured) -> Result<Settled, Refusal> {
    let mut list = Vec::with_capacity(loads.len());
    let mut expected_kg = measured.outside_kilograms.value();
    for (load, (points, kilograms)) in loads.iter().zip(&measured.by_load) {
        let monitor_kg = kilograms.value();
        if *points == 0 {
            let (first, last) = measured.span();
            return Err(without_records(load, first, last).into());
        }
        expected_kg += load.scale_mass.kilograms();
        list.push(SettledLoad {
            load: *load,
            factor: ratio(load.scale_mass, monitor_kg)?,
            monitor_kg,
            points: *points,
        });
    }
    let monitor_kg = measured.kilograms.value();
    Ok(Settled {
        factor: expected_kg / monitor_kg,
        scale: together(loads),
        monitor_kg: Some(monitor_kg),
        expected_kg: Some(expected_kg),
        points_outside: measured.outside_points,
        loads: list,
    })
}

/// All that the scale weighed, in the unit of the first load.
fn together(loads: &[Load]) -> Option<Mass> {
    let unit = loads.first()?.scale_mass.unit;
    let all: f64 = loads.iter().map(|load| load.scale_mass.kilograms()).sum();
    Some(Mass {
        value: unit.from_base(all),
        unit,
    })
}
