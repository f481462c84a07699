//! What the rows of a table add up to, counted from the simulated records.

use super::field::Field;
use super::quantity::dry_share;
use crate::{Record, Simulated};

/// The truth about the rows at work.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Rows.
    pub rows: u64,
    /// Worked area.
    pub area_m2: f64,
    /// Wet mass.
    pub wet_mass_kg: f64,
    /// Dry mass.
    pub dry_mass_kg: f64,
    /// Wet volume, by the weight of a bushel.
    pub wet_bushels: f64,
    /// Dry volume, by the weight of a bushel.
    pub dry_bushels: f64,
    /// Moisture weighted by mass.
    pub moisture: f64,
    /// Litres, kilograms or seeds.
    pub applied: f64,
    /// Rate weighted by area, in the unit of the simulation.
    pub rate: f64,
    /// Target weighted by area, in the unit of the simulation.
    pub target: f64,
    /// Speed.
    pub speed_m_s: f64,
    /// Elevation.
    pub elevation_m: f64,
    /// West, south, east, north.
    pub bounds: [f64; 4],
    /// First and last instant, milliseconds since 1970.
    pub instants_ms: (i64, i64),
}

impl Known {
    /// Counts the rows at work.
    pub fn of(field: &Field, simulated: &Simulated) -> Self {
        let rows: Vec<&Record> = simulated.records.iter().filter(|r| r.working).collect();
        let sum = |of: &dyn Fn(&Record) -> f64| rows.iter().map(|r| of(r)).sum::<f64>();
        let count = rows.len().max(1) as f64;
        let area_m2 = sum(&Record::area_m2);
        let wet_mass_kg = sum(&|r| r.rate * r.area_m2());
        let dry_mass_kg = sum(&|r| r.rate * r.area_m2() * dry_share(field, r.moisture));
        let moist = sum(&|r| r.rate * r.area_m2() * r.moisture);
        let bounds = rows
            .iter()
            .fold([f64::MAX, f64::MAX, f64::MIN, f64::MIN], |b, r| {
                [
                    b[0].min(r.longitude),
                    b[1].min(r.latitude),
                    b[2].max(r.longitude),
                    b[3].max(r.latitude),
                ]
            });
        Self {
            rows: rows.len() as u64,
            area_m2,
            wet_mass_kg,
            dry_mass_kg,
            wet_bushels: wet_mass_kg / field.bushel_kg,
            dry_bushels: dry_mass_kg / field.bushel_kg,
            moisture: moist / wet_mass_kg,
            applied: wet_mass_kg,
            rate: wet_mass_kg / area_m2,
            target: sum(&|r| r.target * r.area_m2()) / area_m2,
            speed_m_s: sum(&|r| r.speed_m_s) / count,
            elevation_m: sum(&|r| r.elevation_m) / count,
            bounds,
            instants_ms: (
                rows.first().map_or(0, |r| r.time_ms),
                rows.last().map_or(0, |r| r.time_ms),
            ),
        }
    }
}
