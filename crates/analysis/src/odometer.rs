//! How the distance that was logged agrees with the positions: a wheel that slips or a sensor that was
//! never calibrated shows too much or too little.
//!
//! Rule: straight stretches of some tens of metres are compared, over which the noise of positions does
//! not matter, and the middle one tells. Stretches in which a record is missing do not count.

use crate::anchor::Anchor;
use crate::records::{NO_TIME, Records};
use crate::statistics::quantiles;
use crate::track::Tracks;

/// Length of a stretch, metres.
const STRETCH_M: f64 = 40.0;
/// Steps of a stretch at least.
const STEPS: usize = 5;
/// What both halves of a straight stretch are longer than the whole.
const BEND: f64 = 1.002;
/// A step of more usual intervals, or of more usual ways, has lost a record.
const LOST: f64 = 1.5;
/// Metres that a step may be longer for the noise of positions alone.
const NOISE_M: f64 = 0.25;
/// Stretches that prove something.
const LEAST: usize = 20;
/// Share by which half of the stretches may differ.
const SPREAD: f64 = 0.08;

/// The logged distance by the way between the positions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Odometer {
    /// 1 where both agree, 0.9 where a tenth is missing.
    pub ratio: f64,
    /// Stretches that were compared.
    pub stretches: usize,
}

/// Compares both over the records of work; `None` where nothing is proved.
pub fn compare(records: &Records, tracks: &Tracks, anchor: Anchor) -> Option<Odometer> {
    let mut ratios: Vec<f64> = Vec::new();
    let mut steps: Vec<f64> = Vec::new();
    for segment in 0..tracks.segments.len() {
        let rows = tracks.rows(segment).windows(2);
        steps.extend(rows.map(|pair| way(tracks, pair[0], pair[1])));
    }
    let [usual_m] = quantiles(&steps, [0.5])?;
    for segment in 0..tracks.segments.len() {
        stretches(records, tracks, anchor, (segment, usual_m), &mut ratios);
    }
    let [low, middle, high] = quantiles(&ratios, [0.25, 0.5, 0.75])?;
    let proved = ratios.len() >= LEAST && high - low <= SPREAD * middle;
    proved.then_some(Odometer {
        ratio: middle,
        stretches: ratios.len(),
    })
}

fn way(tracks: &Tracks, from: u32, to: u32) -> f64 {
    let (from, to) = (from as usize, to as usize);
    (tracks.x[to] - tracks.x[from]).hypot(tracks.y[to] - tracks.y[from])
}

/// Adds the ratios of the straight stretches of a segment.
fn stretches(
    records: &Records,
    tracks: &Tracks,
    anchor: Anchor,
    (segment, usual_m): (usize, f64),
    ratios: &mut Vec<f64>,
) {
    let rows = tracks.rows(segment);
    let is_lost = |from: u32, to: u32| {
        let (a, b) = (records.time_ms[from as usize], records.time_ms[to as usize]);
        let seconds = b.saturating_sub(a) as f64 / 1_000.0;
        let late = a != NO_TIME && b != NO_TIME && seconds > LOST * tracks.interval_s;
        late || way(tracks, from, to) > (LOST * usual_m).max(usual_m + NOISE_M)
    };
    let logged = |row: u32| {
        let row = row as usize;
        let at_work = records.working[row];
        if at_work {
            f64::from(records.distance_m[row])
        } else {
            f64::NAN
        }
    };
    let mut first = 0;
    let mut distance = 0.0;
    for place in 1..rows.len() {
        let (before, row) = (rows[place - 1], rows[place]);
        // The record that has the way of this step.
        distance += match anchor {
            Anchor::End => logged(row),
            Anchor::Start => logged(before),
            Anchor::Middle => f64::midpoint(logged(before), logged(row)),
        };
        if distance.is_nan() || is_lost(before, row) {
            (first, distance) = (place, 0.0);
            continue;
        }
        let whole = way(tracks, rows[first], row);
        if whole < STRETCH_M {
            continue;
        }
        let middle = rows[usize::midpoint(first, place)];
        let halves = way(tracks, rows[first], middle) + way(tracks, middle, row);
        if place - first >= STEPS && halves <= BEND * whole && distance > 0.0 {
            ratios.push(distance / whole);
        }
        (first, distance) = (place, 0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::Record;
    use crate::track::Headings;

    /// Two passes of 1,000 m in steps of 2 m, whose wheel shows `share` of them; positions have
    /// noise of half a metre.
    fn found(share: f64, lost: bool) -> Option<Odometer> {
        let mut records = Records::default();
        let (mut x, mut y) = (Vec::new(), Vec::new());
        let mut state = 1_u64;
        let mut noise = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            ((state >> 33) as f64 / f64::from(1 << 31) - 0.5) * 1.0
        };
        for step in 0..1_000_i64 {
            if lost && step % 7 == 3 {
                continue;
            }
            let (pass, along) = (step / 500, (step % 500) as f64 * 2.0);
            records.push(Record {
                longitude: 0.0,
                latitude: 0.0,
                time_ms: step * 1_000 + pass * 60_000,
                track: 0,
                distance_m: 2.0 * share,
                width_m: 6.0,
                speed_m_s: 2.0,
                heading_deg: f64::NAN,
                working: true,
            });
            x.push(if pass == 0 { along } else { 1_000.0 - along } + noise());
            y.push(pass as f64 * 6.0 + noise());
        }
        let tracks = Tracks::of_places(&records, x, y, Headings::default());
        compare(&records, &tracks, Anchor::End)
    }

    #[test]
    fn a_wheel_that_slips_is_found_through_the_noise() {
        for share in [0.89, 1.0, 1.1] {
            let odometer = found(share, false).expect("fifty stretches");
            assert!((odometer.ratio / share - 1.0).abs() < 0.01, "{odometer:?}");
            assert!(odometer.stretches >= 40);
        }
        assert_eq!(found(0.89, true), None, "records are missing all the time");
    }
}
