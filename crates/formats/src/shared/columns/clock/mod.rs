//! The time of the rows of a table: one reading of all spellings, for every format that has titles.
//!
//! Takes the titles and the texts of the first rows; gives instants, or days where the file writes no
//! time of day, or seconds where its clock only counts. Rule: a day is no instant. Its rows have no
//! timestamp, stand in the order of the file, and the day stays as it is written.

mod columns;
mod count;
mod date;
mod time_of_day;

pub(crate) use columns::candidates;
pub use date::{Dates, Order};

use super::findings;
use super::{Family, Mapping, TimeColumns, Title, number};
use crate::claim::ReadOptions;
use count::Count;
use tramline_model::{Days, Dimension, Finding, Place, Severity, Unit};

const DAY_MS: i64 = 86_400_000;
/// 1990-01-01: nothing was logged before.
const EARLIEST_MS: i64 = 631_152_000_000;
/// 2100-01-01.
const LATEST_MS: i64 = 4_102_444_800_000;
/// Longest step of a clock of intervals that is one record's.
const INTERVAL_S: f64 = 30.0;

/// A point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instant {
    /// Milliseconds since 1970; of the local clock when `zoned` is false.
    pub ms: i64,
    /// The text says its zone, or is a count since 1970 UTC.
    pub zoned: bool,
}

/// What a text says: a day, and perhaps the time of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// Days since 1970.
    Day(i64),
    Instant(Instant),
}

/// What a clock gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Gives {
    Seconds,
    Days,
    Instants,
}

/// How the texts of the columns are meant.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    /// Date and time, or a date, as text.
    Text,
    Count(Count),
    /// A date, and a time of the day as text.
    Pair,
    /// A date, and a number: seconds of the day, or parts of it.
    PairOf(Part),
    /// A time of the day without any date.
    TimeOfDay,
}

/// A time of the day as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// `93448`: 9:34:48.
    Digits,
    Seconds,
    /// Of the day.
    Fraction,
}

/// Seconds in one of the numbers under a title that gives a unit of time.
fn seconds_in_one(title: &Title) -> Option<f64> {
    let unit = Unit::parse(title.unit.as_deref()?)?;
    (unit.dimension == Dimension::Time).then_some(unit.factor)
}

/// How the time of a table's rows is read, decided from its first rows.
#[derive(Debug)]
pub struct Clock {
    /// The columns that give the time of a row.
    pub columns: TimeColumns,
    /// For people: `logged UTC`, `local time, zone unknown`, `day, no time of day`, …
    pub source: &'static str,
    form: Form,
    gives: Gives,
    dates: Dates,
    latest: i64,
    /// First and last day of the rows so far.
    days: Option<Days>,
    before_s: Option<f64>,
    /// Seconds of a row, where several share a stamp of a clock that only counts.
    row_s: Option<f64>,
}

/// What is known of a table beside the texts of its rows.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The family of its titles.
    pub family: Family,
    /// Its titles.
    pub titles: &'a [Title],
    /// What the caller knows.
    pub options: &'a ReadOptions,
    /// Times without a zone are UTC in this family of exports.
    pub utc: bool,
}

impl Clock {
    /// The best clock of a table: the first that gives instants, else days, else seconds. `texts` gives
    /// the texts (date, time) of columns in the first rows. `None` when no column holds a time.
    pub(crate) fn find(
        setting: &Setting<'_>,
        mapping: &Mapping,
        texts: impl Fn(TimeColumns) -> Vec<(String, String)>,
    ) -> Option<Self> {
        let mut candidates = candidates(setting.titles, mapping);
        let given = setting
            .options
            .column_map
            .values()
            .any(|v| v.trim().starts_with("timestamp"));
        let named = mapping.column(tramline_model::Property::Timestamp);
        if let Some(at) = named.filter(|_| given) {
            candidates.insert(0, TimeColumns::One(at));
        }
        let mut best: Option<Self> = None;
        for columns in candidates {
            let Some(clock) = Self::of_setting(setting, columns, &texts(columns)) else {
                continue;
            };
            if clock.gives == Gives::Instants {
                return Some(clock);
            }
            if best.as_ref().is_none_or(|best| clock.gives > best.gives) {
                best = Some(clock);
            }
        }
        best
    }

