//! Trimble AgGPS trees of the simulator against what it counted.

use crate::collect::{Collected, read_with};
use tramline_formats::{ReadOptions, Tree, Verdict, detect};
use tramline_model::{OperationType, Property, Provider};
use tramline_samples::{Operation, Plan, Simulated, simulate, write};

fn small(operation: Operation) -> Simulated {
    simulate(&Plan {
        pass_records: 12,
        passes: 3,
        ..Plan::new(operation)
    })
}

fn read(run: &Simulated) -> Collected {
    let tree = Tree::from_files(write::trimble::aggps(run));
    read_with(&tree, "shapefile", &ReadOptions::default())
}

#[test]
fn coverage_is_the_event_of_its_folders_in_metric_units() {
    let run = small(Operation::Spraying);
    let got = read(&run);
    assert_eq!(got.failures, Vec::<String>::new());
    assert_eq!(got.rows() as u64, run.truth.working_records);
    let operation = &got.operations[0];
    assert_eq!(operation.provider, Provider::Trimble);
    assert_eq!(operation.operation_type, OperationType::Applied);
    assert_eq!(operation.name, run.plan.task);
    assert_eq!(
        (
            operation.grower.as_deref(),
            operation.farm.as_deref(),
            operation.field.as_deref()
        ),
        (Some("Demo Grower"), Some("Demo Farm"), Some("North Forty"))
    );
    assert_eq!(operation.time_source, "logged UTC");
    assert!(operation.assumed_units.is_empty());
    let units = [
        Property::AppliedRate,
        Property::Speed,
        Property::EquipmentWidth,
    ];
    let units = units.map(|p| got.unit(p).map(|u| u.symbol));
    assert_eq!(units, [Some("L/ha"), Some("km/hr"), Some("m")]);
    let areas = got.numbers(Property::Area);
    let rates = got.numbers(Property::AppliedRate);
    let litres: f64 = areas
        .iter()
        .zip(&rates)
        .filter_map(|(area, rate)| Some((*area)? * (*rate)? / 1e4))
        .sum();
    let off = litres / run.truth.applied - 1.0;
    assert!(off.abs() < 1e-3, "{off}");
    let first = run.records.iter().find(|r| r.working).map(|r| r.time_ms);
    assert_eq!(got.instants()[0], first);
    assert!(
        got.texts(Property::RecordingStatus)
            .iter()
            .all(|t| t.as_deref() == Some("On"))
    );
}

#[test]
fn seeds_are_a_seed_rate_and_an_event_without_rate_is_named_by_its_folder() {
    let got = read(&small(Operation::Planting));
    assert_eq!(got.operations[0].operation_type, OperationType::Planted);
    assert_eq!(
        got.unit(Property::SeedRate).map(|u| u.symbol),
        Some("seeds/ha")
    );
    let got = read(&small(Operation::Tillage));
    assert_eq!(got.operations[0].operation_type, OperationType::Tillage);
    assert!(got.operations[0].operation_reason.contains("Tillage"));
}

#[test]
fn the_rest_of_the_tree_is_listed_with_its_reason() {
    let tree = Tree::from_files(write::trimble::aggps(&small(Operation::Spraying)));
    let detection = detect(&tree, None, &ReadOptions::default());
    assert_eq!(detection.machine_data().count(), 1);
    let boundary = detection
        .claims
        .iter()
        .find(|c| tree.name(c.main) == "Boundary.shp")
        .expect("claimed");
    assert!(matches!(
        &boundary.verdict,
        Verdict::NotMachineData { reason } if reason.contains("boundary")
    ));
    for name in ["EventHistory.dbf", "ProgramLog.txt"] {
        let found = detection
            .unclaimed
            .iter()
            .find(|u| tree.name(u.entry) == name);
        let reason = found.map(|u| u.reason.as_str()).unwrap_or_default();
        assert!(reason.contains("AgGPS"), "{name}: {reason}");
    }
    assert_eq!(
        detect(&tree, Some("AGGPS"), &ReadOptions::default())
            .machine_data()
            .count(),
        1
    );
}

#[test]
fn broken_trees_never_panic() {
    let good = write::trimble::aggps(&simulate(&Plan {
        pass_records: 5,
        passes: 2,
        ..Plan::new(Operation::Spraying)
    }));
    for which in 0..good.len() {
        let length = good[which].1.len();
        for n in 0..100 {
            let mut files = good.clone();
            files[which].1.truncate(length * n / 100);
            let tree = Tree::from_files(files);
            let _ = read_with(&tree, "shapefile", &ReadOptions::default());
        }
        for at in (0..length).step_by(5) {
            let mut files = good.clone();
            files[which].1[at] ^= [0xff, 0x80, 0x01, 0x20][at % 4];
            let tree = Tree::from_files(files);
            let _ = read_with(&tree, "shapefile", &ReadOptions::default());
        }
    }
}
