//! Calibration: what the monitor logged of the harvest times a factor, before mass, volume and dry
//! values are derived from it. In a first pass the monitor's mass is added up instead.

use super::columns::Work;
use super::standard::Standard;
use super::sums::Sum;
use super::yields::YIELD;
use crate::calibration::{Load, Mass, time, without_mass};
use crate::run::Refusal;
use arrow_array::{Array, Float64Array, RecordBatch, TimestampMillisecondArray};
use serde_json::{Value, json};
use tramline_model::{Property, Severity, Unit, records};

/// Above this share the total is not what the scale said.
const TOLERANCE: f64 = 1e-6;

/// What is done with the harvest of a machine file.
#[derive(Clone, Debug, Default)]
pub(crate) enum Calibrate {
    #[default]
    No,
    Measure(Box<Measured>),
    By(Box<Settled>),
    Refused(Refusal),
}

/// The factors of a machine file, and what they were made of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settled {
    /// Of every record, or of the whole where there are loads.
    pub(crate) factor: f64,
    pub(crate) scale: Option<Mass>,
    pub(crate) monitor_kg: Option<f64>,
    pub(crate) expected_kg: Option<f64>,
    /// Standard points that lie in no load: their factor is 1.
    pub(crate) points_outside: u64,
    pub(crate) loads: Vec<SettledLoad>,
}

#[derive(Clone, Debug)]
pub(crate) struct SettledLoad {
    pub(crate) load: Load,
    pub(crate) factor: f64,
    pub(crate) monitor_kg: f64,
    pub(crate) points: u64,
}

impl Settled {
    pub(crate) fn factor(factor: f64) -> Self {
        Self {
            factor,
            ..Self::default()
        }
    }

    fn at(&self, instant: Option<i64>) -> f64 {
        if self.loads.is_empty() {
            return self.factor;
        }
        let found = position(&self.loads, |settled| &settled.load, instant);
        found
            .and_then(|index| self.loads.get(index))
            .map_or(1.0, |settled| settled.factor)
    }
}

/// The load in which an instant lies: the last that began, unless it has ended.
fn position<T>(loads: &[T], load: impl Fn(&T) -> &Load, instant: Option<i64>) -> Option<usize> {
    let instant = instant?;
    let begun = loads.partition_point(|l| load(l).start_ms <= instant);
    let index = begun.checked_sub(1)?;
    (instant <= load(loads.get(index)?).end_ms).then_some(index)
}

/// What the monitor saw, over the standard points.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measured {
    pub(crate) id: String,
    loads: Vec<Load>,
    pub(crate) kilograms: Sum,
    /// Points and mass of each load.
    pub(crate) by_load: Vec<(u64, Sum)>,
    pub(crate) outside_kilograms: Sum,
    pub(crate) outside_points: u64,
    first_ms: Option<i64>,
    last_ms: Option<i64>,
}

impl Measured {
    pub(crate) fn new(id: &str, loads: Vec<Load>) -> Self {
        Self {
            id: id.to_owned(),
            by_load: vec![Default::default(); loads.len()],
            loads,
            ..Self::default()
        }
    }

    /// First and last instant.
    pub(crate) fn span(&self) -> (i64, i64) {
        (
            self.first_ms.unwrap_or_default(),
            self.last_ms.unwrap_or_default(),
        )
    }

    fn add(&mut self, batch: &RecordBatch) {
        let schema = batch.schema_ref();
        let unit = schema
            .field_with_name(Property::WetMass.name())
            .ok()
            .and_then(records::unit_of);
        let masses = batch
            .column_by_name(Property::WetMass.name())
            .and_then(|array| array.as_any().downcast_ref::<Float64Array>());
        let instants = batch
            .column_by_name(Property::Timestamp.name())
            .and_then(|array| array.as_any().downcast_ref::<TimestampMillisecondArray>());
        let (Some(unit), Some(masses)) = (unit, masses) else {
            return;
        };
        for row in 0..batch.num_rows() {
            let instant = instants
                .filter(|instants| instants.is_valid(row))
                .map(|instants| instants.value(row));
            if let Some(ms) = instant {
                self.first_ms = Some(self.first_ms.map_or(ms, |first| first.min(ms)));
                self.last_ms = Some(self.last_ms.map_or(ms, |last| last.max(ms)));
            }
            let kilograms = if masses.is_valid(row) {
                masses.value(row) * unit.factor
            } else {
                0.0
            };
            self.kilograms.add(kilograms);
            let found = position(&self.loads, |load| load, instant);
            match found.and_then(|index| self.by_load.get_mut(index)) {
                Some((points, sum)) => {
                    *points += 1;
                    sum.add(kilograms);
                }
                None => {
                    self.outside_points += 1;
                    self.outside_kilograms.add(kilograms);
                }
            }
        }
    }
}

