//! Dates as texts write them: ISO, numbers parted by slash, hyphen, point or blank, months by name in
//! nine languages, two-digit years.
//!
//! Rule: the whole column decides which number is the day: what no date of it contradicts; of several
//! orders the one whose days follow each other closest; else the country of the titles, else month
//! first, and that is said.

use std::collections::BTreeSet;

/// Order of the three numbers of a date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Month first: what US displays write, and what stands when nothing tells.
    #[default]
    MonthFirst,
    /// Day first: `31/12/2019`.
    DayFirst,
    /// A year of two digits first: `16/11/07`.
    YearFirst,
}

/// Different dates that are looked at.
const DATES: usize = 1_024;
/// 1990-01-01 and 2100-01-01 in days since 1970: the dates that a log can have.
const EARLIEST_DAY: i64 = 7_305;
const LATEST_DAY: i64 = 47_482;

/// What the dates of a column show.
#[derive(Clone, Debug, Default)]
pub struct Dates {
    order: Order,
    settled: bool,
    /// Dates of three numbers that do not tell by themselves, as they stand.
    seen: BTreeSet<(i64, i64, i64)>,
    /// The same in the order of the rows.
    rows: Vec<(i64, i64, i64)>,
    points: bool,
}

/// What a text holds.
enum Date {
    Day(i64),
    /// Three numbers whose order the column tells.
    Open(i64, i64, i64),
}

impl Dates {
    /// Looks at one more text.
    pub fn observe(&mut self, text: &str) {
        if let Some(Date::Open(a, b, c)) = read(text) {
            self.points |= text.contains('.');
            if self.seen.len() < DATES {
                self.seen.insert((a, b, c));
            }
            if self.rows.len() < 4 * DATES && self.rows.last() != Some(&(a, b, c)) {
                self.rows.push((a, b, c));
            }
        }
    }

    /// Decides the order; `day_first` holds where the dates do not tell.
    pub fn settle(&mut self, day_first: bool) {
        if self.seen.is_empty() {
            return;
        }
        let orders = [Order::MonthFirst, Order::DayFirst, Order::YearFirst];
        let possible: Vec<Order> = orders
            .into_iter()
            .filter(|order| {
                self.seen
                    .iter()
                    .all(|date| believed(*order, *date).is_some())
            })
            .collect();
        // One wrong date of many must not take an order away from all others.
        let count = |order: Order| {
            self.seen
                .iter()
                .filter(|date| believed(order, **date).is_some())
                .count()
        };
        let likely = |order: &Order| count(*order) * 10 >= self.seen.len() * 9;
        let mut open = possible;
        if open.is_empty() {
            open = orders.into_iter().filter(likely).collect();
        }
        // A year of two digits comes first only where nothing else fits.
        if open.iter().any(|order| *order != Order::YearFirst) {
            open.retain(|order| *order != Order::YearFirst);
        }
        match open.as_slice() {
            [] => self.order = fallback(day_first || self.points),
            [only] => (self.order, self.settled) = (*only, true),
            _ => {
                let first = fallback(day_first || self.points);
                let same = self.seen.iter().all(|(a, b, _)| a == b);
                let closest = closest(&open, &self.rows);
                self.settled = same || closest.is_some() || self.points;
                self.order = closest.unwrap_or(first);
            }
        }
    }

    /// Reads day first when no text of the column tells: who wrote it is known.
    pub fn prefer_day_first(&mut self) {
        if self.ambiguous() {
            (self.order, self.settled) = (Order::DayFirst, true);
        }
    }

    /// Dates were seen of which none tells the day from the month.
    pub fn ambiguous(&self) -> bool {
        !self.seen.is_empty() && !self.settled
    }

    /// The order as people say it.
    pub fn order_text(&self) -> &'static str {
        match self.order {
            Order::MonthFirst => "month/day/year",
            Order::DayFirst => "day/month/year",
            Order::YearFirst => "year/month/day",
        }
    }

    /// Days since 1970 of a date text.
    pub fn day(&self, text: &str) -> Option<i64> {
        match read(text)? {
            Date::Day(day) => Some(day),
            Date::Open(a, b, c) => in_order(self.order, (a, b, c)),
        }
    }
}

fn fallback(day_first: bool) -> Order {
    if day_first {
        Order::DayFirst
    } else {
        Order::MonthFirst
    }
}

fn in_order(order: Order, (a, b, c): (i64, i64, i64)) -> Option<i64> {
    match order {
        Order::MonthFirst => days(full_year(c), a, b),
        Order::DayFirst => days(full_year(c), b, a),
        Order::YearFirst if a < 100 => days(full_year(a), b, c),
        Order::YearFirst => None,
    }
}

fn believed(order: Order, date: (i64, i64, i64)) -> Option<i64> {
    in_order(order, date).filter(|day| (EARLIEST_DAY..LATEST_DAY).contains(day))
}

