//! JSON text of single values, appended to a buffer. No allocation but the buffer's own.

/// Whether a byte must be escaped within a JSON string (RFC 8259, section 7).
fn needs_escape(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// Appends a JSON string with its quotes.
pub(super) fn push_quoted(buffer: &mut Vec<u8>, text: &str) {
    buffer.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|byte| needs_escape(*byte)) {
        let (plain, tail) = rest.split_at(at);
        buffer.extend_from_slice(plain);
        if let Some((byte, tail)) = tail.split_first() {
            push_escape(buffer, *byte);
            rest = tail;
        }
    }
    buffer.extend_from_slice(rest);
    buffer.push(b'"');
}

fn push_escape(buffer: &mut Vec<u8>, byte: u8) {
    let short = match byte {
        b'"' => b'"',
        b'\\' => b'\\',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        _ => {
            let digit = |nibble: u8| {
                if nibble < 10 {
                    b'0' + nibble
                } else {
                    b'a' + nibble - 10
                }
            };
            buffer.extend_from_slice(b"\\u00");
            buffer.push(digit(byte >> 4));
            buffer.push(digit(byte & 15));
            return;
        }
    };
    buffer.extend_from_slice(&[b'\\', short]);
}

/// Appends the shortest text that reads back as the same number. Only for finite values.
pub(crate) fn push_number(buffer: &mut Vec<u8>, value: f64) {
    buffer.extend_from_slice(zmij::Buffer::new().format_finite(value).as_bytes());
}

/// Appends a whole number.
pub(crate) fn push_integer(buffer: &mut Vec<u8>, value: i64) {
    buffer.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

const DAY_MS: i64 = 86_400_000;

/// Appends an instant of UTC, given in milliseconds since 1970, as `2024-05-01T12:30:00.250Z`
/// without quotes. Years outside 0 to 9999 get a sign and at least six digits (ISO 8601, expanded).
pub fn push_instant(buffer: &mut Vec<u8>, milliseconds: i64) {
    let (year, month, day) = civil(milliseconds.div_euclid(DAY_MS));
    let of_day = milliseconds.rem_euclid(DAY_MS);
    if (0..=9_999).contains(&year) {
        buffer.extend_from_slice(&[
            digit(year / 1_000),
            digit(year / 100),
            digit(year / 10),
            digit(year),
        ]);
    } else {
        buffer.push(if year < 0 { b'-' } else { b'+' });
        let mut scratch = itoa::Buffer::new();
        let digits = scratch.format(year.unsigned_abs());
        buffer.extend(std::iter::repeat_n(
            b'0',
            6_usize.saturating_sub(digits.len()),
        ));
        buffer.extend_from_slice(digits.as_bytes());
    }
    let (second, milli) = (of_day / 1_000, of_day % 1_000);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    buffer.extend_from_slice(&[
        b'-',
        digit(month / 10),
        digit(month),
        b'-',
        digit(day / 10),
        digit(day),
        b'T',
        digit(hour / 10),
        digit(hour),
        b':',
        digit(minute / 10),
        digit(minute),
        b':',
        digit(second / 10),
        digit(second),
        b'.',
        digit(milli / 100),
        digit(milli / 10),
        digit(milli),
        b'Z',
    ]);
}

/// The last decimal digit of a number that is not negative.
fn digit(value: i64) -> u8 {
    b"0123456789"[(value % 10).unsigned_abs() as usize % 10]
}

/// Year, month and day of the proleptic Gregorian calendar for days since 1970-01-01: the year is
/// made to begin in March, so that the leap day comes last.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468; // since 0000-03-01
    let era = days.div_euclid(146_097); // 400 years
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(milliseconds: i64) -> String {
        let mut buffer = Vec::new();
        push_instant(&mut buffer, milliseconds);
        String::from_utf8(buffer).expect("ascii")
    }

    #[test]
    fn instants_agree_with_jiff() {
        let day = DAY_MS;
        let mut cases = vec![0, -1, 1, 999, 1_000, -1_000, day - 1, day, -day, -day - 1];
        for year in [
            -9_998_i16, -401, -1, 0, 1, 4, 100, 400, 1582, 1900, 1969, 1970, 1999, 2000, 2024,
            2100, 9_998,
        ] {
            for (month, date) in [(1, 1), (2, 28), (3, 1), (6, 30), (12, 31)] {
                let start = jiff::tz::TimeZone::UTC
                    .to_timestamp(jiff::civil::date(year, month, date).at(0, 0, 0, 0))
                    .expect("in range")
                    .as_millisecond();
                cases.extend([start - 1, start, start + 1, start + day - 1, start + day]);
            }
        }
        let mut step = -62_000_000_000_000_i64;
        while step < 200_000_000_000_000 {
            cases.push(step);
            step += 123_456_789_012;
        }
        for milliseconds in cases {
            let theirs = jiff::Timestamp::from_millisecond(milliseconds).expect("in range");
            assert_eq!(
                instant(milliseconds),
                format!("{theirs:.3}"),
                "{milliseconds}"
            );
        }
    }

    #[test]
    fn every_instant_has_a_text() {
        assert_eq!(instant(i64::MIN), "-292275055-05-16T16:47:04.192Z");
        assert_eq!(instant(i64::MAX), "+292278994-08-17T07:12:55.807Z");
    }

    #[test]
    fn strings_agree_with_serde_json() {
        let all: String = (0..0x300)
            .filter_map(char::from_u32)
            .chain("\u{2028}😀\u{10ffff}".chars())
            .collect();
        for text in [
            "",
            "plain",
            "\"",
            "\\",
            "a\"b\\c\n\r\t\u{8}\u{c}\u{1f}\u{7f}",
            "Grüße, 麦",
            &all,
        ] {
            let mut buffer = Vec::new();
            push_quoted(&mut buffer, text);
            let expected = serde_json::to_string(text).expect("a string");
            assert_eq!(String::from_utf8(buffer).expect("utf-8"), expected);
        }
    }
}
