//! Calibration after the harvest: what the scale weighed, or the factor that follows from it, for a
//! machine file or for its loads.
//!
//! Rule: what cannot be meant is refused with the member at fault; nothing is guessed.

use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tramline_model::Unit;

/// Loads of one machine file.
const MOST_LOADS: usize = 10_000;
/// A factor beyond these is a mistake of units.
const LEAST: f64 = 0.2;
const MOST: f64 = 5.0;
/// Units of a scale.
const SCALE_UNITS: [&str; 4] = ["kg", "t", "lb", "ton"];

/// How the harvest mass of a machine file is set right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub enum Calibration {
    /// Every mass times this.
    Factor(f64),
    /// The whole file weighed this.
    ScaleMass(Mass),
    /// What was harvested in each span of time weighed this; in order of time, never overlapping.
    Loads(Vec<Load>),
}

/// What a scale showed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mass {
    /// The number.
    pub value: f64,
    /// Its unit.
    pub unit: &'static Unit,
}

/// A load: the records from `start_ms` to `end_ms`, milliseconds since 1970 UTC. The instant at
/// which one load ends and another begins belongs to the later.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    /// First instant, milliseconds since 1970 UTC.
    pub start_ms: i64,
    /// Last instant, milliseconds since 1970 UTC.
    pub end_ms: i64,
    /// What the scale showed for it.
    pub scale_mass: Mass,
}

/// Why a calibration cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{what}; {hint}", if field.is_empty() { String::new() } else { format!("`{field}`: ") })]
pub struct CalibrationError {
    /// The member at fault, `loads[1].scaleMass.unit`; empty for the whole.
    pub field: String,
    /// What is wrong with it.
    pub what: String,
    /// What the person can do about it.
    pub hint: String,
}

const SHAPES: &str = "give one of `factor`, `scaleMass` and `loads`, for example \
                      {\"scaleMass\": {\"value\": 12.5, \"unit\": \"t\"}}";
const UNITS: &str = "the units are kg, t (1000 kg), lb and ton (short, 2000 lb)";

fn fault(
    field: impl Into<String>,
    what: impl Into<String>,
    hint: impl Into<String>,
) -> CalibrationError {
    CalibrationError {
        field: field.into(),
        what: what.into(),
        hint: hint.into(),
    }
}

/// A factor that can be meant. `how` tells what it was made of.
pub(crate) fn checked(factor: f64, how: &str) -> Result<f64, CalibrationError> {
    if !factor.is_finite() || factor <= 0.0 {
        let what = format!("a factor of {factor}{how} is not above 0");
        return Err(fault("factor", what, "give a number near 1, such as 1.034"));
    }
    if !(LEAST..=MOST).contains(&factor) {
        let what = format!("a factor of {factor:.4}{how} is not between {LEAST} and {MOST}");
        let hint = format!("check the units, of which one is most likely wrong: {UNITS}");
        return Err(fault("factor", what, hint));
    }
    Ok(factor)
}

impl Mass {
    /// Reads `12.5t`, `12500 kg`, `27500lb`, `13.8 ton`.
    pub fn parse(text: &str) -> Result<Self, CalibrationError> {
        let text = text.trim();
        let split = text
            .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+')))
            .unwrap_or(text.len());
        let (number, unit) = text.split_at(split);
        let value = number.parse().ok().ok_or_else(|| {
            let hint = format!("write number and unit, as in 12.5t; {UNITS}");
            fault("scaleMass", format!("`{text}` is not a mass"), hint)
        })?;
        Self::new(value, unit.trim(), "scaleMass")
    }

    fn new(value: f64, unit: &str, field: &str) -> Result<Self, CalibrationError> {
        let known = SCALE_UNITS.iter().find(|known| **known == unit);
        let Some(unit) = known.and_then(|known| Unit::from_symbol(known)) else {
            let what = if unit.is_empty() {
                "the mass has no unit".to_owned()
            } else {
                format!("`{unit}` is not a unit of a scale")
            };
            return Err(fault(format!("{field}.unit"), what, UNITS));
        };
        if !value.is_finite() || value <= 0.0 {
            let what = format!("a mass of {value} {} is not above 0", unit.symbol);
            let hint = "give what the scale showed without the truck";
            return Err(fault(format!("{field}.value"), what, hint));
        }
        Ok(Self { value, unit })
    }

