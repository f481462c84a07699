//! What the consumers leave for the summary and the status.

use serde_json::Value;
use serde_json::value::RawValue;

/// Filled by the consumers.
#[derive(Default)]
pub(crate) struct Described {
    /// The worked area as GeoJSON.
    pub(crate) geometry: Option<Box<RawValue>>,
    /// The summary's `coverage`.
    pub(crate) coverage: Option<Value>,
    /// The summary's `cleaning`; absent without filtered output.
    pub(crate) cleaning: Option<Value>,
    /// There are images.
    pub(crate) painted: bool,
}