/// The order by which the days of the rows follow each other closest: work takes days, and the wrong
/// order makes months of them. `None` where the difference is small.
fn closest(open: &[Order], rows: &[(i64, i64, i64)]) -> Option<Order> {
    if rows.len() < 2 {
        return None;
    }
    let mut ways: Vec<(i64, Order)> = open
        .iter()
        .map(|order| {
            let days: Vec<i64> = rows
                .iter()
                .filter_map(|date| in_order(*order, *date))
                .collect();
            (
                days.windows(2)
                    .map(|pair| pair[0].abs_diff(pair[1]) as i64)
                    .sum(),
                *order,
            )
        })
        .collect();
    ways.sort_by_key(|(way, _)| *way);
    match ways.as_slice() {
        [(best, order), (next, _), ..] if *next >= 3 * (*best).max(1) => Some(*order),
        _ => None,
    }
}

fn full_year(year: i64) -> i64 {
    match year {
        0..70 => year + 2_000,
        70..100 => year + 1_900,
        _ => year,
    }
}

/// Reads a date; words that name no month (weekdays, `de`, `of`) are passed over.
fn read(text: &str) -> Option<Date> {
    let text = text.trim();
    if text.len() > 64 || text.is_empty() {
        return None;
    }
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
        return days(part(0..4)?, part(4..6)?, part(6..8)?).map(Date::Day);
    }
    let parted = |c: char| matches!(c, '/' | '-' | '.' | ',' | '\\' | '_') || c.is_whitespace();
    let mut numbers = [0_i64; 3];
    let (mut count, mut month, mut strangers, mut long) = (0, None, 0, None);
    for word in text.split(parted).filter(|word| !word.is_empty()) {
        let digits = word.trim_end_matches(|c: char| c.is_alphabetic() || c == 'º' || c == 'ª');
        if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
            // `7th`, `1er`, `7º`, `2016年`: an ordinal, no clock.
            if word.len() - digits.len() > 4 || digits.len() > 4 {
                return None;
            }
            if digits.len() == 4 {
                long = Some(count);
            }
            *numbers.get_mut(count)? = digits.parse().ok()?;
            count += 1;
        } else if let Some(number) = month_name(word) {
            // `mar. 3 avril`: the last word that can be a month is it.
            month = Some(number);
        } else if word.chars().all(char::is_alphabetic) && strangers < 4 {
            strangers += 1;
        } else {
            return None;
        }
    }
    let [a, b, c] = numbers;
    match (month, count, long) {
        (Some(month), 2, Some(0)) => days(a, month, b).map(Date::Day),
        (Some(month), 2, _) => days(full_year(b), month, a).map(Date::Day),
        (None, 3, Some(0)) if strangers == 0 => days(a, b, c).map(Date::Day),
        (None, 3, _) if strangers == 0 && a > 31 && a < 100 => {
            days(full_year(a), b, c).map(Date::Day)
        }
        (None, 3, Some(2) | None) if strangers == 0 && a <= 31 && b <= 31 => {
            Some(Date::Open(a, b, c))
        }
        _ => None,
    }
}

/// Beginnings of the months' names in English, German, French, Spanish, Portuguese, Italian, Polish,
/// Danish and Dutch; longer ones first where one begins like another.
#[rustfmt::skip]
const MONTHS: &[(&str, i64)] = &[
    ("jan", 1), ("jän", 1), ("ene", 1), ("gen", 1), ("sty", 1),
    ("feb", 2), ("fév", 2), ("fev", 2), ("lut", 2),
    ("mar", 3), ("mär", 3), ("mae", 3), ("mrz", 3), ("maa", 3), ("mrt", 3),
    ("apr", 4), ("avr", 4), ("abr", 4), ("kwi", 4),
    ("maj", 5), ("may", 5), ("mai", 5), ("mag", 5), ("mei", 5),
    ("juin", 6), ("jun", 6), ("giu", 6), ("cze", 6),
    ("juil", 7), ("jul", 7), ("lug", 7), ("lip", 7),
    ("aug", 8), ("aoû", 8), ("aou", 8), ("ago", 8), ("sie", 8),
    ("sep", 9), ("set", 9), ("wrz", 9),
    ("oct", 10), ("okt", 10), ("out", 10), ("ott", 10), ("paź", 10), ("paz", 10),
    ("nov", 11), ("lis", 11),
    ("dec", 12), ("dez", 12), ("déc", 12), ("dic", 12), ("gru", 12),
];

fn month_name(word: &str) -> Option<i64> {
    let lower = word.to_lowercase();
    // Weekdays that begin like a month.
    if ["mardi", "martes", "martedì", "martedi", "maandag"].contains(&lower.as_str()) {
        return None;
    }
    // May in Spanish and Portuguese.
    if lower.starts_with("mayo") || lower.starts_with("maio") || lower.starts_with("maggio") {
        return Some(5);
    }
    MONTHS
        .iter()
        .find(|(name, _)| lower.starts_with(name))
        .map(|(_, number)| *number)
}

