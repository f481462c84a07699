//! What the monitor saw: the mass of the standard points, added up in a first pass.

use super::factors::position;
use super::given::Load;
use crate::points::sums::Sum;
use arrow_array::{Array, Float64Array, RecordBatch, TimestampMillisecondArray};
use tramline_model::{Property, records};

/// What the monitor saw, over the standard points.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measured {
    pub(crate) id: String,
    loads: Vec<Load>,
    pub(crate) kilograms: Sum,
    /// Points and mass of each load.
    pub(crate) by_load: Vec<(u64, Sum)>,
    pub(crate) outside_kilograms: Sum,
    pub(crate) outside_points: u64,
    first_ms: Option<i64>,
    last_ms: Option<i64>,
}

impl Measured {
    pub(crate) fn new(id: &str, loads: Vec<Load>) -> Self {
        Self {
            id: id.to_owned(),
            by_load: vec![Default::default(); loads.len()],
            loads,
            ..Self::default()
        }
    }

    /// First and last instant.
    pub(crate) fn span(&self) -> (i64, i64) {
        (
            self.first_ms.unwrap_or_default(),
            self.last_ms.unwrap_or_default(),
        )
    }

    /// Adds up a batch of standard points.
    pub(crate) fn add(&mut self, batch: &RecordBatch) {
        let schema = batch.schema_ref();
        let unit = schema
            .field_with_name(Property::WetMass.name())
            .ok()
            .and_then(records::unit_of);
        let masses = batch
            .column_by_name(Property::WetMass.name())
            .and_then(|array| array.as_any().downcast_ref::<Float64Array>());
        let instants = batch
            .column_by_name(Property::Timestamp.name())
            .and_then(|array| array.as_any().downcast_ref::<TimestampMillisecondArray>());
        let (Some(unit), Some(masses)) = (unit, masses) else {
            return;
        };
        for row in 0..batch.num_rows() {
            let instant = instants
                .filter(|instants| instants.is_valid(row))
                .map(|instants| instants.value(row));
            if let Some(ms) = instant {
                self.first_ms = Some(self.first_ms.map_or(ms, |first| first.min(ms)));
                self.last_ms = Some(self.last_ms.map_or(ms, |last| last.max(ms)));
            }
            let kilograms = if masses.is_valid(row) {
                masses.value(row) * unit.factor
            } else {
                0.0
            };
            self.kilograms.add(kilograms);
            let found = position(&self.loads, |load| load, instant);
            match found.and_then(|index| self.by_load.get_mut(index)) {
                Some((points, sum)) => {
                    *points += 1;
                    sum.add(kilograms);
                }
                None => {
                    self.outside_points += 1;
                    self.outside_kilograms.add(kilograms);
                }
            }
        }
    }
}
