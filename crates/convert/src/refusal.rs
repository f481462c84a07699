//! A verdict on data that is not taken.

use serde::{Deserialize, Serialize};

/// Why a dataset is not read, and what the person can do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub reason: String,
    pub hint: String,
}
