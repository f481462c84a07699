//! Time as the service keeps it: microseconds since 1970 UTC, ISO 8601 with `Z` on the wire.

use jiff::civil::DateTime;
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;

/// Microseconds since 1970 UTC.
pub type Micros = i64;

/// A second in [`Micros`].
pub(crate) const SECOND: Micros = 1_000_000;

pub(crate) fn now() -> Micros {
    jiff::Timestamp::now().as_microsecond()
}

/// `2026-05-04T12:00:00.123456Z`.
pub(crate) fn iso(micros: Micros) -> String {
    jiff::Timestamp::from_microsecond(micros)
        .map_or_else(|_| String::new(), |instant| format!("{instant:.6}"))
}

/// ISO 8601 with or without seconds, fraction and offset; without an offset it is UTC. A date alone is its
/// midnight. Years are written with four digits, 0000 to 9999; all of them can be read, also where the offset leads
/// beyond them.
pub(crate) fn parse(text: &str) -> Option<Micros> {
    let text = text.trim();
    instant(text).or_else(|| {
        // A plus sign in a query that was not escaped arrives as a space.
        let (head, tail) = text.rsplit_once(' ')?;
        let offset = tail.len() >= 4 && tail.contains(':') && head.contains('T');
        offset.then(|| instant(&format!("{head}+{tail}"))).flatten()
    })
}

/// In calendar terms, since a `Timestamp` ends a day before the year 9999 does.
fn instant(text: &str) -> Option<Micros> {
    let read = Pieces::parse(text).ok()?;
    // ISO 8601 has no zones in brackets, and one that is not obeyed would be hours off.
    if read.time_zone_annotation().is_some() {
        return None;
    }
    let written = read.date().to_datetime(read.time().unwrap_or_default());
    if written.year() < 0 {
        return None;
    }
    let begin = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
    let since = written.duration_since(begin).as_micros();
    let ahead = read.to_numeric_offset().unwrap_or(Offset::UTC).seconds();
    let ahead = Micros::from(ahead).checked_mul(SECOND)?;
    Micros::try_from(since).ok()?.checked_sub(ahead)
}

#[cfg(test)]
mod tests {
    //! The forms of time that clients send.

    use super::{iso, parse};

    #[test]
    fn every_form_of_a_time_is_read() {
        let expected = Some(1_571_775_900_000_000);
        for text in [
            "2019-10-22T20:25",
            "2019-10-22T20:25Z",
            "2019-10-22T20:25:00",
            "2019-10-22T20:25:00Z",
            "2019-10-22T20:25:00.000000Z",
            "2019-10-22T22:25:00+02:00",
            "2019-10-22T22:25:00 02:00",
            "2019-10-22 20:25:00",
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
        assert_eq!(parse("2019-10-22"), Some(1_571_702_400_000_000));
        assert_eq!(parse("yesterday"), None);
        assert_eq!(iso(1_571_775_900_000_000), "2019-10-22T20:25:00.000000Z");
    }

    #[test]
    fn every_year_of_four_digits_is_read_and_no_other() {
        for (text, expected) in [
            ("0000-01-01", -62_167_219_200_000_000),
            ("0000-01-01T00:00:00+14:00", -62_167_269_600_000_000),
            ("0001-01-01T00:00Z", -62_135_596_800_000_000),
            ("9999-12-31", 253_402_214_400_000_000),
            ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
            ("9999-12-31T23:59:59-23:59", 253_402_387_139_000_000),
        ] {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
        for text in [
            "-000001-12-31",
            "-009999-01-01T00:00:00Z",
            "+010000-01-01",
            "10000-01-01T00:00:00Z",
            "99999-12-31",
            "999-01-01",
            "9999-12-32",
            "2019-02-29",
            "2019-10-22T25:00",
            "2019-10-22T20:25:00[Europe/Berlin]",
            "2019-10-22T20:25:00+02:00[nowhere]",
            "",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
