//! One machine file: one operation of one dataset, described before its records arrive.

use crate::{Property, Provider, Unit};
use arrow_schema::{Schema, SchemaRef};

/// The contract's four types of field work, and what is none of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperationType {
    /// Fertiliser, crop protection or another product was applied.
    Applied,
    /// Seed was placed.
    Planted,
    /// A crop was taken off.
    Harvested,
    /// The soil was worked.
    Tillage,
    /// For example `guidance`, `datacollection`, `transport`, `unknown`.
    Other(String),
}

impl OperationType {
    /// The four types of field work.
    pub const FIELD_WORK: [Self; 4] =
        [Self::Applied, Self::Planted, Self::Harvested, Self::Tillage];

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

    /// Reads the word as it was written; one that is none of the four stays letter by letter.
    pub fn from_word(word: String) -> Self {
        let found = Self::FIELD_WORK
            .into_iter()
            .find(|kind| kind.name() == word);
        found.unwrap_or(Self::Other(word))
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
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from_word)
    }
}

/// A value with its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// The number, in `unit`.
    pub value: f64,
    /// Its unit.
    pub unit: &'static Unit,
}

/// A seed, fertiliser, crop protection agent or carrier.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Product {
    /// As the source names it.
    pub name: String,
    /// `Component` or `Carrier` in a tank mix.
    pub kind: Option<&'static str>,
    /// Planned or mixed rate of this product, if the file says one.
    pub rate: Option<Rate>,
}

/// What a machine is in the set that worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MachineKind {
    /// It drives: tractor, combine, sprayer.
    Machine,
    /// It is drawn or carried.
    Implement,
}

/// A machine or implement that took part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// As the source names it.
    pub name: String,
    /// Whether it drives or is drawn.
    pub kind: MachineKind,
    /// Serial number, if the file says it.
    pub serial_number: Option<String>,
    /// Maker, if the file says it.
    pub brand: Option<String>,
}

/// A total as the machine's own display counted it: for comparison with ours.
#[derive(Clone, Debug, PartialEq)]
pub struct DisplayTotal {
    /// For example `DDI 90 yield total mass`.
    pub name: String,
    /// The number, in `unit`.
    pub value: f64,
    /// Symbol of the unit, as the source writes it.
    pub unit: String,
    /// What it counts, where our own totals have the same.
    pub quantity: Option<TotalQuantity>,
}

/// What a total counts. Areas in `m2` or `ha`, masses in `kg`, volumes in `L`, ways in `m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TotalQuantity {
    /// Worked area.
    Area,
    /// Mass of the crop as harvested.
    WetMass,
    /// Mass of the crop at its standard moisture.
    DryMass,
    /// Volume of what was applied.
    AppliedVolume,
    /// Mass of what was applied.
    AppliedMass,
    /// Number, for example of seeds.
    Count,
    /// Way that was driven.
    Distance,
}

/// What a reader knows of a machine file before its first record.
#[derive(Clone, Debug)]
pub struct OperationDescription {
    /// Short title for people and folder names: task, field or file name.
    pub name: String,
    /// The contract's code, for example `ISO11783`, `SHAPEFILE`, `CSV`, `GEOJSON`.
    pub file_format: &'static str,
    /// Maker or service that the data comes from.
    pub provider: Provider,
    /// Kind of work.
    pub operation_type: OperationType,
    /// Why the reader thinks so, for example `DDI 84 logged with values`.
    pub operation_reason: String,
    /// The source's own word for the work.
    pub original_operation_type: Option<String>,
    /// What the source says about the work, for people.
    pub operation_description: Option<String>,
    /// Grower, as the source names it.
    pub grower: Option<String>,
    /// Farm, as the source names it.
    pub farm: Option<String>,
    /// Field, as the source names it.
    pub field: Option<String>,
    /// As the source names it; the standardising step normalises it.
    pub crop: Option<String>,
    /// Variety of the whole file, as the source names it.
    pub variety: Option<String>,
    /// What was planted or applied.
    pub products: Vec<Product>,
    /// Whether the products were applied as one mix.
    pub tank_mix: bool,
    /// Machines and implements that took part.
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

impl OperationDescription {
    /// A description that says only these four; all else is empty and left to fill in.
    pub fn new(
        name: impl Into<String>,
        file_format: &'static str,
        provider: Provider,
        operation_type: OperationType,
    ) -> Self {
        Self {
            name: name.into(),
            file_format,
            provider,
            operation_type,
            operation_reason: String::new(),
            original_operation_type: None,
            operation_description: None,
            grower: None,
            farm: None,
            field: None,
            crop: None,
            variety: None,
            products: Vec::new(),
            tank_mix: false,
            machines: Vec::new(),
            entries: Vec::new(),
            points_schema: SchemaRef::new(Schema::empty()),
            time_source: String::new(),
            assumed_units: Vec::new(),
        }
    }
}
