//! Rows of one instant: sections beside each other, or steps of a clock that is coarser than the log.
//!
//! Takes records whose sections the source does not number, in the order of the file. Rows that follow
//! each other along the way are steps: they are one track, and their times are spread over the clock's
//! step by the way between them. Rows that lie across the way stay sections of one width.
//!
//! Rule: the file decides as a whole, by where the row after an instant lies: ahead of the last one for
//! steps, back at the first section otherwise. Ways and times of files with one row for each instant, or
//! with numbered sections, do not change.

use crate::records::{NO_TIME, Records};
use crate::statistics::{median, quantile_by_selection};
use std::collections::BTreeMap;

/// Places closer than this are one.
const ONE_PLACE_M: f64 = 0.02;
/// Cosines of the turn from the last way within an instant to the way to the next.
const AHEAD: f64 = 0.5;
const BACK: f64 = -0.2;
/// Cosines of rows that lie along the way, and across it.
const ALONG: f64 = 0.8;
const ACROSS: f64 = 0.4;
/// A clock of shorter steps is none of whole seconds: a log that repeats a record now and then.
const COARSE_S: f64 = 1.0;
/// Steps must outweigh sections by this.
const CLEARLY: usize = 3;
/// A longer time, in usual ones, has a pause in it.
const SHORT: f64 = 1.2;
/// A longer way to the next row, in usual ones, goes elsewhere.
const FAR: f64 = 5.0;
/// A longer way, in usual ones, is not the next step.
const STEP: f64 = 2.0;

/// A clock that is coarser than the log.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Usual seconds from stamp to stamp.
    pub step_s: f64,
    /// Usual metres from row to row within a stamp.
    pub way_m: f64,
    /// Rows that had their stamp from another.
    pub rows: usize,
}

/// Rows of one machine and instant: first and one behind the last place in the machine's list.
struct Group {
    start: usize,
    end: usize,
    time_ms: i64,
}

/// The rows of one machine in the order of the file, and its instants.
struct Machine {
    rows: Vec<u32>,
    groups: Vec<Group>,
}

/// Spreads the rows of one instant over the time to the next, where they are steps. `numbered` are rows
/// whose section the source tells, `machine` tells the machine of a track.
pub fn settle(
    records: &mut Records,
    (x, y): (&[f64], &[f64]),
    numbered: &[bool],
    machine: impl Fn(u32) -> u32,
) -> Option<Spread> {
    let mut lists: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for row in 0..records.len() {
        let placed = x[row].is_finite() && y[row].is_finite();
        if placed && records.time_ms[row] != NO_TIME && !numbered[row] {
            let list = lists.entry(machine(records.track[row])).or_default();
            list.push(row as u32);
        }
    }
    let machines: Vec<Machine> = lists
        .into_values()
        .map(|rows| Machine::new(rows, records))
        .collect();
    let shared = |machine: &Machine| machine.groups.iter().any(|g| g.end - g.start > 1);
    if !machines.iter().any(shared) {
        return None;
    }
    let place = |row: u32| (x[row as usize], y[row as usize]);
    let (mut steps, mut sections) = (0_usize, 0_usize);
    for machine in &machines {
        for pair in machine.groups.windows(2) {
            match machine.vote(&pair[0], &pair[1], &place) {
                Some(true) => steps += 1,
                Some(false) => sections += 1,
                None => {}
            }
        }
    }
    let instants: usize = machines.iter().map(|m| m.groups.len()).sum();
    let together = machines.iter().flat_map(|m| &m.groups);
    let together = together.filter(|g| g.end - g.start > 1).count();
    if steps <= CLEARLY * sections || together * 2 < instants {
        return None;
    }
    let (mut seconds, mut ways) = (Vec::new(), Vec::new());
    for machine in &machines {
        for pair in machine
            .groups
            .windows(2)
            .filter(|p| p[0].end - p[0].start > 1)
        {
            let step = pair[1].time_ms.saturating_sub(pair[0].time_ms) as f64 / 1_000.0;
            if step > 0.0 {
                seconds.push((step, step / (pair[0].end - pair[0].start) as f64));
            }
            let rows = &machine.rows[pair[0].start..pair[0].end];
            ways.extend(rows.windows(2).map(|two| way(place(two[0]), place(two[1]))));
        }
    }
    let step_s = median(&mut seconds.iter().map(|(step, _)| *step).collect::<Vec<_>>())?;
    if step_s < COARSE_S {
        return None;
    }
    // Full steps have the most rows: pauses only take some away.
    let mut row_s: Vec<f64> = seconds.iter().map(|(_, row)| *row).collect();
    let row_s = quantile_by_selection(&mut row_s, 0.25)?;
    let way_m = median(&mut ways).unwrap_or(0.0);
    let usual = Usual {
        step_s,
        row_s,
        way_m,
    };
    let mut rows = 0;
    for machine in &machines {
        rows += machine.spread(records, &place, usual);
    }
    Some(Spread {
        step_s,
        way_m,
        rows,
    })
}

