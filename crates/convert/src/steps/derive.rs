//! Distance, heading, speed, width and area, where the source has none.

use crate::points::batch::Points;
use crate::points::columns::Columns;
use crate::points::context::Context;
use crate::points::driven::MOST_M_S;
use crate::points::noticed::Noticed;
use crate::points::way::{SPEED_SECONDS, Way};
use tramline_model::{Property, Unit};

/// Fills what the source lacks from the way of the machine.
pub(crate) fn fill(points: &mut Points, context: &Context, noticed: &mut Noticed) {
    let Points { columns, way, .. } = points;
    let (gaps, lost) = distance(columns, context, noticed, way);
    noticed.counts.gap_distances += gaps;
    noticed.counts.lost_distances += lost;
    if !context.logs_no_step {
        fill_property(columns, Property::Heading, context, noticed, |_, row| {
            at(&way.heading, row)
        });
    }
    speed(columns, context, noticed, way);
    if let (Some(unit), Some(metres)) =
        (context.units.get(Property::EquipmentWidth), context.width_m)
    {
        fill_column(columns, Property::EquipmentWidth, unit, |_, _| metres);
    }
    area(columns, context, noticed);
}

/// The step of the way; after a gap speed times interval, else the usual step. Middles of polygons
/// are no places of the machine. The number of gaps, and of rows that nothing tells the way of.
fn distance(
    columns: &mut Columns,
    context: &Context,
    noticed: &mut Noticed,
    way: &Way,
) -> (u64, u64) {
    if context.logs_no_step {
        return (0, 0);
    }
    let speed = factor(context, Property::Speed);
    let interval = factor(context, Property::SamplingInterval);
    let (mut gaps, mut lost) = (0, 0);
    fill_property(
        columns,
        Property::Distance,
        context,
        noticed,
        |columns, row| {
            let metres = at(&way.metres, row);
            if !metres.is_nan() {
                return metres;
            }
            if way.instant.get(row).copied().unwrap_or(0) == 0 {
                return f64::NAN;
            }
            let by_speed = columns.at(Property::Speed, row)
                * speed
                * columns.at(Property::SamplingInterval, row)
                * interval;
            let known = if !by_speed.is_nan() {
                by_speed
            } else if context.has_distance {
                // The source left it out: it knows of nothing.
                f64::NAN
            } else {
                at(&way.stands_for, row)
            };
            gaps += u64::from(!known.is_nan());
            lost += u64::from(known.is_nan());
            known
        },
    );
    (gaps, lost)
}

/// Logged way and interval first: they are smoother than steps between positions. Where the
/// source has polygons and no distance, their middles are no places of the machine, and the steps
/// between them have no speed.
fn speed(columns: &mut Columns, context: &Context, noticed: &mut Noticed, way: &Way) {
    let distance = factor(context, Property::Distance);
    let interval = factor(context, Property::SamplingInterval);
    fill_property(
        columns,
        Property::Speed,
        context,
        noticed,
        |columns, row| {
            let driven = columns.at(Property::Distance, row) * distance;
            let seconds = columns.at(Property::SamplingInterval, row) * interval;
            let by_log = driven / seconds;
            if context.logs_way && seconds > 0.0 && by_log <= MOST_M_S {
                return by_log;
            }
            if context.logs_no_step {
                return f64::NAN;
            }
            let known = at(&way.speed, row);
            if !known.is_nan() {
                return known;
            }
            let (step, time) = (at(&way.metres, row), at(&way.seconds, row));
            let of_step = time >= SPEED_SECONDS && !step.is_nan();
            let time = if of_step { time } else { seconds };
            let metres = if step.is_nan() { driven } else { step };
            let speed = if time > 0.0 { metres / time } else { f64::NAN };
            if speed <= MOST_M_S { speed } else { f64::NAN }
        },
    );
}

/// Distance times width, else mass by mass per area.
fn area(columns: &mut Columns, context: &Context, noticed: &mut Noticed) {
    let [width, distance, mass, mass_area] = [
        Property::EquipmentWidth,
        Property::Distance,
        Property::WetMass,
        Property::WetMassPerArea,
    ]
    .map(|property| factor(context, property));
    fill_property(columns, Property::Area, context, noticed, |columns, row| {
        let area = columns.at(Property::Distance, row)
            * distance
            * columns.at(Property::EquipmentWidth, row)
            * width;
        if area.is_nan() {
            columns.at(Property::WetMass, row) * mass
                / (columns.at(Property::WetMassPerArea, row) * mass_area)
        } else {
            area
        }
    });
}

fn factor(context: &Context, property: Property) -> f64 {
    context.units.factor(property).unwrap_or(f64::NAN)
}

fn at(values: &[f64], row: usize) -> f64 {
    values.get(row).copied().unwrap_or(f64::NAN)
}

fn fill_property(
    columns: &mut Columns,
    property: Property,
    context: &Context,
    noticed: &mut Noticed,
    base: impl FnMut(&Columns, usize) -> f64,
) {
    if let Some(unit) = context.units.get(property)
        && fill_column(columns, property, unit, base)
    {
        noticed.derived.insert(property);
    }
}

/// Fills `property` where it is absent from values in base units; true when any was filled.
fn fill_column(
    columns: &mut Columns,
    property: Property,
    unit: &Unit,
    mut base: impl FnMut(&Columns, usize) -> f64,
) -> bool {
    let mut values = columns.take_number(property);
    let mut filled = false;
    for (row, value) in values.iter_mut().enumerate() {
        if value.is_nan() {
            let derived = base(columns, row);
            if derived.is_finite() {
                *value = unit.from_base(derived);
                filled = true;
            }
        }
    }
    columns.set_number(property, values);
    filled
}
