//! The way of the machine: distance since the previous instant, heading and speed where the
//! source has none. Sections of one instant are one step of the way.
//!
//! Rules: a step that lasts longer than 30 s, that is faster than any machine works, or that is longer
//! than 30 m and than the usual speed explains, is a gap and not a way driven. Where a source leaves
//! out what was not worked, a pause is no work either: its record stands for one usual interval. Where
//! rest is logged, nothing stands for a gap. Rows that are in no order have no way at all. A speed is
//! taken over a tenth of a second or more: logs write records a millisecond apart whose positions are
//! rounded to a decimetre.

use super::columns::Columns;
use super::driven::{Judged, MOST_M_S, Recent, Step, judge, pause};
use super::order::{is_beside, is_in_order};
use arrow_array::Array;
use std::collections::HashMap;
use tramline_model::Property;

/// Shorter times make no speed.
pub(crate) const SPEED_SECONDS: f64 = 0.1;
/// The same where several records share a stamp: a clock of quarters of a second needs a whole one.
const COARSE_SPEED_SECONDS: f64 = 1.0;
/// Cosine between the way within an instant and the way to the next, from which rows are steps.
const ALONG: f64 = 0.8;
/// Positions closer than this give no heading.
const DISTINCT_METRES: f64 = 0.05;
/// Sections of one instant that are remembered.
const SECTIONS: usize = 1_024;
/// Machines whose ways are told apart.
const TRACKS: usize = 1_024;

/// East and north of the second position from the first, in metres: radii of curvature of WGS 84
/// at the mean latitude, better than 1e-6 for steps of a field machine.
pub(crate) fn step_metres(from: (f64, f64), to: (f64, f64)) -> (f64, f64) {
    const MAJOR: f64 = 6_378_137.0;
    const ECCENTRICITY_SQUARED: f64 = 6.694_379_990_141_316_5e-3;
    let latitude = ((from.1 + to.1) / 2.0).to_radians();
    let (sin, cos) = latitude.sin_cos();
    let w = 1.0 - ECCENTRICITY_SQUARED * sin * sin;
    let prime_vertical = MAJOR / w.sqrt();
    let meridian = prime_vertical * (1.0 - ECCENTRICITY_SQUARED) / w;
    let mut longitude = to.0 - from.0;
    if longitude > 180.0 {
        longitude -= 360.0;
    } else if longitude < -180.0 {
        longitude += 360.0;
    }
    (
        longitude.to_radians() * prime_vertical * cos,
        (to.1 - from.1).to_radians() * meridian,
    )
}

#[derive(Default)]
struct Track {
    previous: Vec<(i64, f64, f64)>,
    current: Vec<(i64, f64, f64)>,
    previous_ms: Option<i64>,
    current_ms: Option<i64>,
    /// Steps of the way that had the stamp of this instant so far: a clock can be coarser than the log.
    stamped: u32,
    /// Several steps shared a stamp.
    coarse: bool,
    /// Where the first and the last of them were.
    stamp: [(f64, f64); 2],
    heading: f64,
    moved: bool,
    instant: u64,
    /// Way and time since the last speed, at the instant before.
    since: (f64, f64),
    /// Those at this instant, and the speed there; not a number before the first.
    now: (f64, f64),
    speed: Option<f64>,
    recent: Recent,
    /// Number of the log, where the source has several.
    log: Option<i64>,
    /// What the step to this instant was, and whether it is known.
    judged: Judged,
}

impl Track {
    /// How many steps share the time to the instant of a row: more than one where a clock that is
    /// coarser than the log stamped several along the way.
    fn share(&mut self, ms: Option<i64>, position: (f64, f64)) -> u32 {
        let [first, last] = self.stamp;
        if ms == self.current_ms && ms.is_some() {
            self.stamped = self.stamped.saturating_add(1);
            self.stamp = [first, position];
            return 1;
        }
        let stamped = std::mem::replace(&mut self.stamped, 1);
        self.stamp = [position; 2];
        if stamped < 2 {
            return 1;
        }
        // Sections beside each other lie across the way to the next instant.
        let (within, ahead) = (step_metres(first, last), step_metres(first, position));
        let dot = within.0 * ahead.0 + within.1 * ahead.1;
        let along = dot > ALONG * within.0.hypot(within.1) * ahead.0.hypot(ahead.1);
        self.coarse |= along;
        if along { stamped } else { 1 }
    }

