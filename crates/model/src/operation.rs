//! One machine file: one operation of one dataset, described before its records arrive.

use crate::{Property, Provider, Unit};
use arrow_schema::SchemaRef;

/// The contract's four types of field work, and what is none of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperationType {
    Applied,
    Planted,
    Harvested,
    Tillage,
    /// For example `guidance`, `datacollection`, `transport`, `unknown`.
    Other(String),
}

impl OperationType {
    /// The word on the wire.
    pub fn name(&self) -> &str {
        match self {
            Self::Applied => "applied",
            Self::Planted => "planted",
            Self::Harvested => "harvested",
            Self::Tillage => "tillage",
            Self::Other(name) => name,
        }
    }

    /// Reads the word on the wire; anything else is `Other`.
    pub fn from_name(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "applied" => Self::Applied,
            "planted" => Self::Planted,
            "harvested" => Self::Harvested,
            "tillage" => Self::Tillage,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl std::fmt::Display for OperationType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

impl PartialEq<str> for OperationType {
    fn eq(&self, word: &str) -> bool {
        self.name() == word
    }
}

impl PartialEq<&str> for OperationType {
    fn eq(&self, word: &&str) -> bool {
        self.name() == *word
    }
}

impl serde::Serialize for OperationType {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> serde::Deserialize<'de> for OperationType {
    /// Reads the word as it was written; one that is none of the four stays letter by letter.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let known = [Self::Applied, Self::Planted, Self::Harvested, Self::Tillage];
        let found = known.into_iter().find(|kind| kind.name() == name);
        Ok(found.unwrap_or(Self::Other(name)))
    }
}

/// A value with its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    pub value: f64,
    pub unit: &'static Unit,
}

/// A seed, fertiliser, crop protection agent or carrier.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Product {
    pub name: String,
    /// `Component` or `Carrier` in a tank mix.
    pub kind: Option<&'static str>,
    /// Planned or mixed rate of this product, if the file says one.
    pub rate: Option<Rate>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MachineKind {
    Machine,
    Implement,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    pub name: String,
    pub kind: MachineKind,
    pub serial_number: Option<String>,
    pub brand: Option<String>,
}

/// A total as the machine's own display counted it: for comparison with ours.
#[derive(Clone, Debug, PartialEq)]
pub struct DisplayTotal {
    /// For example `DDI 90 yield total mass`.
    pub name: String,
    pub value: f64,
    pub unit: String,
    /// What it counts, where our own totals have the same.
    pub quantity: Option<TotalQuantity>,
}

/// What a total counts. Areas in `m2` or `ha`, masses in `kg`, volumes in `L`, ways in `m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TotalQuantity {
    Area,
    WetMass,
    DryMass,
    AppliedVolume,
    AppliedMass,
    Count,
    Distance,
}

/// What a reader knows of a machine file before its first record.
#[derive(Clone, Debug)]
pub struct OperationDescription {
    /// Short title for people and folder names: task, field or file name.
    pub name: String,
    /// The contract's code, for example `ISO11783`, `SHAPEFILE`, `CSV`, `GEOJSON`.
    pub file_format: &'static str,
    pub provider: Provider,
    pub operation_type: OperationType,
    /// Why the reader thinks so, for example `DDI 84 logged with values`.
    pub operation_reason: String,
    /// The source's own word for the work.
    pub original_operation_type: Option<String>,
    pub operation_description: Option<String>,
    pub grower: Option<String>,
    pub farm: Option<String>,
    pub field: Option<String>,
    /// As the source names it; the standardising step normalises it.
    pub crop: Option<String>,
    pub variety: Option<String>,
    pub products: Vec<Product>,
    pub tank_mix: bool,
    pub machines: Vec<Machine>,
    /// Paths of the entries that this file is made of.
    pub entries: Vec<String>,
    /// Columns of every `points` batch: built by [`crate::records::field`]. Constants of the
    /// whole file are given as columns too, or in the named members above.
    pub points_schema: SchemaRef,
    /// Where the instants come from: `logged UTC`, `local time, zone unknown`, …
    pub time_source: String,
    /// Properties whose unit the file does not say, and which one was assumed.
    pub assumed_units: Vec<(Property, &'static Unit)>,
}
