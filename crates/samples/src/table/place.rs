//! Spellings of a position: degrees in many ways, metres of a projection, well-known text.

use super::cell::Cell;
use crate::project::project;
use crate::{Plan, Record};

/// `how` of a longitude or latitude: nothing (decimal degrees), `dms`, `dm`, `nmea`, `letter`, `e7`;
/// `letter-first`; of `east`, `north` the code of the system, or `local` for metres from the corner; of `wkt` nothing, or that code for EWKT.
pub(super) fn cell(what: &str, how: &str, plan: &Plan, record: &Record) -> Cell {
    let (x, y) = (record.longitude, record.latitude);
    let code = || how.parse().unwrap_or(4326);
    match what {
        "longitude" => degrees(x, how, ['E', 'W'], 3),
        "latitude" => degrees(y, how, ['N', 'S'], 2),
        "east" if how == "local" => {
            let scale = 111_320.0 * plan.latitude.to_radians().cos();
            Cell::Number((x - plan.longitude) * scale, 2)
        }
        "north" if how == "local" => Cell::Number((y - plan.latitude) * 110_900.0, 2),
        "east" => Cell::Number(project(x, y, code()).0, 2),
        "north" => Cell::Number(project(x, y, code()).1, 2),
        _ if how.is_empty() => Cell::Text(format!("POINT ({x:.8} {y:.8})")),
        _ => {
            let (east, north) = project(x, y, code());
            Cell::Text(format!("SRID={how};POINT({east:.3} {north:.3})"))
        }
    }
}

fn degrees(value: f64, how: &str, letters: [char; 2], width: usize) -> Cell {
    let letter = if value < 0.0 { letters[1] } else { letters[0] };
    let size = value.abs();
    // Minutes rounded as they are written, so that none shows as 60.
    let minutes = (size * 60.0 * 1e6).round() / 1e6;
    let (whole, rest) = ((minutes / 60.0).floor(), minutes.rem_euclid(60.0));
    match how {
        "" => Cell::Number(value, 8),
        "e7" => Cell::Number((value * 1e7).round(), 0),
        "letter" => Cell::Text(format!("{size:.7}{letter}")),
        "letter-first" => Cell::Text(format!("{letter} {size:.7}")),
        "dms" => {
            let seconds = (size * 3_600.0 * 1e3).round() / 1e3;
            let minutes = (seconds / 60.0).floor();
            let (whole, minute) = ((minutes / 60.0).floor(), minutes.rem_euclid(60.0));
            let second = seconds - minutes * 60.0;
            Cell::Text(format!("{whole}°{minute:02}'{second:06.3}\"{letter}"))
        }
        "dm" => {
            let sign = if value < 0.0 { "-" } else { "" };
            Cell::Text(format!("{sign}{whole} {rest:09.6}"))
        }
        "nmea" => Cell::Text(format!("{whole:0width$}{rest:09.6},{letter}")),
        other => panic!("no spelling of degrees: {other}"),
    }
}
