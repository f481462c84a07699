//! Sample data with known truth: what `tramline demo` ships, and what the tests read.
//!
//! [`simulate()`] drives an invented machine over an invented field and adds up what it did;
//! [`write`](mod@write) puts the same records into the formats that displays write; [`table`] into any
//! table that a program exports; [`yield_field`] makes harvest fields on which the cleaning of yield
//! data is judged; [`named`] has small samples by name. Rule: the truth is counted by the simulator and never by a reader, and the same
//! plan gives the same bytes everywhere (no clock, no random source of the system).

pub mod named;
mod project;
pub mod sample;
pub mod simulate;
pub mod table;
pub mod write;
pub mod yield_field;

/// Files of an upload: path from its root with `/`, and bytes.
pub type Files = Vec<(String, Vec<u8>)>;

pub use sample::{prefixed, sample_fields, sample_stick, zip};
pub use simulate::{Operation, Plan, Record, Simulated, Truth, simulate};
