//! The order of the steps, once: batch steps, and the consumers of the whole file.
//!
//! Rule: to add a step is a file in `steps/` or `whole/` and a line here.

use crate::points::standard::BatchStep;
use crate::steps::{
    absent, add_up, calibrate, cleanup, clip, compare, crops, derive, position, present, track,
    yields,
};
use crate::whole::consumer::Begin;
use crate::whole::{filtered, images, outline, outside, polygons};

/// From a reader's points to standard points.
pub(crate) const BATCH_STEPS: &[BatchStep] = &[
    position::check,
    absent::mark,
    track::follow,
    compare::pair,
    derive::fill,
    crops::normalise,
    calibrate::apply,
    yields::fill,
    clip::apply,
    present::note,
    present::count_without_instant,
    cleanup::apply,
    add_up::add,
];

/// For standard points that come in again: nothing is derived, cleaned or renamed.
pub(crate) const MERGED_STEPS: &[BatchStep] = &[track::follow, present::note, add_up::add];

/// What needs all points of a machine file. Each begins, takes the points batch by batch, and
/// finishes, in this order.
pub(crate) const WHOLE_FILE: &[Begin] = &[
    filtered::begin,
    polygons::begin,
    outline::begin,
    images::begin,
    outside::begin,
];
