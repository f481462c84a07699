//! The limits that a caller hands in.

/// Bounds on what an upload may cost. Reaching one is an error that tells which and how much.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Size of the upload (Z1).
    pub upload_bytes: u64,
    /// Entries over all levels (Z3).
    pub entries: usize,
    /// Unpacked bytes over all levels (Z6).
    pub unpacked_bytes: u64,
    /// Levels of archives inside the upload (Z7).
    pub nesting: u8,
    /// Bytes of one entry that a reader may hold in memory.
    pub entry_bytes: u64,
    /// Length of a line of text.
    pub line_bytes: usize,
    /// Columns of a table.
    pub columns: usize,
    /// Depth of XML and JSON.
    pub depth: usize,
    /// Attributes of an XML element.
    pub attributes: usize,
    /// Length of one XML value.
    pub value_bytes: usize,
    /// Points of a machine file.
    pub points: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            upload_bytes: 3 << 30,
            entries: 50_000,
            unpacked_bytes: 60 << 30,
            nesting: 2,
            entry_bytes: 1 << 30,
            line_bytes: 1 << 20,
            columns: 4_096,
            depth: 64,
            attributes: 256,
            value_bytes: 1 << 20,
            points: 100_000_000,
        }
    }
}