    /// `rows` are the texts of the time columns of the first rows (date, time). `None` when they hold no
    /// time.
    pub fn from_rows(
        columns: TimeColumns,
        family: Family,
        rows: &[(String, String)],
        options: &ReadOptions,
    ) -> Option<Self> {
        let setting = Setting {
            family,
            titles: &[],
            options,
            utc: false,
        };
        Self::of_setting(&setting, columns, rows)
    }

    fn of_setting(
        setting: &Setting<'_>,
        columns: TimeColumns,
        rows: &[(String, String)],
    ) -> Option<Self> {
        let mut dates = Dates::default();
        for (date, time) in rows {
            dates.observe(split(date).map_or("", |(date, _)| date));
            // Some put both into the time column.
            dates.observe(split(time).map_or("", |(date, _)| date));
        }
        // An Australian logger writes the day first.
        dates.settle(columns::writes_day_first(setting.titles));
        if setting.family == Family::CropScan {
            dates.prefer_day_first();
        }
        let mut clock = Self {
            columns,
            source: "none",
            form: Form::Text,
            gives: Gives::Instants,
            dates,
            latest: setting.options.latest_instant_ms.unwrap_or(LATEST_MS),
            days: None,
            before_s: None,
            row_s: None,
        };
        clock.form = clock.form_of(rows, setting.titles)?;
        let moments: Vec<Moment> = rows
            .iter()
            .filter_map(|(date, time)| clock.moment(date, time))
            .collect();
        let instants: Vec<Instant> = moments
            .iter()
            .filter_map(|m| match m {
                Moment::Instant(instant) => Some(*instant),
                Moment::Day(_) => None,
            })
            .collect();
        // Midnight in every row is a day that was written as an instant.
        let midnights = instants.iter().all(|i| i.ms.rem_euclid(DAY_MS) == 0);
        clock.gives = if moments.is_empty() {
            let seconds = rows
                .iter()
                .filter(|(d, t)| clock.seconds(d, t).is_some())
                .count();
            let each = matches!(clock.form, Form::Count(Count::Interval(_)));
            clock.row_s = clock.shared(rows).filter(|_| !each);
            (seconds > 1).then_some(Gives::Seconds)?
        } else if instants.is_empty() || (midnights && rows.len() > 1) {
            Gives::Days
        } else {
            Gives::Instants
        };
        let named = match columns {
            TimeColumns::One(at) => vec![at],
            TimeColumns::DateAndTime { date, time } => vec![date, time],
        };
        let title = |at: &usize| setting.titles.get(*at).is_some_and(columns::says_utc);
        let utc = setting.utc || named.iter().any(title);
        let each = matches!(clock.form, Form::Count(Count::Interval(_)));
        clock.source = match clock.gives {
            Gives::Seconds if each => "none: seconds of each row, without a day",
            Gives::Seconds => "none: seconds since a start, without a day",
            Gives::Days => "none: day, no time of day",
            Gives::Instants if utc || instants.iter().all(|i| i.zoned) => "logged UTC",
            Gives::Instants => "local time, zone unknown",
        };
        Some(clock)
    }