    /// Looks the way of the last step; the rows before the first move look where it leads.
    fn head(&mut self, degrees: f64, way: &mut Way, row: usize) {
        self.heading = if degrees < 0.0 {
            degrees + 360.0
        } else {
            degrees
        };
        if self.moved {
            return;
        }
        for earlier in 0..row {
            if way.instant.get(earlier).is_some_and(|i| *i != 0)
                && way.heading.get(earlier).is_some_and(|h| h.is_nan())
            {
                set(&mut way.heading, earlier, self.heading);
            }
        }
        self.moved = true;
    }

    /// The speed after a step of this instant.
    fn speed_after(&mut self, metres: f64, seconds: f64) -> f64 {
        let (way, time) = (self.since.0 + metres, self.since.1 + seconds);
        let least = if self.coarse {
            COARSE_SPEED_SECONDS
        } else {
            SPEED_SECONDS
        };
        if time >= least {
            self.now = (0.0, 0.0);
            self.speed = Some(way / time).filter(|speed| *speed <= MOST_M_S);
        } else {
            self.now = (way, time);
        }
        self.speed.unwrap_or(f64::NAN)
    }
}

/// What lasts from batch to batch.
#[derive(Default)]
pub(crate) struct Tracks {
    tracks: HashMap<String, Track>,
    instants: u64,
    /// Whether the rows of the last batch that had enough are in the order of the drive.
    ordered: Option<bool>,
    /// Rows of one instant that no column numbers are sections; settled by the first batch that tells.
    beside: Option<bool>,
    /// There are records of what was not worked; settled by the first batch that has states.
    tells_rest: Option<bool>,
}

/// The way of each row: metres, seconds, metres in a second, degrees (NaN where not known) and the number of its
/// instant (0 for rows without position).
#[derive(Default)]
pub(crate) struct Way {
    /// Since the instant before; not a number over a gap.
    pub(crate) metres: Vec<f64>,
    /// What the row stands for: the step, and over a gap or a pause what is usual.
    pub(crate) stands_for: Vec<f64>,
    /// Time of what the row stands for.
    pub(crate) seconds: Vec<f64>,
    pub(crate) speed: Vec<f64>,
    pub(crate) heading: Vec<f64>,
    pub(crate) instant: Vec<u64>,
}

impl Tracks {
    /// Follows the rows whose `usable` is true.
    pub(crate) fn follow(&mut self, work: &Columns, usable: &[bool]) -> Way {
        let rows = work.rows;
        let mut way = Way {
            metres: vec![f64::NAN; rows],
            stands_for: vec![f64::NAN; rows],
            seconds: vec![f64::NAN; rows],
            speed: vec![f64::NAN; rows],
            heading: vec![f64::NAN; rows],
            instant: vec![0; rows],
        };
        if self.tells_rest.is_none() {
            self.tells_rest = tells_rest(work);
        }
        if self.beside.is_none() && work.section.is_none() {
            self.beside = is_beside(work, usable);
        }
        self.ordered = is_in_order(work, usable).or(self.ordered);
        let machinery = work.text(Property::Machinery);
        let mut key = i32::MIN;
        let mut track = Track::default();
        let mut name = String::new();
        for row in 0..rows {
            if !usable.get(row).copied().unwrap_or(false) {
                continue;
            }
            let machine = machinery
                .and_then(|m| m.keys.get(row))
                .copied()
                .unwrap_or(-1);
            if machine != key {
                if key != i32::MIN {
                    self.put(std::mem::take(&mut name), std::mem::take(&mut track));
                }
                key = machine;
                name = machinery
                    .and_then(|m| m.get(row))
                    .unwrap_or_default()
                    .to_owned();
                track = self.tracks.remove(&name).unwrap_or_default();
            }
            self.step(&mut track, work, row, &mut way);
        }
        if key != i32::MIN {
            self.put(name, track);
        }
        way
    }

