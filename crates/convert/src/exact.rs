//! Floating-point numbers that come back from JSON bit by bit.
//!
//! Takes `f64` fields of serialised facts and orders, for `#[serde(with = "…")]`. Rule: a number is
//! written as text, the shortest that reads back as the same number. `serde_json` may read a bare
//! number one unit in the last place off, and the rows of a database would move with it.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

struct Exact(f64);

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(D::Error::custom)
    }
}

pub(crate) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    Exact(*value).serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Exact::deserialize(deserializer).map(|exact| exact.0)
}

/// A number that may be absent.
pub(crate) mod option {
    use super::Exact;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        value: &Option<f64>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.map(Exact).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<f64>, D::Error> {
        Ok(Option::<Exact>::deserialize(deserializer)?.map(|exact| exact.0))
    }
}

/// Bounds that may be absent: west, south, east, north.
pub(crate) mod bounds {
    use super::Exact;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        value: &Option<[f64; 4]>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value
            .map(|corners| corners.map(Exact))
            .serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<[f64; 4]>, D::Error> {
        let corners = Option::<[Exact; 4]>::deserialize(deserializer)?;
        Ok(corners.map(|corners| corners.map(|exact| exact.0)))
    }
}
