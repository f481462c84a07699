//! The records of a time log: little-endian, unaligned, without delimiter, so that a damaged
//! place is found only because what follows makes no sense.
//!
//! Rule: a record counts when its time and date can follow the last one, all its indexes are in
//! the header and it fits the file. After a damaged place decoding goes on where two records in
//! a row count (or one that ends the file).

use super::super::findings;
use super::header::POSITION_FIELDS;
use super::time_log::{Header, TimeLog};
use crate::shared::words::counted;
use tramline_model::{Finding, Place, Severity};

const DAY_MS: u32 = 86_400_000;
/// A clock may run past midnight without a new date in steps of up to an hour.
const PAST_MIDNIGHT_MS: u32 = 3_600_000;
/// 1990-01-01 to 2059-12-12, in days since 1980-01-01: dates that a first record may have.
const FIRST_DAYS: std::ops::RangeInclusive<u16> = 3_650..=29_200;
/// Days from 1970-01-01 to 1980-01-01.
const EPOCH_DAYS: i64 = 3_652;
/// Index and 32 bits.
const PAIR_BYTES: usize = 5;
/// Damaged places that get a finding of their own.
const MAX_GAP_FINDINGS: usize = 8;
/// Above this share of unreadable bytes the log as a whole is called damaged: 1 in 5.
const BAD_SHARE: u64 = 5;

/// Decodes all records. Findings have places inside the file only; `TimeLog::read` adds the entry.
pub fn decode(header: &Header, bytes: &[u8]) -> TimeLog {
    decode_up_to(header, bytes, u64::MAX)
}

/// Stops after `max_records`; the caller tells by `records > max_records` that it was reached.
pub(super) fn decode_up_to(header: &Header, bytes: &[u8], max_records: u64) -> TimeLog {
    let layout = Layout::new(header);
    let mut log = TimeLog {
        header: header.clone(),
        value_offsets: vec![0],
        ..TimeLog::default()
    };
    let mut scan = Scan {
        layout: &layout,
        bytes,
        clock: None,
    };
    let mut at = 0;
    let mut records = 0_u64;
    while at < bytes.len() && records <= max_records {
        if let Some(record) = scan.record(at) {
            layout.push(&record, &mut log);
            at = record.end;
            scan.clock = record.clock;
            records += 1;
        } else {
            let next = scan.resume(at);
            gap(&mut log, bytes, &layout, at, next, scan.clock);
            at = next;
        }
    }
    log.records = log.value_offsets.len() - 1;
    layout.repeat_fixed(&mut log);
    summarise(&mut log, bytes.len() as u64);
    log
}

/// Milliseconds and days as they stand in the last record.
type Clock = Option<(u32, u16)>;

/// One record that counts.
struct Record<'a> {
    template: &'a [u8],
    values: &'a [u8],
    clock: Clock,
    end: usize,
}

struct Scan<'a> {
    layout: &'a Layout,
    bytes: &'a [u8],
    clock: Clock,
}

impl<'a> Scan<'a> {
    /// The record at a byte, if it counts.
    #[inline]
    fn record(&self, at: usize) -> Option<Record<'a>> {
        let (template, rest) = self.bytes.get(at..)?.split_at_checked(self.layout.bytes)?;
        let clock = self.layout.clock(template);
        if let Some((ms, day)) = clock
            && !self.can_follow(ms, day)
        {
            return None;
        }
        let count = usize::from(*template.last()?);
        let values = rest.get(..count * PAIR_BYTES)?;
        if values
            .chunks_exact(PAIR_BYTES)
            .any(|pair| usize::from(pair[0]) >= self.layout.indexes)
        {
            return None;
        }
        let end = at + self.layout.bytes + values.len();
        Some(Record {
            template,
            values,
            clock,
            end,
        })
    }

    #[inline]
    fn can_follow(&self, ms: u32, day: u16) -> bool {
        let Some((last_ms, last_day)) = self.clock else {
            return ms <= DAY_MS && FIRST_DAYS.contains(&day);
        };
        let runs_past =
            day == last_day && ms >= last_ms && ms.wrapping_sub(last_ms) < PAST_MIDNIGHT_MS;
        (ms <= DAY_MS || runs_past) && day.abs_diff(last_day) <= 1
    }

    /// The next byte after a damaged place where records count again, or the end.
    fn resume(&self, damaged: usize) -> usize {
        let end = self.bytes.len();
        let counts = |at: &usize| {
            self.record(*at)
                .is_some_and(|first| first.end == end || self.record(first.end).is_some())
        };
        (damaged + 1..end).find(counts).unwrap_or(end)
    }
}

