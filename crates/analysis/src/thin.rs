//! Dense records joined to steps of a metre: what logs several times a second, or creeps, has
//! headings and footprints that are mostly noise.
//!
//! Rules: the way, the width and the segments stay; only the number of records falls. The ground of a
//! step is shared out among its records by their ways, so that the footprints of all records are
//! the footprints of all steps.

use crate::anchor::Anchor;
use crate::footprint::{Footprints, Layout, Quad};
use crate::records::{Record, Records};
use crate::track::{Headings, Tracks};

/// Steps of a metre or more.
pub struct Steps {
    /// One row for each step.
    pub records: Records,
    /// Order and way of the steps.
    pub tracks: Tracks,
    anchor: Anchor,
    /// The records of all steps with their ways, step by step.
    parts: Vec<(u32, f32)>,
    /// By step: where its parts end.
    ends: Vec<usize>,
}

impl Steps {
    /// The footprints of the steps, which share edges.
    pub fn footprints(&self) -> Footprints<'_> {
        Footprints::new(&self.records, &self.tracks, self.anchor, Layout::Joined)
    }

    /// Calls `each(row, footprint)` for the records that were joined, in the order of the tracks.
    pub fn for_each(&self, mut each: impl FnMut(usize, Quad)) {
        self.footprints().for_each(
            |_| true,
            |step, quad| {
                let end = self.ends.get(step).copied().unwrap_or(0);
                let first = step.checked_sub(1).and_then(|before| self.ends.get(before));
                let first = first.copied().unwrap_or(0);
                let parts = self.parts.get(first..end).unwrap_or_default();
                let [a, b, c, d] = quad;
                let whole: f64 = parts.iter().map(|(_, way)| f64::from(*way)).sum();
                let mut passed = 0.0;
                for (row, way) in parts.iter().filter(|(_, way)| *way > 0.0) {
                    let from = passed / whole;
                    passed += f64::from(*way);
                    // The last ends where the step does, to the bit.
                    let to = if passed >= whole { 1.0 } else { passed / whole };
                    each(
                        *row as usize,
                        [
                            between(a, d, from),
                            between(b, c, from),
                            between(b, c, to),
                            between(a, d, to),
                        ],
                    );
                }
            },
        );
    }
}

/// A place on the way from one to the other; the ends exactly.
fn between(a: (f64, f64), b: (f64, f64), share: f64) -> (f64, f64) {
    if share >= 1.0 {
        return b;
    }
    (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share)
}

/// Joins the wanted records of each segment until a step is at least `least_m` long.
pub fn thinned(
    records: &Records,
    tracks: &Tracks,
    anchor: Anchor,
    wanted: impl Fn(usize) -> bool,
    least_m: f32,
) -> Steps {
    let (mut parts, mut ends) = (Vec::new(), Vec::new());
    let mut thin = Records::default();
    let (mut x, mut y, mut segments) = (Vec::new(), Vec::new(), Vec::new());
    let mut step: Vec<usize> = Vec::new();
    for segment in 0..tracks.segments.len() {
        let first = thin.len() as u32;
        let mut way = 0.0;
        let mut close = |step: &mut Vec<usize>, way: &mut f32, thin: &mut Records| {
            let place = match anchor {
                Anchor::Start => step.first(),
                Anchor::Middle => step.get(step.len() / 2),
                Anchor::End => step.last(),
            };
            if let Some(&row) = place
                && *way > 0.0
            {
                thin.push(Record {
                    longitude: records.longitude[row],
                    latitude: records.latitude[row],
                    time_ms: records.time_ms[row],
                    track: records.track[row],
                    distance_m: f64::from(*way),
                    width_m: f64::from(records.width_m[row]),
                    speed_m_s: f64::from(records.speed_m_s[row]),
                    heading_deg: f64::from(records.heading_deg[row]),
                    working: records.working[row],
                });
                x.push(tracks.x[row]);
                y.push(tracks.y[row]);
                parts.extend(
                    step.iter()
                        .map(|row| (*row as u32, records.distance_m[*row])),
                );
                ends.push(parts.len());
            }
            step.clear();
            *way = 0.0;
        };
        for row in tracks.rows(segment) {
            let row = *row as usize;
            let (distance, width) = (records.distance_m[row], records.width_m[row]);
            let sound = wanted(row) && distance >= 0.0 && width > 0.0;
            let other_width = step
                .last()
                .is_some_and(|last| records.width_m[*last] != width);
            if !sound || other_width {
                close(&mut step, &mut way, &mut thin);
            }
            if sound {
                step.push(row);
                way += distance;
                if way >= least_m {
                    close(&mut step, &mut way, &mut thin);
                }
            }
        }
        close(&mut step, &mut way, &mut thin);
        let end = thin.len() as u32;
        if end > first {
            segments.push((first, end));
        }
    }
    let tracks = Tracks::of_segments(&thin, x, y, segments, Headings::default());
    Steps {
        records: thin,
        tracks,
        anchor,
        parts,
        ends,
    }
}
