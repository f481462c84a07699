//! Instants as texts write them, read column by column: ISO 8601, US and European dates, separate
//! date and time, NMEA clocks, seconds since 1970.
//!
//! Rule: the whole column decides between day-month and month-day; a text without zone stays
//! marked so ([`Instant::zoned`] is false and the milliseconds are the clock read as UTC).

/// A point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instant {
    /// Milliseconds since 1970; of the local clock when `zoned` is false.
    pub ms: i64,
    /// The text says its zone, or is a count since 1970 UTC.
    pub zoned: bool,
}

/// Which of the two first numbers of `4/5/2019` is the day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Month first: what US displays write, and what stands when nothing tells.
    #[default]
    MonthFirst,
    /// Day first: `31/12/2019`.
    DayFirst,
}

/// Reads the instants of one column.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    order: Order,
    settled: bool,
    seen: bool,
}

const DAY_MS: i64 = 86_400_000;

impl Reader {
    /// Settles the order of day and month from the texts of a column.
    pub fn from_column<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut reader = Self::default();
        for text in texts {
            reader.observe(text);
        }
        reader
    }

    /// Looks at one more text: a first number above 12 is a day.
    pub fn observe(&mut self, text: &str) {
        let Some((date, _)) = split(text) else { return };
        let Some((a, b, c)) = numbers(date) else {
            return;
        };
        if a > 31 || c > 9_999 {
            return;
        }
        self.seen = true;
        if a > 12 && b <= 12 {
            (self.order, self.settled) = (Order::DayFirst, true);
        } else if b > 12 && a <= 12 && !self.settled {
            (self.order, self.settled) = (Order::MonthFirst, true);
        }
    }

    /// Reads day first when no text of the column tells.
    pub fn prefer_day_first(&mut self) {
        if !self.settled {
            (self.order, self.settled) = (Order::DayFirst, true);
        }
    }

    /// Dates with a slash were seen and none of them tells the day from the month.
    pub fn ambiguous(&self) -> bool {
        self.seen && !self.settled
    }

    /// Date and time in one text, or a count since 1970. A date alone is its midnight.
    pub fn parse(&self, text: &str) -> Option<Instant> {
        let text = text.trim().trim_matches('"').trim();
        if let Some(instant) = count(text) {
            return Some(instant);
        }
        let (date, clock) = split(text)?;
        let day = self.date(date)?;
        if clock.is_empty() {
            return Some(Instant {
                ms: day * DAY_MS,
                zoned: false,
            });
        }
        let clock = time_of_day(clock)?;
        Some(Instant {
            ms: day * DAY_MS + clock.ms,
            zoned: clock.zoned,
        })
    }

    /// Separate date and time texts.
    pub fn parse_pair(&self, date: &str, time: &str) -> Option<Instant> {
        let (date, _) = split(date.trim().trim_matches('"'))?;
        let day = self.date(date)?;
        let clock = time_of_day(time.trim().trim_matches('"').trim())?;
        Some(Instant {
            ms: day * DAY_MS + clock.ms,
            zoned: clock.zoned,
        })
    }

    /// Days since 1970 of a date text.
    fn date(&self, text: &str) -> Option<i64> {
        if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
            let year = text.get(..4)?.parse().ok()?;
            return days(
                year,
                text.get(4..6)?.parse().ok()?,
                text.get(6..)?.parse().ok()?,
            );
        }
        let (a, b, c) = numbers(text)?;
        if a > 31 {
            return days(a, b, c);
        }
        let year = if c < 100 { c + 2_000 } else { c };
        if text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
            // A month by name: whichever stands first, the name was put in the second place.
            return days(year, b, a);
        }
        match self.order {
            Order::MonthFirst => days(year, a, b),
            Order::DayFirst => days(year, b, a),
        }
    }
}

/// Seconds or milliseconds since 1970, by the number of digits (2001 to 2286).
fn count(text: &str) -> Option<Instant> {
    let whole = text.split('.').next().unwrap_or_default();
    if whole.is_empty() || !whole.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    let ms = match whole.len() {
        9 | 10 => number * 1_000.0,
        12 | 13 => number,
        _ => return None,
    };
    Some(Instant {
        ms: ms.round() as i64,
        zoned: true,
    })
}

