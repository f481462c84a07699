//! The offset of a terminal's clock from UTC, and where it is known from.
//!
//! Rule: GPS time if it is believable, else a time with zone in the task, else unknown: then the
//! wall clock stands as if UTC, and a finding says so.

use super::super::findings;
use super::super::raw::{Task, TimeLog};
use tramline_model::{Finding, Place, Severity};

const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;

/// `utc = wall - offset`, milliseconds.
pub(crate) struct Clock {
    offset_ms: i64,
    source: &'static str,
}

impl Clock {
    pub(crate) fn of(task: &Task, logs: &[TimeLog]) -> Self {
        if let Some(offset_ms) = from_gps(logs) {
            return Self {
                offset_ms,
                source: "offset from GPS time",
            };
        }
        if let Some(offset_ms) = from_task(task, logs) {
            return Self {
                offset_ms,
                source: "offset from a time with zone in the task",
            };
        }
        Self {
            offset_ms: 0,
            source: "local time, zone unknown",
        }
    }

    pub(crate) fn utc(&self, wall_ms: i64) -> i64 {
        wall_ms.saturating_sub(self.offset_ms)
    }

    pub(crate) fn source(&self) -> &'static str {
        self.source
    }

    pub(crate) fn finding(&self, place: &Place) -> Option<Finding> {
        (self.source == "local time, zone unknown").then(|| {
            Finding::new(
                &findings::TIME_ZONE_UNKNOWN,
                Severity::Warning,
                place.clone(),
                "the time zone of the display's clock is not stated: its local time is taken as UTC",
            )
            .hint("compare one time with what you know of the day's work")
        })
    }
}

/// Median of wall clock minus GPS time, if it lies near a multiple of a quarter of an hour.
fn from_gps(logs: &[TimeLog]) -> Option<i64> {
    let mut differences: Vec<i64> = logs
        .iter()
        .flat_map(|log| log.time_ms.iter().zip(&log.gps_ms))
        .filter(|(_, gps)| (631_152_000_000..2_871_763_200_000).contains(*gps))
        .map(|(wall, gps)| wall - gps)
        .collect();
    if differences.is_empty() {
        return None;
    }
    let middle = differences.len() / 2;
    let (_, median, _) = differences.select_nth_unstable(middle);
    // A slip of whole days is a slip of the GPS date, not of the clock.
    // Zones reach 14 hours (New Zealand's summer has 13).
    let mut offset = *median;
    if offset.abs() > 14 * 60 * MINUTE + 3 * MINUTE {
        offset = (offset + DAY / 2).rem_euclid(DAY) - DAY / 2;
    }
    let quarter = 15 * MINUTE;
    let off = (offset % quarter + quarter) % quarter;
    let near = off.min(quarter - off) <= 3 * MINUTE;
    near.then_some(offset)
}

/// An XML time with an explicit zone that matches the first or last record within two minutes,
/// as it stands or as UTC.
fn from_task(task: &Task, logs: &[TimeLog]) -> Option<i64> {
    let first = logs.iter().filter_map(|log| log.time_ms.first()).min()?;
    let last = logs.iter().filter_map(|log| log.time_ms.last()).max()?;
    let texts = task
        .times
        .iter()
        .flat_map(|time| [time.start.as_deref(), time.stop.as_deref()])
        .flatten()
        .chain(task.allocation_starts.iter().map(String::as_str));
    for text in texts {
        let Ok(utc) = text.trim().parse::<jiff::Timestamp>() else {
            continue;
        };
        let utc = utc.as_millisecond();
        let zone = zone_ms(text).unwrap_or(0);
        for wall in [*first, *last] {
            if (wall - (utc + zone)).abs() <= 2 * MINUTE {
                return Some(zone);
            }
            if (wall - utc).abs() <= 2 * MINUTE {
                return Some(0);
            }
            // Local records beside UTC in the XML.
            let offset = wall - utc;
            let rounded =
                (offset + 15 * MINUTE * offset.signum() / 2) / (15 * MINUTE) * 15 * MINUTE;
            if (offset - rounded).abs() <= 2 * MINUTE && rounded.abs() <= 14 * 60 * MINUTE {
                return Some(rounded);
            }
        }
    }
    None
}

/// `+02:00` at the end of a time, in milliseconds.
fn zone_ms(text: &str) -> Option<i64> {
    let text = text.trim();
    let zone = text.get(text.len().checked_sub(6)?..)?;
    let sign = match zone.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let hours: i64 = zone.get(1..3)?.parse().ok()?;
    let minutes: i64 = zone.get(4..6)?.parse().ok()?;
    Some(sign * (hours * 60 + minutes) * MINUTE)
}

#[cfg(test)]
mod tests {
    use super::super::super::raw::TimeElement;
    use super::*;

    /// 2020-06-01T10:00:00.
    const AT: i64 = 1_591_005_600_000;
    const HOUR: i64 = 60 * MINUTE;

    fn by_gps(gps: i64) -> Option<i64> {
        from_gps(&[TimeLog {
            time_ms: vec![AT; 3],
            gps_ms: vec![gps; 3],
            ..TimeLog::default()
        }])
    }

    #[test]
    fn satellite_time_gives_the_offset() {
        assert_eq!(by_gps(AT - 2 * HOUR - 17_600), Some(2 * HOUR + 17_600));
        assert_eq!(by_gps(AT - 13 * HOUR), Some(13 * HOUR));
        assert_eq!(by_gps(AT + 5 * HOUR), Some(-5 * HOUR));
        // The receiver's date has slipped by a day, and by a thousand.
        assert_eq!(by_gps(AT - DAY - 28_000), Some(28_000));
        assert_eq!(by_gps(AT + 1_000 * DAY - HOUR), Some(HOUR));
        // A clock that is wrong by 34 minutes proves nothing.
        assert_eq!(by_gps(AT + 34 * MINUTE), None);
        assert_eq!(by_gps(i64::MIN), None);
    }

    #[test]
    fn times_of_the_task_give_the_zone() {
        let with = |start: &str| {
            let time = TimeElement {
                start: Some(start.to_owned()),
                ..TimeElement::default()
            };
            let task = Task {
                times: vec![time],
                ..Task::default()
            };
            from_task(
                &task,
                &[TimeLog {
                    time_ms: vec![AT],
                    ..TimeLog::default()
                }],
            )
        };
        assert_eq!(with("2020-06-01T10:00:30+02:00"), Some(2 * HOUR));
        assert_eq!(with("2020-06-01T12:00:30.5+02:00"), Some(0));
        assert_eq!(with("2020-06-01T08:01:00Z"), Some(2 * HOUR));
        assert_eq!(with("2020-06-01T10:00:00"), None);
    }
}
