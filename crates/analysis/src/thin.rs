//! Dense records joined to steps of a metre: what logs several times a second, or creeps, has
//! headings and footprints that are mostly noise.
//!
//! Rule: the way, the width and the segments stay; only the number of records falls.

use crate::anchor::Anchor;
use crate::records::{Record, Records};
use crate::track::{Headings, Tracks};

/// Joins the wanted records of each segment until a step is at least `least_m` long.
pub fn thinned(
    records: &Records,
    tracks: &Tracks,
    anchor: Anchor,
    wanted: impl Fn(usize) -> bool,
    least_m: f32,
) -> (Records, Tracks) {
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
    (thin, tracks)
}
