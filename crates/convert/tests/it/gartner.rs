//! The corn file of agridat (swath 360 in, mass in lb/s, distance in inches): totals as computed
//! from the file by the published formulas.

use crate::hand::{Converted, Table, convert, description, near};
use tramline_convert::{Configuration, CropTable, Options, UnitSystem};
use tramline_model::{OperationType, Property};

pub(crate) fn corpus() -> Option<std::path::PathBuf> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus");
    let root = std::env::var("TRAMLINE_CORPUS").unwrap_or_else(|_| default.to_owned());
    let root = std::path::PathBuf::from(root);
    if !root.is_dir() {
        eprintln!("SKIPPED: no corpus at {}", root.display());
        return None;
    }
    Some(root)
}

fn table() -> Option<Table> {
    let text = std::fs::read_to_string(corpus()?.join("agro/agridat/gartner.corn.txt")).unwrap();
    let rows: Vec<Vec<f64>> = text
        .lines()
        .skip(1)
        .map(|line| line.split('\t').map(|cell| cell.parse().unwrap()).collect())
        .collect();
    let column = |index: usize| {
        rows.iter()
            .map(move |row| Some(row[index]))
            .collect::<Vec<_>>()
    };
    Some(
        Table::default()
            .number(Property::Longitude, "arcdeg", column(0))
            .number(Property::Latitude, "arcdeg", column(1))
            .number(Property::CropFlow, "lb/s", column(2))
            .instants(
                rows.iter()
                    .map(|row| Some(1_320_483_600_000 + row[3] as i64 * 1000)),
            )
            .number(Property::SamplingInterval, "s", column(4))
            .number(Property::Distance, "in", column(5))
            .number(Property::HarvestMoisture, "percentage", column(6))
            .number(Property::Elevation, "ft", column(7))
            .number(
                Property::EquipmentWidth,
                "in",
                rows.iter().map(|_| Some(360.0)),
            ),
    )
}

fn run(configuration: Configuration, units: UnitSystem) -> Option<Converted> {
    let table = table()?;
    let mut description = description(OperationType::Harvested, &table);
    description.crop = Some("Corn".to_owned());
    let options = Options {
        configuration,
        unit_systems: vec![units],
        ..Options::default()
    };
    Some(convert(description, &table, &options, 1_000))
}

#[test]
fn totals_are_those_of_the_file() {
    // 9,027.154 dry bushels are those of 15.5 % (the market table), without a cap on dry mass and
    // with the five records without mass, which cleanup drops.
    let configuration = Configuration {
        cleanup_standard_geojson: false,
        crop_table: CropTable::Market,
        cap_dry_mass: false,
        ..Configuration::default()
    };
    let Some(converted) = run(configuration, UnitSystem::Imperial) else {
        return;
    };
    let summary = converted.summary();
    assert_eq!(converted.report.points.standard, 4_949);
    near(&summary["totalArea"]["value"], 67.636_765_381_083_1, 1e-9);
    assert_eq!(summary["totalArea"]["unit"], "ac");
    near(&summary["totalWetMass"]["value"], 513_551.0, 1e-9);
    near(
        &summary["totalDryVolume"]["value"],
        9_027.154_364_961_953,
        1e-9,
    );
    near(
        &summary["dryVolumePerArea"]["avg"],
        133.465_199_201_952_1,
        1e-9,
    );
    near(
        &summary["harvestMoistureMassWeighted"]["value"],
        16.821_319_683_926_18,
        1e-9,
    );
    near(&summary["harvestMoisture"]["avg"], 16.8140, 1e-5);
}

#[test]
fn the_default_table_counts_at_fifteen_percent_with_the_cap() {
    let configuration = Configuration {
        cleanup_standard_geojson: false,
        ..Configuration::default()
    };
    let Some(converted) = run(configuration, UnitSystem::Default) else {
        return;
    };
    let summary = converted.summary();
    near(
        &summary["totalDryVolume"]["value"],
        8_974.052_001_050_411,
        1e-9,
    );
    assert_eq!(summary["totalArea"]["unit"], "m2");
    assert_eq!(summary["totalWetMass"]["unit"], "lb");
    let units = converted.json("units");
    assert_eq!(units["distance"], "ft");
    assert_eq!(units["cropFlow"], "lb/s");
    assert_eq!(units["wetVolumePerArea"], "bu/ac");
}

#[test]
fn the_compat_filter_keeps_as_many_as_the_reference() {
    let configuration = Configuration {
        crop_table: CropTable::Market,
        cap_dry_mass: false,
        ..Configuration::default()
    };
    let Some(converted) = run(configuration, UnitSystem::Default) else {
        return;
    };
    assert_eq!(converted.report.points.standard, 4_944);
    assert_eq!(converted.report.points.filtered, 4_813);
    assert!(converted.report.points.add_up(true));
}
