//! The upload that a run is about, for its report and for the ids of its machine files.

use serde::{Deserialize, Serialize};

/// The upload as it arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// The name that it came with.
    pub name: String,
    /// Lower case hexadecimal.
    pub sha256: String,
    /// Its size in bytes.
    #[serde(rename = "sizeInBytes")]
    pub size_bytes: u64,
}
