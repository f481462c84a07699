//! Several machines in one field beside each other.

use super::block::Block;
use super::judgement::Cleaning;
use super::places::TrackNames;
use crate::points::fate::Fate;
use tramline_analysis::reconcile::{self, Compared};

/// A machine beside the one with the most records.
#[derive(Clone, Debug)]
pub(crate) struct ComparedMachine {
    pub(crate) name: String,
    pub(crate) compared: Compared,
}

/// Compares the machines of a block by what the judgement kept of it.
pub(super) fn compare(
    block: &Block,
    names: &TrackNames,
    cleaning: &Cleaning,
) -> Vec<ComparedMachine> {
    let gathered = &block.gathered;
    let machine: Vec<u32> = gathered
        .records
        .track
        .iter()
        .map(|track| names.machine(*track))
        .collect();
    if machine.iter().all(|m| Some(m) == machine.first()) {
        return Vec::new();
    }
    let kept = cleaning.kept_values(block);
    let (x, y) = (&block.tracks.x, &block.tracks.y);
    reconcile::compare(x, y, &machine, &kept, block.width_m)
        .into_iter()
        .map(|compared| ComparedMachine {
            name: names.machine_name(compared.machine),
            compared,
        })
        .collect()
}

impl Cleaning {
    /// The rate of the rows that stay, after the lag, by row of the block; not a number elsewhere.
    pub(super) fn kept_values(&self, block: &Block) -> Vec<f64> {
        let gathered = &block.gathered;
        let mut values = vec![f64::NAN; gathered.len()];
        let spooled: Vec<usize> = (0..gathered.len())
            .filter(|row| gathered.fates[*row] != Fate::Passive)
            .collect();
        // The block's rows are the last of the spool so far.
        let first = self.reasons.len().saturating_sub(spooled.len());
        for (place, row) in spooled.into_iter().enumerate() {
            let stays = self.reasons.get(first + place).is_none_or(Option::is_none);
            if stays && (gathered.fates[row] == Fate::Standard || self.restores()) {
                values[row] = match self.mass_kg.get(first + place) {
                    Some(mass) if mass.is_finite() => gathered.rate(row, f64::from(*mass)),
                    _ => gathered.value[row],
                };
            }
        }
        values
    }

    /// Multiplies the mass of the machines that matter by their factors, for the filtered output.
    pub(super) fn reconcile(
        &mut self,
        block: &Block,
        names: &TrackNames,
        machines: &[ComparedMachine],
    ) {
        if !machines.iter().any(|machine| machine.compared.matters()) {
            return;
        }
        let gathered = &block.gathered;
        let spooled: Vec<usize> = (0..gathered.len())
            .filter(|row| gathered.fates[*row] != Fate::Passive)
            .collect();
        let first = self.reasons.len().saturating_sub(spooled.len());
        self.mass_kg.resize(self.reasons.len(), f32::NAN);
        self.moisture.resize(self.reasons.len(), f32::NAN);
        for (place, row) in spooled.into_iter().enumerate() {
            let machine = names.machine(gathered.records.track[row]);
            let factor = machines
                .iter()
                .find(|m| m.compared.machine == machine && m.compared.matters())
                .map(|m| m.compared.factor);
            if let (Some(factor), Some(mass)) = (factor, self.mass_kg.get_mut(first + place)) {
                let logged = gathered.flow_kg_s[row] * gathered.interval_s[row];
                let known = if mass.is_finite() {
                    f64::from(*mass)
                } else {
                    logged
                };
                *mass = (known * factor) as f32;
            }
        }
    }
}
