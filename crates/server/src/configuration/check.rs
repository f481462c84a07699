//! What a client may store. Keys that nothing knows are kept as they are.

use super::keys::{Shape, find};
use crate::db::Keys;
use serde_json::Value;
use tramline_convert::Configuration;

/// Bytes of the name of a key.
const NAME_BYTES: usize = 100;
/// Conditions on one property of `cleanupRules`.
const CONDITIONS: usize = 20;
/// Bytes of a text within a value.
const TEXT_BYTES: usize = 200;
/// Entries of an object within a value, and levels of objects.
const ENTRIES: usize = 100;
const LEVELS: usize = 4;

const NUMBERS: &[&str] = &[
    "wetMass",
    "wetMassPerArea",
    "wetVolume",
    "wetVolumePerArea",
    "appliedRate",
    "seedRate",
    "harvestMoisture",
    "tillageDepthActual",
    "products",
    "area",
];
const TEXTS: &[&str] = &["recordingStatus", "crop"];

/// A key whose value cannot be used, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) key: String,
    pub(crate) why: String,
}

/// The keys in the form in which they are stored: one spelling of each, nothing read-only.
pub(crate) fn checked(sent: Keys) -> Result<Keys, Fault> {
    let mut keys = Keys::new();
    for (name, value) in sent {
        let name = match name.as_str() {
            // Read-only: clients send the whole object back.
            "apiOwnerUsername" | "leafUserId" => continue,
            "outofStandardOperations" => "outOfStandardOperations".to_owned(),
            _ => name,
        };
        if name.is_empty() || name.len() > NAME_BYTES || name.contains('\0') {
            let why = format!("the name of a key has 1 to {NAME_BYTES} bytes");
            return Err(fault("name", why));
        }
        if value.is_null() {
            return Err(fault(
                &name,
                "cannot be null; delete the user's configuration to inherit again",
            ));
        }
        let value = match find(&name) {
            None => value,
            Some(key) => shaped(key.shape, value).map_err(|why| fault(&name, why))?,
        };
        converts(&name, &value).map_err(|why| fault(&name, why))?;
        if keys.contains_key(&name) {
            return Err(fault(&name, "comes twice"));
        }
        keys.insert(name, value);
    }
    Ok(keys)
}

/// Whether the converter can read the value of a key: what is stored must not stop a conversion.
fn converts(name: &str, value: &Value) -> Result<(), String> {
    let one = Keys::from_iter([(name.to_owned(), value.clone())]);
    serde_json::from_value::<Configuration>(Value::Object(one))
        .map(drop)
        .map_err(|cause| format!("cannot be used: {cause}"))
}

fn fault(key: &str, why: impl Into<String>) -> Fault {
    Fault {
        key: key.to_owned(),
        why: why.into(),
    }
}

fn shaped(shape: Shape, value: Value) -> Result<Value, String> {
    let fine = match shape {
        Shape::Flag => value
            .is_boolean()
            .then_some("")
            .ok_or("is not a boolean".to_owned()),
        Shape::Number(from, inclusive, to) => number(&value, from, inclusive, to),
        Shape::Whole(to) => match value.as_u64() {
            Some(number) if number <= u64::from(to) => Ok(""),
            _ => Err(format!("is not a whole number from 0 to {to}")),
        },
        Shape::Name(names) => return named(names, &value),
        Shape::Optional => leaves(&value, LEVELS, &optional)
            .then_some("")
            .ok_or_else(|| "is neither `required` nor `optional`".to_owned()),
        Shape::Attributes => (value.is_object() && leaves(&value, 2, &Value::is_boolean))
            .then_some("")
            .ok_or_else(|| "is not an object of type, property and boolean".to_owned()),
        Shape::Ramp => ramp(&value)
            .then_some("")
            .ok_or_else(|| "is not an object of positions and colours".to_owned()),
        Shape::CleanupRules => cleanup_rules(&value).map(|()| ""),
    };
    fine.map(|_| value)
}

