//! Points just outside of a field: the receiver's drift belongs to it, the road beside it does not.

use crate::hand::{Table, convert, description};
use serde_json::json;
use std::io::Write;
use tramline_convert::Options;
use tramline_convert::fields::{Boundary, split_by_fields};
use tramline_model::{OperationType, Property};

pub(crate) const METRE_NORTH: f64 = 1.0 / 111_229.0;
pub(crate) const METRE_EAST: f64 = 1.0 / 71_696.0;

/// Points a metre apart to the north from (x, y) in metres; each starts at its own minute.
pub(crate) fn way(lines: &[(f64, f64, i64)]) -> Table {
    let mut places = Vec::new();
    for (line, (x, y, count)) in lines.iter().enumerate() {
        for step in 0..*count {
            let time = 1_746_367_200_000 + line as i64 * 600_000 + step * 1_000;
            places.push((x * METRE_EAST, (y + step as f64) * METRE_NORTH, time));
        }
    }
    let count = places.len();
    Table::default()
        .number(
            Property::Longitude,
            "arcdeg",
            places.iter().map(|p| Some(10.0 + p.0)),
        )
        .number(
            Property::Latitude,
            "arcdeg",
            places.iter().map(|p| Some(50.0 + p.1)),
        )
        .instants(places.iter().map(|p| Some(p.2)))
        .number(Property::EquipmentWidth, "m", vec![Some(9.0); count])
        .number(Property::TillageDepthActual, "cm", vec![Some(10.0); count])
}

/// A rectangle of 100 by 100 metres, a point's half step south of the origin.
pub(crate) fn field() -> Boundary {
    let corner = |x: f64, y: f64| [10.0 + x * METRE_EAST, 50.0 + y * METRE_NORTH];
    Boundary::from_geojson(&json!({
        "type": "Polygon",
        "coordinates": [[
            corner(0.0, -0.5), corner(100.0, -0.5), corner(100.0, 99.5), corner(0.0, 99.5),
            corner(0.0, -0.5),
        ]],
    }))
    .unwrap()
}

#[test]
fn half_a_swath_beyond_the_edge_belongs_to_the_stretch_that_is_inside() {
    // Into the field's middle, ten metres beyond its northern edge; and a road three metres west.
    let table = way(&[(50.0, 0.0, 110), (-3.0, 0.0, 100)]);
    let converted = convert(
        description(OperationType::Tillage, &table),
        &table,
        &Options::default(),
        64,
    );
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let name = &converted.report.artifacts["standardGeoparquet"];
    file.write_all(&converted.sink.files.lock().unwrap()[name])
        .unwrap();
    let split = split_by_fields(file.path(), &[field()], 0.01, None).unwrap();
    assert_eq!(split.points, 210);
    // One hundred inside, four of the next ten within 4.5 m; the road stays outside.
    assert_eq!(split.fields[0].points, 104);
    assert_eq!(split.outside, 106);
}
