//! The way of the machine: distance since the previous instant, heading and speed where the
//! source has none. Sections of one instant are one step of the way.
//!
//! Rules: a step longer than 30 s or faster than 60 m/s is a gap and not a way driven. A speed is
//! taken over a tenth of a second or more: logs write records a millisecond apart whose positions
//! are rounded to a decimetre.

use super::columns::Columns;
use std::collections::HashMap;
use tramline_model::Property;

/// A longer step is a gap.
const GAP_SECONDS: f64 = 30.0;
/// A faster step is a gap.
const GAP_SPEED_M_S: f64 = 60.0;
/// A step without times that is longer is a gap.
const GAP_METRES: f64 = 500.0;
/// Shorter times make no speed.
pub(crate) const SPEED_SECONDS: f64 = 0.1;
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
        if along { stamped } else { 1 }
    }

    /// The speed after a step of this instant.
    fn speed_after(&mut self, metres: f64, seconds: f64) -> f64 {
        let (way, time) = (self.since.0 + metres, self.since.1 + seconds);
        if time >= SPEED_SECONDS {
            self.now = (0.0, 0.0);
            self.speed = Some(way / time);
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
}

/// The way of each row: metres, seconds, metres in a second, degrees (NaN where not known) and the number of its
/// instant (0 for rows without position).
#[derive(Default)]
pub(crate) struct Way {
    pub(crate) metres: Vec<f64>,
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
            seconds: vec![f64::NAN; rows],
            speed: vec![f64::NAN; rows],
            heading: vec![f64::NAN; rows],
            instant: vec![0; rows],
        };
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

    fn put(&mut self, name: String, track: Track) {
        if self.tracks.len() < TRACKS {
            self.tracks.insert(name, track);
        }
    }

    fn step(&mut self, track: &mut Track, work: &Columns, row: usize, way: &mut Way) {
        let position = (
            work.at(Property::Longitude, row),
            work.at(Property::Latitude, row),
        );
        let ms = work
            .instants
            .as_ref()
            .and_then(|i| i.get(row).copied().flatten());
        let section = work
            .section
            .as_ref()
            .map(|s| s.values().get(row).copied().unwrap_or(0));
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
        if let Some(before) = before {
            let (east, north) = step_metres(before, position);
            let metres = east.hypot(north);
            let seconds = match (track.previous_ms, track.current_ms) {
                (Some(a), Some(b)) => b.saturating_sub(a) as f64 / 1000.0,
                _ => f64::NAN,
            };
            let each = seconds / f64::from(shared);
            let gap = if each.is_nan() {
                metres > GAP_METRES
            } else {
                !(0.0..=GAP_SECONDS).contains(&each) || metres > GAP_SPEED_M_S * each.max(1.0)
            };
            if !gap {
                set(&mut way.metres, row, metres);
                set(&mut way.seconds, row, seconds);
                set(&mut way.speed, row, track.speed_after(metres, seconds));
                if metres > DISTINCT_METRES {
                    let degrees = east.atan2(north).to_degrees();
                    track.heading = if degrees < 0.0 {
                        degrees + 360.0
                    } else {
                        degrees
                    };
                    if !track.moved {
                        // The rows before the first move look where it leads.
                        for earlier in 0..row {
                            if way.instant.get(earlier).is_some_and(|i| *i != 0)
                                && way.heading.get(earlier).is_some_and(|h| h.is_nan())
                            {
                                set(&mut way.heading, earlier, track.heading);
                            }
                        }
                        track.moved = true;
                    }
                }
            }
        }
        if track.moved {
            set(&mut way.heading, row, track.heading);
        }
    }
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
