//! Points just outside of a field: outside is outside, unless the caller gives a tolerance.

use crate::hand::{Table, convert, description};
use serde_json::json;
use std::io::Write;
use tramline_convert::Options;
use tramline_convert::fields::{Boundary, Locate, split_by_fields};
use tramline_model::{OperationType, Property};
use tramline_outputs::MemorySink;

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
fn outside_is_outside_but_for_a_tolerance_that_was_given() {
    // Into the field's middle, ten metres beyond its northern edge; half a swath west of it all along;
    // and on its western edge.
    let table = way(&[(50.0, 0.0, 110), (-4.5, 0.0, 100), (0.0, 0.0, 50)]);
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
    // Tolerance in metres; points in the field; those of them that the tolerance let in.
    for (tolerance_m, inside, tolerated) in [
        (0.0, 150, 0),
        (3.0, 153, 3),
        (4.4, 154, 4),
        (4.6, 255, 105),
        (10.0, 260, 110),
    ] {
        let locate = Locate {
            boundaries: vec![field()],
            least_percent: 0.01,
            tolerance_m,
            outside: false,
        };
        let mut sink = MemorySink::default();
        let split = split_by_fields(file.as_file(), &locate, &mut sink, "out").unwrap();
        assert_eq!(split.points, 260);
        assert_eq!(split.fields[0].points, inside, "{tolerance_m}");
        assert_eq!(split.tolerated, tolerated, "{tolerance_m}");
        assert_eq!(split.outside, 260 - inside, "{tolerance_m}");
        let told = split.told(tolerance_m, tramline_model::Place::default());
        assert_eq!(told.is_some(), tolerated > 0);
        if let Some(finding) = told {
            assert_eq!(finding.values["points"], tolerated);
            assert_eq!(finding.values["of"], 260);
            assert_eq!(finding.values["toleranceM"], tolerance_m);
        }
    }
}
