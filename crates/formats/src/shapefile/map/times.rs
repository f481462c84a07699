//! Instants from the columns that exporters keep them in, best first: ISO 8601, UTC pairs, Unix
//! seconds, then local wall clock (kept as if UTC and marked: the zone is unknown).

use super::super::raw::cells::{as_numbers, as_texts, parse_number};
use arrow_array::{Array, ArrayRef, Float64Array, StringArray};

const DAY_MS: i64 = 86_400_000;
/// 1990-01-01: nothing was logged before.
pub(crate) const EARLIEST_MS: i64 = 631_152_000_000;
/// 2100-01-01.
pub(crate) const LATEST_MS: i64 = 4_102_444_800_000;

/// Where the instants of a table come from. Numbers are column indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeSource {
    /// Date and time in one text, in UTC unless the text gives an offset.
    Utc(usize),
    /// Date and time in one text, local unless it ends in a zone.
    Local(usize),
    UtcPair(usize, usize),
    LocalPair(usize, usize),
    /// Seconds since 1970 in UTC.
    UnixSeconds(usize),
    /// Days since 1899-12-30, local.
    SerialDays(usize),
    /// Only a clock without a date, or only a date.
    Incomplete(usize),
    None,
}

impl TimeSource {
    /// For people and for the description.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Utc(_) | Self::UtcPair(..) | Self::UnixSeconds(_) => "logged UTC",
            Self::Local(_) | Self::LocalPair(..) | Self::SerialDays(_) => {
                "local time, zone unknown"
            }
            Self::Incomplete(_) => "none: time of day or date only",
            Self::None => "none",
        }
    }

    pub(crate) fn is_local(self) -> bool {
        matches!(
            self,
            Self::Local(_) | Self::LocalPair(..) | Self::SerialDays(_)
        )
    }

    /// The columns that are used.
    pub(crate) fn columns(self) -> impl Iterator<Item = usize> {
        let (a, b) = match self {
            Self::UtcPair(a, b) | Self::LocalPair(a, b) => (Some(a), Some(b)),
            Self::Utc(a) | Self::Local(a) | Self::UnixSeconds(a) | Self::SerialDays(a) => {
                (Some(a), None)
            }
            Self::Incomplete(_) | Self::None => (None, None),
        };
        a.into_iter().chain(b)
    }
}

/// Finds the time columns by name and by the values of the first rows. `deere` layouts write
/// their plain `Time` in UTC. `mapped` is the column that the dictionary takes for the instant.
pub(crate) fn find(
    names: &[&str],
    columns: &[ArrayRef],
    deere: bool,
    mapped: Option<usize>,
) -> TimeSource {
    let index = |name: &str| names.iter().position(|n| n.eq_ignore_ascii_case(name));
    let sample = |i: usize| columns.get(i).map(as_texts);
    let reads = |i: usize, parse: &dyn Fn(&str) -> bool| {
        sample(i).is_some_and(|s| s.iter().flatten().take(200).any(parse))
    };
    let whole = |t: &str| date_time(t, false).is_some();
    if let Some(i) = index("IsoTime").filter(|i| reads(*i, &whole)) {
        return TimeSource::Utc(i);
    }
    if let (Some(date), Some(time)) = (index("UTC_Date"), index("UTC_Time")) {
        return TimeSource::UtcPair(date, time);
    }
    let any = |names: &[&str]| names.iter().find_map(|n| index(n));
    let time = any(&["Time", "heure", "GPS_Time", "LocalTime"]);
    let date = any(&["Date", "date", "Datum"]);
    let candidates = mapped.into_iter().chain(time).chain(any(&[
        "timestamp",
        "Time_Stamp",
        "Date___Tim",
        "DateTime",
        "Date_Time",
        "TS",
        "UTC",
        "obs_time",
    ]));
    for i in candidates.chain(date) {
        if reads(i, &whole) {
            return if deere {
                TimeSource::Utc(i)
            } else {
                TimeSource::Local(i)
            };
        }
    }
    if let (Some(date), Some(time)) = (date, time)
        && reads(date, &|t| days(t, false).is_some())
        && reads(time, &|t| clock(t).is_some())
    {
        return TimeSource::LocalPair(date, time);
    }
    let unix = |t: &str| {
        parse_number(t).is_some_and(|s| (EARLIEST_MS..LATEST_MS).contains(&((s * 1000.0) as i64)))
    };
    if let Some(i) = mapped.into_iter().chain(time).find(|i| reads(*i, &unix)) {
        return TimeSource::UnixSeconds(i);
    }
    let seconds = any(&["gps_tim", "gps_time"]);
    if let (Some(i), Some(year)) = (seconds, index("year"))
        && serial_days_agree(sample(i), sample(year))
    {
        return TimeSource::SerialDays(i);
    }
    seconds
        .or(time)
        .or(date)
        .map_or(TimeSource::None, TimeSource::Incomplete)
}