/// Where the fields of a template stand, in bytes from the start of a record.
struct Layout {
    bytes: usize,
    /// Indexes below this are in the header.
    indexes: usize,
    time: bool,
    north: Option<usize>,
    east: Option<usize>,
    up: Option<usize>,
    status: Option<usize>,
    gps: Option<(usize, usize)>,
}

impl Layout {
    fn new(header: &Header) -> Self {
        let mut at = if header.time_in_record { 6 } else { 0 };
        let mut places = [None; POSITION_FIELDS.len()];
        for ((field, bytes), place) in POSITION_FIELDS.iter().zip(&mut places) {
            if header.position_in_record.contains(field) {
                *place = Some(at);
                at += bytes;
            }
        }
        let [north, east, up, status, _, _, _, gps_time, gps_date] = places;
        Self {
            bytes: at + 1,
            indexes: header.values.len(),
            time: header.time_in_record,
            north,
            east,
            up,
            status,
            gps: gps_time.zip(gps_date),
        }
    }

    #[inline]
    fn clock(&self, template: &[u8]) -> Clock {
        match template {
            [a, b, c, d, e, f, ..] if self.time => Some((
                u32::from_le_bytes([*a, *b, *c, *d]),
                u16::from_le_bytes([*e, *f]),
            )),
            _ => None,
        }
    }

    #[inline]
    fn push(&self, record: &Record<'_>, log: &mut TimeLog) {
        if let Some((ms, day)) = record.clock {
            log.time_ms.push(instant(ms, day));
        }
        let template = record.template;
        let columns = [
            (self.north, &mut log.latitude),
            (self.east, &mut log.longitude),
            (self.up, &mut log.up_mm),
        ];
        for (place, column) in columns {
            if let Some(at) = place {
                column.push(i32_at(template, at));
            }
        }
        if let Some(at) = self.status {
            log.status
                .push(template.get(at).copied().unwrap_or_default());
        }
        if let Some((time, date)) = self.gps {
            let ms = i32_at(template, time).cast_unsigned();
            let day = match template.get(date..) {
                Some([low, high, ..]) => u16::from_le_bytes([*low, *high]),
                _ => 0,
            };
            let valid = !matches!(day, 0 | u16::MAX) && ms <= DAY_MS;
            log.gps_ms
                .push(if valid { instant(ms, day) } else { i64::MIN });
        }
        let pairs = record.values.chunks_exact(PAIR_BYTES);
        log.value_index.extend(pairs.clone().map(|pair| pair[0]));
        log.value
            .extend(pairs.map(|pair| i32::from_le_bytes([pair[1], pair[2], pair[3], pair[4]])));
        // At most one fifth of the file's bytes, and files are below 4 GiB.
        log.value_offsets
            .push(u32::try_from(log.value.len()).unwrap_or(u32::MAX));
    }

    /// Position fields that the header fixes, repeated for every record.
    fn repeat_fixed(&self, log: &mut TimeLog) {
        let fixed = |field: char| {
            let text = log
                .header
                .position_fixed
                .iter()
                .find(|(name, _)| *name == field)?
                .1
                .as_str();
            text.parse::<f64>().ok().filter(|number| number.is_finite())
        };
        #[expect(clippy::cast_possible_truncation, reason = "a float's cast saturates")]
        let degrees = |number: f64| (number * 1e7).round() as i32;
        #[expect(clippy::cast_possible_truncation, reason = "a float's cast saturates")]
        let whole = |number: f64| number.round() as i32;
        let north = fixed('A').filter(|n| n.abs() <= 90.0).map(degrees);
        let east = fixed('B').filter(|n| n.abs() <= 180.0).map(degrees);
        let up = fixed('C').map(whole);
        let status = fixed('D').and_then(|n| u8::try_from(whole(n)).ok());
        let n = log.records;
        if let Some(value) = north {
            log.latitude = vec![value; n];
        }
        if let Some(value) = east {
            log.longitude = vec![value; n];
        }
        if let Some(value) = up {
            log.up_mm = vec![value; n];
        }
        if let Some(value) = status {
            log.status = vec![value; n];
        }
    }
}

