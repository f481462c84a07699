//! Where the numbers of the crop tables come from (`data/crop-sources.csv`).
//!
//! Rule: each number names one source, and the source tells how far it can be trusted.

use std::sync::OnceLock;

/// How far a source can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceStatus {
    /// A law, a standard or a publication states the number itself.
    Source,
    /// Custom of the trade, as several tables give it.
    Customary,
    /// General knowledge, to be checked.
    Background,
}

impl SourceStatus {
    /// The word in the list of sources.
    pub fn word(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Customary => "customary",
            Self::Background => "background",
        }
    }

    /// A word that nobody knows is trusted least.
    fn of_word(word: &str) -> Self {
        match word {
            "source" => Self::Source,
            "customary" => Self::Customary,
            _ => Self::Background,
        }
    }
}

/// One entry of the list of sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CropSource {
    /// The short name that the numbers carry.
    pub key: &'static str,
    /// Title of the publication.
    pub title: &'static str,
    /// Who published it.
    pub publisher: &'static str,
    /// What it says, in our words.
    pub says: &'static str,
    /// How far the number can be trusted.
    pub status: SourceStatus,
}

/// Every source that a number of the crop tables can name.
pub fn crop_sources() -> &'static [CropSource] {
    static SOURCES: OnceLock<Vec<CropSource>> = OnceLock::new();
    SOURCES.get_or_init(|| parsed(include_str!("../../data/crop-sources.csv")))
}

/// Reads a list of sources.
pub(crate) fn parsed(text: &'static str) -> Vec<CropSource> {
    text.lines()
        .skip(1)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let mut cells = line.split(';');
            let mut cell = || cells.next().unwrap_or_default();
            CropSource {
                key: cell(),
                title: cell(),
                publisher: cell(),
                says: cell(),
                status: SourceStatus::of_word(cell()),
            }
        })
        .collect()
}

pub(super) fn source_of_key(key: &str) -> Option<&'static CropSource> {
    crop_sources().iter().find(|source| source.key == key)
}