    fn of_value(value: Option<&Value>, field: &str) -> Result<Self, CalibrationError> {
        let hint = format!("write {{\"value\": 12.5, \"unit\": \"t\"}}; {UNITS}");
        let Some(members) = value.and_then(Value::as_object) else {
            return Err(fault(field, "the mass is missing or not an object", hint));
        };
        only(members, &["value", "unit"], field)?;
        let (Some(value), Some(unit)) = (
            members.get("value").and_then(Value::as_f64),
            members.get("unit").and_then(Value::as_str),
        ) else {
            return Err(fault(
                field,
                "the mass needs a number `value` and a text `unit`",
                hint,
            ));
        };
        Self::new(value, unit, field)
    }

    pub(crate) fn kilograms(self) -> f64 {
        self.unit.to_base(self.value)
    }

    pub(crate) fn json(self) -> Value {
        json!({ "value": self.value, "unit": self.unit.symbol })
    }
}

impl std::fmt::Display for Mass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.value, self.unit.symbol)
    }
}

/// No member but these.
fn only(members: &Map<String, Value>, known: &[&str], field: &str) -> Result<(), CalibrationError> {
    match members.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => {
            let at = if field.is_empty() {
                String::new()
            } else {
                format!("{field}.")
            };
            let hint = format!("use only the members {}", known.join(", "));
            Err(fault(
                format!("{at}{key}"),
                "is not a member of this object",
                hint,
            ))
        }
    }
}

fn instant(members: &Map<String, Value>, key: &str, at: &str) -> Result<i64, CalibrationError> {
    let text = members.get(key).and_then(Value::as_str).unwrap_or_default();
    text.parse::<jiff::Timestamp>()
        .ok()
        .map(jiff::Timestamp::as_millisecond)
        .ok_or_else(|| {
            let what = if text.is_empty() {
                "the time is missing".to_owned()
            } else {
                format!("`{text}` is not a time with an offset from UTC")
            };
            let hint = "write it as 2025-10-04T14:30:00Z or 2025-10-04T09:30:00-05:00";
            fault(format!("{at}.{key}"), what, hint)
        })
}

pub(crate) fn time(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |t| t.to_string())
}

impl Load {
    fn of_value(value: &Value, at: &str) -> Result<Self, CalibrationError> {
        let members = value.as_object().ok_or_else(|| {
            let hint = "give startTime, endTime and scaleMass for each load";
            fault(at, "the load is not an object", hint)
        })?;
        only(members, &["startTime", "endTime", "scaleMass"], at)?;
        let start_ms = instant(members, "startTime", at)?;
        let end_ms = instant(members, "endTime", at)?;
        if end_ms <= start_ms {
            let what = format!(
                "the load begins at {} and ends at {}, which is not later",
                time(start_ms),
                time(end_ms)
            );
            return Err(fault(format!("{at}.endTime"), what, "check both times"));
        }
        let scale_mass = Mass::of_value(members.get("scaleMass"), &format!("{at}.scaleMass"))?;
        Ok(Self {
            start_ms,
            end_ms,
            scale_mass,
        })
    }
}

/// In order of time; overlapping ones are refused.
fn loads(list: &[Value]) -> Result<Vec<Load>, CalibrationError> {
    if list.is_empty() || list.len() > MOST_LOADS {
        let what = format!("{} loads are given", list.len());
        let hint = format!("give from 1 to {MOST_LOADS} loads");
        return Err(fault("loads", what, hint));
    }
    let mut loads = Vec::with_capacity(list.len());
    for (index, value) in list.iter().enumerate() {
        loads.push((index, Load::of_value(value, &format!("loads[{index}]"))?));
    }
    loads.sort_by_key(|(_, load)| load.start_ms);
    for pair in loads.windows(2) {
        if let [(first, before), (second, after)] = pair
            && after.start_ms < before.end_ms
        {
            let what = format!(
                "begins at {}, before loads[{first}] ends at {}",
                time(after.start_ms),
                time(before.end_ms)
            );
            let hint = "let each load begin when the previous one ends, because a record belongs to one load";
            return Err(fault(format!("loads[{second}].startTime"), what, hint));
        }
    }
    Ok(loads.into_iter().map(|(_, load)| load).collect())
}

