//! What came of the standardising steps, for whoever describes a machine file.

use super::left_out::AllLeftOut;
use super::noticed::Counts;
use super::products::Products;
use super::totals::Totals;
use super::unit_table::UnitTable;
use crate::calibration::Calibrate;
use crate::fields::Clip;
use crate::plausible::absent::Counted;
use crate::plausible::pairs::Pairs;
use std::collections::{BTreeMap, BTreeSet};
use tramline_model::{DropReason, OperationType, Property, Unit};

/// The results over all points; nothing can be changed through it.
#[derive(Clone, Copy)]
pub(crate) struct Standardised<'a> {
    pub(crate) operation: &'a OperationType,
    /// Units of the standard output.
    pub(crate) units: &'a UnitTable,
    pub(crate) products: &'a Products,
    pub(crate) calibration: &'a Calibrate,
    /// Columns whose unit does not fit their property: left out.
    pub(crate) refused_units: &'a [String],
    /// The source has no rate: its target stands for it.
    pub(crate) target_stands: bool,
    /// Nothing tells the way: the source has polygons, or points in no order.
    pub(crate) without_way: bool,
    /// Cleanup rules on names that are no property.
    pub(crate) unknown_rules: &'a [String],
    pub(crate) present: &'a BTreeSet<Property>,
    pub(crate) derived: &'a BTreeSet<Property>,
    pub(crate) counts: &'a Counts,
    /// Values that a property cannot have.
    pub(crate) absent: &'a BTreeMap<Property, Counted>,
    /// Quantities that are known twice.
    pub(crate) pairs: &'a Pairs,
    pub(crate) totals: &'a Totals,
    pub(crate) dropped: &'a BTreeMap<DropReason, u64>,
    /// Fields that the work is cut to.
    pub(crate) clip: Option<&'a Clip>,
    /// West, south, east, north of the points outside of them.
    pub(crate) outside: Option<[f64; 4]>,
    /// What the rows hold that were dropped.
    pub(crate) left_out: &'a AllLeftOut,
}

impl Standardised<'_> {
    /// The unit of a property in the standard output.
    pub(crate) fn unit(&self, property: Property) -> Option<&'static Unit> {
        self.units.get(property)
    }

    pub(crate) fn is_harvest(&self) -> bool {
        *self.operation == OperationType::Harvested
    }
}
