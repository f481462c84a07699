//! What a set of titles means: a meaning for each column, and the roles of the others.

use tramline_model::{OperationType, Property, Unit};

/// What a column means.
#[derive(Clone, Debug)]
pub struct Meaning {
    /// The property that the column gives.
    pub property: Property,
    /// `None` for text, integers and instants.
    pub unit: Option<&'static Unit>,
    /// The unit is the dictionary's assumption and not said by the file.
    pub assumed: bool,
    /// Who says the unit.
    pub word: UnitWord,
}

/// Who says the unit of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitWord {
    /// The caller's column map.
    Caller,
    /// The file: a bracket, a metadata file, or a title that only one unit goes with.
    File,
    /// Nobody: it follows from the other units of the file, or is assumed.
    Nobody,
}

impl Meaning {
    pub(super) fn of(property: Property, unit: Option<&'static Unit>, assumed: bool) -> Self {
        Self {
            property,
            unit,
            assumed,
            word: if assumed {
                UnitWord::Nobody
            } else {
                UnitWord::File
            },
        }
    }

    /// The same, with a unit that follows from others.
    pub(super) fn by_system(property: Property, unit: &'static Unit, assumed: bool) -> Self {
        Self {
            word: UnitWord::Nobody,
            ..Self::of(property, Some(unit), assumed)
        }
    }
}

/// Which family of exports a set of titles belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// John Deere Operations Center.
    DeereOperationsCenter,
    /// SMS with units in the names (`Yld_Vol_Dr`, `Crop Flw(M)`).
    SmsNamed,
    /// SMS "template 1" (`FLOW`, `CYCLES`, `SWATH`, …).
    SmsTemplate1,
    /// USDA Yield Editor.
    YieldEditor,
    /// CropScan protein loggers.
    CropScan,
    /// Ag Leader text without a header.
    AgLeaderText,
    /// Only single names known.
    Generic,
}

/// Which columns give the instant of a row. Their texts go through [`clock`](super::clock).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeColumns {
    /// One column with date and time, or seconds since 1970.
    One(usize),
    /// Two text columns.
    DateAndTime {
        /// The column of the date.
        date: usize,
        /// The column of the time of day.
        time: usize,
    },
}

/// The dictionary's answer for a set of titles.
#[derive(Debug)]
pub struct Mapping {
    /// The family of exports that the titles belong to.
    pub family: Family,
    /// One for each title.
    pub columns: Vec<Option<Meaning>>,
    /// One for each title: what it would mean if no better title gave the property.
    pub lost: Vec<Option<Meaning>>,
    /// Inferred from which properties exist, or from a column that says so by name only.
    pub operation_type: Option<OperationType>,
    /// Why the kind of work is what it is, for people.
    pub reason: String,
    /// The columns that give the instant of a row.
    pub time: Option<TimeColumns>,
    /// A column that names the grower.
    pub grower: Option<usize>,
    /// A column that names the farm.
    pub farm: Option<usize>,
    /// A column that names the field.
    pub field: Option<usize>,
    /// A column that names the kind of work in its rows.
    pub operation: Option<usize>,
}

impl Mapping {
    /// The column of a property.
    pub fn column(&self, property: Property) -> Option<usize> {
        self.columns
            .iter()
            .position(|m| m.as_ref().is_some_and(|m| m.property == property))
    }

    /// Whether a column holds a value of field work (and not just position, time or a name).
    pub fn has_values(&self) -> bool {
        self.columns.iter().flatten().any(|m| is_value(m.property))
    }

    /// Properties whose unit is assumed, for `OperationDescription::assumed_units`.
    pub fn assumed_units(&self) -> Vec<(Property, &'static Unit)> {
        let assumed = self.columns.iter().flatten().filter(|m| m.assumed);
        assumed
            .filter_map(|m| m.unit.map(|unit| (m.property, unit)))
            .collect()
    }
}

/// Whether a property says something of the work itself.
fn is_value(property: Property) -> bool {
    use Property as P;
    matches!(
        property,
        P::SeedRate
            | P::SeedRateTarget
            | P::SeedDepth
            | P::DownForce
            | P::Singulation
            | P::AppliedRate
            | P::AppliedRateTarget
            | P::HarvestMoisture
            | P::WetMass
            | P::DryMass
            | P::WetMassPerArea
            | P::DryMassPerArea
            | P::WetVolume
            | P::DryVolume
            | P::WetVolumePerArea
            | P::DryVolumePerArea
            | P::CropFlow
            | P::ProteinPercentage
            | P::TillageDepthActual
            | P::TillageDepthTarget
            | P::FuelRate
            | P::FuelUsed
    )
}