    /// How the texts are meant; `None` for texts that are no time.
    fn form_of(&self, rows: &[(String, String)], titles: &[Title]) -> Option<Form> {
        let numbers = |texts: &mut dyn Iterator<Item = &str>| -> Option<Vec<f64>> {
            let (mut all, mut values) = (0_usize, Vec::new());
            for text in texts.map(str::trim).filter(|t| !t.is_empty()) {
                all += 1;
                values.extend(plain_number(text));
            }
            (all > 0 && values.len() * 10 >= all * 9).then_some(values)
        };
        let TimeColumns::DateAndTime { .. } = self.columns else {
            let seconds = match self.columns {
                TimeColumns::One(at) => titles.get(at).and_then(seconds_in_one),
                TimeColumns::DateAndTime { .. } => None,
            };
            let texts = || rows.iter().map(|(date, _)| date.as_str());
            // `20161107` is a date, and no count.
            if texts().any(|t| self.text(t).is_some()) {
                return Some(Form::Text);
            }
            if let Some(values) = numbers(&mut texts()) {
                let each = || Count::of_each_row(&values, seconds?);
                return Count::of(&values).or_else(each).map(Form::Count);
            }
            let mut clocks = texts().filter(|t| time_of_day::read(t).is_some());
            return clocks.next().map(|_| Form::TimeOfDay);
        };
        let times = || rows.iter().map(|(_, time)| time.as_str());
        let Some(values) = numbers(&mut times()) else {
            return Some(Form::Pair);
        };
        let most = values.iter().fold(0.0_f64, |most, v| most.max(*v));
        let least = values.iter().fold(f64::MAX, |least, v| least.min(*v));
        let digits = values
            .iter()
            .filter(|v| time_of_day::hhmmss(**v).is_some())
            .count();
        Some(Form::PairOf(if least < 0.0 || most >= 240_000.0 {
            // A count beside a date: the count is tried alone.
            return Some(Form::Pair);
        } else if most < 1.0 && most > 0.0 {
            Part::Fraction
        } else if most <= 24.0 {
            // Hours alone.
            return Some(Form::Pair);
        } else if digits == values.len() || most >= 86_400.0 {
            Part::Digits
        } else {
            Part::Seconds
        }))
    }

    /// A day by a text or a spreadsheet's number.
    fn day(&self, text: &str) -> Option<i64> {
        let text = text.trim().trim_matches('"').trim();
        let (date, clock) = split(text)?;
        let found = self.dates.day(date).or_else(|| self.dates.day(text));
        found.or_else(|| {
            let value = plain_number(text).filter(|_| clock.is_empty())?;
            let ms = Count::SerialDays.ms(value).filter(|ms| *ms > EARLIEST_MS)?;
            (ms < LATEST_MS).then(|| ms.div_euclid(DAY_MS))
        })
    }

    /// Date and time in one text.
    fn text(&self, text: &str) -> Option<Moment> {
        let text = text.trim().trim_matches('"').trim();
        if text.len() > 80 {
            return None;
        }
        // `7 November 2016`: the blanks are within the date.
        if let Some(day) = self.dates.day(text.trim_end_matches(['T', 't'])) {
            return Some(Moment::Day(day));
        }
        // The clock is the end that can be read, the date what stands before.
        let breaks = text.char_indices().filter(|(at, c)| {
            let digit = |at: Option<usize>| {
                at.and_then(|at| text.as_bytes().get(at))
                    .is_some_and(u8::is_ascii_digit)
            };
            c.is_whitespace()
                || matches!(c, ',')
                || (matches!(c, 'T' | 't' | '_') && digit(at.checked_sub(1)) && digit(Some(at + 1)))
        });
        for (at, c) in breaks {
            let (Some(date), Some(time)) = (text.get(..at), text.get(at + c.len_utf8()..)) else {
                continue;
            };
            let time = time.trim().trim_start_matches(['-', ',']).trim();
            if let (Some(day), Some(time)) = (self.dates.day(date), time_of_day::read(time)) {
                return Some(Moment::Instant(Instant {
                    ms: day * DAY_MS + time.ms,
                    zoned: time.zoned,
                }));
            }
        }
        None
    }

