//! Fields that the work is cut to: points outside all of them are left out.
//!
//! Rule: strict geometry. A point lies in a field or outside; on the boundary counts as in. Nothing is
//! derived from the cut: distances, areas and masses of the points that stay are those of the whole.

use super::boundary::Boundary;
use super::locator::Locator;
use crate::points::way::step_metres;
use std::sync::Arc;

/// A field with the name that its file gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedField {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Its ground.
    pub boundary: Boundary,
}

/// Fields, prepared.
#[derive(Clone, Debug)]
pub struct Clip {
    fields: Arc<Vec<NamedField>>,
    locator: Arc<Locator>,
    /// Points outside all fields are written to artifacts of their own.
    pub keep_outside: bool,
}

impl Clip {
    /// Cuts to the union of these fields.
    pub fn new(fields: Vec<NamedField>) -> Self {
        let locator = Locator::new(fields.iter().map(|field| &field.boundary));
        Self {
            fields: Arc::new(fields),
            locator: Arc::new(locator),
            keep_outside: false,
        }
    }

    /// The fields, in their order.
    pub fn fields(&self) -> &[NamedField] {
        &self.fields
    }

    /// Whether a point lies in a field or on its edge; degrees.
    pub fn holds(&self, longitude: f64, latitude: f64) -> bool {
        self.locator.locate(longitude, latitude).next().is_some()
            || self.locator.on_edge(longitude, latitude).is_some()
    }

    /// The name of the field, if all of the work is in one.
    pub(crate) fn only_name(&self) -> Option<&str> {
        match self.fields.as_slice() {
            [only] => only.name.as_deref(),
            _ => None,
        }
    }

    /// Why work within these bounds (west, south, east, north in degrees) may lie in no field.
    pub(crate) fn away(&self, bounds: [f64; 4]) -> Away {
        let least = |swap: bool| {
            let distances = self.fields.iter().map(|field| {
                let [west, south, east, north] = field.boundary.bounds();
                let of_field = match swap {
                    true => [south, west, north, east],
                    false => [west, south, east, north],
                };
                between(bounds, of_field)
            });
            distances.fold(f64::INFINITY, f64::min)
        };
        let metres = least(false);
        Away {
            metres,
            swapped: metres > 10_000.0 && least(true) < 1_000.0,
        }
    }
}

/// How far the nearest field is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Away {
    /// Between the boxes around both.
    pub(crate) metres: f64,
    /// The field would be there if its latitudes were longitudes.
    pub(crate) swapped: bool,
}

impl Away {
    /// What is the matter, for people.
    pub(crate) fn text(self) -> String {
        let distance = match self.metres {
            metres if metres < 1.0 => {
                return "the nearest field is beside the work or touches its extent".to_owned();
            }
            metres if metres < 1_000.0 => format!("{metres:.0} m"),
            metres => format!("{:.0} km", metres / 1_000.0),
        };
        format!("the nearest field is {distance} away from the work")
    }

    /// What to do about it.
    pub(crate) fn hint(self) -> &'static str {
        if self.swapped {
            "the boundary has latitude and longitude in the wrong order: swap them, GeoJSON has the longitude first"
        } else if self.metres > 1_000.0 {
            "check that the boundary is that of this field and that its coordinates are WGS 84 degrees"
        } else {
            "give the boundary of the field in which this work was done, or convert without a boundary"
        }
    }
}

/// Metres between two boxes; 0 where they meet.
fn between(a: [f64; 4], b: [f64; 4]) -> f64 {
    let gap = |low: f64, high: f64, other_low: f64, other_high: f64| match (low, high) {
        (_, high) if high < other_low => (high, other_low),
        (low, _) if low > other_high => (low, other_high),
        (low, _) => (low.max(other_low), low.max(other_low)),
    };
    let (from_x, to_x) = gap(a[0], a[2], b[0], b[2]);
    let (from_y, to_y) = gap(a[1], a[3], b[1], b[3]);
    let limit = |latitude: f64| latitude.clamp(-90.0, 90.0);
    let (east, north) = step_metres((from_x, limit(from_y)), (to_x, limit(to_y)));
    let metres = east.hypot(north);
    if metres.is_finite() {
        metres
    } else {
        f64::INFINITY
    }
}
