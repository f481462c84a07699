//! Locating as the points come by: takes standard batches in their order, gives how many points lie
//! in which field and which rows lie in none.
//!
//! Rule: strict geometry. A point lies in a field or outside; on the boundary counts as in. Only where
//! the caller gives a tolerance for the receiver's drift does a point outside belong to the first
//! field whose edge passes that near, and how many did is told.

use super::boundary::Boundary;
use super::locator::Locator;
use super::places::Places;
use crate::error::RunError;
use crate::facts::{FieldShare, FieldSplit};
use crate::findings::{self, note, number};
use arrow_array::RecordBatch;
use serde::{Deserialize, Serialize};
use tramline_model::{Finding, Place};

/// Fields in which the points of machine files are to be found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Locate {
    /// The boundaries, in the order in which shares name them.
    pub boundaries: Vec<Boundary>,
    /// Fields with a smaller share of a file's points are left out, in percent.
    #[serde(with = "crate::exact")]
    pub least_percent: f64,
    /// Points outside count as inside so near to a boundary, in metres.
    #[serde(with = "crate::exact")]
    pub tolerance_m: f64,
    /// Points in no field are written to an artifact of their own.
    pub outside: bool,
}

impl Locate {
    /// For the points of one machine file.
    pub fn begin(&self) -> FieldLocator {
        FieldLocator {
            locator: Locator::new(&self.boundaries),
            least_percent: self.least_percent,
            tolerance_m: self.tolerance_m,
            shares: vec![(0, 0.0); self.boundaries.len()],
            located: Located::default(),
        }
    }
}

/// Where the points of one machine file lie.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Located {
    /// What lies in which field, and what in none.
    pub split: FieldSplit,
    /// By row: in no field. Rows without a position are not.
    pub(super) outside_rows: Vec<bool>,
}

/// Locates the standard points of one machine file. It keeps one byte a row.
#[derive(Debug)]
pub struct FieldLocator {
    locator: Locator,
    least_percent: f64,
    tolerance_m: f64,
    /// Points and square metres by boundary.
    shares: Vec<(u64, f64)>,
    located: Located,
}

impl FieldLocator {
    /// Takes the next standard points, in memory or as they are stored. How they are cut into
    /// batches makes no difference.
    ///
    /// # Errors
    ///
    /// The batch has no positions.
    pub fn add(&mut self, batch: &RecordBatch) -> Result<(), RunError> {
        let places = Places::of(batch)?;
        for row in 0..batch.num_rows() {
            let outside = match places.position(row) {
                Some(position) => self.point(position, places.area_m2(row)),
                None => false,
            };
            self.located.outside_rows.push(outside);
        }
        Ok(())
    }

    /// Whether the point lies in no field.
    fn point(&mut self, (x, y): (f64, f64), area_m2: f64) -> bool {
        let split = &mut self.located.split;
        split.points += 1;
        let [west, south, east, north] = split.bounds.unwrap_or([x, y, x, y]);
        split.bounds = Some([west.min(x), south.min(y), east.max(x), north.max(y)]);
        let mut outside = true;
        for boundary in self.locator.locate(x, y) {
            outside = false;
            take(&mut self.shares, boundary, area_m2);
        }
        if outside && let Some(boundary) = self.locator.on_edge(x, y) {
            outside = false;
            take(&mut self.shares, boundary, area_m2);
        }
        if outside
            && self.tolerance_m > 0.0
            && let Some(boundary) = self.locator.edge_within(x, y, self.tolerance_m)
        {
            outside = false;
            split.tolerated += 1;
            take(&mut self.shares, boundary, area_m2);
        }
        split.outside += u64::from(outside);
        outside
    }

    /// What was found, after the last point.
    pub fn finish(self) -> Located {
        let mut located = self.located;
        let split = &mut located.split;
        let least = split.points as f64 * self.least_percent / 100.0;
        split.fields = self
            .shares
            .into_iter()
            .enumerate()
            .filter(|(_, (points, _))| *points > 0 && *points as f64 >= least)
            .map(|(boundary, (points, area_m2))| FieldShare {
                boundary,
                points,
                area_m2,
            })
            .collect();
        located
    }
}

fn take(shares: &mut [(u64, f64)], boundary: usize, area_m2: f64) {
    if let Some((points, area)) = shares.get_mut(boundary) {
        *points += 1;
        *area += area_m2;
    }
}

impl FieldSplit {
    /// That points outside count as inside, and how many; `None` where none does.
    pub fn told(&self, tolerance_m: f64, place: Place) -> Option<Finding> {
        let count = match self.tolerated {
            0 => return None,
            1 => "1 point".to_owned(),
            many => format!("{many} points"),
        };
        let text = format!(
            "{count} of {} outside a field, but no more than {tolerance_m} m from its boundary, counted as inside",
            self.points
        );
        let finding = note(&findings::WITHIN_TOLERANCE, &place, text)
            .value("points", self.tolerated)
            .value("of", self.points)
            .value("toleranceM", number(tolerance_m));
        Some(finding.hint(
            "set `fieldsBoundaryTolerance` to 0 and reprocess the file to use the boundaries exactly as drawn",
        ))
    }
}
