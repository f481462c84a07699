//! Columns of standard batches as the analysis needs them: SI units, not a number for absent.

use super::places::{Column, Places, TrackNames, is_derived};
use crate::points::fate::Fate;
use arrow_array::{Array, BinaryArray, RecordBatch};
use tramline_analysis::records::Records;
use tramline_model::{OperationType, Property};

/// Records and values of one block, row by row.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) records: Records,
    /// The source tells the section of the row.
    pub(crate) numbered: Vec<bool>,
    pub(crate) fates: Vec<Fate>,
    /// Kilograms in a second; only for harvest.
    pub(crate) flow_kg_s: Vec<f64>,
    pub(crate) moisture: Vec<f64>,
    pub(crate) interval_s: Vec<f64>,
    /// Dry by wet mass.
    pub(crate) dry_share: Vec<f32>,
    /// The rate that is cleaned, in base units for an area (kg/ha for harvest).
    pub(crate) value: Vec<f64>,
    /// Harvest whose yields were logged by area: the rate by mass and area.
    pub(crate) by_mass: Vec<f64>,
    /// The set rate, where there is one.
    pub(crate) target: Vec<f64>,
    /// Rows that have no footprint laid out: their ground is a polygon of the source. May end
    /// before the last row; empty for sources of points.
    unlaid: Vec<bool>,
}

impl Gathered {
    /// Dry kilograms for a hectare that a wet mass makes of a row.
    pub(crate) fn rate(&self, row: usize, mass_kg: f64) -> f64 {
        let records = &self.records;
        let area = f64::from(records.distance_m[row]) * f64::from(records.width_m[row]);
        let share = f64::from(self.dry_share[row]);
        let share = if share.is_finite() { share } else { 1.0 };
        mass_kg * share / area * 1e4
    }

    /// Whether a footprint of a row may be laid out.
    pub(crate) fn is_laid(&self, row: usize) -> bool {
        !self.unlaid.get(row).copied().unwrap_or(false)
    }

    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// Adds the rows of a batch in the standard output's schema (further columns do not matter).
    pub(crate) fn add(
        &mut self,
        operation: &OperationType,
        names: &mut TrackNames,
        batch: &RecordBatch,
        outlines: Option<&BinaryArray>,
        fate: impl Fn(usize) -> Fate,
    ) {
        let column = |property: Property| Column::of(batch, property);
        let places = Places::new(batch, names);
        let (mass, dry) = (column(Property::WetMass), column(Property::DryMass));
        let flow = column(Property::CropFlow);
        let moisture = Column::plain(batch, Property::HarvestMoisture);
        let (rate, target) = match *operation {
            OperationType::Planted => {
                (column(Property::SeedRate), column(Property::SeedRateTarget))
            }
            OperationType::Applied => (
                column(Property::AppliedRate),
                column(Property::AppliedRateTarget),
            ),
            _ => (
                column(Property::TillageDepthActual),
                column(Property::TillageDepthTarget),
            ),
        };
        let harvest = *operation == OperationType::Harvested;
        let yields = column(Property::WetMassPerArea);
        // A yield that was logged by area is nearer than a mass by an area that was made of positions.
        let by_area = !is_derived(batch, Property::WetMassPerArea);
        for row in 0..batch.num_rows() {
            let fate = fate(row);
            let area_m2 = places.area.at(row);
            let outlined = outlines.is_some_and(|o| row < o.len() && o.is_valid(row));
            if outlined || places.makes_up_width(row) {
                self.unlaid.resize(self.len(), false);
                self.unlaid.push(true);
            }
            let record = places.record(row, names, fate != Fate::Passive);
            self.records.push(record);
            self.numbered.push(places.is_numbered(row));
            self.fates.push(fate);
            if harvest {
                let (wet, seconds) = (mass.at(row), places.interval.at(row));
                let mut logged = flow.at(row);
                if logged.is_nan() {
                    logged = wet / if seconds > 0.0 { seconds } else { 1.0 };
                }
                self.flow_kg_s.push(logged);
                self.interval_s.push(if logged > 0.0 && wet > 0.0 {
                    wet / logged
                } else {
                    seconds
                });
                self.moisture.push(moisture.at(row));
                let share = dry.at(row) / wet;
                self.dry_share.push(share as f32);
                let share = if share.is_finite() { share } else { 1.0 };
                let logged = if by_area { yields.at(row) } else { f64::NAN };
                let rate = if logged.is_nan() {
                    wet / area_m2
                } else {
                    logged
                };
                if by_area {
                    self.by_mass.push(wet / area_m2 * share * 1e4);
                }
                self.value.push(rate * share * 1e4);
            } else {
                self.value.push(rate.at(row));
                self.target.push(target.at(row));
            }
        }
    }
}