    /// Says that the source has records of what was not worked.
    pub(crate) fn tells_rest(&mut self) {
        self.tells_rest = Some(true);
    }

    /// Whether the rows of this batch are in the order of the drive, as far as is known.
    pub(crate) fn is_ordered(&self) -> bool {
        self.ordered.unwrap_or(true)
    }

    fn put(&mut self, name: String, track: Track) {
        if self.tracks.len() < TRACKS {
            self.tracks.insert(name, track);
        }
    }

    fn step(&mut self, track: &mut Track, work: &Columns, row: usize, way: &mut Way) {
        let position = place(work, row);
        let log = work.log.as_ref().map(|log| log.value(row));
        if track.log != log {
            // Nothing is known of the time between two logs.
            track.log = log;
            track.current.clear();
            track.current_ms = None;
            track.stamped = 0;
            track.now = (0.0, 0.0);
        }
        let ms = work
            .instants
            .as_ref()
            .and_then(|i| i.get(row).copied().flatten());
        let section = work
            .section
            .as_ref()
            .map(|s| s.values().get(row).copied().unwrap_or(0));
        let beside = self.beside == Some(true) && ms.is_some();
        let ordinal = if ms == track.current_ms {
            track.current.len() as i64
        } else {
            0
        };
        let section = section.or(beside.then_some(ordinal));
        let same_instant = match (section, track.current.last()) {
            (Some(section), Some(last)) => ms == track.current_ms && section > last.0,
            _ => false,
        };
        // Steps that share the time to this instant.
        let mut shared = 1;
        if !same_instant {
            std::mem::swap(&mut track.previous, &mut track.current);
            track.current.clear();
            shared = track.share(ms, position);
            track.previous_ms = track.current_ms;
            track.current_ms = ms;
            track.since = std::mem::take(&mut track.now);
            self.instants += 1;
            track.instant = self.instants;
        }
        let section = section.unwrap_or(0);
        if track.current.len() < SECTIONS {
            track.current.push((section, position.0, position.1));
        }
        let before = track
            .previous
            .iter()
            .find(|(other, ..)| *other == section)
            .or_else(|| track.previous.first())
            .map(|(_, longitude, latitude)| (*longitude, *latitude));
        if let Some(slot) = way.instant.get_mut(row) {
            *slot = track.instant;
        }
        if let Some(before) = before.filter(|_| self.is_ordered()) {
            let (east, north) = step_metres(before, position);
            let metres = east.hypot(north);
            let seconds = match (track.previous_ms, track.current_ms) {
                (Some(a), Some(b)) => b.saturating_sub(a) as f64 / 1000.0,
                _ => f64::NAN,
            };
            let taken = Step {
                seconds: seconds / f64::from(shared),
                metres,
            };
            if !same_instant {
                let usual = track.recent.usual();
                track.judged = judge(taken, usual);
                let driven = track.judged == Judged::Driven;
                track.recent.add(driven.then_some(taken));
                if self.tells_rest == Some(true) {
                    // After a gap nothing tells since when the machine worked.
                    track.judged = if driven {
                        Judged::Driven
                    } else {
                        Judged::Unknown
                    };
                } else if let Some(usual) = usual.filter(|_| driven) {
                    let heading = track.heading.to_radians();
                    let along = east * heading.sin() + north * heading.cos();
                    track.judged = pause(taken, usual, along > ALONG * metres);
                }
            }
            match track.judged {
                Judged::Unknown => {}
                Judged::Usual(usual) => {
                    set(&mut way.stands_for, row, usual.metres);
                    set(&mut way.seconds, row, usual.seconds);
                }
                Judged::Driven => {
                    set(&mut way.metres, row, metres);
                    set(&mut way.stands_for, row, metres);
                    set(&mut way.seconds, row, seconds);
                    set(&mut way.speed, row, track.speed_after(metres, seconds));
                }
            }
            if track.judged == Judged::Driven && metres > DISTINCT_METRES {
                track.head(east.atan2(north).to_degrees(), way, row);
            }
        }
        if track.moved {
            set(&mut way.heading, row, track.heading);
        }
    }
}

