//! Logged harvest values times the factor of their record.
//!
//! Rule: after the area, which may come from mass and yield and must not move.

use crate::calibration::Calibrate;
use crate::points::batch::Points;
use crate::points::context::Context;
use crate::points::noticed::Noticed;
use tramline_model::Property;

/// Multiplies mass, volume and flow.
pub(crate) fn apply(points: &mut Points, context: &Context, _: &mut Noticed) {
    let Calibrate::By(settled) = &context.calibration else {
        return;
    };
    if !context.is_harvest() {
        return;
    }
    let columns = &mut points.columns;
    let factors: Vec<f64> = (0..columns.rows)
        .map(|row| {
            let instants = columns.instants.as_ref();
            settled.at(instants.and_then(|instants| instants.get(row).copied().flatten()))
        })
        .collect();
    for property in Property::YIELD.into_iter().chain([Property::CropFlow]) {
        if columns.number(property).is_none() {
            continue;
        }
        let mut column = columns.take_number(property);
        for (value, factor) in column.iter_mut().zip(&factors) {
            *value *= factor;
        }
        columns.set_number(property, column);
    }
}
