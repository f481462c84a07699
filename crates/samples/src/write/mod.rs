//! The simulated records in the formats that displays and office programs write.
//!
//! Rule: a writer rounds as the real format does and adds nothing that the simulator does not
//! know. Each returns the files of one dataset with paths from its own root.

pub mod adm;
pub mod deere_gen4;
pub mod deere_greenstar;
pub mod flatgeobuf;
pub mod geojson;
pub mod geopackage;
pub mod isoxml;
pub mod kml;
pub mod raven;
pub mod raven_viper;
pub mod shapefile;
pub mod text;
pub mod time_log;
pub mod topcon;
pub mod trimble;
mod wire;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

pub(crate) const POUND: f64 = 0.453_592_37;
pub(crate) const ACRE: f64 = 4_046.856_422_4;
pub(crate) const FOOT: f64 = 0.3048;
pub(crate) const INCH: f64 = 0.0254;
pub(crate) const GALLON: f64 = 3.785_411_784;

/// Wall clock at an offset from UTC.
pub(crate) fn wall_clock(time_ms: i64, offset_min: i32) -> DateTime {
    let offset = Offset::from_seconds(offset_min * 60).unwrap_or(Offset::UTC);
    let instant = Timestamp::from_millisecond(time_ms).unwrap_or_default();
    offset.to_datetime(instant)
}

/// `2025-05-04T14:00:00.000Z`.
pub(crate) fn iso_utc(time_ms: i64) -> String {
    wall_clock(time_ms, 0)
        .strftime("%Y-%m-%dT%H:%M:%S.%3fZ")
        .to_string()
}

/// Dry bushels per acre of corn, soybeans and the like, by the rule of shrink only.
pub(crate) fn dry_bushels_per_acre(kg_m2: f64, moisture: f64, crop: &str) -> f64 {
    let (test_weight, standard) = if crop == "Corn" {
        (25.40, 15.0)
    } else {
        (27.22, 13.0)
    };
    let shrink = if moisture > standard {
        (100.0 - moisture) / (100.0 - standard)
    } else {
        1.0
    };
    kg_m2 * ACRE / test_weight * shrink
}
