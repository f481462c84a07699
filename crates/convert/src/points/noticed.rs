//! What lasts from batch to batch: ways of machines, words of crops, counts for the findings, and
//! the totals.

use super::left_out::AllLeftOut;
use super::totals::Totals;
use super::way::Tracks;
use crate::plausible::absent::Counted;
use crate::plausible::pairs::Pairs;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tramline_model::{DropReason, Property};

/// Gathered over the batches of one machine file.
#[derive(Default)]
pub(crate) struct Noticed {
    pub(crate) tracks: Tracks,
    /// Longitude and latitude of the middle of the last batch.
    pub(crate) middle: Option<(f64, f64)>,
    /// The last point was far from it.
    pub(crate) far: bool,
    /// West, south, east, north of the points outside the fields that the caller gave.
    pub(crate) outside: Option<[f64; 4]>,
    /// The crop's name by the words of the file.
    pub(crate) crop_names: HashMap<String, String>,
    /// Properties with a value in a point of usable position.
    pub(crate) present: BTreeSet<Property>,
    /// Properties with a value that the source does not have.
    pub(crate) derived: BTreeSet<Property>,
    pub(crate) counts: Counts,
    /// Values that a property cannot have.
    pub(crate) absent: BTreeMap<Property, Counted>,
    /// Quantities that are known twice.
    pub(crate) pairs: Pairs,
    /// Of the standard points.
    pub(crate) totals: Totals,
    pub(crate) dropped: BTreeMap<DropReason, u64>,
    pub(crate) left_out: AllLeftOut,
}

/// Counts for the findings.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) without_instant: u64,
    pub(crate) implausible_instants: u64,
    pub(crate) without_crop: u64,
    pub(crate) unknown_crops: BTreeSet<String>,
    pub(crate) gap_distances: u64,
    /// Points whose distance nothing tells.
    pub(crate) lost_distances: u64,
    /// The rows are not in the order of the drive.
    pub(crate) unordered: bool,
    pub(crate) yields: YieldCounts,
}

/// What the yields lacked.
#[derive(Debug, Default)]
pub(crate) struct YieldCounts {
    /// Points whose crop has the moisture of grain.
    pub(crate) of_grain: u64,
    /// Points without dry values, as no moisture was logged.
    pub(crate) without_moisture: u64,
    /// Points whose dry values repeat the wet ones as the crop has no standard moisture.
    pub(crate) without_standard: u64,
    /// Flow by time is about yield by area; settled by the first batch that has both.
    pub(crate) flow_agrees: Option<bool>,
    /// Points of a crop without test weight.
    pub(crate) without_test_weight: u64,
    /// Points whose dry mass was held at the wet mass.
    pub(crate) capped: u64,
}
