//! Which properties have values, and how many points have no time.

use crate::points::batch::Points;
use crate::points::columns::Columns;
use crate::points::context::Context;
use crate::points::noticed::Noticed;
use tramline_model::Property;
use tramline_model::property::Kind;

/// Notes the properties that have a value in a row that stays.
pub(crate) fn note(points: &mut Points, _: &Context, noticed: &mut Noticed) {
    for property in Property::ALL {
        if !noticed.present.contains(property)
            && has_value(&points.columns, *property, &points.keep)
        {
            noticed.present.insert(*property);
        }
    }
}

/// Counts the rows that stay and have no time.
pub(crate) fn count_without_instant(points: &mut Points, _: &Context, noticed: &mut Noticed) {
    let keep = &points.keep;
    let without = match &points.columns.instants {
        Some(instants) => instants
            .iter()
            .zip(keep)
            .filter(|(instant, kept)| **kept && instant.is_none())
            .count(),
        None => keep.iter().filter(|kept| **kept).count(),
    };
    noticed.counts.without_instant += without as u64;
}

fn has_value(columns: &Columns, property: Property, keep: &[bool]) -> bool {
    match property.kind() {
        Kind::Number => columns
            .number(property)
            .is_some_and(|v| v.iter().zip(keep).any(|(v, kept)| *kept && !v.is_nan())),
        Kind::Text => columns
            .text(property)
            .is_some_and(|t| t.keys.iter().zip(keep).any(|(k, kept)| *kept && *k >= 0)),
        Kind::Instant => columns
            .instants
            .as_ref()
            .is_some_and(|i| i.iter().zip(keep).any(|(i, kept)| *kept && i.is_some())),
        Kind::Integer => false,
    }
}
