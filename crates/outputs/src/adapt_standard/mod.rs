//! AgGateway ADAPT Standard 2.0: `adapt.json` with catalog and one work record, and its operation's
//! points as GeoParquet 1.0.0.
//!
//! Rule: points stream through [`RecordsWriter`]; [`document`] is made once they are written, of
//! what the file says of itself. A record has the ground that it covers as its geometry where
//! footprints are made, else a point; width and area are columns either way. [`write_stored`] makes
//! the same of a machine file that was stored.

mod catalog;
mod document;
mod names;
mod records;
mod stored;
mod totals;

pub use document::{Facts, document};
pub use names::{DOCUMENT, RECORDS};
pub use records::{GEOMETRY, RecordsWriter, TIMESTAMP, Variable, variables};
pub use stored::{StoredFile, write_stored};
pub use totals::{AMOUNT_TOTALS, RATE_TOTALS, rate_total};
