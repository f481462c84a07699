//! The contract's cleanup rules: a point stays in the standard output if every rule holds whose
//! property it has. The first rule that fails, in the fixed order of the properties, is the reason.
//!
//! Rule: the built-in rules skip values that a property cannot be, as they are absent; rules that the
//! caller wrote judge what was logged.

use super::columns::Columns;
use crate::configuration::{CleanupRules, Condition, Literal, Operator};
use std::borrow::Cow;
use tramline_model::{DropReason, Property};

/// The rules in fixed order.
#[derive(Debug, Default)]
pub(crate) struct Compiled {
    rules: Vec<Rule>,
    /// The caller wrote them.
    written: bool,
    /// Rules on names that are no property; reported, not applied.
    pub(crate) unknown: Vec<String>,
}

#[derive(Debug)]
struct Rule {
    property: Option<Property>,
    conditions: Vec<Condition>,
    reason: DropReason,
}

impl Compiled {
    pub(crate) fn new(rules: &CleanupRules) -> Self {
        let mut compiled = Self {
            written: *rules != CleanupRules::default(),
            ..Self::default()
        };
        for (name, conditions) in &rules.0 {
            let property = Property::from_name(name);
            if property.is_none() && name != "products" {
                compiled.unknown.push(name.clone());
                continue;
            }
            compiled.rules.push(Rule {
                property,
                conditions: conditions.clone(),
                reason: property.map_or(DropReason::CleanupProducts, DropReason::Cleanup),
            });
        }
        compiled
            .rules
            .sort_by_key(|rule| rule.property.map_or(usize::MAX, |p| p as usize));
        compiled
    }

    /// The rules that do not ask for a crop in the machine.
    pub(crate) fn without_mass(rules: &CleanupRules) -> Self {
        const MASS: [&str; 4] = ["wetMass", "wetMassPerArea", "wetVolume", "wetVolumePerArea"];
        let mut rest = rules.clone();
        rest.0.retain(|name, _| !MASS.contains(&name.as_str()));
        Self {
            written: *rules != CleanupRules::default(),
            ..Self::new(&rest)
        }
    }

    /// Whether a rule of the caller's judges the property as it was logged.
    pub(crate) fn judges_logged(&self, property: Property) -> bool {
        self.written
            && self
                .rules
                .iter()
                .any(|rule| rule.property == Some(property))
    }

    /// Calls `reject(row, reason)` for every row of `keep` that fails; `logged` are values that were
    /// taken out of the columns, `rates` the planned rates of the file's products.
    pub(crate) fn apply(
        &self,
        columns: &Columns,
        logged: &[(Property, usize, f64)],
        rates: &[f64],
        keep: &[bool],
        mut reject: impl FnMut(usize, DropReason),
    ) {
        let mut keep = keep.to_vec();
        for rule in &self.rules {
            match rule.property {
                None => {
                    let constant = rates
                        .iter()
                        .all(|rate| holds_number(&rule.conditions, *rate));
                    for (row, kept) in keep.iter_mut().enumerate() {
                        let rate = columns.at(Property::AppliedRate, row);
                        let fine =
                            constant && (rate.is_nan() || holds_number(&rule.conditions, rate));
                        if *kept && !fine {
                            *kept = false;
                            reject(row, rule.reason);
                        }
                    }
                }
                Some(property) => {
                    if let Some(values) = as_logged(columns, logged, property) {
                        for (row, (kept, value)) in keep.iter_mut().zip(values.iter()).enumerate() {
                            if *kept && !value.is_nan() && !holds_number(&rule.conditions, *value) {
                                *kept = false;
                                reject(row, rule.reason);
                            }
                        }
                    } else if let Some(texts) = columns.text(property) {
                        let fine: Vec<bool> = texts
                            .values
                            .iter()
                            .map(|t| holds_text(&rule.conditions, t))
                            .collect();
                        for (row, (kept, key)) in keep.iter_mut().zip(&texts.keys).enumerate() {
                            let fails = usize::try_from(*key)
                                .is_ok_and(|key| fine.get(key) == Some(&false));
                            if *kept && fails {
                                *kept = false;
                                reject(row, rule.reason);
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The column with what was taken out of it.
fn as_logged<'a>(
    columns: &'a Columns,
    logged: &[(Property, usize, f64)],
    property: Property,
) -> Option<Cow<'a, [f64]>> {
    let mut values = Cow::Borrowed(columns.number(property)?);
    for (_, row, value) in logged.iter().filter(|(of, ..)| *of == property) {
        if let Some(slot) = values.to_mut().get_mut(*row) {
            *slot = *value;
        }
    }
    Some(values)
}

fn holds_number(conditions: &[Condition], value: f64) -> bool {
    conditions.iter().all(|condition| {
        let Literal::Number(limit) = condition.value else {
            return true;
        };
        match condition.operator {
            Operator::Gt => value > limit,
            Operator::Gte => value >= limit,
            Operator::Lt => value < limit,
            Operator::Lte => value <= limit,
            Operator::Eq => value == limit,
            Operator::Ne => value != limit,
        }
    })
}

fn holds_text(conditions: &[Condition], value: &str) -> bool {
    conditions.iter().all(|condition| {
        let Literal::Text(expected) = &condition.value else {
            return true;
        };
        match condition.operator {
            Operator::Eq => value == expected,
            Operator::Ne => value != expected,
            _ => true,
        }
    })
}
