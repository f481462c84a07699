//! Time logs: header template and decoded records, values as sparse rows.

use tramline_model::Finding;

/// A value of the header (DLV).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderValue {
    /// A: data dictionary identifier.
    pub ddi: u16,
    /// Constant for the whole log: the index never counts in the records.
    pub fixed: Option<i64>,
    /// C: device element id.
    pub device_element: Option<String>,
    /// PGN, start bit, stop bit (DDI DFFE).
    pub pgn: Option<(u32, u8, u8)>,
}

/// The record template. `in_record` of a position field tells whether it has bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    /// Each record begins with its time.
    pub time_in_record: bool,
    /// Fixed start (TIM A) when not in the records.
    pub fixed_start: Option<String>,
    /// Fields A to I of PTN that stand in each record, in order.
    pub position_in_record: Vec<char>,
    /// Fields of PTN that are constant.
    pub position_fixed: Vec<(char, String)>,
    /// DLV of the header, by index.
    pub values: Vec<HeaderValue>,
    /// Bytes of a record before its values.
    pub record_bytes: usize,
}

/// A decoded log. Columns have one item per record; values are compressed rows: those of record
/// `i` are `value_offsets[i]..value_offsets[i + 1]`.
#[derive(Debug, Default)]
pub struct TimeLog {
    /// Name of the log, without extension.
    pub name: String,
    /// The record template.
    pub header: Header,
    /// Number of records.
    pub records: usize,
    /// Terminal's wall clock, milliseconds since 1970-01-01 of that wall clock. Empty when the
    /// records have no time.
    pub time_ms: Vec<i64>,
    /// 1e-7 degrees, raw. Empty when the records have no position (a fixed one is repeated).
    pub latitude: Vec<i32>,
    /// 1e-7 degrees, raw, as `latitude`.
    pub longitude: Vec<i32>,
    /// Millimetres above the ellipsoid.
    pub up_mm: Vec<i32>,
    /// Position status (PTN D) as logged.
    pub status: Vec<u8>,
    /// GPS UTC, milliseconds since 1970; `i64::MIN` where invalid.
    pub gps_ms: Vec<i64>,
    /// First value of each record, and the end of the last.
    pub value_offsets: Vec<u32>,
    /// Header index of each value.
    pub value_index: Vec<u8>,
    /// Raw value of each value.
    pub value: Vec<i32>,
    /// Bytes that belong to no record.
    pub skipped_bytes: u64,
    /// Stretches passed over.
    pub gaps: u32,
    /// What was noticed while reading.
    pub findings: Vec<Finding>,
}

/// Degrees of a raw position; `None` where it is not available.
pub(crate) fn degrees(raw: i32) -> Option<f64> {
    (raw != i32::MAX && raw != i32::MIN).then(|| f64::from(raw) / 1e7)
}
