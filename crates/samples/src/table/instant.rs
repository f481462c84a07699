//! Spellings of an instant: a pattern of `strftime` for the clock on the wall, or one of the ways
//! in which programs count.

use super::cell::Cell;
use crate::write::wall_clock;
use crate::{Record, Simulated};

/// `how` is a pattern, or `utc`, `unix`, `unix-ms`, `unix-10s` (a clock of ten seconds), `serial`
/// (days of a spreadsheet), `serial-day`, `seconds-of-day`, `hhmmss`, `elapsed`, `wall-10s` followed
/// by a pattern.
pub(super) fn cell(how: &str, simulated: &Simulated, record: &Record) -> Cell {
    let offset = simulated.plan.utc_offset_min;
    let ms = record.time_ms;
    let wall =
        |ms: i64, pattern: &str| Cell::Text(wall_clock(ms, offset).strftime(pattern).to_string());
    let local_ms = ms + i64::from(offset) * 60_000;
    match how {
        "utc" => Cell::Text(wall_clock(ms, 0).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
        "unix" => Cell::Number((ms / 1_000) as f64, 0),
        "unix-ms" => Cell::Number(ms as f64, 0),
        "unix-10s" => Cell::Number((ms / 10_000 * 10) as f64, 0),
        // 1970-01-01 is day 25,569 of a spreadsheet.
        "serial" => Cell::Number(25_569.0 + local_ms as f64 / 86_400_000.0, 8),
        "serial-day" => Cell::Number(25_569.0 + local_ms.div_euclid(86_400_000) as f64, 0),
        "seconds-of-day" => Cell::Number((local_ms.rem_euclid(86_400_000) / 1_000) as f64, 0),
        "hhmmss" => wall(ms, "%H%M%S"),
        "elapsed" => Cell::Number(((ms - simulated.plan.start_ms) / 1_000) as f64, 0),
        pattern => match pattern.strip_prefix("wall-10s ") {
            Some(pattern) => wall(ms / 10_000 * 10_000, pattern),
            None => wall(ms, pattern),
        },
    }
}
