//! Locating as the points come by: takes standard batches in their order, gives how many points lie
//! in which field and which rows lie in none.
//!
//! Rule: a point outside that is within half a swath of a field's edge belongs to the field if at
//! least four fifths of its stretch of work lie in it: that is the receiver's drift, not the road.

use super::boundary::Boundary;
use super::locator::Locator;
use super::places::Places;
use crate::error::RunError;
use crate::facts::{FieldShare, FieldSplit};
use crate::points::way::step_metres;
use arrow_array::RecordBatch;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A longer pause or step ends a stretch.
const PAUSE_MS: u64 = 10_000;
const STEP_M: f64 = 30.0;
/// Share of a stretch that lies in a field to which its other points belong as well.
const INSIDE: f64 = 0.8;

/// Fields in which the points of machine files are to be found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Locate {
    /// The boundaries, in the order in which shares name them.
    pub boundaries: Vec<Boundary>,
    /// Fields with a smaller share of a file's points are left out, in percent.
    #[serde(with = "crate::exact")]
    pub least_percent: f64,
    /// Points in no field are written to an artifact of their own.
    pub outside: bool,
}

impl Locate {
    /// For the points of one machine file.
    pub fn begin(&self) -> FieldLocator {
        FieldLocator::new(&self.boundaries, self.least_percent)
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

/// Locates the standard points of one machine file. It keeps one byte a row, and the points just
/// outside of a field for one stretch.
#[derive(Debug)]
pub struct FieldLocator {
    locator: Locator,
    least_percent: f64,
    /// Points and square metres by boundary.
    shares: Vec<(u64, f64)>,
    located: Located,
    stretch: Stretch,
}

impl FieldLocator {
    /// Fields with less than `least_percent` of the points will be left out.
    pub fn new(boundaries: &[Boundary], least_percent: f64) -> Self {
        Self {
            locator: Locator::new(boundaries),
            least_percent,
            shares: vec![(0, 0.0); boundaries.len()],
            located: Located::default(),
            stretch: Stretch::default(),
        }
    }

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
                Some(position) => self.point(&places, row, position),
                None => false,
            };
            self.located.outside_rows.push(outside);
        }
        Ok(())
    }

    /// Whether the point lies in no field, as far as is known before its stretch ends.
    fn point(&mut self, places: &Places, row: usize, (x, y): (f64, f64)) -> bool {
        let split = &mut self.located.split;
        split.points += 1;
        let [west, south, east, north] = split.bounds.unwrap_or([x, y, x, y]);
        split.bounds = Some([west.min(x), south.min(y), east.max(x), north.max(y)]);
        if !self.stretch.goes_on(places.time_ms(row), x, y) {
            self.close_stretch();
        }
        self.stretch.points += 1;
        let area_m2 = places.area_m2(row);
        let mut alone = true;
        for boundary in self.locator.locate(x, y) {
            alone = false;
            self.stretch.inside(boundary);
            if let Some((points, area)) = self.shares.get_mut(boundary) {
                *points += 1;
                *area += area_m2;
            }
        }
        if alone && let Some(boundary) = self.locator.edge_within(x, y, places.drift_m(row)) {
            let place = self.located.outside_rows.len();
            self.stretch.near(place, boundary, area_m2);
        }
        alone
    }

    fn close_stretch(&mut self) {
        let rows = &mut self.located.outside_rows;
        self.stretch.close(&mut self.shares, rows);
    }

    /// What was found, after the last point.
    pub fn finish(mut self) -> Located {
        self.close_stretch();
        let mut located = self.located;
        let split = &mut located.split;
        split.outside = located.outside_rows.iter().filter(|o| **o).count() as u64;
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

/// Points of one unbroken stretch of work, and those of them just outside of a field.
#[derive(Debug, Default)]
struct Stretch {
    points: u64,
    last: Option<(Option<i64>, f64, f64)>,
    inside: HashMap<usize, u64>,
    /// Row, field and square metres.
    near: Vec<(usize, usize, f64)>,
}

impl Stretch {
    fn goes_on(&mut self, time_ms: Option<i64>, x: f64, y: f64) -> bool {
        let goes_on = self.last.is_some_and(|(before, a, b)| {
            let (east, north) = step_metres((a, b), (x, y));
            let soon = match (before, time_ms) {
                (Some(before), Some(time)) => before.abs_diff(time) <= PAUSE_MS,
                _ => true,
            };
            soon && east.hypot(north) <= STEP_M
        });
        self.last = Some((time_ms, x, y));
        goes_on
    }

    fn inside(&mut self, boundary: usize) {
        *self.inside.entry(boundary).or_default() += 1;
    }

    fn near(&mut self, row: usize, boundary: usize, area_m2: f64) {
        self.near.push((row, boundary, area_m2));
    }

    /// Gives the drifted points to their field, and begins anew.
    fn close(&mut self, shares: &mut [(u64, f64)], outside: &mut [bool]) {
        for (row, boundary, area_m2) in self.near.drain(..) {
            let inside = self.inside.get(&boundary).copied().unwrap_or(0);
            if inside as f64 >= INSIDE * self.points as f64
                && let (Some(share), Some(outside)) =
                    (shares.get_mut(boundary), outside.get_mut(row))
            {
                share.0 += 1;
                share.1 += area_m2;
                *outside = false;
            }
        }
        self.inside.clear();
        self.points = 0;
    }
}
