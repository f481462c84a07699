//! The contract's cleanup: rows that fail a rule leave the standard output.

use crate::points::batch::Points;
use crate::points::context::Context;
use crate::points::noticed::Noticed;

/// Drops the rows that fail; remembers which had a position, where dropped rows are handed on.
pub(crate) fn apply(points: &mut Points, context: &Context, _: &mut Noticed) {
    points.placed = context.hands_on_all.then(|| points.keep.clone());
    let Some(rules) = &context.cleanup else {
        return;
    };
    let before = points.keep.clone();
    let rates = context.products.planned_rates();
    let (keep, reasons) = (&mut points.keep, &mut points.reasons);
    rules.apply(
        &points.columns,
        &points.logged,
        rates,
        &before,
        |row, reason| {
            keep[row] = false;
            reasons.set(row, reason);
        },
    );
}