impl Calibrate {
    /// Adds up a batch of standard points; false when this is no first pass.
    pub(crate) fn measure(&mut self, batch: &RecordBatch) -> bool {
        match self {
            Self::Measure(measured) => {
                measured.add(batch);
                true
            }
            _ => false,
        }
    }

    /// What the first pass found, taken out.
    pub(crate) fn measured(&mut self) -> Option<Measured> {
        match std::mem::take(self) {
            Self::Measure(measured) => Some(*measured),
            other => {
                *self = other;
                None
            }
        }
    }
}

impl Standard {
    /// Logged harvest values times the factor of their record.
    pub(super) fn calibrate(&self, work: &mut Work) {
        let Calibrate::By(settled) = &self.calibration else {
            return;
        };
        let factors: Vec<f64> = (0..work.rows)
            .map(|row| {
                let instants = work.instants.as_ref();
                settled.at(instants.and_then(|instants| instants.get(row).copied().flatten()))
            })
            .collect();
        for property in YIELD.into_iter().chain([Property::CropFlow]) {
            if work.number(property).is_none() {
                continue;
            }
            let mut column = work.take_number(property);
            for (value, factor) in column.iter_mut().zip(&factors) {
                *value *= factor;
            }
            work.set_number(property, column);
        }
    }

    /// Kilograms of the standard points as they are.
    fn total_kg(&self) -> f64 {
        let factor = self.unit(Property::WetMass).map_or(f64::NAN, |u| u.factor);
        self.totals.statistic(Property::WetMass).sum.value() * factor
    }
}

/// Why the calibration of a machine file cannot be used.
pub(crate) fn refusal(standard: &Standard) -> Option<Refusal> {
    match &standard.calibration {
        Calibrate::Refused(refusal) => Some(refusal.clone()),
        Calibrate::By(_) if standard.totals.statistic(Property::WetMass).count == 0 => {
            let error = without_mass();
            Some(error.into())
        }
        _ => None,
    }
}

/// The summary's `calibration`; `unit` is that of its masses.
pub(crate) fn summary(standard: &Standard, unit: &Unit) -> Option<Value> {
    let Calibrate::By(settled) = &standard.calibration else {
        return None;
    };
    let mass = |kg: f64| json!({ "value": unit.from_base(kg), "unit": unit.symbol });
    let monitor_kg = settled
        .monitor_kg
        .unwrap_or_else(|| standard.total_kg() / settled.factor);
    let mut entry = json!({ "factor": settled.factor, "monitorMass": mass(monitor_kg) });
    if let Some(scale) = settled.scale {
        entry["scaleMass"] = scale.json();
    }
    if !settled.loads.is_empty() {
        entry["loads"] = settled
            .loads
            .iter()
            .map(|settled| {
                json!({
                    "startTime": time(settled.load.start_ms),
                    "endTime": time(settled.load.end_ms),
                    "factor": settled.factor,
                    "monitorMass": mass(settled.monitor_kg),
                    "scaleMass": settled.load.scale_mass.json(),
                    "points": settled.points,
                })
            })
            .collect();
        entry["pointsInNoLoad"] = json!(settled.points_outside);
    }
    Some(entry)
}

/// What is told of the calibration.
pub(crate) fn findings(
    standard: &Standard,
    add: &mut impl FnMut(&'static str, Severity, String, &str),
) {
    let Calibrate::By(settled) = &standard.calibration else {
        return;
    };
    let factor = settled.factor;
    let mut text = format!("harvest mass and what follows from it times {factor:.6}");
    if let (Some(scale), Some(monitor_kg)) = (settled.scale, settled.monitor_kg) {
        let (unit, monitor) = (scale.unit.symbol, scale.unit.from_base(monitor_kg));
        text.push_str(&format!(
            ": {:.3} {unit} by the scale, {monitor:.3} {unit} by the monitor",
            scale.value
        ));
    }
    if !settled.loads.is_empty() {
        text.push_str(&format!(", in {} loads", settled.loads.len()));
    }
    add("convert.calibrated", Severity::Note, text, "");
    if settled.points_outside > 0 {
        let text = format!(
            "{} points lie in no load: their mass is as the monitor logged it",
            settled.points_outside
        );
        let hint = "widen the loads if these points belong to one";
        add("convert.calibration-outside", Severity::Warning, text, hint);
    }
    let total = standard.total_kg();
    if let Some(expected) = settled.expected_kg
        && (total / expected - 1.0).abs() > TOLERANCE
    {
        let text = format!(
            "the cleanup rules keep other points at calibrated values: the total is {total:.1} kg and \
             not {expected:.1} kg"
        );
        let hint = "use rules that do not depend on mass, or give a factor";
        add("convert.calibration-missed", Severity::Warning, text, hint);
    }
}