impl Calibration {
    /// Reads `{"factor": …}`, `{"scaleMass": …}` or `{"loads": […]}`.
    pub fn from_value(value: &Value) -> Result<Self, CalibrationError> {
        let Some(members) = value.as_object() else {
            return Err(fault("", "the calibration is not an object", SHAPES));
        };
        only(members, &["factor", "scaleMass", "loads"], "")?;
        if members.len() > 1 {
            let keys: Vec<&str> = members.keys().map(String::as_str).collect();
            let what = format!("{} are given together", keys.join(" and "));
            return Err(fault(
                keys.last().copied().unwrap_or_default(),
                what,
                SHAPES,
            ));
        }
        match (members.get("factor"), members.get("loads")) {
            (Some(factor), _) => {
                let factor = factor.as_f64().ok_or_else(|| {
                    fault(
                        "factor",
                        "is not a number",
                        "give a number near 1, such as 1.034",
                    )
                })?;
                Ok(Self::Factor(checked(factor, "")?))
            }
            (_, Some(list)) => {
                let list = list
                    .as_array()
                    .ok_or_else(|| fault("loads", "is not a list", SHAPES))?;
                Ok(Self::Loads(loads(list)?))
            }
            _ if members.is_empty() => Err(fault("", "the calibration is empty", SHAPES)),
            _ => Ok(Self::ScaleMass(Mass::of_value(
                members.get("scaleMass"),
                "scaleMass",
            )?)),
        }
    }

    /// Whether the monitor's sum must be known.
    pub(crate) fn needs_sum(&self) -> bool {
        !matches!(self, Self::Factor(_))
    }

    /// What can be said before a run, by the `properties` of the file's summary as it is: a factor
    /// out of range, or a load that lies outside the file's time.
    pub fn check(&self, summary: &Value) -> Result<(), CalibrationError> {
        let mass = |total: &Value| {
            let unit = Unit::from_symbol(total["unit"].as_str()?)?;
            Some(unit.to_base(total["value"].as_f64()?))
        };
        let instant = |key: &str| summary[key].as_str()?.parse::<jiff::Timestamp>().ok();
        match self {
            Self::Factor(_) => Ok(()),
            Self::ScaleMass(scale) => {
                let monitor = mass(&summary["calibration"]["monitorMass"]);
                match monitor.or_else(|| mass(&summary["totalWetMass"])) {
                    Some(monitor) => ratio(*scale, monitor).map(|_| ()),
                    None => Ok(()),
                }
            }
            Self::Loads(loads) => {
                let (Some(first), Some(last)) = (instant("startTime"), instant("endTime")) else {
                    return Ok(());
                };
                let (first, last) = (first.as_millisecond(), last.as_millisecond());
                match loads.iter().find(|l| l.end_ms < first || l.start_ms > last) {
                    None => Ok(()),
                    Some(load) => Err(without_records(load, first, last)),
                }
            }
        }
    }
}

/// Scale by monitor, in the range that can be meant.
pub(crate) fn ratio(scale: Mass, monitor_kg: f64) -> Result<f64, CalibrationError> {
    if monitor_kg.is_nan() || monitor_kg <= 0.0 {
        return Err(without_mass());
    }
    let monitor = scale.unit.from_base(monitor_kg);
    let unit = scale.unit.symbol;
    let how = format!(" ({scale} by the scale, {monitor:.3} {unit} by the display)");
    checked(scale.kilograms() / monitor_kg, &how).map_err(|error| CalibrationError {
        field: "scaleMass".to_owned(),
        ..error
    })
}

/// A file whose harvest has no mass.
pub(crate) fn without_mass() -> CalibrationError {
    let hint = "give the crop if the file has only volumes, or remove the calibration";
    fault("", "the display logged no harvested mass", hint)
}

/// A load in which the file has nothing.
pub(crate) fn without_records(load: &Load, first_ms: i64, last_ms: i64) -> CalibrationError {
    let what = format!(
        "the display logged no harvest in the load from {} to {}",
        time(load.start_ms),
        time(load.end_ms)
    );
    let hint = format!(
        "check the times of the load and their offset from UTC: the file's records are from {} to {}",
        time(first_ms),
        time(last_ms)
    );
    fault("loads", what, hint)
}

impl From<CalibrationError> for Refusal {
    fn from(error: CalibrationError) -> Self {
        Self {
            reason: error.what,
            hint: error.hint,
        }
    }
}

impl TryFrom<Value> for Calibration {
    type Error = CalibrationError;

    fn try_from(value: Value) -> Result<Self, CalibrationError> {
        Self::from_value(&value)
    }
}

impl From<Calibration> for Value {
    fn from(calibration: Calibration) -> Self {
        match calibration {
            Calibration::Factor(factor) => json!({ "factor": factor }),
            Calibration::ScaleMass(mass) => json!({ "scaleMass": mass.json() }),
            Calibration::Loads(loads) => {
                let list: Vec<Self> = loads
                    .iter()
                    .map(|load| {
                        json!({
                            "startTime": time(load.start_ms),
                            "endTime": time(load.end_ms),
                            "scaleMass": load.scale_mass.json(),
                        })
                    })
                    .collect();
                json!({ "loads": list })
            }
        }
    }
}