/// Milliseconds since 1970 of milliseconds (which may run past midnight) and days since 1980.
#[inline]
fn instant(ms: u32, day: u16) -> i64 {
    (i64::from(day) + EPOCH_DAYS) * i64::from(DAY_MS) + i64::from(ms)
}

#[inline]
fn i32_at(template: &[u8], at: usize) -> i32 {
    match template.get(at..) {
        Some([a, b, c, d, ..]) => i32::from_le_bytes([*a, *b, *c, *d]),
        _ => 0,
    }
}

/// Notes a damaged place from `at` to `next`.
fn gap(log: &mut TimeLog, bytes: &[u8], layout: &Layout, at: usize, next: usize, clock: Clock) {
    log.skipped_bytes += (next - at) as u64;
    log.gaps += 1;
    let at_end = next == bytes.len();
    if log.findings.len() >= MAX_GAP_FINDINGS && !at_end {
        return;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    let template = rest.get(..layout.bytes);
    let needed = layout.bytes
        + template
            .and_then(<[u8]>::last)
            .map_or(0, |n| usize::from(*n) * PAIR_BYTES);
    let sane_clock = template
        .and_then(|t| layout.clock(t))
        .is_none_or(|(ms, day)| {
            Scan {
                layout,
                bytes,
                clock,
            }
            .can_follow(ms, day)
        });
    let place = Place::inside("", format!("byte {at}"));
    let length = next - at;
    let finding = if at_end && rest.len() < needed && sane_clock {
        Finding::new(
            &findings::TIME_LOG_TRUNCATED,
            Severity::Warning,
            place,
            format!(
                "the log ends in the middle of a record: {} of {needed} bytes are there, and the record is left out",
                rest.len()
            ),
        )
        .value("bytes", rest.len())
        .value("neededBytes", needed)
        .hint("copy the log from the display again, unless the display was switched off while it wrote")
    } else {
        let (reason, word) = if !sane_clock {
            ("the time is not plausible", "time")
        } else if rest.len() < needed {
            ("they would reach beyond the end of the file", "length")
        } else {
            (
                "a value has an index that the header does not list",
                "index",
            )
        };
        let then = if at_end {
            "nothing after them could be read"
        } else {
            "reading went on after them"
        };
        Finding::new(
            &findings::TIME_LOG_DAMAGED,
            Severity::Warning,
            place,
            format!("{length} bytes are not a valid record: {reason}; {then}"),
        )
        .value("bytes", length)
        .value("reason", word)
        .value("toEnd", at_end)
        .hint("copy the log from the display again")
    };
    log.findings.push(finding);
}

fn summarise(log: &mut TimeLog, size: u64) {
    let more = u64::from(log.gaps).saturating_sub(log.findings.len() as u64);
    if more > 0 {
        let text = format!(
            "the log has {} more, {} bytes in all",
            counted(more, "damaged place"),
            log.skipped_bytes
        );
        let code = &findings::TIME_LOG_DAMAGED;
        log.findings.push(
            Finding::new(code, Severity::Warning, Place::default(), text)
                .value("places", more)
                .value("bytes", log.skipped_bytes),
        );
    }
    if log.skipped_bytes > size / BAD_SHARE && log.skipped_bytes > 1_000 {
        log.findings.push(
            Finding::new(
                &findings::TIME_LOG_BAD,
                Severity::Error,
                Place::default(),
                format!(
                    "{} of {size} bytes of the log are not valid and could not be read",
                    log.skipped_bytes
                ),
            )
            .value("bytes", log.skipped_bytes)
            .value("ofBytes", size)
            .hint("copy the log and its header from the display again: it is damaged, or they do not belong together"),
        );
    }
}
