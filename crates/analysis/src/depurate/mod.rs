//! Removes wrong records from a yield map by their place and value alone, as the R package `paar`
//! does it in its function `depurate`.
//!
//! Source: Vega, Córdoba, Castro-Franco and Balzarini, "Protocol for automating error removal from
//! yield maps", Precision Agriculture 20 (2019), 1030-1044.
//!
//! Three steps, each on what the one before has left:
//!
//! 1. Edges: a point nearer to the outline than the buffer is border.
//! 2. Values outside the limits; then, once, values three deviations or more from the mean.
//! 3. Neighbours: values that local Moran's I or the Moran scatterplot finds unlike their
//!    neighbours'. A point that both find carries the scatterplot's label.
//!
//! Rule: it removes much, a third of a map and more, and the edge step eats into a field whose
//! passes are wider than the points' spacing. It is an option beside the other filters.
//!
//! Unlike `paar`: points without neighbours are kept, not an error; values that are all the same
//! are kept, not outliers; the parts of an outline that the buffer splits all count.

mod bounds;
mod edges;
mod hull;
mod local;
pub(crate) mod neighbours;
mod tree;

pub use edges::Edges;

use crate::statistics::mean_and_deviation;

/// What the three steps go by.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// The outline of the edge step.
    pub edges: Edges,
    /// Points nearer to the outline are border.
    pub edge_buffer_m: f64,
    /// Values down from here are too low.
    pub least: f64,
    /// Values up from here are too high.
    pub most: f64,
    /// Standard deviations from the mean from which a value is an outlier; infinite: none is.
    pub deviations: f64,
    /// How far away neighbours are; 0: no neighbour step.
    pub reach_m: f64,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            edges: Edges::Concave,
            edge_buffer_m: 10.0,
            least: 0.0,
            most: f64::INFINITY,
            deviations: 3.0,
            reach_m: 40.0,
        }
    }
}

/// What became of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Label {
    /// It passed every step.
    Kept,
    /// Outside the outline or too near to it.
    Border,
    /// At or below the least value, or minus infinity.
    GlobalMin,
    /// At or above the most, or infinite.
    GlobalMax,
    /// Too many deviations from the mean.
    Outlier,
    /// Unlike its neighbours by local Moran's I.
    SpatialOutlierLm,
    /// Pulls the regression of the Moran scatterplot.
    SpatialOutlierMp,
    /// The value is not a number or the place is not finite; it takes part in no step.
    NoNumber,
}

/// Labels each point. Metres in `x` and `y`; columns of unequal length are read as far as the
/// shortest, the rest is `NoNumber`.
pub fn depurate(x: &[f64], y: &[f64], value: &[f64], parameters: &Parameters) -> Vec<Label> {
    let count = x.len().max(y.len()).max(value.len());
    let mut labels = vec![Label::NoNumber; count];
    for (label, ((x, y), value)) in labels.iter_mut().zip(x.iter().zip(y).zip(value)) {
        if x.is_finite() && y.is_finite() && !value.is_nan() {
            *label = Label::Kept;
        }
    }
    label_border(x, y, parameters, &mut labels);
    label_outliers(value, parameters, &mut labels);
    label_unlike_neighbours(x, y, value, parameters.reach_m, &mut labels);
    labels
}

/// The kept values of a column.
fn kept(column: &[f64], labels: &[Label]) -> Vec<f64> {
    let both = column.iter().zip(labels);
    both.filter(|(_, label)| **label == Label::Kept)
        .map(|(value, _)| *value)
        .collect()
}

fn label_border(x: &[f64], y: &[f64], parameters: &Parameters, labels: &mut [Label]) {
    if parameters.edges == Edges::None {
        return;
    }
    let polygon = edges::outline(&kept(x, labels), &kept(y, labels), &parameters.edges);
    let outline = polygon.map(|polygon| edges::Outline::new(&polygon, parameters.edge_buffer_m));
    for (label, (&x, &y)) in labels.iter_mut().zip(x.iter().zip(y)) {
        let held = outline.as_ref().is_some_and(|outline| outline.holds(x, y));
        if *label == Label::Kept && !held {
            *label = Label::Border;
        }
    }
}

fn label_outliers(value: &[f64], parameters: &Parameters, labels: &mut [Label]) {
    for (label, &value) in labels.iter_mut().zip(value) {
        if *label != Label::Kept {
        } else if value >= parameters.most || value == f64::INFINITY {
            *label = Label::GlobalMax;
        } else if value <= parameters.least || value == f64::NEG_INFINITY {
            *label = Label::GlobalMin;
        }
    }
    let Some((mean, deviation)) = mean_and_deviation(&kept(value, labels)) else {
        return;
    };
    if deviation > 0.0 {
        let off = parameters.deviations * deviation;
        for (label, &value) in labels.iter_mut().zip(value) {
            if *label == Label::Kept && (value <= mean - off || value >= mean + off) {
                *label = Label::Outlier;
            }
        }
    }
}

fn label_unlike_neighbours(
    x: &[f64],
    y: &[f64],
    value: &[f64],
    reach_m: f64,
    labels: &mut [Label],
) {
    let (x, y, value) = (kept(x, labels), kept(y, labels), kept(value, labels));
    let found = local::test(&x, &y, &value, reach_m);
    let kept = labels.iter_mut().filter(|label| **label == Label::Kept);
    for (label, local) in kept.zip(found) {
        if local.influential {
            *label = Label::SpatialOutlierMp;
        } else if local.moran {
            *label = Label::SpatialOutlierLm;
        }
    }
}
