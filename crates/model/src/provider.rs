//! Makers and services whose data we name, by the contract's `provider` codes.

/// The contract's `provider` values, and the brands it has no code for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Provider {
    /// CNH Industrial: Case IH, New Holland, Steyr.
    Cnhi,
    /// John Deere.
    JohnDeere,
    /// Trimble.
    Trimble,
    /// Climate FieldView.
    ClimateFieldView,
    /// Ag Leader.
    AgLeader,
    /// Raven and its service Slingshot.
    RavenSlingshot,
    /// Stara.
    Stara,
    /// Precision Planting.
    PrecisionPlanting,
    /// Farmobile.
    Farmobile,
    /// The format names no brand we have a code for.
    Leaf,
    /// A brand without a code, or none known.
    Other,
}

impl Provider {
    /// Every provider, in the order of the contract.
    pub const ALL: &[Self] = &[
        Self::Cnhi,
        Self::JohnDeere,
        Self::Trimble,
        Self::ClimateFieldView,
        Self::AgLeader,
        Self::RavenSlingshot,
        Self::Stara,
        Self::PrecisionPlanting,
        Self::Farmobile,
        Self::Leaf,
        Self::Other,
    ];

    /// The code on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::Cnhi => "CNHI",
            Self::JohnDeere => "JohnDeere",
            Self::Trimble => "Trimble",
            Self::ClimateFieldView => "ClimateFieldView",
            Self::AgLeader => "AgLeader",
            Self::RavenSlingshot => "RavenSlingshot",
            Self::Stara => "Stara",
            Self::PrecisionPlanting => "PrecisionPlanting",
            Self::Farmobile => "Farmobile",
            Self::Leaf => "Leaf",
            Self::Other => "Other",
        }
    }

    /// Whether it names a maker or service; `Leaf` and `Other` name none.
    pub fn is_maker(self) -> bool {
        !matches!(self, Self::Leaf | Self::Other)
    }

    /// Reads a code, whatever its case.
    pub fn from_code(code: &str) -> Option<Self> {
        if code.eq_ignore_ascii_case("Raven") {
            return Some(Self::RavenSlingshot);
        }
        Self::ALL
            .iter()
            .copied()
            .find(|p| p.code().eq_ignore_ascii_case(code))
    }
}

impl std::fmt::Display for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.code())
    }
}

impl PartialEq<&str> for Provider {
    fn eq(&self, code: &&str) -> bool {
        self.code() == *code
    }
}

impl serde::Serialize for Provider {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> serde::Deserialize<'de> for Provider {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::from_code(&code)
            .ok_or_else(|| serde::de::Error::custom(format!("`{code}` is no provider's code")))
    }
}
