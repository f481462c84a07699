//! A verdict on data that is not taken.

use serde::{Deserialize, Serialize};

/// Why a dataset is not read, and what the person can do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What is wrong.
    pub reason: String,
    /// What the person can do.
    pub hint: String,
}
