//! Which records of a machine file are not to be drawn on a map, and why.
//!
//! Rules: steps run in a fixed order, each on what the ones before it left; the first that refuses
//! a record is its reason. Nothing is deleted here: the reasons are the outcome, and totals are
//! made of all records. Rates of planting and application change in steps on purpose, so the
//! tests between neighbours are for harvest alone.
//!
//! The order follows Sudduth and Drummond (2007); the tests are robust ones (quantile fences,
//! median and MAD of neighbours), so that large errors cannot hide smaller ones.

mod ends;
mod judgement;
mod local;
mod overlap;
mod partial;
mod rules;

pub use judgement::{Judgement, Reason, Subject};
pub use rules::{Fence, Local, Rules, Work};

use crate::statistics::quantiles;
use crate::track::NONE;

/// Judges every candidate by the rules.
pub fn judge(subject: &Subject<'_>, rules: &Rules) -> Judgement {
    let Subject {
        records,
        tracks,
        value,
        candidate,
        ..
    } = *subject;
    let mut judgement = Judgement {
        reasons: vec![Reason::Unjudged; records.len()],
        start_s: 0,
        end_s: 0,
        spared_blocks: 0,
    };
    for (row, reason) in judgement.reasons.iter_mut().enumerate() {
        if candidate[row] {
            *reason = if tracks.duplicate[row] && rules.repeated {
                Reason::Duplicate
            } else if tracks.segment[row] == NONE && !tracks.duplicate[row] {
                Reason::Unjudged
            } else if rules.value_needed && (value[row].is_nan() || value[row] <= 0.0) {
                Reason::Lag
            } else {
                Reason::Kept
            };
        }
    }
    let speed = &records.speed_m_s;
    if let Some(cap_s) = rules.pass_ends_s {
        ends::trim(subject, &mut judgement, cap_s);
    }
    judgement.refuse(Reason::Slow, |row| {
        f64::from(speed[row]) < rules.least_speed_m_s
    });
    if let Some(fence) = rules.speed {
        let wide: Vec<f64> = speed.iter().map(|v| f64::from(*v)).collect();
        fenced(&mut judgement, &wide, fence, Reason::Speed);
    }
    if let Some(share) = rules.speed_change {
        let before = ends::before(tracks);
        judgement.refuse(Reason::SpeedChange, |row| {
            before.get(row).copied().flatten().is_some_and(|before| {
                let (was, is) = (f64::from(speed[before]), f64::from(speed[row]));
                was > 0.0 && (is - was).abs() / was > share
            })
        });
    }
    if let Some(share) = rules.overlap {
        overlap::refuse(subject, &mut judgement, share);
    }
    if let Some(share) = rules.partial_swath {
        partial::refuse(subject, &mut judgement, share);
    }
    if let Some((least, most)) = rules.limits {
        let also = |row: usize| subject.also.get(row).is_some_and(|also| *also > most);
        judgement.refuse(Reason::Limit, |row| {
            value[row] < least || value[row] > most || also(row)
        });
    }
    if let Some(fence) = rules.range {
        fenced(&mut judgement, value, fence, Reason::Range);
    }
    if let Some(local) = rules.local {
        local::refuse(subject, &mut judgement, &local);
        local::take_back(subject, &mut judgement, &local);
    }
    judgement
}

/// Refuses kept rows outside of the fence around the kept rows' quantiles.
fn fenced(judgement: &mut Judgement, values: &[f64], fence: Fence, reason: Reason) {
    let kept = judgement.kept(values);
    if let Some([low, high]) = quantiles(&kept, [fence.low, fence.high]) {
        let (below, above) = (
            fence.spread * (high - low),
            fence.spread_above * (high - low),
        );
        judgement.refuse(reason, |row| {
            values[row] < low - below || values[row] > high + above
        });
    }
}
