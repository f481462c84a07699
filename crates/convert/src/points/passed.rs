//! Columns of standard points that come in again, for a merge: JSON texts that go through as they
//! are.

use super::columns::{Columns, Texts};
use arrow_array::ArrayRef;
use tramline_model::Property;

/// Columns that go through as they are.
#[derive(Default)]
pub(crate) struct Passed {
    pub(crate) products: Option<ArrayRef>,
    pub(crate) machinery: Option<ArrayRef>,
}

/// Names single products and machines by row, for the totals.
pub(crate) fn name_columns(columns: &mut Columns, passed: &Passed) {
    for (array, property, objects) in [
        (&passed.products, Property::Product, true),
        (&passed.machinery, Property::Machinery, false),
    ] {
        if let Some(names) = array.as_ref().and_then(|array| names(array, objects)) {
            columns.set_text(property, names);
        }
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
