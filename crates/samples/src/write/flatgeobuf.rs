//! FlatGeobuf by the public crate, so that the reader has another witness: points with the
//! standard names in metric units.
//!
//! Rule: with an index the features are sorted along its curve, as every writer does by default.

use super::geojson::properties;
use crate::{Files, Simulated};
use flatgeobuf::geozero::{ColumnValue, FeatureProcessor, GeomProcessor, PropertyProcessor};
use flatgeobuf::{FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};
use serde_json::Value;

/// One feature for each record, in WGS 84 degrees.
#[expect(
    clippy::unwrap_used,
    reason = "the crate writes to memory and an unnamed file"
)]
pub fn points(simulated: &Simulated, index: bool) -> Files {
    let plan = &simulated.plan;
    let options = FgbWriterOptions {
        write_index: index,
        crs: FgbCrs {
            code: 4326,
            ..FgbCrs::default()
        },
        ..FgbWriterOptions::default()
    };
    let mut writer =
        FgbWriter::create_with_options(&plan.task, GeometryType::Point, options).unwrap();
    for (id, record) in (0..).zip(&simulated.records) {
        writer.feature_begin(id).unwrap();
        writer.point_begin(0).unwrap();
        writer.xy(record.longitude, record.latitude, 0).unwrap();
        writer.point_end(0).unwrap();
        for (column, (name, value)) in properties(plan, record).iter().enumerate() {
            let value = match value {
                Value::String(text) => ColumnValue::String(text),
                number => ColumnValue::Double(number.as_f64().unwrap_or(f64::NAN)),
            };
            writer.property(column, name, &value).unwrap();
        }
        writer.feature_end(id).unwrap();
    }
    let mut bytes = Vec::new();
    writer.write(&mut bytes).unwrap();
    vec![(format!("flatgeobuf/{}.fgb", plan.field), bytes)]
}
