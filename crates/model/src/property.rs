//! The standard point properties (`api-contract`, standard properties) plus the few that only
//! travel between a reader and the standardising step.

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
    ($( $(#[$doc:meta])* $variant:ident $name:literal $kind:ident $dimension:ident; )*) => {
        /// One quantity of a point. `name()` is the key in the standard output.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Property { $( $(#[$doc])* $variant, )* }

        impl Property {
            pub const ALL: &[Self] = &[ $( Self::$variant, )* ];

            /// The key in the standard output.
            pub fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )* }
            }

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
    Latitude "latitude" Number Angle;
    Timestamp "timestamp" Instant None;
    Area "area" Number Area;
    /// Way since the previous record of the same machine.
    Distance "distance" Number Length;
    /// Degrees clockwise from north.
    Heading "heading" Number Angle;
    Speed "speed" Number Speed;
    Elevation "elevation" Number Length;
    EquipmentWidth "equipmentWidth" Number Length;
    /// `On` or `Off`.
    RecordingStatus "recordingStatus" Text None;
    SectionId "sectionId" Integer None;
    Crop "crop" Text None;
    Variety "variety" Text None;
    XOffset "xOffset" Number Length;
    YOffset "yOffset" Number Length;
    ImplementOffset "implementOffset" Number Length;
    FuelUsed "fuelUsed" Number Volume;
    FuelRate "fuelRate" Number VolumePerTime;
    ProductIndex "productIndex" Integer None;
    /// Name of the product at the point, where it changes within a file.
    Product "product" Text None;
    /// Name of the machine at the point, where it changes within a file.
    Machinery "machinery" Text None;
    SeedRate "seedRate" Number CountPerArea;
    SeedRateTarget "seedRateTarget" Number CountPerArea;
    SeedDepth "seedDepth" Number Length;
    DownForce "downForce" Number Force;
    DownForceMargin "downForceMargin" Number Force;
    Singulation "singulation" Number Ratio;
    Skips "skips" Number Ratio;
    Doubles "doubles" Number Ratio;
    GroundContact "groundContact" Number Ratio;
    SpacingVariation "spacingVariation" Number Ratio;
    RideQuality "rideQuality" Number Ratio;
    SeedSpacing "seedSpacing" Number Length;
    AppliedRate "appliedRate" Number VolumePerArea;
    AppliedRateTarget "appliedRateTarget" Number VolumePerArea;
    HarvestMoisture "harvestMoisture" Number Ratio;
    WetMass "wetMass" Number Mass;
    DryMass "dryMass" Number Mass;
    WetMassPerArea "wetMassPerArea" Number MassPerArea;
    DryMassPerArea "dryMassPerArea" Number MassPerArea;
    WetVolume "wetVolume" Number Volume;
    DryVolume "dryVolume" Number Volume;
    WetVolumePerArea "wetVolumePerArea" Number VolumePerArea;
    DryVolumePerArea "dryVolumePerArea" Number VolumePerArea;
    /// Mass per time through the machine.
    CropFlow "cropFlow" Number MassPerTime;
    ProteinPercentage "proteinPercentage" Number Ratio;
    /// Seconds that a record stands for.
    SamplingInterval "samplingInterval" Number Time;
    TillageDepthActual "tillageDepthActual" Number Length;
    TillageDepthTarget "tillageDepthTarget" Number Length;
    TillType "tillType" Text None;
}

impl Property {
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
