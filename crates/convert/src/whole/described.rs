//! What the consumers leave for the summary and the status.

use crate::analysis::Covered;
use crate::plausible::judge::Implausible;
use serde_json::Value;
use serde_json::value::RawValue;

/// Filled by the consumers.
#[derive(Default)]
pub(crate) struct Described {
    /// The worked area as GeoJSON.
    pub(crate) geometry: Option<Box<RawValue>>,
    /// The summary's `coverage`.
    pub(crate) coverage: Option<Value>,
    /// The covered ground in numbers.
    pub(crate) covered: Option<Covered>,
    /// The summary's `cleaning`; absent without filtered output.
    pub(crate) cleaning: Option<Value>,
    /// Results that cannot be true.
    pub(crate) plausibility: Vec<Implausible>,
    /// There are images.
    pub(crate) painted: bool,
}
