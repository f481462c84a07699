//! Titles of columns that are no property of a point: names, days and clocks.
//!
//! Rule: as in `dictionary.rs`: letters and digits in small letters; the better title first.

pub(super) static GROWER: &[&str] = &["grower", "client", "clientname", "clientnam", "farmer"];
pub(super) static FARM: &[&str] = &["farm", "farmname"];
pub(super) static FIELD: &[&str] = &["field", "fieldname", "paddock", "sampleid"];
pub(super) static DATE: &[&str] = &["date", "datestamp", "day"];
pub(super) static TIME: &[&str] = &["time", "utc", "utctime", "heure", "localtime"];
pub(super) static OPERATION: &[&str] = &["operation", "operationtype", "type"];
