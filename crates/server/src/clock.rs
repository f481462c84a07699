//! Time as the service keeps it: microseconds since 1970 UTC, ISO 8601 with `Z` on the wire.

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

/// ISO 8601 with or without seconds, fraction and offset; without an offset it is UTC. A date alone
/// is its midnight.
pub(crate) fn parse(text: &str) -> Option<Micros> {
    let text = text.trim();
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Some(instant.as_microsecond());
    }
    // A plus sign in a query that was not escaped arrives as a space.
    if let Some((head, tail)) = text.rsplit_once(' ')
        && tail.len() >= 4
        && tail.contains(':')
        && head.contains('T')
        && let Ok(instant) = format!("{head}+{tail}").parse::<jiff::Timestamp>()
    {
        return Some(instant.as_microsecond());
    }
    let bare = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    if let Ok(civil) = bare.parse::<jiff::civil::DateTime>() {
        return utc(civil);
    }
    let date = bare.parse::<jiff::civil::Date>().ok()?;
    utc(date.at(0, 0, 0, 0))
}

fn utc(civil: jiff::civil::DateTime) -> Option<Micros> {
    let instant = jiff::tz::Offset::UTC.to_timestamp(civil).ok()?;
    Some(instant.as_microsecond())
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
}
