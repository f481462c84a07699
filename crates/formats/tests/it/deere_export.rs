//! Gen4 harvest logs against John Deere's own export of the same logs, row by row at equal times.

use crate::collect::{Collected, read_with, tree_of};
use crate::isoxml_corpus::corpus;
use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMillisecondType;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tramline_formats::ReadOptions;
use tramline_model::Property as P;

/// Rows at work, by time.
#[derive(Clone, Copy)]
struct Row {
    latitude: f64,
    longitude: f64,
    moisture: f64,
    width_m: f64,
    distance_m: f64,
    /// Of the step, from mass per area for the export.
    mass_kg: f64,
}

fn column(collected: &Collected, property: P) -> Vec<f64> {
    let unit = collected.unit(property).expect("a unit");
    let values = collected.numbers(property).into_iter();
    values
        .map(|v| unit.to_base(v.unwrap_or(f64::NAN)))
        .collect()
}

fn rows(collected: &Collected, exported: bool) -> BTreeMap<i64, Row> {
    let (lat, lon) = (
        column(collected, P::Latitude),
        column(collected, P::Longitude),
    );
    let moisture = column(collected, P::HarvestMoisture);
    let (width, distance) = (
        column(collected, P::EquipmentWidth),
        column(collected, P::Distance),
    );
    let mass = if exported {
        column(collected, P::WetMassPerArea)
    } else {
        column(collected, P::WetMass)
    };
    let status = (!exported).then(|| collected.texts(P::RecordingStatus));
    let mut rows = BTreeMap::new();
    for (at, time) in collected.instants().into_iter().enumerate() {
        let on = status
            .as_ref()
            .is_none_or(|s| s[at].as_deref() == Some("On"));
        let (Some(time), true) = (time, on) else {
            continue;
        };
        let area = if exported {
            width[at] * distance[at]
        } else {
            1.0
        };
        rows.insert(
            time,
            Row {
                latitude: lat[at],
                longitude: lon[at],
                moisture: moisture[at],
                width_m: width[at],
                distance_m: distance[at],
                mass_kg: mass[at] * area,
            },
        );
    }
    rows
}

fn logs(folder: &Path) -> BTreeMap<i64, Row> {
    let tree = tree_of(&folder.join("display/Gen4 - 4600 Harvest Data.zip"));
    let collected = read_with(&tree, "deere_gen4", &ReadOptions::default());
    assert!(collected.failures.is_empty(), "{:?}", collected.failures);
    rows(&collected, false)
}

fn export(folder: &Path, name: &str) -> BTreeMap<i64, Row> {
    let name = format!("shapefiles/Gen4 - 4600 Harvest Data - Point - {name}.zip");
    let collected = read_with(
        &tree_of(&folder.join(name)),
        "shapefile",
        &ReadOptions::default(),
    );
    assert!(collected.failures.is_empty(), "{:?}", collected.failures);
    rows(&collected, true)
}

fn metres(a: &Row, b: &Row) -> f64 {
    let east = (a.longitude - b.longitude) * 111_320.0 * a.latitude.to_radians().cos();
    east.hypot((a.latitude - b.latitude) * 111_132.0)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[test]
fn each_sensor_rows_are_those_of_the_export() {
    let Some(folder) = corpus("vendor").map(|f| f.join("deere-sampledata")) else {
        return;
    };
    let (ours, theirs) = (logs(&folder), export(&folder, "EachSensor"));
    assert_eq!(theirs.len(), 11_230);
    let pairs: Vec<(&Row, &Row)> = theirs
        .iter()
        .filter_map(|(time, row)| ours.get(time).map(|own| (own, row)))
        .collect();
    assert_eq!(pairs.len(), theirs.len(), "rows at equal times");
    let mut off: Vec<f64> = pairs.iter().map(|(a, b)| metres(a, b)).collect();
    let off = median(&mut off);
    assert!(off < 1e-4, "median {off} m apart");
    let share = |same: &dyn Fn(&Row, &Row) -> bool| {
        pairs.iter().filter(|(a, b)| same(a, b)).count() as f64 / pairs.len() as f64
    };
    let moist = share(&|a, b| (a.moisture - b.moisture).abs() < 5e-4);
    assert!(moist > 0.999_9, "moisture equal in {moist}");
    let width = share(&|a, b| (a.width_m - b.width_m).abs() < 1e-3);
    assert!(width > 0.999_9, "width equal in {width}");
    let area = |rows: &BTreeMap<i64, Row>| -> f64 {
        rows.values().map(|r| r.width_m * r.distance_m).sum::<f64>() / 1e4
    };
    let (own_ha, their_ha) = (area(&ours), area(&theirs));
    assert!(
        (own_ha / their_ha - 1.0).abs() < 0.0015,
        "{own_ha} ha, export {their_ha}"
    );
    let mass = |rows: &BTreeMap<i64, Row>| rows.values().map(|r| r.mass_kg).sum::<f64>();
    let (own_kg, their_kg) = (mass(&ours), mass(&theirs));
    assert!(
        (own_kg / their_kg - 1.0).abs() < 0.012,
        "{own_kg} kg, export {their_kg}"
    );
}

#[test]
fn one_hertz_rows_are_five_of_ours() {
    let Some(folder) = corpus("vendor").map(|f| f.join("deere-sampledata")) else {
        return;
    };
    // Rows from between the passes have the times of receiver positions, which the raw form holds,
    // and of which a log without work has no machine file.
    let tree = tree_of(&folder.join("display/Gen4 - 4600 Harvest Data.zip"));
    let collected = read_with(&tree, "deere_gen4", &ReadOptions::default());
    let mut times: BTreeSet<i64> = collected.instants().into_iter().flatten().collect();
    for batch in &collected.raw {
        let column = batch.column(2).as_primitive::<TimestampMillisecondType>();
        times.extend(column.iter().flatten());
    }
    let (ours, theirs) = (logs(&folder), export(&folder, "OneHertz"));
    assert_eq!(theirs.len(), 2_514);
    let mut met = 0;
    let (mut first_of_five, mut moisture) = (Vec::new(), Vec::new());
    for (time, row) in &theirs {
        met += u64::from(times.contains(time));
        // The point is that of the first of five, the time that of the last.
        let five: Vec<&Row> = ours.range(..=time).rev().take(5).map(|(_, r)| r).collect();
        if ours.contains_key(time)
            && let [_, _, _, _, first] = five.as_slice()
        {
            first_of_five.push(metres(first, row));
            let mean = five.iter().map(|r| r.moisture).sum::<f64>() / 5.0;
            moisture.push((mean - row.moisture).abs());
        }
    }
    assert_eq!(met, 2_514, "rows at the exact time");
    assert!(median(&mut first_of_five) < 1e-4);
    assert!(median(&mut moisture) < 1e-9);
}