/// Splits into date and clock at `T` or blanks.
fn split(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let bytes = text.as_bytes();
    let at = text.char_indices().find(|(i, c)| {
        c.is_whitespace()
            || (matches!(c, 'T' | 't')
                && *i > 0
                && bytes.get(i - 1).is_some_and(u8::is_ascii_digit)
                && bytes.get(i + 1).is_some_and(u8::is_ascii_digit))
    });
    Some(match at {
        Some((i, c)) => (text.get(..i)?, text.get(i + c.len_utf8()..)?.trim()),
        None => (text, ""),
    })
}

/// The three numbers of a date; a month's name counts as its number in the second place.
fn numbers(date: &str) -> Option<(i64, i64, i64)> {
    let mut parts = date.split(['/', '-', '.']);
    let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let number = |t: &str| t.parse::<i64>().ok().filter(|n| (0..=9_999).contains(n));
    if let Some(month) = month_name(a) {
        return Some((number(b)?, month, number(c)?));
    }
    Some((number(a)?, month_name(b).or_else(|| number(b))?, number(c)?))
}

fn month_name(text: &str) -> Option<i64> {
    const NAMES: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let head = text.get(..3)?.to_ascii_lowercase();
    (1..)
        .zip(NAMES)
        .find(|(_, name)| *name == head)
        .map(|(number, _)| number)
}

/// Days since 1970 in the Gregorian calendar; `None` for a date that does not exist.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        _ => return None,
    };
    if !(1..=length).contains(&day) || !(1_900..=9_999).contains(&year) {
        return None;
    }
    // Days from civil, with March as the first month of the year.
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let of_era = y.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// A clock: `h:mm[:ss[.fff]] [AM|PM] [Z|UTC|±hh[:mm]]`, or NMEA `hhmmss[.fff]`. Milliseconds of
/// the day in UTC if the zone is told.
fn time_of_day(text: &str) -> Option<Instant> {
    if text.is_empty() {
        return None;
    }
    if !text.contains(':') {
        return nmea(text);
    }
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.' | ',')))
        .unwrap_or(text.len());
    let (clock, rest) = (text.get(..end)?, text.get(end..)?.trim());
    let mut parts = clock.split(':');
    let mut hour: i64 = parts.next()?.parse().ok()?;
    let minute: i64 = parts.next()?.parse().ok()?;
    let second: f64 = parts
        .next()
        .map_or(Some(0.0), |t| t.replace(',', ".").parse().ok())?;
    if parts.next().is_some() || !(0..60).contains(&minute) || !(0.0..61.0).contains(&second) {
        return None;
    }
    let mut zone = rest.to_ascii_uppercase();
    for (word, noon) in [("AM", 0), ("A.M.", 0), ("PM", 12), ("P.M.", 12)] {
        if let Some(after) = zone.strip_prefix(word) {
            if !(1..=12).contains(&hour) {
                // `13:05 PM` occurs: the clock is right and the word is superfluous.
                if !(13..24).contains(&hour) || noon == 0 {
                    return None;
                }
            } else {
                hour = hour % 12 + noon;
            }
            zone = after.trim().to_owned();
            break;
        }
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
    Some(Instant {
        ms: ms - shift.unwrap_or(0),
        zoned: shift.is_some(),
    })
}

/// `+02:00`, `-0600`, `+2` in milliseconds.
fn offset(text: &str) -> Option<i64> {
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
fn nmea(text: &str) -> Option<Instant> {
    let number: f64 = text.parse().ok()?;
    if !(0.0..240_000.0).contains(&number) {
        return None;
    }
    let whole = number as i64;
    let (hour, minute, second) = (whole / 10_000, whole / 100 % 100, whole % 100);
    let fraction = number - whole as f64;
    (minute < 60 && second < 61).then(|| Instant {
        ms: (hour * 60 + minute) * 60_000 + second * 1_000 + (fraction * 1_000.0).round() as i64,
        zoned: true,
    })
}
