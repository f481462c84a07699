//! The properties of a standard point, and the few that only travel between a reader and the
//! standardising step.
//!
//! Rule: a property says what is measured; the unit is the column's, of the property's dimension.

use crate::unit::Dimension;

/// What a column of a property holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `Float64` in the unit of the column.
    Number,
    /// `Int64` without unit.
    Integer,
    /// `Utf8`.
    Text,
    /// `Timestamp(Millisecond, UTC)`.
    Instant,
}

macro_rules! properties {
    ($( $(#[doc = $doc:literal])+ $variant:ident $name:literal $kind:ident $dimension:ident; )*) => {
        /// One quantity of a point. `name()` is the key in the standard output.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Property { $( $(#[doc = $doc])+ $variant, )* }

        impl Property {
            /// Every property, in the order of the standard output.
            pub const ALL: &[Self] = &[ $( Self::$variant, )* ];

            /// The key in the standard output.
            pub fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )* }
            }

            /// What it is, in a sentence.
            pub fn doc(self) -> &'static str {
                match self { $( Self::$variant => concat!($($doc),+).trim_ascii(), )* }
            }

            /// What a column of the property holds.
            pub fn kind(self) -> Kind {
                match self { $( Self::$variant => Kind::$kind, )* }
            }

            /// The kind of quantity, which decides the units that a column may have.
            /// Rates may be of any rate dimension: see [`Property::accepts`].
            pub fn dimension(self) -> Dimension {
                match self { $( Self::$variant => Dimension::$dimension, )* }
            }
        }
    };
}

properties! {
    /// WGS 84 degrees. Null when the source has no position.
    Longitude "longitude" Number Angle;
    /// WGS 84 degrees. Null when the source has no position.
    Latitude "latitude" Number Angle;
    /// Instant of the record, UTC.
    Timestamp "timestamp" Instant None;
    /// Ground that the record stands for.
    Area "area" Number Area;
    /// Way since the previous record of the same machine.
    Distance "distance" Number Length;
    /// Degrees clockwise from north.
    Heading "heading" Number Angle;
    /// Speed over ground.
    Speed "speed" Number Speed;
    /// Height, as the receiver gives it.
    Elevation "elevation" Number Length;
    /// Width that worked.
    EquipmentWidth "equipmentWidth" Number Length;
    /// `On` or `Off`.
    RecordingStatus "recordingStatus" Text None;
    /// Number of the section.
    SectionId "sectionId" Integer None;
    /// Name of the crop.
    Crop "crop" Text None;
    /// Name of the variety or hybrid.
    Variety "variety" Text None;
    /// Offset of the section in `x`, as the source gives it.
    XOffset "xOffset" Number Length;
    /// Offset of the section in `y`, as the source gives it.
    YOffset "yOffset" Number Length;
    /// Offset of the implement, as the source gives it.
    ImplementOffset "implementOffset" Number Length;
    /// Fuel used in the interval.
    FuelUsed "fuelUsed" Number Volume;
    /// Fuel used per time.
    FuelRate "fuelRate" Number VolumePerTime;
    /// Number of the product in the list of the file.
    ProductIndex "productIndex" Integer None;
    /// Name of the product at the point, where it changes within a file.
    Product "product" Text None;
    /// Name of the machine at the point, where it changes within a file.
    Machinery "machinery" Text None;
    /// Seeds, mass or volume of seed per area, as planted.
    SeedRate "seedRate" Number CountPerArea;
    /// Seeds, mass or volume of seed per area, as set.
    SeedRateTarget "seedRateTarget" Number CountPerArea;
    /// Depth of the seed in the soil.
    SeedDepth "seedDepth" Number Length;
    /// Force of the row unit on the soil.
    DownForce "downForce" Number Force;
    /// Force beyond the one that keeps the row unit in the soil.
    DownForceMargin "downForceMargin" Number Force;
    /// Share of seeds that were placed singly.
    Singulation "singulation" Number Ratio;
    /// Share of seeds that are missing.
    Skips "skips" Number Ratio;
    /// Share of seeds that were placed twice.
    Doubles "doubles" Number Ratio;
    /// Share of the time in which the row unit touched the soil.
    GroundContact "groundContact" Number Ratio;
    /// Deviation of the spacing of seeds, as a share of it.
    SpacingVariation "spacingVariation" Number Ratio;
    /// How quietly the row unit ran, as a share.
    RideQuality "rideQuality" Number Ratio;
    /// Distance from seed to seed.
    SeedSpacing "seedSpacing" Number Length;
    /// Volume, mass or number of the product per area, as applied.
    AppliedRate "appliedRate" Number VolumePerArea;
    /// Volume, mass or number of the product per area, as set.
    AppliedRateTarget "appliedRateTarget" Number VolumePerArea;
    /// Moisture of the crop, wet basis.
    HarvestMoisture "harvestMoisture" Number Ratio;
    /// Mass harvested in the interval, at its moisture.
    WetMass "wetMass" Number Mass;
    /// Mass harvested in the interval, at its standard moisture.
    DryMass "dryMass" Number Mass;
    /// Yield by mass, at its moisture.
    WetMassPerArea "wetMassPerArea" Number MassPerArea;
    /// Yield by mass, at its standard moisture.
    DryMassPerArea "dryMassPerArea" Number MassPerArea;
    /// Volume harvested in the interval, at its moisture.
    WetVolume "wetVolume" Number Volume;
    /// Volume harvested in the interval, at its standard moisture.
    DryVolume "dryVolume" Number Volume;
    /// Yield by volume, at its moisture.
    WetVolumePerArea "wetVolumePerArea" Number VolumePerArea;
    /// Yield by volume, at its standard moisture.
    DryVolumePerArea "dryVolumePerArea" Number VolumePerArea;
    /// Mass per time through the machine.
    CropFlow "cropFlow" Number MassPerTime;
    /// Protein of the grain.
    ProteinPercentage "proteinPercentage" Number Ratio;
    /// Seconds that a record stands for.
    SamplingInterval "samplingInterval" Number Time;
    /// Depth of tillage, as worked.
    TillageDepthActual "tillageDepthActual" Number Length;
    /// Depth of tillage, as set.
    TillageDepthTarget "tillageDepthTarget" Number Length;
    /// Kind of tillage, as the source names it.
    TillType "tillType" Text None;
}

impl Property {
    /// The eight values of mass and volume of a harvest, in the order in which they stand in the contract.
    pub const YIELD: [Self; 8] = [
        Self::WetMass,
        Self::DryMass,
        Self::WetMassPerArea,
        Self::DryMassPerArea,
        Self::WetVolume,
        Self::DryVolume,
        Self::WetVolumePerArea,
        Self::DryVolumePerArea,
    ];

    /// Finds a property by its key in the standard output.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|p| p.name() == name)
    }

    /// Whether a column of this property may have a unit of that dimension. A rate of seed or
    /// product may be counted, weighed or measured by volume.
    pub fn accepts(self, dimension: Dimension) -> bool {
        let rate = [
            Dimension::CountPerArea,
            Dimension::MassPerArea,
            Dimension::VolumePerArea,
        ];
        match self {
            Self::SeedRate | Self::SeedRateTarget | Self::AppliedRate | Self::AppliedRateTarget => {
                rate.contains(&dimension)
            }
            _ => self.dimension() == dimension,
        }
    }
}
