//! The quantities of a record by their names, in the unit that the table has.

use super::field::Field;
use super::unit::factor;
use crate::{Record, Simulated};

/// Share of the wet mass that is left at the moisture of the dry crop; never above one.
pub(super) fn dry_share(field: &Field, moisture: f64) -> f64 {
    ((100.0 - moisture) / (100.0 - field.dry_moisture)).min(1.0)
}

/// The quantity `what` of a record in `unit`.
///
/// # Panics
/// When nobody knows the quantity: the description of a table is part of a test.
pub(super) fn value(
    what: &str,
    unit: &str,
    field: &Field,
    simulated: &Simulated,
    record: &Record,
) -> f64 {
    let dry = dry_share(field, record.moisture);
    let area = record.area_m2();
    // Volumes of grain are counted in bushels, by the weight that people give a bushel.
    let bushels = |kg: f64, per: &str| match per {
        "bu/ac" => kg * 4_046.856_422_4 / field.bushel_kg,
        "bu/h" => kg * 3_600.0 / field.bushel_kg,
        "bu" => kg / field.bushel_kg,
        // A hectolitre as 100 litres of the bushel's 35.239.
        "hL/ha" => kg * 1e4 / field.bushel_kg * 0.352_390_701_668_8,
        other => panic!("no unit of a volume: {other}"),
    };
    let base = match what {
        "distance" => record.distance_m,
        "width" if record.working => record.width_m,
        "width" => simulated.plan.width_m,
        "speed" => record.speed_m_s,
        "elevation" => record.elevation_m,
        "heading" => record.heading_deg,
        "area" => area,
        "productivity" => area,
        "moisture" => record.moisture,
        "wetRate" | "rate" | "depth" => record.rate,
        "dryRate" => record.rate * dry,
        "target" => record.target,
        "flow" => record.flow_kg_s,
        "wetMass" | "amount" => record.rate * area,
        "dryMass" => record.rate * dry * area,
        "wetVolumeRate" => return bushels(record.rate, unit),
        "dryVolumeRate" => return bushels(record.rate * dry, unit),
        "wetVolume" => return bushels(record.rate * area, unit),
        "dryVolume" => return bushels(record.rate * dry * area, unit),
        "volumeFlow" => return bushels(record.flow_kg_s, unit),
        "duration" => 1.0,
        other => panic!("no quantity of a record: {other}"),
    };
    base / factor(unit)
}
