//! What the rows hold that the cleanup left out: so that a difference from the display's total can be
//! told in numbers.
//!
//! Rule: base units, one entry for each reason.

use super::columns::Columns;
use super::sums::Sum;
use super::unit_table::UnitTable;
use std::collections::BTreeMap;
use tramline_model::{DropReason, Property};

/// Sections whose changes are told apart.
const SECTIONS: usize = 1_024;

/// Rows of one reason and what they add up to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LeftOut {
    pub(crate) rows: u64,
    pub(crate) area_m2: Sum,
    pub(crate) distance_m: Sum,
    pub(crate) wet_mass_kg: Sum,
    pub(crate) dry_mass_kg: Sum,
    /// Seeds by `seedRate`, and amount by `appliedRate`, in the base unit of the rate.
    pub(crate) seeds: Sum,
    pub(crate) applied: Sum,
    last_instant: u64,
}

/// All that was left out, and where work began and ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct AllLeftOut {
    pub(crate) by_reason: BTreeMap<DropReason, LeftOut>,
    /// Changes between work and rest from record to record.
    pub(crate) changes: u64,
    /// Ground of the records at the changes.
    pub(crate) changes_m2: Sum,
    /// By section: whether it worked.
    worked: BTreeMap<i64, bool>,
    log: Option<i64>,
}

impl AllLeftOut {
    /// Counts the changes of the recording status.
    fn follow(&mut self, columns: &Columns, area_factor: f64) {
        let Some(states) = columns.text(Property::RecordingStatus) else {
            return;
        };
        for row in 0..columns.rows {
            let log = columns.log.as_ref().map(|log| log.value(row));
            if self.log != log {
                self.log = log;
                self.worked.clear();
            }
            let Some(works) = states.get(row).map(|state| state == "On") else {
                continue;
            };
            let section = columns.section.as_ref().map_or(0, |s| s.value(row));
            let known = self.worked.len() < SECTIONS || self.worked.contains_key(&section);
            let before = known.then(|| self.worked.insert(section, works)).flatten();
            if before.is_some_and(|before| before != works) {
                self.changes += 1;
                let area = columns.at(Property::Area, row) * area_factor;
                self.changes_m2.add(if area.is_nan() { 0.0 } else { area });
            }
        }
    }
}

/// Adds rows that were dropped for their `reasons`.
pub(crate) fn add(
    all: &mut AllLeftOut,
    columns: &Columns,
    units: &UnitTable,
    instants: &[u64],
    reasons: impl Iterator<Item = (usize, DropReason)>,
) {
    all.follow(columns, units.factor(Property::Area).unwrap_or(f64::NAN));
    let factor = |property: Property| units.factor(property).unwrap_or(f64::NAN);
    let factors = [
        Property::Area,
        Property::Distance,
        Property::WetMass,
        Property::DryMass,
        Property::SeedRate,
        Property::AppliedRate,
    ]
    .map(|property| (property, factor(property)));
    for (row, reason) in reasons {
        let left = all.by_reason.entry(reason).or_default();
        left.rows += 1;
        let [area, distance, wet, dry, seeds, applied] =
            factors.map(|(property, factor)| columns.at(property, row) * factor);
        let instant = instants.get(row).copied().unwrap_or(0);
        let counted = instant != 0 && instant == left.last_instant;
        left.last_instant = instant;
        for (sum, value) in [
            (&mut left.area_m2, area),
            (&mut left.distance_m, if counted { 0.0 } else { distance }),
            (&mut left.wet_mass_kg, wet),
            (&mut left.dry_mass_kg, dry),
            (&mut left.seeds, seeds * area),
            (&mut left.applied, applied * area),
        ] {
            if value.is_finite() {
                sum.add(value);
            }
        }
    }
}
