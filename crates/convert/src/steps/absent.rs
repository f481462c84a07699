//! What a property cannot be is absent before anything is derived or judged.

use crate::points::batch::Points;
use crate::points::context::Context;
use crate::points::noticed::Noticed;
use tramline_model::Property;

/// Takes the values out that cannot be, and counts those of the rows that stay. What the caller's own
/// rules will judge is remembered as it was logged.
pub(crate) fn mark(points: &mut Points, context: &Context, noticed: &mut Noticed) {
    let judged = |property: Property| {
        let rules = context.cleanup.as_ref();
        rules.is_some_and(|rules| rules.judges_logged(property))
    };
    for property in Property::ALL {
        if points.columns.number(*property).is_none() {
            continue;
        }
        let mut values = points.columns.take_number(*property);
        let counted = noticed.absent.entry(*property).or_default();
        let keeps = judged(*property);
        let logged = &mut points.logged;
        context.absent.apply(
            *property,
            &mut values,
            &points.keep,
            counted,
            |row, value| {
                if keeps {
                    logged.push((*property, row, value));
                }
            },
        );
        if matches!(property, Property::Distance | Property::Area) {
            // A hair below zero: what could not be is gone.
            for value in values.iter_mut().filter(|value| **value < 0.0) {
                *value = 0.0;
            }
        }
        points.columns.set_number(*property, values);
    }
}
