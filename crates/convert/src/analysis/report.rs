//! What the summary says of covered ground and cleaning: keys that the contract does not have.

use super::block::Block;
use super::looking::Analysis;
use crate::configuration::FilterProfile;
use crate::points::fate::Fate;
use crate::points::standardised::Standardised;
use crate::points::sums::Sum;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use tramline_analysis::anchor::Anchor;
use tramline_analysis::lag::{self, Lag, Verdict};
use tramline_analysis::statistics::{mean_and_deviation, quantiles};
use tramline_analysis::variogram;
use tramline_model::{DropReason, OperationType, Property};

fn hectares(m2: f64) -> Value {
    json!({ "value": m2 / 1e4, "unit": "ha" })
}

/// The summary's `coverage`, in hectares and metres whatever the unit system; `None` where no ground is
/// known.
pub(crate) fn coverage_document(results: &Standardised<'_>, analysis: &Analysis) -> Option<Value> {
    let ground = &analysis.ground;
    let covered = ground.covered_m2?;
    let worked = ground.worked_m2;
    let mut map = Map::new();
    map.insert("workedArea".to_owned(), hectares(worked));
    map.insert("coveredArea".to_owned(), hectares(covered));
    let overlap = (worked - covered).max(0.0);
    map.insert("overlapArea".to_owned(), hectares(overlap));
    if worked > 0.0 {
        map.insert(
            "overlapPercentage".to_owned(),
            json!(overlap / worked * 100.0),
        );
    }
    map.insert("records".to_owned(), json!(ground.records));
    // Polygons do not tell where a pass ends.
    if !ground.has_polygons() {
        map.insert("passes".to_owned(), json!(ground.passes));
    }
    // Clocks made of intervals know no pauses.
    if ground.sessions > 0 && results.totals.first_ms.is_some() {
        map.insert("sessions".to_owned(), json!(ground.sessions));
    }
    if let Some(width) = analysis.width_m {
        let swath = json!({ "value": width, "unit": "m" });
        map.insert("swath".to_owned(), swath);
    }
    if let Some(found) = analysis.anchor {
        let anchor = match found.anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        map.insert("positionOfRecord".to_owned(), json!(anchor));
    }
    Some(Value::Object(map))
}

/// The summary's `cleaning`, in kg/ha and seconds: `kept` by row of the spool, reasons with counts.
pub(crate) fn cleaning_document(
    results: &Standardised<'_>,
    analysis: &Analysis,
    profile: FilterProfile,
    kept: &[bool],
    dropped: &BTreeMap<DropReason, u64>,
) -> Value {
    let cleaning = &analysis.cleaning;
    let name = match profile {
        FilterProfile::Compat => "compat",
        FilterProfile::Recommended => "recommended",
        FilterProfile::Depurate => "depurate",
        FilterProfile::None => "none",
    };
    let mut map = Map::new();
    map.insert("profile".to_owned(), json!(name));
    if cleaning.fell_back {
        map.insert("usedInstead".to_owned(), json!("compat"));
    }
    let mut lags = Map::new();
    for (column, lag) in [
        ("flow", &cleaning.flow_lag),
        ("moisture", &cleaning.moisture_lag),
    ] {
        if let Some(found) = lag {
            let accepted = found.verdict == Verdict::Accepted;
            let applied = cleaning.restores() && accepted;
            let mut object = lag_object(found, applied);
            if accepted && !applied {
                object["why"] = json!("values are moved only together with the flow");
            }
            lags.insert(column.to_owned(), object);
        }
    }
    if !lags.is_empty() {
        map.insert("lag".to_owned(), Value::Object(lags));
    }
    if cleaning.decides() && profile == FilterProfile::Recommended {
        map.insert("passStartSeconds".to_owned(), json!(cleaning.start_s));
        map.insert("passEndSeconds".to_owned(), json!(cleaning.end_s));
    }
    let reasons: Map<String, Value> = dropped
        .iter()
        .filter(|(reason, _)| reason.is_of_filter())
        .map(|(reason, count)| (reason.to_string(), json!(count)))
        .collect();
    map.insert("dropped".to_owned(), Value::Object(reasons));
    if !analysis.machines.is_empty() {
        let list: Vec<Value> = analysis
            .machines
            .iter()
            .map(|machine| {
                json!({
                    "name": machine.name,
                    "factor": machine.compared.factor,
                    "pairs": machine.compared.pairs,
                    "matters": machine.compared.matters(),
                    "applied": analysis.reconciled() && machine.compared.matters(),
                })
            })
            .collect();
        map.insert("machines".to_owned(), Value::Array(list));
    }
    if let Some(block) = analysis.single() {
        for (key, value) in statistics(results, analysis, block, kept) {
            map.insert(key.to_owned(), value);
        }
    }
    Value::Object(map)
}

fn lag_object(found: &Lag, applied: bool) -> Value {
    let why = match found.verdict {
        Verdict::Accepted => "opposed passes agree better after it",
        Verdict::FewPairs => "too few opposed neighbouring passes",
        Verdict::NoAgreement => "opposed passes do not agree at any lag",
        Verdict::NoGain => "a shift gains too little: the monitor has corrected it",
        Verdict::Costly => "more than an eighth of the points would lose their value",
        Verdict::Implausible => "the best lag is not one that machines have",
    };
    json!({
        "seconds": found.seconds,
        "applied": applied,
        "why": why,
        "correlationBefore": found.before,
        "correlationAfter": found.after,
        "pairs": found.pairs,
    })
}