/// Whether numbers are days since 1899-12-30 that fall into the year beside them.
fn serial_days_agree(days: Option<StringArray>, years: Option<StringArray>) -> bool {
    let (Some(days), Some(years)) = (days, years) else {
        return false;
    };
    let mut rows = days
        .iter()
        .zip(years.iter())
        .take(200)
        .filter_map(|(d, y)| Some((parse_number(d?)?, parse_number(y?)?)));
    let agrees = |(day, year): (f64, f64)| {
        let start = |y: f64| days_of_civil(y as i64, 1, 1) + 25_569;
        day >= start(year) as f64 && day < start(year + 1.0) as f64
    };
    rows.next().is_some_and(agrees) && rows.all(agrees)
}

/// Whether dates with slashes have the day first, told by a first number above twelve.
pub(crate) fn day_first(source: TimeSource, columns: &[ArrayRef]) -> bool {
    let Some(texts) = source
        .columns()
        .next()
        .and_then(|i| columns.get(i))
        .map(as_texts)
    else {
        return false;
    };
    texts.iter().flatten().any(|text| {
        let mut parts = text
            .split(['/', '.', '-', ' '])
            .map(|p| p.parse::<u32>().ok());
        let (first, second) = (parts.next().flatten(), parts.next().flatten());
        first.is_some_and(|f| (13..=31).contains(&f))
            && second.is_some_and(|s| (1..=12).contains(&s))
    })
}

/// Instants of the rows in milliseconds; `None` where there is none.
pub(crate) fn instants(
    source: TimeSource,
    columns: &[ArrayRef],
    day_first: bool,
) -> Vec<Option<i64>> {
    let rows = columns.first().map_or(0, |c| c.len());
    let texts = |i: usize| {
        columns
            .get(i)
            .map_or_else(|| StringArray::new_null(rows), as_texts)
    };
    let numbers = |i: usize| {
        columns
            .get(i)
            .map_or_else(|| Float64Array::new_null(rows), as_numbers)
    };
    match source {
        TimeSource::Utc(i) | TimeSource::Local(i) => {
            texts(i).iter().map(|t| date_time(t?, day_first)).collect()
        }
        TimeSource::UtcPair(date, time) | TimeSource::LocalPair(date, time) => texts(date)
            .iter()
            .zip(texts(time).iter())
            .map(|(d, t)| Some(days(d?, day_first)? * DAY_MS + clock(t?)?))
            .collect(),
        TimeSource::UnixSeconds(i) => numbers(i)
            .iter()
            .map(|n| Some((n? * 1000.0).round() as i64))
            .collect(),
        TimeSource::SerialDays(i) => numbers(i)
            .iter()
            .map(|n| Some((n? - 25_569.0) * DAY_MS as f64).map(|ms| ms.round() as i64))
            .collect(),
        TimeSource::Incomplete(_) | TimeSource::None => vec![None; rows],
    }
}

/// Date and time in one text, as milliseconds since 1970; an offset at the end is applied.
pub(crate) fn date_time(text: &str, day_first: bool) -> Option<i64> {
    let text = text.trim();
    let (date, time) = text.split_once(['T', ' '])?;
    let day = days(date, day_first)?;
    let mut time = time.trim();
    let mut offset = 0;
    if let Some(plain) = time.strip_suffix(['Z', 'z']) {
        time = plain;
    } else if let Some(at) = time.rfind(['+', '-']) {
        let sign = if time.get(at..)?.starts_with('-') {
            -1
        } else {
            1
        };
        let zone = time.get(at + 1..)?;
        let (hours, minutes) = zone.split_once(':').or_else(|| zone.split_at_checked(2))?;
        let minutes = if minutes.is_empty() {
            0
        } else {
            minutes.parse::<i64>().ok()?
        };
        offset = sign
            * (hours
                .parse::<i64>()
                .ok()?
                .checked_mul(60)?
                .checked_add(minutes)?);
        if offset.abs() > 18 * 60 {
            return None;
        }
        time = time.get(..at)?;
    }
    Some(day * DAY_MS + clock(time)? - offset * 60_000)
}

