//! Whether the rows of a file are in the order of the drive, and whether those of one instant lie beside
//! each other.
//!
//! Rule: with times, rows that go back in time are out of order. Without, a row follows the one before if
//! it is near, or if it goes on in the direction of the step before. Rows of one instant are sections if
//! they lie across the way to the next, and steps of a clock that is coarser than the log if along it.

use super::columns::Columns;
use super::driven::GAP_METRES;
use super::way::{place, step_metres};
use std::collections::HashMap;
use tramline_model::Property;

/// Share of the steps that must follow, and steps that tell.
const ORDERED: f64 = 0.7;
const STEPS: usize = 20;
/// Cosine of a turn between two steps that still go on, and how much longer the later may be.
const ONWARD: f64 = 0.5;
const LONGER: f64 = 5.0;

/// The last row of a machine.
#[derive(Clone, Copy)]
struct Last {
    ms: Option<i64>,
    position: (f64, f64),
    step: (f64, f64),
}

/// Whether most rows of a batch follow the row before of their machine; `None` for few.
pub(super) fn is_in_order(work: &Columns, usable: &[bool]) -> Option<bool> {
    let machinery = work.text(Property::Machinery);
    let mut last: HashMap<i32, Last> = HashMap::new();
    let (mut steps, mut following) = (0_usize, 0_usize);
    for row in (0..work.rows).filter(|row| usable.get(*row).copied().unwrap_or(false)) {
        let machine = machinery.and_then(|m| m.keys.get(row)).copied();
        let instants = work.instants.as_ref();
        let mut now = Last {
            ms: instants.and_then(|i| i.get(row).copied().flatten()),
            position: place(work, row),
            step: (0.0, 0.0),
        };
        let slot = last.entry(machine.unwrap_or(-1));
        if let std::collections::hash_map::Entry::Occupied(known) = &slot {
            let before = known.get();
            now.step = step_metres(before.position, now.position);
            steps += 1;
            following += usize::from(follows(before, &now));
        }
        slot.insert_entry(now);
    }
    (steps >= STEPS).then_some(following as f64 >= ORDERED * steps as f64)
}

fn follows(before: &Last, now: &Last) -> bool {
    if let (Some(since), Some(ms)) = (before.ms, now.ms) {
        return ms >= since;
    }
    let (was, is) = (before.step, now.step);
    let (length, metres) = (was.0.hypot(was.1), is.0.hypot(is.1));
    let onward = was.0 * is.0 + was.1 * is.1 > ONWARD * length * metres;
    metres <= GAP_METRES || (onward && metres <= LONGER * length)
}

/// Cosine between rows of one instant and the way to the next, below which they lie across.
const ACROSS: f64 = 0.5;
/// Share of the instants with several places that must lie across.
const SECTIONS: f64 = 0.7;

/// The rows of one instant.
struct Shared {
    ms: i64,
    first: (f64, f64),
    last: (f64, f64),
}

/// Whether rows of one instant, which no column numbers, are sections; `None` where few instants have
/// several places.
pub(super) fn is_beside(work: &Columns, usable: &[bool]) -> Option<bool> {
    let instants = work.instants.as_ref()?;
    let (mut several, mut across) = (0_usize, 0_usize);
    let mut group: Option<Shared> = None;
    for row in (0..work.rows).filter(|row| usable.get(*row).copied().unwrap_or(false)) {
        let Some(ms) = instants.get(row).copied().flatten() else {
            continue;
        };
        let position = place(work, row);
        match &mut group {
            Some(shared) if shared.ms == ms => shared.last = position,
            _ => {
                let next = Shared {
                    ms,
                    first: position,
                    last: position,
                };
                if let Some(Shared { first, last, .. }) = group.replace(next) {
                    let (within, ahead) = (step_metres(first, last), step_metres(first, position));
                    let length = within.0.hypot(within.1) * ahead.0.hypot(ahead.1);
                    let dot = within.0 * ahead.0 + within.1 * ahead.1;
                    several += usize::from(length > 0.0);
                    across += usize::from(length > 0.0 && dot.abs() < ACROSS * length);
                }
            }
        }
    }
    (several >= STEPS).then_some(across as f64 >= SECTIONS * several as f64)
}
