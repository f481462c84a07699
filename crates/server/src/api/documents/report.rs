//! What was read of a machine file, what was left out of it, and why.

use super::bytes::Document;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// How much a finding matters to the person who uploaded the file: `note` is worth knowing, with `warning` something
/// was assumed, left out or repaired, with `error` a part could not be read or a result cannot be true.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) enum FindingSeverity {
    Note,
    Warning,
    Error,
}

/// Something that was noticed.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct Finding {
    /// What it is, for programs; the documentation lists all codes.
    #[schema(example = "isoxml.time-log-truncated")]
    code: String,
    /// How much it matters.
    severity: FindingSeverity,
    /// The entry of the upload, and after ` @ ` the byte, row or element; empty for the upload as a whole.
    #[schema(example = "TASKDATA/TLG00003.BIN @ byte 4096")]
    place: String,
    /// What was noticed, for people.
    text: String,
    /// What to do about it, for people.
    hint: Option<String>,
    /// The numbers and names of the text, for programs; their keys depend on the code.
    values: Option<BTreeMap<String, Document>>,
}

/// An entry of an upload that no machine file was made of.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct IgnoredEntry {
    /// Path in the zip.
    #[schema(example = "photos/IMG_0001.JPG")]
    entry: String,
    /// Why nothing was made of it.
    #[schema(example = "a picture without machine records")]
    reason: String,
    /// The main entry of the dataset that it was recognised as a part of.
    set: Option<String>,
}

/// What the source logged.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct RecordCounts {
    /// Records, before those of one instant are joined and the sections of an implement are laid out.
    read: u64,
    /// Bytes that no record could be made of.
    skipped_bytes: u64,
}

/// What became of the points: read = standard + dropped (but `filter.…`), and standard + restored = filtered + dropped
/// (`filter.…`).
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct PointCounts {
    /// Points that were read.
    read: u64,
    /// Points of the standard output.
    standard: u64,
    /// Points of the filtered output.
    filtered: u64,
    /// Points of the filtered output that the standard one lacks: with the sensor's lag taken back they have a value.
    restored: Option<u64>,
    /// Number of dropped points by reason, such as `cleanup.recordingStatus`.
    dropped: BTreeMap<String, u64>,
}

/// What was read of the file, what was left out, and why. Empty until the file is converted.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct FileReport {
    /// What the display called the work, or the name of the log.
    name: Option<String>,
    /// The folder that the command line would write the results to.
    dir: Option<String>,
    /// Paths of the entries that the file was made of.
    entries: Option<Vec<String>>,
    /// Properties that the file lacks although work of its kind has them.
    missing: Option<Vec<String>>,
    /// What the source logged.
    records: Option<RecordCounts>,
    /// What became of the points.
    points: Option<PointCounts>,
    /// What was noticed, the most serious first.
    findings: Option<Vec<Finding>>,
}
