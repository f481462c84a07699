//! What is limited: quantities that one or several properties measure, and a few that only a whole
//! file has.

use crate::Property;

macro_rules! quantities {
    ($( $(#[$doc:meta])* $variant:ident $word:literal; )*) => {
        /// A quantity of the table of limits.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Quantity { $( $(#[$doc])* $variant, )* }

        impl Quantity {
            /// Every quantity.
            pub const ALL: &[Self] = &[ $( Self::$variant, )* ];

            /// The word in the table.
            pub fn word(self) -> &'static str {
                match self { $( Self::$variant => $word, )* }
            }
        }
    };
}

quantities! {
    /// Mass or volume of a crop by area.
    Yield "yield";
    /// Moisture of a crop.
    Moisture "moisture";
    /// Protein of a crop.
    Protein "protein";
    /// A share of what is good.
    Share "share";
    /// A share of what is bad.
    Fault "fault";
    /// Seeds, or mass or volume of seed, by area.
    SeedRate "seedRate";
    /// Distance from seed to seed.
    SeedSpacing "seedSpacing";
    /// Volume, mass or number of a product by area.
    AppliedRate "appliedRate";
    /// Width that works.
    Width "width";
    /// Speed over ground.
    Speed "speed";
    /// Depth of the seed.
    SeedDepth "seedDepth";
    /// Depth of tillage.
    TillageDepth "tillageDepth";
    /// Height.
    Elevation "elevation";
    /// Rise by way, as a mean over a file.
    Slope "slope";
    /// Mean area of a record.
    RecordArea "recordArea";
    /// Mean area of a pass.
    PassArea "passArea";
    /// Passes by records of a file.
    PassesOfRecords "passesOfRecords";
    /// Mass that a file adds up to.
    TotalMass "totalMass";
    /// Way of a record.
    Distance "distance";
    /// Area of a record.
    Area "area";
    /// Time of a record.
    Interval "interval";
    /// Mass of a record.
    RecordMass "recordMass";
    /// Volume of a record.
    RecordVolume "recordVolume";
    /// Mass by time.
    Flow "flow";
    /// Direction.
    Heading "heading";
    /// Fuel by time.
    FuelRate "fuelRate";
    /// Fuel of a record.
    FuelUsed "fuelUsed";
    /// Force of a row unit.
    Force "force";
}

impl Quantity {
    /// What a property measures; `None` for positions, texts and what has no limit.
    pub fn of(property: Property) -> Option<Self> {
        use Property as P;
        Some(match property {
            P::WetMassPerArea | P::DryMassPerArea | P::WetVolumePerArea | P::DryVolumePerArea => {
                Self::Yield
            }
            P::HarvestMoisture => Self::Moisture,
            P::ProteinPercentage => Self::Protein,
            P::Singulation | P::GroundContact => Self::Share,
            P::Skips | P::Doubles | P::SpacingVariation | P::RideQuality => Self::Fault,
            P::SeedRate | P::SeedRateTarget => Self::SeedRate,
            P::SeedSpacing => Self::SeedSpacing,
            P::AppliedRate | P::AppliedRateTarget => Self::AppliedRate,
            P::EquipmentWidth => Self::Width,
            P::Speed => Self::Speed,
            P::SeedDepth => Self::SeedDepth,
            P::TillageDepthActual | P::TillageDepthTarget => Self::TillageDepth,
            P::Elevation => Self::Elevation,
            P::Distance => Self::Distance,
            P::Area => Self::Area,
            P::SamplingInterval => Self::Interval,
            P::WetMass | P::DryMass => Self::RecordMass,
            P::WetVolume | P::DryVolume => Self::RecordVolume,
            P::CropFlow => Self::Flow,
            P::Heading => Self::Heading,
            P::FuelRate => Self::FuelRate,
            P::FuelUsed => Self::FuelUsed,
            P::DownForce | P::DownForceMargin => Self::Force,
            _ => return None,
        })
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|q| q.word() == word)
    }
}
