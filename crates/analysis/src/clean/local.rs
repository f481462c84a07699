//! Records that do not fit their neighbours, of their own pass and of the passes beside it.
//!
//! Rule: with the median and the MAD of up to 40 nearest neighbours within three swaths, a record
//! goes if it is further from the median than 3 deviations. Where that would take more than two
//! fifths of the records of a hectare, the hectare is left alone: that is the field, not the sensor.

use super::judgement::{Judgement, Reason, Subject};
use super::rules::Local;
use crate::grid::Grid;
use crate::statistics::median;
use std::collections::HashMap;
use std::ops::ControlFlow;

/// Neighbours beyond so many are a heap of records: any of them will do.
const HEAP: usize = 4_096;
/// From the MAD to the deviation of a normal distribution.
const NORMAL: f64 = 1.4826;
/// Side of the blocks of the veto.
const BLOCK_M: f64 = 100.0;
/// Records of a block below which there is no veto.
const BLOCK_LEAST: u32 = 20;

pub(super) fn refuse(subject: &Subject<'_>, judgement: &mut Judgement, local: &Local) {
    let (x, y) = (&subject.tracks.x, &subject.tracks.y);
    let Some(mut neighbours) = Neighbours::of(subject, judgement, local) else {
        return;
    };
    let rows = std::mem::take(&mut neighbours.rows);
    let mut alone = Vec::new();
    let mut unfit = Vec::new();
    for row in &rows {
        match neighbours.deviations(*row) {
            Seen::Alone => alone.push(*row),
            Seen::Few => {}
            Seen::Deviations(deviations) if deviations > local.deviations => unfit.push(*row),
            Seen::Deviations(_) => {}
        }
    }
    let block = |row: usize| {
        (
            (x[row] / BLOCK_M).floor() as i64,
            (y[row] / BLOCK_M).floor() as i64,
        )
    };
    let mut blocks: HashMap<(i64, i64), (u32, u32)> = HashMap::new();
    for row in &rows {
        blocks.entry(block(*row)).or_default().0 += 1;
    }
    for row in &unfit {
        blocks.entry(block(*row)).or_default().1 += 1;
    }
    let spared = |(all, unfit): (u32, u32)| {
        all >= BLOCK_LEAST && f64::from(unfit) > local.veto * f64::from(all)
    };
    judgement.spared_blocks = blocks.values().filter(|counts| spared(**counts)).count() as u32;
    for row in unfit {
        if !blocks
            .get(&block(row))
            .is_some_and(|counts| spared(*counts))
        {
            judgement.reasons[row] = Reason::Neighbours;
        }
    }
    for row in alone {
        judgement.reasons[row] = Reason::Isolated;
    }
}

/// Takes records back that agree with their neighbours although they went: for a change of speed, at the
/// end of a pass, on worked ground, at an edge or outside of the field's range. What was wrong with
/// them would show in the rate.
pub(super) fn take_back(subject: &Subject<'_>, judgement: &mut Judgement, local: &Local) {
    let Some(mut neighbours) = Neighbours::of(subject, judgement, local) else {
        return;
    };
    for row in 0..subject.value.len() {
        let may = matches!(
            judgement.reasons[row],
            Reason::Speed
                | Reason::SpeedChange
                | Reason::PassStart
                | Reason::PassEnd
                | Reason::Overlap
                | Reason::PartialSwath
                | Reason::Range
        );
        if may
            && subject.value[row].is_finite()
            && let Seen::Deviations(deviations) = neighbours.deviations(row)
            && deviations <= local.agrees
        {
            judgement.reasons[row] = Reason::Kept;
        }
    }
}

enum Seen {
    Alone,
    Few,
    /// Distance from the median of the neighbours in deviations.
    Deviations(f64),
}

/// The records that are kept so far, as neighbours of others.
struct Neighbours<'a> {
    subject: &'a Subject<'a>,
    local: &'a Local,
    rows: Vec<usize>,
    grid: Grid,
    /// Radius that usually holds enough, and the greatest one.
    near: f64,
    reach: f64,
    /// Least deviation.
    floor: f64,
    found: Vec<(f64, usize)>,
    around: Vec<f64>,
}

impl<'a> Neighbours<'a> {
    fn of(subject: &'a Subject<'a>, judgement: &Judgement, local: &'a Local) -> Option<Self> {
        let value = subject.value;
        let rows: Vec<usize> = (0..value.len())
            .filter(|row| judgement.reasons[*row] == Reason::Kept && value[*row].is_finite())
            .collect();
        let mut values: Vec<f64> = rows.iter().map(|row| value[*row]).collect();
        let field = median(&mut values)?;
        let reach = local.swaths * subject.width_m;
        if !(reach > 0.0 && reach.is_finite()) {
            return None;
        }
        let density = rows.len() as f64 / covered_m2(subject, &rows).max(1.0);
        let near = (1.3 * local.most as f64 / (density * std::f64::consts::PI))
            .sqrt()
            .min(reach);
        let (x, y) = (&subject.tracks.x, &subject.tracks.y);
        let grid = Grid::new(x, y, rows.iter().copied(), near / 2.0);
        Some(Self {
            subject,
            local,
            rows,
            grid,
            near,
            reach,
            floor: local.floor * field,
            found: Vec::new(),
            around: Vec::new(),
        })
    }

    fn deviations(&mut self, row: usize) -> Seen {
        let (x, y) = (self.subject.tracks.x[row], self.subject.tracks.y[row]);
        let (value, local) = (self.subject.value, self.local);
        let mut radius = self.near;
        loop {
            let found = &mut self.found;
            found.clear();
            self.grid.search(x, y, radius, |other, squared| {
                if other != row {
                    found.push((squared, other));
                }
                if found.len() < HEAP {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                }
            });
            if found.len() >= local.most || radius >= self.reach {
                break;
            }
            radius = (radius * 1.5).min(self.reach);
        }
        let found = &mut self.found;
        if found.len() < local.alone_below {
            return Seen::Alone;
        }
        if found.len() < local.least {
            return Seen::Few;
        }
        if found.len() > local.most {
            found.select_nth_unstable_by(local.most - 1, |a, b| {
                a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
            });
            found.truncate(local.most);
        }
        let around = &mut self.around;
        around.clear();
        around.extend(found.iter().map(|(_, other)| value[*other]));
        let Some(middle) = median(around) else {
            return Seen::Few;
        };
        for v in around.iter_mut() {
            *v = (*v - middle).abs();
        }
        let deviation = median(around).unwrap_or(0.0) * NORMAL;
        let deviation = deviation.max(self.floor).max(f64::MIN_POSITIVE);
        Seen::Deviations((value[row] - middle).abs() / deviation)
    }
}

/// Way times width of the rows: about the ground that they cover.
fn covered_m2(subject: &Subject<'_>, rows: &[usize]) -> f64 {
    rows.iter()
        .map(|row| {
            let records = subject.records;
            let area = f64::from(records.distance_m[*row]) * f64::from(records.width_m[*row]);
            if area.is_finite() { area } else { 0.0 }
        })
        .sum()
}