/// Spread of the rate before and after, and how well opposed passes agree.
fn statistics(
    results: &Standardised<'_>,
    analysis: &Analysis,
    block: &Block,
    kept: &[bool],
) -> Vec<(&'static str, Value)> {
    let rate = match *results.operation {
        OperationType::Planted => Some(Property::SeedRate),
        OperationType::Applied => Some(Property::AppliedRate),
        OperationType::Harvested => None,
        OperationType::Tillage | OperationType::Other(_) => Some(Property::TillageDepthActual),
    };
    // Harvest is in kg/ha already, other rates are in base units.
    let (factor, unit) = match rate.map(|rate| results.unit(rate)) {
        None => (1.0, "kg/ha"),
        Some(Some(unit)) => (1.0 / unit.factor, unit.symbol),
        Some(None) => return Vec::new(),
    };
    let gathered = &block.gathered;
    let before: Vec<f64> = gathered
        .fates
        .iter()
        .zip(&gathered.value)
        .map(|(fate, value)| {
            if *fate == Fate::Standard {
                *value
            } else {
                f64::NAN
            }
        })
        .collect();
    let mut after = vec![f64::NAN; before.len()];
    let spooled = (0..before.len()).filter(|row| gathered.fates[*row] != Fate::Passive);
    for (place, row) in spooled.enumerate() {
        if kept.get(place).copied().unwrap_or(false) {
            after[row] = match analysis.cleaning.mass_kg.get(place) {
                Some(mass) if mass.is_finite() => gathered.rate(row, f64::from(*mass)),
                _ => gathered.value[row],
            };
        }
    }
    let same = |a: &[f64], b: &[f64]| {
        a.iter()
            .map(|v| v.to_bits())
            .eq(b.iter().map(|v| v.to_bits()))
    };
    let spread_of = |values: &[f64]| spread(values, block, factor, unit);
    // Where nothing was filtered, nothing is to be computed again; else both at once.
    let (of_before, of_after) = if same(&before, &after) {
        let both = spread_of(&before);
        (both.clone(), both)
    } else {
        std::thread::scope(|scope| {
            let after = scope.spawn(|| spread_of(&after));
            let before = spread_of(&before);
            let after = after.join();
            (
                before,
                after.unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            )
        })
    };
    [("before", of_before), ("after", of_after)]
        .into_iter()
        .filter_map(|(key, object)| Some((key, object?)))
        .collect()
}

/// Spread and agreement of the values of a block; `None` where there are none.
fn spread(values: &[f64], block: &Block, factor: f64, unit: &str) -> Option<Value> {
    let known: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    let (mean, deviation) = mean_and_deviation(&known)?;
    let [p5, p50, p95] = quantiles(&known, [0.05, 0.5, 0.95])?;
    let (by_area, spread) = over_area(values, block);
    let mut object = json!({
        "points": known.len(),
        "mean": mean * factor,
        "meanByArea": by_area * factor,
        "standardDeviationByArea": spread * factor,
        "p5": p5 * factor,
        "p50": p50 * factor,
        "p95": p95 * factor,
        "unit": unit,
    });
    if mean > 0.0 {
        object["coefficientOfVariation"] = json!(deviation / mean * 100.0);
    }
    if let Some(agreement) = lag::agreement(values, &block.pairs) {
        object["passCorrelation"] = json!(agreement);
    }
    let (x, y) = (&block.tracks.x, &block.tracks.y);
    // Where the machine stands, records heap up at one place.
    let moving: Vec<f64> = values
        .iter()
        .zip(&block.gathered.records.speed_m_s)
        .map(|(value, speed)| if *speed < 0.5 { f64::NAN } else { *value })
        .collect();
    let classes = variogram::empirical(x, y, &moving, &variogram::Parameters::near());
    if let Some(model) = variogram::fit_exponential(&classes) {
        let sill = model.nugget + model.partial_sill;
        object["nugget"] = json!(rounded(model.nugget * factor * factor));
        if sill > 0.0 {
            object["nuggetPercentage"] = json!(rounded(model.nugget / sill * 100.0));
        }
    }
    Some(object)
}

/// Mean and standard deviation weighted by the area of the records (not a number without area).
fn over_area(values: &[f64], block: &Block) -> (f64, f64) {
    let records = &block.gathered.records;
    let weighted = |of: &dyn Fn(f64) -> f64| {
        let (mut sum, mut area) = (Sum::default(), Sum::default());
        for (row, value) in values.iter().enumerate() {
            let m2 = f64::from(records.distance_m[row]) * f64::from(records.width_m[row]);
            if value.is_finite() && m2 > 0.0 {
                sum.add(of(*value) * m2);
                area.add(m2);
            }
        }
        sum.value() / area.value()
    };
    let mean = weighted(&|value| value);
    (mean, weighted(&|value| (value - mean).powi(2)).sqrt())
}

/// Four digits: a fit knows no more.
fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let scale = 10_f64.powf(3.0 - value.abs().log10().floor());
    (value * scale).round() / scale
}