fn way(from: (f64, f64), to: (f64, f64)) -> f64 {
    (to.0 - from.0).hypot(to.1 - from.1)
}

/// Cosine between two ways; `None` where one of them is none.
fn cosine(a: (f64, f64), b: (f64, f64)) -> Option<f64> {
    let (long_a, long_b) = (a.0.hypot(a.1), b.0.hypot(b.1));
    (long_a > ONE_PLACE_M && long_b > ONE_PLACE_M)
        .then(|| (a.0 * b.0 + a.1 * b.1) / (long_a * long_b))
}

impl Machine {
    fn new(rows: Vec<u32>, records: &Records) -> Self {
        let mut groups: Vec<Group> = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            let time_ms = records.time_ms[*row as usize];
            match groups.last_mut() {
                Some(group) if group.time_ms == time_ms => group.end = at + 1,
                _ => groups.push(Group {
                    start: at,
                    end: at + 1,
                    time_ms,
                }),
            }
        }
        Self { rows, groups }
    }

    /// Whether the rows of an instant are steps; `None` where they do not tell.
    fn vote(
        &self,
        group: &Group,
        next: &Group,
        place: &impl Fn(u32) -> (f64, f64),
    ) -> Option<bool> {
        let rows = &self.rows[group.start..group.end];
        let (first, last) = (place(*rows.first()?), place(*rows.last()?));
        let before = rows
            .iter()
            .rev()
            .map(|row| place(*row))
            .find(|p| way(*p, last) > ONE_PLACE_M)?;
        let ahead = place(self.rows[next.start]);
        let turn = cosine(
            (last.0 - before.0, last.1 - before.1),
            (ahead.0 - last.0, ahead.1 - last.1),
        )?;
        if turn > AHEAD {
            return Some(true);
        }
        if turn < BACK {
            return Some(false);
        }
        let driven = (ahead.0 - first.0, ahead.1 - first.1);
        let along = cosine((last.0 - first.0, last.1 - first.1), driven)?.abs();
        match along {
            along if along > ALONG => Some(true),
            along if along < ACROSS => Some(false),
            _ => None,
        }
    }

    /// Spreads every instant of several rows; the number of rows that moved.
    fn spread(
        &self,
        records: &mut Records,
        place: &impl Fn(u32) -> (f64, f64),
        usual: Usual,
    ) -> usize {
        let mut moved = 0;
        for (at, group) in self.groups.iter().enumerate() {
            let rows = &self.rows[group.start..group.end];
            let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
                continue;
            };
            if rows.len() < 2 {
                continue;
            }
            let mut driven = vec![0.0_f64];
            for two in rows.windows(2) {
                let so_far = driven.last().copied().unwrap_or(0.0);
                driven.push(so_far + way(place(two[0]), place(two[1])));
            }
            let next = self.groups.get(at + 1).map(|next| {
                let seconds = next.time_ms.saturating_sub(group.time_ms) as f64 / 1_000.0;
                (seconds, way(place(*last), place(self.rows[next.start])))
            });
            let within = driven.last().copied().unwrap_or(0.0);
            let goes_on = at.checked_sub(1).is_some_and(|before| {
                let before = &self.groups[before];
                let seconds = group.time_ms.saturating_sub(before.time_ms) as f64 / 1_000.0;
                seconds <= SHORT * usual.step_s
                    && way(place(self.rows[before.end - 1]), place(*first)) <= STEP * usual.way_m
            });
            let (start_s, seconds, ahead) = usual.share(rows.len(), within, goes_on, next);
            let whole = within + ahead;
            let track = records.track[*first as usize];
            for (place, (row, driven)) in rows.iter().zip(&driven).enumerate() {
                let share = if whole > ONE_PLACE_M {
                    driven / whole
                } else {
                    place as f64 / rows.len() as f64
                };
                let row = *row as usize;
                let late_ms = ((start_s + seconds * share) * 1_000.0).round() as i64;
                records.track[row] = track;
                records.time_ms[row] = group.time_ms.saturating_add(late_ms);
                moved += usize::from(place > 0);
            }
        }
        moved
    }
}

