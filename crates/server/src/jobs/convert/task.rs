//! What a run of a conversion has to do.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use tramline_convert::Refusal;

/// The conversion of an upload.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Convert {
    /// Only these machine files may change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) only: Option<Vec<String>>,
    /// Machine files that stay as they are, although the whole upload is converted.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) kept: BTreeSet<String>,
    /// Datasets that killed a converter, each with the reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) refused: BTreeMap<String, Refusal>,
    /// Datasets at which something outside killed the converter: tried once more.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) killed: BTreeSet<String>,
    /// A converter died while it had boundaries: the points are located afterwards, by a run of
    /// their own.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) unlocated: bool,
}
