//! What the value of a setting may be: takes a value that a client sent, gives the one that is
//! stored, or says why it cannot be.
//!
//! Rule: what passes here is bounded in size.

use super::cleanup::{RULED, Ruled};
use serde_json::Value;

/// Letters of a property's name that a refusal repeats.
const NAME_LETTERS: usize = 100;
/// Conditions on one property of `cleanupRules`.
const CONDITIONS: usize = 20;
/// Bytes of a text within a value.
const TEXT_BYTES: usize = 200;
/// Entries of an object within a value, and levels of objects.
const ENTRIES: usize = 100;
const LEVELS: usize = 4;

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Nothing: the service writes it, and what clients send is passed over.
    ReadOnly,
    /// A boolean.
    Flag,
    /// A number above the first and up to the second.
    Above(f64, f64),
    /// A number from the first up to the second.
    From(f64, f64),
    /// A whole number from 0 up to this one.
    Whole(u32),
    /// One of these names.
    Name(&'static [&'static str]),
    /// `required`, `optional`, a flag, or objects around them.
    Optional,
    /// Type of operation to property to flag.
    Attributes,
    /// Position to red, green, blue and perhaps alpha.
    Ramp,
    /// Property to conditions.
    CleanupRules,
    /// An object, checked only by the type that reads it.
    Object,
}

impl Shape {
    /// The value in the form in which it is stored.
    ///
    /// # Errors
    ///
    /// Says what is wrong, to be put after the name of the setting.
    pub fn checked(self, value: Value) -> Result<Value, String> {
        let (fine, why) = match self {
            Self::Name(names) => return named(names, &value),
            Self::CleanupRules => return cleanup_rules(&value).map(|()| value),
            Self::ReadOnly | Self::Object => (true, String::new()),
            Self::Flag => (value.is_boolean(), "is not a boolean".to_owned()),
            Self::Above(from, to) => (
                value
                    .as_f64()
                    .is_some_and(|number| number > from && number <= to),
                format!("is not a number above {from} and up to {to}"),
            ),
            Self::From(from, to) => (
                value
                    .as_f64()
                    .is_some_and(|number| number >= from && number <= to),
                format!("is not a number from {from} and up to {to}"),
            ),
            Self::Whole(to) => (
                value.as_u64().is_some_and(|number| number <= u64::from(to)),
                format!("is not a whole number from 0 to {to}"),
            ),
            Self::Optional => (
                leaves(&value, LEVELS, &optional),
                "is neither `required` nor `optional`".to_owned(),
            ),
            Self::Attributes => (
                value.as_object().is_some_and(|types| {
                    let properties =
                        |of: &Value| of.is_object() && leaves(of, 1, &Value::is_boolean);
                    types.len() <= ENTRIES && types.values().all(properties)
                }),
                "is not an object of type, property and boolean".to_owned(),
            ),
            Self::Ramp => (
                ramp(&value),
                "is not an object of positions and colours".to_owned(),
            ),
        };
        if fine { Ok(value) } else { Err(why) }
    }

    /// What a value may be, in words and Markdown.
    pub fn words(self) -> String {
        match self {
            Self::ReadOnly => "read-only".to_owned(),
            Self::Flag => "`true`, `false`".to_owned(),
            Self::Above(from, to) => format!("above {from}, up to {to}"),
            Self::From(from, to) => format!("{from} to {to}"),
            Self::Whole(to) => format!("whole, 0 to {to}"),
            Self::Name(names) => format!("`{}`", names.join("`, `")),
            Self::Optional => "`required`, `optional`".to_owned(),
            Self::Attributes | Self::Ramp | Self::CleanupRules | Self::Object => {
                "object".to_owned()
            }
        }
    }
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
        let Some(ruled) = RULED.iter().find(|ruled| ruled.name() == property) else {
            let property: String = property.chars().take(NAME_LETTERS).collect();
            let possible: Vec<&str> = RULED.iter().map(Ruled::name).collect();
            return Err(format!(
                "no rule can be made on `{property}`; possible are {}",
                possible.join(", ")
            ));
        };
        let text = ruled.is_text();
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