/// What is usual in the file.
#[derive(Clone, Copy)]
struct Usual {
    /// Seconds from stamp to stamp.
    step_s: f64,
    /// Seconds of a row.
    row_s: f64,
    /// Metres from row to row.
    way_m: f64,
}

impl Usual {
    /// When the rows of a stamp begin after it, how long they last, and the way behind the last of them.
    /// `within` are the metres between them, `next` seconds and metres to the next stamp. Fewer rows than
    /// usual have a pause beside them, or among them where the way `goes_on` from the stamp before: they
    /// stand at the end of the step where the way goes on to the next, else at its start.
    fn share(
        self,
        rows: usize,
        within: f64,
        goes_on: bool,
        next: Option<(f64, f64)>,
    ) -> (f64, f64, f64) {
        let lasts = self.row_s * rows as f64;
        match next.filter(|(seconds, _)| *seconds > 0.0) {
            Some((seconds, ahead)) if seconds <= SHORT * lasts => (0.0, seconds, ahead),
            Some((seconds, ahead))
                if goes_on && seconds <= SHORT * self.step_s && ahead <= STEP * self.way_m =>
            {
                (0.0, seconds, ahead)
            }
            Some((seconds, ahead))
                if seconds <= SHORT * self.step_s && ahead <= FAR * self.way_m =>
            {
                let lasts = lasts
                    .max(self.row_s * (within / self.way_m + 1.0))
                    .min(seconds);
                // The way ahead takes its time too: a turn is longer than a step.
                let turn = (ahead / self.way_m - 1.0).max(0.0) * self.row_s;
                ((seconds - lasts - turn).max(0.0), lasts, self.way_m)
            }
            _ => (0.0, lasts, self.way_m),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::Record;

    /// Rows of (milliseconds, east, north), each place of an instant a track of its own.
    fn records(list: &[(i64, f64, f64)]) -> (Records, Vec<f64>, Vec<f64>) {
        let mut records = Records::default();
        let (mut x, mut y) = (Vec::new(), Vec::new());
        let (mut before, mut ordinal) = (NO_TIME, 0);
        for (time_ms, east, north) in list {
            ordinal = if *time_ms == before { ordinal + 1 } else { 0 };
            before = *time_ms;
            records.push(Record {
                longitude: 0.0,
                latitude: 0.0,
                time_ms: *time_ms,
                track: ordinal,
                distance_m: 2.0,
                width_m: 6.0,
                speed_m_s: 2.0,
                heading_deg: f64::NAN,
                working: true,
            });
            x.push(*east);
            y.push(*north);
        }
        (records, x, y)
    }

    fn settled(list: &[(i64, f64, f64)]) -> (Records, Option<Spread>) {
        let (mut records, x, y) = records(list);
        let numbered = vec![false; records.len()];
        let spread = settle(&mut records, (&x, &y), &numbered, |_| 0);
        (records, spread)
    }

    #[test]
    fn a_clock_of_ten_seconds_is_spread_by_the_way() {
        // Two metres a second there and back, and half as fast in one step.
        let mut list: Vec<(i64, f64, f64)> = (0..40)
            .map(|i| (i64::from(i / 10) * 10_000, 0.0, f64::from(i) * 2.0))
            .collect();
        list.extend((0..40).map(|i| {
            (
                100_000 + i64::from(i / 10) * 10_000,
                6.0,
                80.0 - f64::from(i) * 2.0,
            )
        }));
        let (records, spread) = settled(&list);
        let spread = spread.expect("steps");
        assert_eq!((spread.step_s, spread.way_m, spread.rows), (10.0, 2.0, 72));
        assert!(records.track.iter().all(|track| *track == 0));
        assert_eq!(
            records.time_ms[..12],
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map(|s| s * 1_000)
        );
        // The last before the pause takes the usual time.
        assert_eq!(
            (records.time_ms[39], records.time_ms[40]),
            (39_000, 100_000)
        );
        assert_eq!(records.time_ms[79], 139_000);
    }

    #[test]
    fn minutes_and_five_times_a_second_are_steps_too() {
        for (rows, ms) in [(60, 60_000), (5, 1_000)] {
            let list: Vec<(i64, f64, f64)> = (0..rows * 4)
                .map(|i| (i64::from(i / rows) * ms, f64::from(i) * 1.5, 3.0))
                .collect();
            let (records, spread) = settled(&list);
            assert!(
                spread.is_some_and(|s| s.step_s == ms as f64 / 1_000.0),
                "{ms}"
            );
            let each = ms / i64::from(rows);
            assert!(
                records
                    .time_ms
                    .windows(2)
                    .all(|two| (two[1] - two[0] - each).abs() <= 1),
                "{ms}"
            );
        }
    }

    #[test]
    fn sections_beside_each_other_stay_sections() {
        for (sections, spacing, forward) in [
            (2, 0.76, 5.0),
            (8, 3.0, 2.0),
            (24, 0.76, 1.5),
            (3, 6.0, 0.4),
        ] {
            let list: Vec<(i64, f64, f64)> = (0..60)
                .flat_map(|i| {
                    let north = f64::from(i) * forward;
                    (0..sections)
                        .map(move |s| (i64::from(i) * 1_000, f64::from(s) * spacing, north))
                })
                .collect();
            let (before, ..) = records(&list);
            let (after, spread) = settled(&list);
            assert_eq!(spread, None, "{sections} {spacing} {forward}");
            assert_eq!((after.time_ms, after.track), (before.time_ms, before.track));
        }
    }

    #[test]
    fn one_row_for_each_instant_and_numbered_sections_do_not_change() {
        let list: Vec<(i64, f64, f64)> = (0..20)
            .map(|i| (i64::from(i) * 1_000, f64::from(i), 0.0))
            .collect();
        assert_eq!(settled(&list).1, None);
        let coarse: Vec<(i64, f64, f64)> = (0..20)
            .map(|i| (i64::from(i / 5) * 1_000, f64::from(i), 0.0))
            .collect();
        let (mut numbered, x, y) = records(&coarse);
        let all = vec![true; numbered.len()];
        assert_eq!(settle(&mut numbered, (&x, &y), &all, |_| 0), None);
        // The same place twice, rows without place and a single instant tell nothing.
        assert_eq!(
            settled(&[(0, 1.0, 1.0), (0, 1.0, 1.0), (1_000, 2.0, 1.0)]).1,
            None
        );
        assert_eq!(settled(&[(0, f64::NAN, 0.0), (0, f64::NAN, 1.0)]).1, None);
        assert_eq!(settled(&[(0, 0.0, 0.0), (0, 1.0, 0.0)]).1, None);
    }
}
