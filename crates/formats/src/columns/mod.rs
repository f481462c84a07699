//! The column dictionary: what tables (DBF, CSV) call a quantity, which property it is, and in
//! which unit, inferred from the whole set of names. Never silent: an assumed unit is marked.

use std::collections::BTreeMap;
use tramline_model::{OperationType, Property, Unit};

/// A column title as found, and its unit where a metadata file or bracket tells it.
#[derive(Clone, Debug, Default)]
pub struct Title {
    /// As in the file, without unit bracket.
    pub name: String,
    /// Unit text from a bracket or metadata, for example `bu1ac-1`, `ft`.
    pub unit: Option<String>,
}

/// What a column means.
#[derive(Clone, Debug)]
pub struct Meaning {
    pub property: Property,
    /// `None` for text, integers and instants.
    pub unit: Option<&'static Unit>,
    /// The unit is the dictionary's assumption and not said by the file.
    pub assumed: bool,
}

/// Which family of exports a set of titles belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    DeereOperationsCenter,
    /// SMS with units in the names (`Yld_Vol_Dr`, `Crop Flw(M)`).
    SmsNamed,
    /// SMS "template 1" (`FLOW`, `CYCLES`, `SWATH`, …).
    SmsTemplate1,
    YieldEditor,
    CropScan,
    AgLeaderText,
    /// Only single names known.
    Generic,
}

/// The dictionary's answer for a set of titles.
#[derive(Debug)]
pub struct Mapping {
    pub family: Family,
    /// One for each title.
    pub columns: Vec<Option<Meaning>>,
    /// Inferred from which properties exist, or from a column that says so by name only.
    pub operation_type: Option<OperationType>,
    pub reason: String,
}

/// Looks a set of titles up. `column_map` (source title to `property[:unit]`) wins over all.
pub fn map_titles(_titles: &[Title], _column_map: &BTreeMap<String, String>) -> Mapping {
    Mapping { family: Family::Generic, columns: Vec::new(), operation_type: None, reason: String::new() }
}
