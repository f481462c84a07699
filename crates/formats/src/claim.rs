//! What a format says of the entries it recognises, and how it is asked to read them.

use crate::shared::columns::given::Used;
use crate::source::{EntryId, Limits, Tree};
use std::collections::BTreeMap;
use tramline_model::{OperationType, Provider, ReadError, Receiver};

/// One format: how to recognise it and how to read it. Listed once, in `registry.rs`.
pub struct Format {
    /// Folder name and id, for example `isoxml`.
    pub id: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// The `fileFormat` codes of the API that this format answers to.
    pub file_formats: &'static [&'static str],
    /// What is read, in one line for people.
    pub reads: &'static str,
    /// Whose data, how far, and on what evidence.
    pub coverage: &'static [Coverage],
    /// Names and bounded first bytes only, and what the caller says of them: a table whose columns
    /// only the caller names is recognised too.
    pub claim: fn(&Tree, &ReadOptions) -> Vec<Claim>,
    /// Whether a file beside a file that was given alone belongs to the same data: see [`Sides`].
    pub sides: Sides,
    /// Pushes machine files into the receiver. An error before any `begin` is one failed machine
    /// file for the whole claim.
    pub read: Read,
}

/// Told the name of a file that was given alone and the name of another in its folder (of one in a
/// folder beside it `folder/name`, and before that `folder/`), all in lower case: whether the other
/// is part of the same data. By names only.
pub type Sides = fn(&str, &str) -> bool;

/// The rule of formats whose data are one file.
pub(crate) fn alone(_: &str, _: &str) -> bool {
    false
}

/// How a format reads a claim: the upload, the claim, bounds, what the caller knows, and who takes
/// the machine files. It answers an error where the claim as a whole cannot be read, or where the
/// receiver wants no more.
pub type Read =
    fn(&Tree, &Claim, &Limits, &ReadOptions, &mut dyn Receiver) -> Result<(), ReadError>;

/// How sure we are that a provider's data are read right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sureness {
    /// Values compared with another program's, or the maker's own export, of the same logs.
    Proven,
    /// Real files are read and plausible; nothing independent to compare with.
    Sampled,
    /// Built from a description; no real file was seen.
    Reported,
    /// Recognised and named, not read.
    Named,
}

impl Sureness {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Sampled => "sampled",
            Self::Reported => "reported",
            Self::Named => "named, not read",
        }
    }
}

/// One row of the table of what is read: provider by data.
#[derive(Clone, Copy, Debug)]
pub struct Coverage {
    /// Whose data.
    pub provider: Provider,
    /// The display, program or service that writes it.
    pub data: &'static str,
    /// How sure.
    pub sureness: Sureness,
    /// What that rests on.
    pub evidence: &'static str,
}

pub(crate) const fn covers(
    provider: Provider,
    data: &'static str,
    sureness: Sureness,
    evidence: &'static str,
) -> Coverage {
    Coverage {
        provider,
        data,
        sureness,
        evidence,
    }
}

/// How sure a format is. Of two claims on one entry the higher wins; of equal ones the format
/// that stands first in the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// By extension only.
    Name,
    /// By structure of a general kind (any CSV, any shapefile).
    General,
    /// By content that only this format has.
    Content,
    /// By content and tree.
    Certain,
    /// A card of a closed format that carries stubs of an open one.
    Card,
}

/// What is to be done with claimed entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// `Format::read` gives machine files.
    Read,
    /// A known format that is not read: one failed machine file with this text and way out.
    Recognised {
        /// The `fileFormat` code of the format.
        file_format: &'static str,
        /// Who made the data.
        provider: Provider,
        /// What the format is, and why it is not read.
        text: String,
        /// What the person can do; empty when there is nothing.
        hint: String,
    },
    /// Known, and not machine data (prescription, boundary, setup, report): listed with the
    /// reason, no machine file.
    NotMachineData {
        /// What it is, for people.
        reason: String,
    },
    /// Data of another kind than field work (soil surveys, weather), or work that cannot be placed:
    /// listed with the reason as what nobody recognised is.
    OtherData {
        /// What it is, what is missing and what to do, for people.
        reason: String,
    },
}

impl Verdict {
    /// Why entries are listed and not read.
    pub fn listed(&self) -> Option<&str> {
        match self {
            Self::NotMachineData { reason } | Self::OtherData { reason } => Some(reason),
            Self::Read | Self::Recognised { .. } => None,
        }
    }
}

/// One dataset that a format recognised.
#[derive(Clone, Debug)]
pub struct Claim {
    /// `Format::id`.
    pub format: &'static str,
    /// How sure the format is that the entries are its own.
    pub confidence: Confidence,
    /// The entry that stands for the dataset (`TASKDATA.XML`, the `.shp`).
    pub main: EntryId,
    /// All entries of the dataset, `main` among them.
    pub entries: Vec<EntryId>,
    /// Why, for people.
    pub reason: String,
    /// What is to be done with the entries.
    pub verdict: Verdict,
}

/// What the caller knows about the data, and how it wants it read.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// Source column to `property` or `property:unit`, for tables that no dictionary knows.
    pub column_map: BTreeMap<String, String>,
    /// Which entries of the map were used.
    pub used: Used,
    /// The crop, where the caller names it.
    pub crop: Option<String>,
    /// Working width in metres, where the points have none.
    pub equipment_width_m: Option<f64>,
    /// The kind of work, where the caller names it; it wins over what the data say.
    pub operation_type: Option<OperationType>,
    /// Instants after this are not believed. Milliseconds since 1970 UTC; `None` allows to 2100.
    pub latest_instant_ms: Option<i64>,
    /// Rates and flows logged on change are held this long without confirmation. Default 10 s.
    pub hold_ms: Option<i64>,
}
