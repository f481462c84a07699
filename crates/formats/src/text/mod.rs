//! Delimited text with positions: Ag Leader Basic and Advanced text, SMS exports, CropScan and
//! Yield Editor tables, and any other table whose titles the column dictionary knows.
//!
//! Rule: the whole file streams; what cannot be read as its column says becomes null and is
//! counted. Text that is no table with positions is not claimed.

mod claim;
mod decode;
pub(crate) mod findings;
mod read;
pub(crate) mod refusal;
mod sniff;

pub(crate) use claim::is_table;

use crate::claim::Sureness::{Proven, Reported, Sampled};
use crate::claim::{Format, covers};
use tramline_model::Provider;

/// The format's entry in the registry.
pub static FORMAT: Format = Format {
    id: claim::ID,
    name: "delimited text",
    file_formats: &["CSV"],
    reads: "Ag Leader Basic and Advanced text, SMS text exports (US and metric, nine languages), Yield Editor, \
            CropScan, and any CSV with longitude, latitude and a column that the dictionary or a \
            column map knows",
    coverage: &[
        covers(
            Provider::AgLeader,
            "Basic and Advanced text, SMS text (US, metric, French)",
            Proven,
            "public files; one equals the shapefile of the same harvest",
        ),
        covers(
            Provider::AgLeader,
            "SMS text in German, Spanish, Portuguese, Italian, Polish, Danish, Dutch",
            Reported,
            "titles by their words; generated tables only",
        ),
        covers(
            Provider::Other,
            "CropScan, Yield Editor, any CSV with known columns",
            Sampled,
            "public files of four other makers and studies",
        ),
    ],
    claim: claim::claim,
    sides: crate::claim::alone,
    read: read::read,
};