/// Longitude and latitude of the machine: of the row, where it is not that of a section beside it.
pub(super) fn place(work: &Columns, row: usize) -> (f64, f64) {
    let machine = work
        .machine
        .as_ref()
        .filter(|[latitude, longitude]| latitude.is_valid(row) && longitude.is_valid(row));
    match machine {
        Some([latitude, longitude]) => (longitude.value(row), latitude.value(row)),
        None => (
            work.at(Property::Longitude, row),
            work.at(Property::Latitude, row),
        ),
    }
}

/// Share of the instants of a batch that must tell of rest: one record may be an accident.
const REST: f64 = 0.005;

/// Whether a batch has records of what was not worked: instants at which nothing is on. `None` without
/// states.
fn tells_rest(work: &Columns) -> Option<bool> {
    let states = work.text(Property::RecordingStatus)?;
    let on = states.values.iter().position(|text| text == "On");
    let on = on.and_then(|place| i32::try_from(place).ok());
    let at = |row: usize| {
        work.instants
            .as_ref()
            .and_then(|i| i.get(row).copied().flatten())
    };
    let (mut instants, mut rest) = (0_usize, 0_usize);
    let mut last: Option<(Option<i64>, bool)> = None;
    let mut close = |last: Option<(Option<i64>, bool)>| {
        instants += usize::from(last.is_some());
        rest += usize::from(last.is_some_and(|(_, works)| !works));
    };
    for (row, key) in states.keys.iter().enumerate().filter(|(_, key)| **key >= 0) {
        let (now, works) = (at(row), Some(*key) == on);
        match &mut last {
            Some((instant, any)) if now.is_some() && *instant == now => *any |= works,
            _ => close(last.replace((now, works))),
        }
    }
    close(last);
    (instants > 0).then_some(rest as f64 > REST * instants as f64)
}

fn set(values: &mut [f64], row: usize, value: f64) {
    if let Some(slot) = values.get_mut(row) {
        *slot = value;
    }
}

#[cfg(test)]
mod tests {
    use super::{Track, step_metres};
    use geo::{Distance, Geodesic, Point};

    #[test]
    fn records_a_millisecond_apart_make_no_speed_of_their_own() {
        let mut track = Track::default();
        let mut step = |metres: f64, seconds: f64| {
            track.since = std::mem::take(&mut track.now);
            track.speed_after(metres, seconds)
        };
        assert!(step(0.1, 0.001).is_nan(), "none is known yet");
        assert_eq!(step(1.9, 0.999), 2.0);
        assert_eq!(step(2.0, 1.0), 2.0);
        assert_eq!(step(0.1, 0.001), 2.0, "that of before");
        assert!(
            (step(0.102, 0.1) - 2.0).abs() < 1e-12,
            "both ways by both times"
        );
        // At twenty times a second every second record closes a tenth.
        assert_eq!((step(0.2, 0.05), step(0.2, 0.05)), (2.0, 4.0));
    }

    #[test]
    fn steps_agree_with_the_geodesic() {
        for latitude in [0.0, 23.5, -45.0, 50.0, 69.0] {
            for (east, north) in [(1e-5, 0.0), (0.0, 1e-5), (3e-4, 2e-4), (-4e-3, 3e-3)] {
                let (a, b) = ((10.0, latitude), (10.0 + east, latitude + north));
                let (x, y) = step_metres(a, b);
                let expected = Geodesic.distance(Point::from(a), Point::from(b));
                assert!(
                    (x.hypot(y) / expected - 1.0).abs() < 1e-6,
                    "{latitude} {expected}"
                );
            }
        }
    }
}
