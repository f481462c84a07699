//! Standard points that come in again, for a merge: nothing is derived, cleaned or renamed; totals
//! are gathered anew and repeated records go.

use super::columns::Texts;
use super::standard::{Reasons, Split, Standard};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::ArrowError;
use tramline_model::{OperationType, Property};

/// The reason of a record that another source has as well.
pub(crate) const DUPLICATE: &str = "merge.duplicate";

/// Columns that go through as they are: JSON texts.
#[derive(Default)]
pub(crate) struct Passed {
    pub(crate) products: Option<ArrayRef>,
    pub(crate) machinery: Option<ArrayRef>,
}

impl Standard {
    /// Takes a batch in this output's schema of properties and units. Rows whose `keep` is false
    /// are repeated records. Single products and machines are named for the totals.
    pub(crate) fn pass(
        &mut self,
        batch: &RecordBatch,
        passed: Passed,
        keep: &[bool],
    ) -> Result<Split, ArrowError> {
        let mut work = self.decode(batch);
        if let Some(names) = passed
            .products
            .as_ref()
            .and_then(|array| names(array, true))
        {
            work.set_text(Property::Product, names);
        }
        if let Some(names) = passed
            .machinery
            .as_ref()
            .and_then(|array| names(array, false))
        {
            work.set_text(Property::Machinery, names);
        }
        let way = self.tracks.follow(&work, keep);
        for property in Property::ALL {
            if !self.present.contains(property) && self.has_value(&work, *property, keep) {
                self.present.insert(*property);
            }
        }
        let harvest = self.operation == OperationType::Harvested;
        let units = self.units.clone();
        self.totals
            .add(&work, keep, &way.instant, harvest, |property| {
                units.get(property as usize).copied().flatten()
            });
        let mut reasons = Reasons::new(work.rows);
        for (row, kept) in keep.iter().enumerate() {
            if !*kept {
                reasons.set(row, DUPLICATE);
            }
        }
        let repeated = keep.iter().filter(|kept| !**kept).count() as u64;
        if repeated > 0 {
            *self.dropped.entry(DUPLICATE.to_owned()).or_default() += repeated;
        }
        self.passed = passed;
        self.split(work, keep, &reasons, None)
    }
}

/// The names in a column of JSON arrays: of `{"name"}` objects or of texts; several are joined.
fn names(array: &ArrayRef, objects: bool) -> Option<Texts> {
    let texts = Texts::read(array)?;
    Some(texts.map(|text| {
        let list: serde_json::Value = serde_json::from_str(text).ok()?;
        let names: Vec<&str> = list
            .as_array()?
            .iter()
            .filter_map(|entry| {
                if objects {
                    entry["name"].as_str()
                } else {
                    entry.as_str()
                }
            })
            .collect();
        (!names.is_empty()).then(|| names.join(" + "))
    }))
}
