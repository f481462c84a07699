//! GeoJSON: a feature collection of points with the standard names in metric units.
//!
//! Rule: absent values are left out, not null.

use super::iso_utc;
use crate::{Files, Operation, Simulated};
use serde_json::{Map, Value, json};

/// One feature for each record, with the unit of each value under `units`.
pub fn points(simulated: &Simulated) -> Files {
    let plan = &simulated.plan;
    let features: Vec<Value> = simulated
        .records
        .iter()
        .map(|record| {
            let mut properties = Map::new();
            let mut put = |key: &str, value: Value| properties.insert(key.to_owned(), value);
            put("timestamp", json!(iso_utc(record.time_ms)));
            put("distance", json!(record.distance_m));
            put("heading", json!(record.heading_deg));
            put("speed", json!(record.speed_m_s * 3.6));
            put("elevation", json!(record.elevation_m));
            let width = if record.working { record.width_m } else { plan.width_m };
            put("equipmentWidth", json!(width));
            put("recordingStatus", json!(if record.working { "On" } else { "Off" }));
            if !plan.crop.is_empty() {
                put("crop", json!(plan.crop));
            }
            match plan.operation {
                Operation::Harvest => {
                    put("wetMassPerArea", json!(record.rate * 1e4));
                    put("harvestMoisture", json!(record.moisture));
                }
                Operation::Planting => {
                    put("seedRate", json!(record.rate * 1e4));
                    put("seedRateTarget", json!(record.target * 1e4));
                }
                Operation::Spraying => {
                    put("appliedRate", json!(record.rate * 1e4));
                    put("appliedRateTarget", json!(record.target * 1e4));
                }
                Operation::Tillage => {
                    put("tillageDepthActual", json!(record.rate * 1e2));
                    put("tillageDepthTarget", json!(record.target * 1e2));
                }
            }
            json!({
                "type": "Feature",
                "geometry": {
                    "type": "Point",
                    "coordinates": [record.longitude, record.latitude],
                },
                "properties": properties,
            })
        })
        .collect();
    let units = json!({
        "distance": "m", "heading": "arcdeg", "speed": "km/hr", "elevation": "m",
        "equipmentWidth": "m", "wetMassPerArea": "kg/ha", "harvestMoisture": "prcnt",
        "seedRate": "seeds/ha", "seedRateTarget": "seeds/ha", "appliedRate": "L/ha",
        "appliedRateTarget": "L/ha", "tillageDepthActual": "cm", "tillageDepthTarget": "cm",
    });
    let collection = json!({ "type": "FeatureCollection", "units": units, "features": features });
    let path = format!("geojson/{} {}.geojson", plan.field, plan.task);
    vec![(path, collection.to_string().into_bytes())]
}