/// A date as days since 1970: `20260701`, `2026-07-01`, `7/1/2026`, `1.7.2026`.
pub(crate) fn days(text: &str, day_first: bool) -> Option<i64> {
    let text = text.trim();
    let number = |t: &str| t.parse::<u32>().ok().map(i64::from);
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return civil(
            number(text.get(..4)?)?,
            number(text.get(4..6)?)?,
            number(text.get(6..)?)?,
        );
    }
    let mut parts = text.split(['-', '/', '.']);
    let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    if a.len() == 4 {
        return civil(number(a)?, number(b)?, number(c)?);
    }
    let year = match (number(c)?, c.len()) {
        (year, 2) => year + if year < 70 { 2000 } else { 1900 },
        (year, _) => year,
    };
    if day_first || text.contains('.') {
        civil(year, number(b)?, number(a)?)
    } else {
        civil(year, number(a)?, number(b)?)
    }
}

/// A time of day in milliseconds: `2:15:23 PM`, `14:15:23.5`, `141523`.
pub(crate) fn clock(text: &str) -> Option<i64> {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let (body, half) = match (lower.strip_suffix("am"), lower.strip_suffix("pm")) {
        (Some(body), _) => (body.trim(), Some(0)),
        (_, Some(body)) => (body.trim(), Some(12)),
        _ => (lower.as_str(), None),
    };
    let (hour, minute, second) = if body.contains(':') {
        let mut parts = body.split(':');
        let (h, m) = (parts.next()?, parts.next()?);
        let s = parts.next().unwrap_or("0");
        if parts.next().is_some() {
            return None;
        }
        (
            h.trim().parse::<u32>().ok()?,
            m.parse::<u32>().ok()?,
            s.parse::<f64>().ok()?,
        )
    } else {
        let whole = body.split('.').next().filter(|w| w.len() == 6)?;
        let h = whole.get(..2)?.parse::<u32>().ok()?;
        let m = whole.get(2..4)?.parse::<u32>().ok()?;
        (h, m, body.get(4..)?.parse::<f64>().ok()?)
    };
    let hour = match half {
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        Some(_) => return None,
        None => hour,
    };
    let fits = hour < 24 && minute < 60 && (0.0..61.0).contains(&second);
    fits.then(|| i64::from(hour * 3600 + minute * 60) * 1000 + (second * 1000.0).round() as i64)
}

fn civil(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    let fits = (1..=9999).contains(&year) && (1..=length).contains(&day);
    fits.then(|| days_of_civil(year, month, day))
}

/// Days since 1970-01-01 of a date of the Gregorian calendar.
fn days_of_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Instants by `date -u -d … +%s`.
    #[test]
    fn spellings_give_the_same_instant() {
        let at = Some(1_565_981_568_000);
        for text in [
            "2019-08-16T18:52:48.000Z",
            "8/16/2019 6:52:48 PM",
            "2019-08-16 18:52:48",
            "2019-08-16T20:52:48+02:00",
            "20190816 185248",
            "16.08.2019 18:52:48",
        ] {
            assert_eq!(date_time(text, false), at, "{text}");
        }
        assert_eq!(date_time("16/8/2019 18:52:48", true), at);
        for text in [
            "",
            "2019-02-29T00:00:00Z",
            "99999999 1:00",
            "13/32/2019 1:00:00",
            "T",
            "8/16/2019 25:00:00",
        ] {
            assert_eq!(date_time(text, false), None, "{text}");
        }
        assert_eq!(clock("12:00:01 AM"), Some(1_000));
        assert_eq!(clock("12:00:01 PM"), Some(43_201_000));
    }
}
