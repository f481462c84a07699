//! Time logs: header template and decoded records, values as sparse rows.

use tramline_model::Finding;

/// A DLV of the header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderValue {
    pub ddi: u16,
    /// Constant for the whole log: the index never counts in the records.
    pub fixed: Option<i64>,
    pub device_element: Option<String>,
    /// PGN, start bit, stop bit (DDI DFFE).
    pub pgn: Option<(u32, u8, u8)>,
}

/// The record template. `in_record` of a position field tells whether it has bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    pub time_in_record: bool,
    /// Fixed start (TIM A) when not in the records.
    pub fixed_start: Option<String>,
    /// Fields A to I of PTN that stand in each record, in order.
    pub position_in_record: Vec<char>,
    /// Fields of PTN that are constant.
    pub position_fixed: Vec<(char, String)>,
    pub values: Vec<HeaderValue>,
    /// Bytes of a record before its values.
    pub record_bytes: usize,
}

/// A decoded log. Columns have one item per record; values are compressed rows: those of record
/// `i` are `value_offsets[i]..value_offsets[i + 1]`.
#[derive(Debug, Default)]
pub struct TimeLog {
    pub name: String,
    pub header: Header,
    pub records: usize,
    /// Terminal's wall clock, milliseconds since 1970-01-01 of that wall clock. Empty when the
    /// records have no time.
    pub time_ms: Vec<i64>,
    /// 1e-7 degrees, raw. Empty when the records have no position (a fixed one is repeated).
    pub latitude: Vec<i32>,
    pub longitude: Vec<i32>,
    /// Millimetres above the ellipsoid.
    pub up_mm: Vec<i32>,
    pub status: Vec<u8>,
    /// GPS UTC, milliseconds since 1970; `i64::MIN` where invalid.
    pub gps_ms: Vec<i64>,
    pub value_offsets: Vec<u32>,
    pub value_index: Vec<u8>,
    pub value: Vec<i32>,
    /// Bytes that belong to no record.
    pub skipped_bytes: u64,
    /// Stretches passed over.
    pub gaps: u32,
    pub findings: Vec<Finding>,
}