    fn moment(&self, date: &str, time: &str) -> Option<Moment> {
        let found = match self.form {
            Form::Text => self.text(date),
            Form::Count(count) => {
                let ms = count.ms(plain_number(date.trim())?)?;
                let whole = count == Count::SerialDays && ms.rem_euclid(DAY_MS) == 0;
                Some(if whole {
                    Moment::Day(ms.div_euclid(DAY_MS))
                } else {
                    Moment::Instant(Instant {
                        ms,
                        zoned: count.is_utc(),
                    })
                })
            }
            Form::Pair => {
                let day = self.day(date);
                let clock = time_of_day::read(time.trim().trim_matches('"'));
                match (day, clock) {
                    (Some(day), Some(time)) => Some(Moment::Instant(Instant {
                        ms: day * DAY_MS + time.ms,
                        zoned: time.zoned,
                    })),
                    // Some put both into one of the two, or leave the time away.
                    _ => self
                        .text(time)
                        .or_else(|| self.text(date))
                        .or(day.map(Moment::Day)),
                }
            }
            Form::PairOf(part) => {
                let day = self.day(date)?;
                let ms = plain_number(time.trim()).and_then(|value| match part {
                    Part::Digits => time_of_day::hhmmss(value),
                    Part::Seconds => (0.0..=86_400.0)
                        .contains(&value)
                        .then(|| (value * 1_000.0).round() as i64),
                    Part::Fraction => (0.0..1.0)
                        .contains(&value)
                        .then(|| (value * DAY_MS as f64).round() as i64),
                });
                Some(ms.map_or(Moment::Day(day), |ms| {
                    Moment::Instant(Instant {
                        ms: day * DAY_MS + ms,
                        zoned: false,
                    })
                }))
            }
            Form::TimeOfDay => None,
        };
        let believed = EARLIEST_MS..=self.latest;
        found.filter(|moment| match moment {
            Moment::Instant(instant) => believed.contains(&instant.ms),
            Moment::Day(day) => believed.contains(&(day * DAY_MS)),
        })
    }

    /// Seconds of a clock that only counts.
    fn seconds(&self, date: &str, time: &str) -> Option<f64> {
        match self.form {
            Form::Count(Count::Elapsed(scale) | Count::Interval(scale)) => {
                Some(plain_number(date.trim())? * scale)
            }
            Form::TimeOfDay => Some(time_of_day::read(date)?.ms as f64 / 1_000.0),
            Form::Pair | Form::PairOf(_) => Some(time_of_day::read(time)?.ms as f64 / 1_000.0),
            Form::Text | Form::Count(_) => None,
        }
    }

    /// Seconds of a row where many rows have the stamp of the one before: the usual step, shared.
    fn shared(&self, rows: &[(String, String)]) -> Option<f64> {
        let stamps: Vec<f64> = rows
            .iter()
            .filter_map(|(date, time)| self.seconds(date, time))
            .collect();
        let steps = stamps.windows(2).map(|pair| pair[1] - pair[0]);
        let mut forward: Vec<f64> = steps.filter(|step| *step > 0.0).collect();
        let coarse = forward.len() * 5 < stamps.len() * 4;
        forward.sort_by(f64::total_cmp);
        let usual = forward.get(forward.len() / 2).filter(|_| coarse)?;
        Some(usual * (forward.len() + 1) as f64 / stamps.len() as f64)
    }

    /// Whether the rows have instants.
    pub fn gives_instants(&self) -> bool {
        self.gives == Gives::Instants
    }

    /// Whether the rows have days without a time of day.
    pub fn gives_days(&self) -> bool {
        self.gives == Gives::Days
    }

    /// Whether the clock only counts: [`Clock::interval`] tells the seconds of a row.
    pub fn gives_intervals(&self) -> bool {
        self.gives == Gives::Seconds
    }

    /// Milliseconds of a row; `None` when it has no believable instant.
    pub fn read(&self, date: &str, time: &str) -> Option<i64> {
        match self.moment(date, time) {
            Some(Moment::Instant(instant)) if self.gives == Gives::Instants => Some(instant.ms),
            _ => None,
        }
    }

    /// As [`Clock::read`], and takes note of the day.
    pub fn note(&mut self, date: &str, time: &str) -> Option<i64> {
        match self.moment(date, time)? {
            Moment::Instant(instant) if self.gives == Gives::Instants => Some(instant.ms),
            Moment::Instant(instant) => {
                self.note_day(instant.ms.div_euclid(DAY_MS));
                None
            }
            Moment::Day(day) => {
                self.note_day(day);
                None
            }
        }
    }

    fn note_day(&mut self, day: i64) {
        let Ok(day) = i32::try_from(day) else { return };
        let days = self.days.get_or_insert(Days {
            first: day,
            last: day,
        });
        days.first = days.first.min(day);
        days.last = days.last.max(day);
    }

