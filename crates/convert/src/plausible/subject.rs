//! The crops or products of a machine file, by which its limits are chosen.

use crate::points::standardised::Standardised;
use tramline_model::{OperationDescription, OperationType};

/// More names than these say that a file is of many things.
const MOST: usize = 20;

/// The names, each once; none where nothing is known.
pub(super) fn subjects<'a>(
    results: &'a Standardised<'a>,
    description: &'a OperationDescription,
) -> Vec<&'a str> {
    let totals = results.totals;
    let mut names: Vec<&str> = match results.operation {
        OperationType::Applied => {
            let points = totals.products.list.iter();
            let file = description.products.iter();
            points
                .map(|group| group.name.as_str())
                .chain(file.map(|product| product.name.as_str()))
                .collect()
        }
        _ => totals.crops.iter().map(String::as_str).collect(),
    };
    names.retain(|name| !name.is_empty());
    names.truncate(MOST);
    names
}