/// Days since 1970 in the Gregorian calendar; `None` for a date that does not exist.
pub(super) fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let year = i16::try_from(year)
        .ok()
        .filter(|year| (1_900..=9_999).contains(year))?;
    let date =
        jiff::civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let since = date - jiff::civil::date(1970, 1, 1);
    Some(i64::from(since.get_days()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2016-11-07.
    const DAY: i64 = 17_112;

    #[test]
    fn one_day_in_every_spelling() {
        #[rustfmt::skip]
        let told = [
            "2016-11-07", "20161107", "2016/11/07", "2016.11.07", "2016-11-7", "Nov 7, 2016", "November 7, 2016",
            "7 November 2016", "07-Nov-16", "07-NOV-2016", "Mon, 7 Nov 2016", "7th November 2016", "2016-Nov-07",
            "7. November 2016", "Montag, 7. November 2016", "7 novembre 2016", "lundi 7 novembre 2016",
            "7 de noviembre de 2016", "7 nov. 2016", "7 de novembro de 2016", "7 novembre 2016", "7 listopada 2016",
            "7. november 2016", "7 november 2016", "maandag 7 november 2016",
        ];
        for text in told {
            assert_eq!(Dates::default().day(text), Some(DAY), "{text}");
        }
        #[rustfmt::skip]
        let months = [
            ("3 marca 2020", 3), ("3 mars 2020", 3), ("3. März 2020", 3), ("3 maart 2020", 3), ("3 marzo 2020", 3),
            ("martes, 3 de marzo de 2020", 3), ("mardi 3 mars 2020", 3), ("3 mei 2020", 5), ("3 mai 2020", 5),
            ("3 maggio 2020", 5), ("3 mayo 2020", 5), ("3 maio 2020", 5), ("3 maja 2020", 5), ("3. maj 2020", 5),
            ("3 juin 2020", 6), ("3 juillet 2020", 7), ("3 août 2020", 8), ("3 agosto 2020", 8), ("3 settembre 2020", 9),
            ("3 setembro 2020", 9), ("3 outubro 2020", 10), ("3 ottobre 2020", 10), ("3 października 2020", 10),
            ("3 stycznia 2020", 1), ("3 gennaio 2020", 1), ("3 enero 2020", 1), ("3 lutego 2020", 2),
            ("3 dicembre 2020", 12), ("3 décembre 2020", 12), ("3 grudnia 2020", 12), ("3 lipca 2020", 7),
        ];
        for (text, month) in months {
            assert_eq!(Dates::default().day(text), days(2020, month, 3), "{text}");
        }
        for text in [
            "",
            "a",
            "2016-02-30",
            "31/31/2016",
            "12:30",
            "1.5",
            "16",
            "2016",
            "-",
            "99999999",
            "x/y/z",
        ] {
            assert_eq!(Dates::default().day(text), None, "{text}");
        }
    }

    #[test]
    fn the_column_tells_the_day_from_the_month() {
        let of = |texts: &[&str], day_first: bool| {
            let mut dates = Dates::default();
            texts.iter().for_each(|text| dates.observe(text));
            dates.settle(day_first);
            dates
        };
        #[rustfmt::skip]
        let cases: [(&[&str], bool, Order, bool); 12] = [
            (&["11/07/2016", "11/13/2016"], false, Order::MonthFirst, false),
            (&["25/03/2023"], false, Order::DayFirst, false),
            (&["11.05.2016"], false, Order::DayFirst, false),
            (&["11/7/2016"], false, Order::MonthFirst, true),
            (&["11/7/2016"], true, Order::DayFirst, true),
            // Three days of one harvest, or three months apart.
            (&["07/09/2021", "08/09/2021", "09/09/2021"], false, Order::DayFirst, false),
            (&["9/7/2021", "9/8/2021", "9/9/2021"], true, Order::MonthFirst, false),
            (&["3/4/19", "3/4/19"], false, Order::MonthFirst, true),
            (&["31/12/19"], false, Order::DayFirst, false),
            (&["16/11/07", "16/11/08", "16/11/31"], false, Order::DayFirst, false),
            (&["19/31/12"], false, Order::MonthFirst, true),
            (&["5/5/2020"], false, Order::MonthFirst, false),
        ];
        for (texts, day_first, order, ambiguous) in cases {
            let dates = of(texts, day_first);
            assert_eq!(
                (dates.order, dates.ambiguous()),
                (order, ambiguous),
                "{texts:?}"
            );
        }
        assert_eq!(of(&["3/4/19"], false).day("3/4/19"), days(2019, 3, 4));
        assert_eq!(of(&["31/12/99"], false).day("31/12/99"), days(1999, 12, 31));
        assert_eq!(Dates::default().day("96/11/07"), days(1996, 11, 7));
    }
}