fn number(value: &Value, from: f64, inclusive: bool, to: f64) -> Result<&'static str, String> {
    let fits = |number: f64| (number > from || (inclusive && number >= from)) && number <= to;
    if value.as_f64().is_some_and(fits) {
        return Ok("");
    }
    let word = if inclusive { "from" } else { "above" };
    Err(format!("is not a number {word} {from} and up to {to}"))
}

/// Any letter case is taken; the list's is stored.
fn named(names: &[&str], value: &Value) -> Result<Value, String> {
    let text = value.as_str().unwrap_or_default();
    let found = names.iter().find(|name| name.eq_ignore_ascii_case(text));
    found
        .map(|name| Value::from(*name))
        .ok_or_else(|| format!("is none of {}", names.join(", ")))
}

fn optional(value: &Value) -> bool {
    match value {
        Value::Bool(_) => true,
        Value::String(text) => {
            text.eq_ignore_ascii_case("optional") || text.eq_ignore_ascii_case("required")
        }
        _ => false,
    }
}

/// Whether everything below the objects is fine.
fn leaves(value: &Value, levels: usize, fine: &dyn Fn(&Value) -> bool) -> bool {
    match value {
        Value::Object(entries) => {
            levels > 0
                && entries.len() <= ENTRIES
                && entries
                    .values()
                    .all(|value| leaves(value, levels - 1, fine))
        }
        other => fine(other),
    }
}

fn ramp(value: &Value) -> bool {
    let part = |value: &Value| value.as_u64().is_some_and(|part| part <= 255);
    let colour = |value: &Value| {
        let parts = value.as_array();
        parts.is_some_and(|parts| (3..=4).contains(&parts.len()) && parts.iter().all(part))
    };
    let position = |text: &str| {
        let percent = text.strip_suffix('%').and_then(|text| text.parse().ok());
        text == "nv" || percent.is_some_and(|percent: f64| (0.0..=100.0).contains(&percent))
    };
    value.as_object().is_some_and(|stops| {
        stops.len() <= ENTRIES
            && stops
                .iter()
                .all(|(at, value)| position(at) && colour(value))
    })
}

fn cleanup_rules(value: &Value) -> Result<(), String> {
    let rules = value.as_object().ok_or("is not an object")?;
    for (property, conditions) in rules {
        let text = TEXTS.contains(&property.as_str());
        if !text && !NUMBERS.contains(&property.as_str()) {
            let property: String = property.chars().take(NAME_BYTES).collect();
            return Err(format!(
                "no rule can be made on `{property}`; possible are {}, {}",
                NUMBERS.join(", "),
                TEXTS.join(", ")
            ));
        }
        let conditions = conditions
            .as_array()
            .filter(|list| list.len() <= CONDITIONS)
            .ok_or_else(|| {
                format!("`{property}` is not a list of at most {CONDITIONS} conditions")
            })?;
        for condition in conditions {
            check_condition(condition, text).map_err(|why| format!("`{property}`: {why}"))?;
        }
    }
    Ok(())
}

fn check_condition(condition: &Value, text: bool) -> Result<(), String> {
    let condition = condition
        .as_object()
        .filter(|object| object.len() == 2)
        .ok_or("a condition has `operator` and `value`, nothing else")?;
    let operator = condition.get("operator").and_then(Value::as_str);
    let operators: &[&str] = if text {
        &["EQ", "NE"]
    } else {
        &["GT", "GTE", "LT", "LTE"]
    };
    if !operator.is_some_and(|operator| operators.contains(&operator)) {
        return Err(format!("`operator` is none of {}", operators.join(", ")));
    }
    let value = condition.get("value");
    let fine = match value {
        Some(Value::Number(_)) => !text,
        Some(Value::String(value)) => text && value.len() <= TEXT_BYTES,
        _ => false,
    };
    let kind = if text { "text" } else { "a number" };
    fine.then_some(())
        .ok_or_else(|| format!("`value` is not {kind}"))
}
