//! A time of day as texts write it: 24 or 12 hours, with or without zone, or as one number.

/// Milliseconds of the day, in UTC if the zone is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TimeOfDay {
    pub(super) ms: i64,
    pub(super) zoned: bool,
}

/// A clock: `h:mm[:ss[.fff]] [AM|PM] [Z|UTC|±hh[:mm]]`, `14h15`, `14.15.23`, or NMEA `hhmmss[.fff]`.
pub(super) fn read(text: &str) -> Option<TimeOfDay> {
    let text = text.trim();
    if text.is_empty() || text.len() > 64 {
        return None;
    }
    let parts = text
        .chars()
        .filter(|c| matches!(c, ':' | 'h' | 'H'))
        .count();
    if parts == 0 {
        let points = text.matches('.').count();
        let dotted = points == 2 && text.split('.').all(|p| (1..=2).contains(&p.len()));
        return if dotted {
            read(&text.replace('.', ":"))
        } else {
            nmea(text.trim_end_matches(['Z', 'z']))
        };
    }
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.' | ',' | 'h' | 'H')))
        .unwrap_or(text.len());
    let (clock, rest) = (text.get(..end)?, text.get(end..)?.trim());
    let mut numbers = clock.trim_end_matches(['h', 'H']).split([':', 'h', 'H']);
    let mut hour: i64 = numbers.next()?.parse().ok()?;
    let minute: i64 = numbers.next().map_or(Some(0), |t| t.parse().ok())?;
    let second: f64 = numbers
        .next()
        .map_or(Some(0.0), |t| t.replace(',', ".").parse().ok())?;
    if numbers.next().is_some() || !(0..60).contains(&minute) || !(0.0..61.0).contains(&second) {
        return None;
    }
    let mut zone = rest.to_uppercase();
    // `a. m.`, `P.M.`, `am`.
    let half: String = zone
        .chars()
        .filter(|c| !matches!(c, '.' | ' ' | '\u{a0}' | '\u{202f}'))
        .collect();
    for (word, noon) in [("AM", 0), ("PM", 12)] {
        let Some(after) = half.strip_prefix(word) else {
            continue;
        };
        if (1..=12).contains(&hour) {
            hour = hour % 12 + noon;
        } else if !(13..24).contains(&hour) || noon == 0 {
            // `13:05 PM` occurs: the clock is right and the word is superfluous.
            return None;
        }
        zone = after.to_owned();
        break;
    }
    if !(0..24).contains(&hour) {
        return None;
    }
    let ms = (hour * 60 + minute) * 60_000 + (second * 1_000.0).round() as i64;
    let shift = match zone.as_str() {
        "" => None,
        "Z" | "UTC" | "GMT" => Some(0),
        other => Some(offset(other)?),
    };
    Some(TimeOfDay {
        ms: ms - shift.unwrap_or(0),
        zoned: shift.is_some(),
    })
}

/// `+02:00`, `-0600`, `+2`, `UTC+2` in milliseconds.
fn offset(text: &str) -> Option<i64> {
    let text = text
        .strip_prefix("UTC")
        .or_else(|| text.strip_prefix("GMT"))
        .unwrap_or(text)
        .trim();
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = text.chars().skip(1).filter(|c| *c != ':').collect();
    if digits.is_empty() || digits.len() > 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = digits.split_at(digits.len().min(if digits.len() == 3 { 1 } else { 2 }));
    let hours: i64 = hours.parse().ok()?;
    let minutes: i64 = if minutes.is_empty() {
        0
    } else {
        minutes.parse().ok()?
    };
    (hours <= 15 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60_000)
}

/// The clock of an NMEA sentence, which is UTC; leading zeros may be lost.
fn nmea(text: &str) -> Option<TimeOfDay> {
    let number: f64 = text.parse().ok()?;
    let ms = hhmmss(number)?;
    Some(TimeOfDay { ms, zoned: true })
}

/// `hhmmss[.fff]` as a number.
pub(super) fn hhmmss(number: f64) -> Option<i64> {
    if !(0.0..240_000.0).contains(&number) {
        return None;
    }
    let whole = number as i64;
    let (hour, minute, second) = (whole / 10_000, whole / 100 % 100, whole % 100);
    let fraction = number - whole as f64;
    (minute < 60 && second < 61).then(|| {
        (hour * 60 + minute) * 60_000 + second * 1_000 + (fraction * 1_000.0).round() as i64
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_time_in_every_spelling() {
        let at = 14 * 3_600_000 + 15 * 60_000 + 23_000;
        #[rustfmt::skip]
        let cases = [
            ("14:15:23", false), ("2:15:23 PM", false), ("02:15:23pm", false), ("2:15:23 p. m.", false),
            ("2:15:23 p.m.", false), ("2:15:23\u{202f}PM", false), ("14:15:23 PM", false), ("14.15.23", false),
            ("14h15:23", false), ("14:15:23,000", false), ("14:15:23.000", false), ("14:15:23Z", true),
            ("14:15:23 UTC", true), ("16:15:23+02:00", true), ("08:15:23 -0600", true), ("16:15:23 UTC+2", true),
            ("141523", true), ("141523.00", true),
        ];
        for (text, zoned) in cases {
            assert_eq!(read(text), Some(TimeOfDay { ms: at, zoned }), "{text}");
        }
        assert_eq!(read("12:00:01 AM").map(|t| t.ms), Some(1_000));
        assert_eq!(read("12:00:01 a. m.").map(|t| t.ms), Some(1_000));
        assert_eq!(read("12:00:01 PM").map(|t| t.ms), Some(43_201_000));
        assert_eq!(read("9h").map(|t| t.ms), Some(32_400_000));
        assert_eq!(read("14h15").map(|t| t.ms), Some(51_300_000));
        for text in [
            "",
            "25:00",
            "12:60",
            "0:30 AM",
            "12:00:61",
            "1:2:3:4",
            "noon",
            "14:15 o'clock",
            "250000",
            "h",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
