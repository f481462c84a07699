//! `cleanupRules`: the conditions that a point must meet, and the properties that may have some.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Conditions by property, in the order in which they are asked. All conditions of all properties
/// that a point has must hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CleanupRules(pub BTreeMap<String, Vec<Condition>>);

/// A comparison that must hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// How the point's value is compared.
    pub operator: Operator,
    /// With what; a number in the unit of the output.
    pub value: Literal,
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Operator {
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
}

/// What a value is compared with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Literal {
    /// A number.
    Number(f64),
    /// A text, compared letter by letter.
    Text(String),
}

/// A property on which rules can be made, with its default conditions.
pub(super) enum Ruled {
    Number(&'static str, &'static [(Operator, f64)]),
    Text(&'static str, &'static [(Operator, &'static str)]),
}

const ABOVE_ZERO: &[(Operator, f64)] = &[(Operator::Gt, 0.0)];
const FROM_ZERO: &[(Operator, f64)] = &[(Operator::Gte, 0.0)];

/// In the order in which a refusal lists them.
pub(super) const RULED: &[Ruled] = &[
    Ruled::Number("wetMass", ABOVE_ZERO),
    Ruled::Number("wetMassPerArea", ABOVE_ZERO),
    Ruled::Number("wetVolume", ABOVE_ZERO),
    Ruled::Number("wetVolumePerArea", ABOVE_ZERO),
    Ruled::Number("appliedRate", ABOVE_ZERO),
    Ruled::Number("seedRate", ABOVE_ZERO),
    Ruled::Number(
        "harvestMoisture",
        &[(Operator::Gt, 0.0), (Operator::Lt, 100.0)],
    ),
    Ruled::Number("tillageDepthActual", FROM_ZERO),
    Ruled::Number("products", FROM_ZERO),
    Ruled::Number("area", &[]),
    Ruled::Text("recordingStatus", &[(Operator::Eq, "On")]),
    Ruled::Text("crop", &[(Operator::Ne, "unknown")]),
];

impl Ruled {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Number(name, _) | Self::Text(name, _) => name,
        }
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self, Self::Text(..))
    }

    fn conditions(&self) -> Vec<Condition> {
        match self {
            Self::Number(_, conditions) => conditions
                .iter()
                .map(|&(operator, value)| Condition {
                    operator,
                    value: Literal::Number(value),
                })
                .collect(),
            Self::Text(_, conditions) => conditions
                .iter()
                .map(|&(operator, value)| Condition {
                    operator,
                    value: Literal::Text(value.to_owned()),
                })
                .collect(),
        }
    }
}

impl Default for CleanupRules {
    fn default() -> Self {
        let rules = RULED
            .iter()
            .map(|ruled| (ruled.name().to_owned(), ruled.conditions()));
        Self(
            rules
                .filter(|(_, conditions)| !conditions.is_empty())
                .collect(),
        )
    }
}