    /// Seconds since the row before, of a clock that only counts; `None` across pauses.
    pub fn interval(&mut self, date: &str, time: &str) -> Option<f64> {
        let now = self.seconds(date, time)?;
        if matches!(self.form, Form::Count(Count::Interval(_))) {
            return Some(now).filter(|seconds| *seconds > 0.0 && *seconds <= INTERVAL_S);
        }
        if self.row_s.is_some() {
            return self.row_s;
        }
        let before = self.before_s.replace(now)?;
        Some(now - before).filter(|seconds| *seconds > 0.0 && *seconds <= INTERVAL_S)
    }

    /// First and last day of the rows, where they have no instants.
    pub fn days(&self) -> Option<Days> {
        self.days.filter(|_| self.gives == Gives::Days)
    }

    /// What is uncertain about the times.
    pub fn findings(&self, place: &Place) -> Vec<Finding> {
        let note = |code, text: &str, hint: &str| {
            Finding::new(code, Severity::Warning, place.clone(), text).hint(hint)
        };
        let mut list = Vec::new();
        match self.gives {
            Gives::Days => list.push(note(
                &findings::DAY_ONLY,
                "the file states the day and no time of day; the points have no timestamp and stay in the \
                 order of the file",
                "export with date and time if the time of day matters",
            )),
            Gives::Seconds => list.push(note(
                &findings::CLOCK_OF_INTERVALS,
                match self.form {
                    Form::Count(Count::Interval(_)) => {
                        "the time column holds the seconds of each row and no day; the points have no \
                         timestamp, and the column gives their intervals"
                    }
                    _ => {
                        "the time column counts seconds from an unknown start; the points have no timestamp, \
                         and the column gives their intervals"
                    }
                },
                "export with date and time if the season or time of day matters",
            )),
            Gives::Instants if self.source != "logged UTC" => list.push(note(
                &findings::LOCAL_TIME,
                "the times have no time zone; they are kept as if they were UTC",
                "export with UTC times if the time of day matters",
            )),
            Gives::Instants => {}
        }
        if self.dates.ambiguous() {
            let order = self.dates.order_text();
            let finding = note(
                &findings::DATE_ORDER_ASSUMED,
                &format!("no date of the file shows which number is the day; assumed {order}"),
                "export with ISO 8601 dates (2024-07-31)",
            );
            list.push(finding.value("order", order));
        }
        list
    }
}

/// Reads one text, in a column that told nothing else, for formats whose schema says that it is a time.
pub(crate) fn instant_of(text: &str) -> Option<Instant> {
    let clock = Clock {
        columns: TimeColumns::One(0),
        source: "none",
        form: Form::Text,
        gives: Gives::Instants,
        dates: Dates::default(),
        latest: LATEST_MS,
        days: None,
        before_s: None,
        row_s: None,
    };
    if let Some(count) = plain_number(text.trim()).and_then(|value| {
        let count = Count::of(&[value]).filter(|count| count.is_utc())?;
        count.ms(value)
    }) {
        return Some(Instant {
            ms: count,
            zoned: true,
        });
    }
    match clock.text(text)? {
        Moment::Instant(instant) => Some(instant),
        Moment::Day(day) => Some(Instant {
            ms: day * DAY_MS,
            zoned: false,
        }),
    }
}

/// A number with a decimal point or comma.
fn plain_number(text: &str) -> Option<f64> {
    let text = text.trim_matches('"');
    let digits = |text: &str| {
        text.bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'-'))
    };
    if text.is_empty() || !digits(text) {
        return text.parse().ok().filter(|v: &f64| v.is_finite());
    }
    number::parse(text, text.contains(','))
}

/// A text at its first blank or the `T` before the clock: the date, and what follows.
fn split(text: &str) -> Option<(&str, &str)> {
    let text = text.trim().trim_matches('"').trim();
    if text.is_empty() {
        return None;
    }
    let bytes = text.as_bytes();
    let at = text.char_indices().find(|(i, c)| {
        c.is_whitespace()
            || (matches!(c, 'T' | 't')
                && *i > 0
                && bytes.get(i - 1).is_some_and(u8::is_ascii_digit)
                && bytes.get(i + 1).is_none_or(u8::is_ascii_digit))
    });
    Some(match at {
        Some((i, c)) => (text.get(..i)?, text.get(i + c.len_utf8()..)?.trim()),
        None => (text, ""),
    })
}

#[cfg(test)]
mod tests;
