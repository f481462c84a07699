//! Times that are numbers: counts since 1970, days of a spreadsheet, seconds since a start.
//!
//! Rule: the size and the steps of the whole column tell which; a number in the range of a
//! spreadsheet's days that moves by a second and not by a hundred-thousandth is a clock of intervals.

/// What the numbers of a column count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Count {
    /// Seconds since 1970 UTC.
    UnixSeconds,
    /// Milliseconds since 1970 UTC.
    UnixMilliseconds,
    /// Days since 1899-12-30, local.
    SerialDays,
    /// Seconds since whatever; how many there are in one.
    Elapsed(f64),
    /// The time of each row by itself; how many seconds there are in one.
    Interval(f64),
}

/// 1990 and 2100.
const UNIX: std::ops::Range<f64> = 631_152_000.0..4_102_444_800.0;
const SERIAL: std::ops::Range<f64> = 32_874.0..73_051.0;
/// Days from the spreadsheet's first to 1970.
const SERIAL_1970: f64 = 25_569.0;
const DAY_MS: f64 = 86_400_000.0;
/// A row comes within this part of a day after the one before, unless work paused.
const STEP_DAYS: f64 = 0.05;

impl Count {
    /// What a column counts; `None` for numbers that are no time.
    pub(super) fn of(values: &[f64]) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        let most = |fits: &dyn Fn(f64) -> bool| {
            values.iter().filter(|v| fits(**v)).count() * 10 >= values.len() * 9
        };
        if most(&|v| UNIX.contains(&v)) {
            return Some(Self::UnixSeconds);
        }
        if most(&|v| UNIX.contains(&(v / 1_000.0))) {
            return Some(Self::UnixMilliseconds);
        }
        let mut steps: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let still = steps.iter().filter(|s| **s == 0.0).count();
        let back = steps.iter().filter(|s| **s < 0.0).count();
        let count = steps.len();
        steps.retain(|s| *s > 0.0);
        steps.sort_by(f64::total_cmp);
        let usual = steps.get(steps.len() / 2).copied();
        if most(&|v| SERIAL.contains(&v)) {
            let whole = values.iter().all(|v| v.fract() == 0.0);
            // Days of work: most rows are of the day of the row before.
            let days = whole && still * 20 >= count * 19;
            if usual.is_none() || usual.is_some_and(|step| step < STEP_DAYS) || days {
                return Some(Self::SerialDays);
            }
        }
        // A clock of intervals runs forward; one that stands is none.
        let runs = usual.is_some() && back * 20 <= count && still * 20 < count * 19;
        (runs && most(&|v| v >= 0.0)).then(|| {
            let milliseconds =
                usual.is_some_and(|step| step >= 90.0) && values.iter().all(|v| v.fract() == 0.0);
            Self::Elapsed(if milliseconds { 0.001 } else { 1.0 })
        })
    }

    /// What the numbers of a column count whose title says seconds (`scale` of them in one) and that is no
    /// clock: the time of each row.
    pub(super) fn of_each_row(values: &[f64], scale: f64) -> Option<Self> {
        let fit = values
            .iter()
            .filter(|v| **v > 0.0 && **v * scale <= super::INTERVAL_S);
        (!values.is_empty() && fit.count() * 10 >= values.len() * 9)
            .then_some(Self::Interval(scale))
    }

    /// Milliseconds since 1970; of the local clock for a spreadsheet's days. `None` for intervals.
    pub(super) fn ms(self, value: f64) -> Option<i64> {
        let ms = match self {
            Self::UnixSeconds => value * 1_000.0,
            Self::UnixMilliseconds => value,
            // A spreadsheet keeps a tenth of a millisecond.
            Self::SerialDays => (value - SERIAL_1970) * DAY_MS,
            Self::Elapsed(_) | Self::Interval(_) => return None,
        };
        (ms.is_finite() && ms.abs() < 1e15).then(|| ms.round() as i64)
    }

    pub(super) fn is_utc(self) -> bool {
        matches!(self, Self::UnixSeconds | Self::UnixMilliseconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_and_steps_tell_the_count() {
        let rising = |from: f64, step: f64| {
            (0..100)
                .map(|i| from + f64::from(i) * step)
                .collect::<Vec<_>>()
        };
        #[rustfmt::skip]
        let cases = [
            (rising(1_478_511_288.0, 1.0), Some(Count::UnixSeconds)),
            (rising(1_478_511_288_000.0, 200.0), Some(Count::UnixMilliseconds)),
            (rising(42_681.399, 1.0 / 86_400.0), Some(Count::SerialDays)),
            (vec![42_681.0; 50], Some(Count::SerialDays)),
            (rising(0.0, 1.0), Some(Count::Elapsed(1.0))), (rising(34_523.0, 1.0), Some(Count::Elapsed(1.0))),
            (rising(345_600.2, 0.2), Some(Count::Elapsed(1.0))), (rising(0.0, 200.0), Some(Count::Elapsed(0.001))),
            (vec![1.0; 50], None), (vec![], None), ((0..50).map(|i| f64::from(50 - i)).collect(), None),
        ];
        for (values, expected) in cases {
            assert_eq!(Count::of(&values), expected, "{:?}", values.first());
        }
        // Two days of work in a spreadsheet.
        let mut days = vec![42_681.0; 60];
        days.extend([42_682.0; 60]);
        assert_eq!(Count::of(&days), Some(Count::SerialDays));
        // 2016-11-07T09:34:33.600
        assert_eq!(Count::SerialDays.ms(42_681.399), Some(1_478_511_273_600));
        assert_eq!(Count::UnixSeconds.ms(f64::NAN), None);
    }
}
