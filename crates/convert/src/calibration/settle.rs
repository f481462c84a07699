//! From what the scale weighed to factors: a first pass over the input that adds up what the
//! monitor saw.
//!
//! Rule: the first pass goes the same way as the real one and keeps nothing, so that the factor is
//! of exactly the points that the standard output has.

use super::calibrations::{Calibrations, EVERY, is_harvest, may_skip, no_harvest};
use super::factors::{Settled, SettledLoad};
use super::given::{Calibration, Load, Mass, ratio, without_mass, without_records};
use super::measured::Measured;
use crate::error::RunError;
use crate::input::Input;
use crate::options::{Options, Outputs};
use crate::pass::{Passed, one_pass};
use crate::progress::Progress;
use crate::refusal::Refusal;
use crate::report::FileReport;
use std::collections::BTreeMap;
use std::io::Write;
use tramline_formats::Tree;
use tramline_outputs::{Sink, WriteError};

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
///
/// # Errors
/// [`RunError`] for trouble with the temporary disk; what is wrong with the input is no error.
pub fn settle(
    tree: &Tree,
    input: &Input,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Settlement, RunError> {
    let given = &options.calibrations;
    let first = Options {
        outputs: Outputs::NONE,
        adapt: false,
        locate: None,
        calibrations: given.measuring(),
        ..options.clone()
    };
    let mut begun = |told: Progress| {
        if matches!(told, Progress::Dataset { .. }) {
            progress(told);
        }
    };
    let Passed {
        report, measured, ..
    } = one_pass(tree, input, &first, &mut Nowhere, &mut begun)?;
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
            Err(no_harvest(&file.operation_type))
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
        calibrations: given.settled(settled),
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
            "the scale weight is given {once} for {} harvest machine files: {}",
            folders.len(),
            folders.join(", ")
        ),
        hint: "give each of them its own weight by the name of its folder, or one factor for all"
            .to_owned(),
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
