//! GeoJSON: a feature collection of points with the standard names in metric units.
//!
//! Rule: absent values are left out, not null.

use super::iso_utc;
use crate::{Files, Operation, Plan, Record, Simulated};
use serde_json::{Map, Value, json};

/// One feature for each record; units stand in brackets behind the names.
pub fn points(simulated: &Simulated) -> Files {
    let plan = &simulated.plan;
    let features: Vec<Value> = simulated
        .records
        .iter()
        .map(|record| {
            let properties: Map<String, Value> = properties(plan, record)
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect();
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
    let collection = json!({ "type": "FeatureCollection", "features": features });
    let path = format!("geojson/{} {}.geojson", plan.field, plan.task);
    vec![(path, collection.to_string().into_bytes())]
}

/// The properties of a record: standard names with their units in brackets. The set is the same
/// for all records of a plan.
pub(super) fn properties(plan: &Plan, record: &Record) -> Vec<(&'static str, Value)> {
    let mut properties = Vec::new();
    let mut put = |key: &'static str, value: Value| properties.push((key, value));
    put("timestamp", json!(iso_utc(record.time_ms)));
    put("distance(m)", json!(record.distance_m));
    put("heading", json!(record.heading_deg));
    put("speed(km/h)", json!(record.speed_m_s * 3.6));
    put("elevation(m)", json!(record.elevation_m));
    let width = if record.working {
        record.width_m
    } else {
        plan.width_m
    };
    put("equipmentWidth(m)", json!(width));
    put(
        "recordingStatus",
        json!(if record.working { "On" } else { "Off" }),
    );
    if !plan.crop.is_empty() {
        put("crop", json!(plan.crop));
    }
    match plan.operation {
        Operation::Harvest => {
            put("wetMassPerArea(kg/ha)", json!(record.rate * 1e4));
            put("harvestMoisture(%)", json!(record.moisture));
        }
        Operation::Planting => {
            put("seedRate(seeds/ha)", json!(record.rate * 1e4));
            put("seedRateTarget(seeds/ha)", json!(record.target * 1e4));
        }
        Operation::Spraying => {
            put("appliedRate(L/ha)", json!(record.rate * 1e4));
            put("appliedRateTarget(L/ha)", json!(record.target * 1e4));
        }
        Operation::Tillage => {
            put("tillageDepthActual(cm)", json!(record.rate * 1e2));
            put("tillageDepthTarget(cm)", json!(record.target * 1e2));
        }
    }
    properties
}
