//! The days of the work, as people write them.

use super::look::Look;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A day of the calendar: year, month, day. They compare in the order of time.
pub(super) type Day = [u32; 3];

/// Local days, or the days as the source writes them, or those of UTC.
pub(super) fn first_and_last(summary: Look<'_>) -> Option<(Day, Day)> {
    let local = day(summary.get("localStartDay").text());
    let (first, last) = match local {
        Some(first) => (first, day(summary.get("localEndDay").text())),
        None => (
            day(summary.get("startTime").text())?,
            day(summary.get("endTime").text()),
        ),
    };
    Some((first, last.unwrap_or(first)))
}

/// `19 September 2016`, `19 to 21 September 2016`.
pub(super) fn days(summary: Look<'_>) -> Option<String> {
    let (first, last) = first_and_last(summary)?;
    Some(spelled(first, last))
}

/// One day, or from the first to the last.
pub(super) fn spelled(first: Day, last: Day) -> String {
    let [year, month, day] = first;
    let whole = |[year, month, day]: Day| format!("{day} {} {year}", name(month));
    match last {
        _ if last == first => whole(first),
        [y, m, _] if (y, m) == (year, month) => format!("{day} to {}", whole(last)),
        [y, ..] if y == year => format!("{day} {} to {}", name(month), whole(last)),
        _ => format!("{} to {}", whole(first), whole(last)),
    }
}

fn name(month: u32) -> &'static str {
    MONTHS
        .get((month as usize).saturating_sub(1))
        .copied()
        .unwrap_or("")
}

/// `2012-09-18…`.
fn day(text: &str) -> Option<Day> {
    let mut parts = text.get(..10)?.split('-');
    let mut next = || -> Option<u32> { parts.next()?.parse().ok() };
    let day = [next()?, next()?, next()?];
    ((1..=12).contains(&day[1]) && (1..=31).contains(&day[2])).then_some(day)
}

/// Days since an early one, for distances between days.
pub(super) fn number([year, month, day]: Day) -> u32 {
    // A year has 372 numbers: distances of weeks are true enough over the ends of months.
    year.saturating_mul(372) + month * 31 + day
}
