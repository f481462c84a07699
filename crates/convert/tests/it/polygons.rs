//! Footprints as GeoParquet: as many as there are points, with the ground that the summary counts.

use crate::hand::{Converted, convert, description};
use crate::settings::field;
use arrow_array::cast::AsArray;
use geo::algorithm::bool_ops::unary_union;
use geo::{GeodesicArea, LineString, Polygon};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::json;
use tramline_convert::Options;
use tramline_model::OperationType;

fn run(configuration: serde_json::Value) -> Converted {
    let table = field(1.0);
    let mut description = description(OperationType::Harvested, &table);
    description.crop = Some("Corn".to_owned());
    let options = Options {
        configuration: serde_json::from_value(configuration).unwrap(),
        ..Options::default()
    };
    convert(description, &table, &options, 500)
}

fn polygon(wkb: &[u8]) -> Polygon<f64> {
    assert_eq!(wkb[..13], [1, 3, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0]);
    let number = |at: usize| f64::from_le_bytes(wkb[at..at + 8].try_into().unwrap());
    let ring: Vec<(f64, f64)> = (0..5)
        .map(|place| (number(13 + place * 16), number(21 + place * 16)))
        .collect();
    assert_eq!(ring.first(), ring.last());
    Polygon::new(LineString::from(ring), Vec::new())
}

#[test]
fn the_union_of_the_polygons_is_the_covered_area() {
    assert!(
        !run(json!({}))
            .report
            .artifacts
            .contains_key("polygonGeoparquet")
    );
    for profile in ["compat", "recommended"] {
        let converted = run(json!({"enablePolygonOutput": true, "filterProfile": profile}));
        let name = &converted.report.artifacts["polygonGeoparquet"];
        let bytes = bytes::Bytes::from(converted.sink.files.lock().unwrap()[name].clone());
        let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap();
        let metadata = builder
            .metadata()
            .file_metadata()
            .key_value_metadata()
            .unwrap();
        let geo = metadata.iter().find(|entry| entry.key == "geo").unwrap();
        let geo: serde_json::Value = serde_json::from_str(geo.value.as_ref().unwrap()).unwrap();
        assert_eq!(
            geo["columns"]["geometry"]["geometry_types"],
            json!(["Polygon"])
        );
        let mut polygons = Vec::new();
        for batch in builder.build().unwrap() {
            let batch = batch.unwrap();
            let geometry = batch.column_by_name("geometry").unwrap();
            polygons.extend(
                geometry
                    .as_binary::<i32>()
                    .iter()
                    .map(|wkb| polygon(wkb.unwrap())),
            );
            assert!(batch.column_by_name("longitude").is_some());
            assert!(batch.column_by_name("wetMassPerArea").is_some());
            assert!(batch.column_by_name("footprint").is_none());
        }
        assert_eq!(polygons.len() as u64, converted.report.points.standard);
        // The union wants a plane: degrees scaled to about metres.
        let covered = converted.summary()["coverage"]["coveredArea"]["value"]
            .as_f64()
            .unwrap();
        let united = unary_union(&polygons).geodesic_area_signed().abs() / 1e4;
        assert!((united / covered - 1.0).abs() < 1e-3, "{united} {covered}");
    }
}
