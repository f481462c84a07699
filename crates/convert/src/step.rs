//! The contract's steps of a machine file, as `status.json` names them.

/// A step of the contract's status object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// The upload is kept.
    OriginalFile,
    /// Records as they were logged.
    RawGeojson,
    /// Standard points.
    StandardGeojson,
    /// Filtered points.
    FilteredGeojson,
    /// The summary.
    Summary,
    /// The units map.
    Units,
    /// Images of properties.
    PropertiesPngs,
    /// Images in one archive.
    ZippedPngs,
}

impl Step {
    /// Every step, in the order in which it runs and stands in `status.json`.
    pub const ALL: &[Self] = &[
        Self::OriginalFile,
        Self::RawGeojson,
        Self::StandardGeojson,
        Self::FilteredGeojson,
        Self::Summary,
        Self::Units,
        Self::PropertiesPngs,
        Self::ZippedPngs,
    ];

    /// The key in the status object.
    pub fn name(self) -> &'static str {
        match self {
            Self::OriginalFile => "originalFile",
            Self::RawGeojson => "rawGeojson",
            Self::StandardGeojson => "standardGeojson",
            Self::FilteredGeojson => "filteredGeojson",
            Self::Summary => "summary",
            Self::Units => "units",
            Self::PropertiesPngs => "propertiesPNGs",
            Self::ZippedPngs => "zippedPNGs",
        }
    }

    /// The steps that follow one.
    pub(crate) fn after(self) -> &'static [Self] {
        let place = Self::ALL.iter().position(|step| *step == self);
        place.map_or(&[], |place| &Self::ALL[place + 1..])
    }

    /// The step of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|step| step.name() == name)
    }

    /// Whether a failure of this step makes the machine file failed.
    pub fn decides(self) -> bool {
        matches!(
            self,
            Self::RawGeojson | Self::StandardGeojson | Self::Summary | Self::Units
        )
    }
}
