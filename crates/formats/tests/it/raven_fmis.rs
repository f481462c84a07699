//! Raven FMIS: jobs of the simulator against what it counted.

use crate::collect::{Collected, claims, read_with};
use tramline_formats::{Limits, ReadOptions, Tree, Verdict, detect};
use tramline_model::{OperationType, Property, Provider};
use tramline_samples::{Files, Operation, Plan, Simulated, simulate, write, zip};

fn small(operation: Operation, sections: u32) -> Simulated {
    simulate(&Plan {
        pass_records: 12,
        passes: 3,
        sections,
        wedge: sections > 1,
        ..Plan::new(operation)
    })
}

fn read(files: Files) -> Collected {
    read_with(
        &Tree::from_files(files),
        "raven_fmis",
        &ReadOptions::default(),
    )
}

/// Sum of rate times width times way over the rows that have all three, in litres or seeds.
fn applied(read: &Collected, rate: Property) -> f64 {
    let rates = read.numbers(rate);
    let widths = read.numbers(Property::EquipmentWidth);
    let ways = read.numbers(Property::Distance);
    let rows = rates.iter().zip(&widths).zip(&ways);
    rows.filter_map(|((rate, width), way)| Some((*rate)? / 1e4 * (*width)? * (*way)?))
        .sum()
}

#[test]
fn sections_with_rates_of_their_own_are_rows() {
    let run = small(Operation::Spraying, 4);
    let got = read(write::raven::fmis(&[&run]));
    assert_eq!(got.failures, Vec::<String>::new());
    assert_eq!(got.endings[0].records, run.truth.records);
    let points: usize = got.points.iter().map(|batch| batch.num_rows()).sum();
    assert_eq!(points as u64, run.truth.records * 4);
    assert_eq!(
        got.unit(Property::AppliedRate).map(|u| u.symbol),
        Some("L/ha")
    );
    let off = (applied(&got, Property::AppliedRate) / run.truth.applied - 1.0).abs();
    assert!(off < 1e-3, "{off}");
    let on = got.texts(Property::RecordingStatus);
    let on = on
        .iter()
        .filter(|state| state.as_deref() == Some("On"))
        .count();
    assert_eq!(on as u64, run.truth.section_records);
    let operation = &got.operations[0];
    assert_eq!(operation.operation_type, OperationType::Applied);
    assert_eq!(operation.provider, Provider::RavenSlingshot);
    assert_eq!(operation.name, run.plan.task);
    assert_eq!(
        (
            operation.grower.as_deref(),
            operation.farm.as_deref(),
            operation.field.as_deref()
        ),
        (Some("Demo Grower"), Some("Demo Farm"), Some("North Forty"))
    );
    assert_eq!(operation.products[0].name, run.plan.product);
    assert_eq!(operation.time_source, "logged UTC");
    assert_eq!(got.instants()[0], Some(run.records[0].time_ms));
    assert!(got.has("raven_fmis.reported-layout"));
}

#[test]
fn an_implement_of_one_section_is_one_row_per_record() {
    let run = small(Operation::Harvest, 1);
    let got = read(write::raven::fmis(&[&run]));
    assert_eq!(got.failures, Vec::<String>::new());
    assert_eq!(got.rows() as u64, run.truth.records);
    let yields = got.numbers(Property::WetMassPerArea);
    let wanted = run.records.iter().map(|r| r.rate * 10.0);
    assert!(
        yields
            .iter()
            .zip(wanted)
            .all(|(y, w)| (y.unwrap_or(f64::NAN) - w).abs() < 1e-5)
    );
    let moisture = got.numbers(Property::HarvestMoisture);
    assert!((moisture[5].unwrap_or(0.0) - run.records[5].moisture).abs() < 1e-3);
    let widths = got.numbers(Property::EquipmentWidth);
    assert!(widths.iter().flatten().all(|w| (w - 9.0).abs() < 1e-9));
    let planted = small(Operation::Planting, 3);
    let got = read(write::raven::fmis(&[&planted]));
    let off = applied(&got, Property::SeedRate) / planted.truth.applied - 1.0;
    assert!(off.abs() < 1e-3, "{off}");
    assert_eq!(got.operations[0].variety.as_deref(), Some("Demo Bean 21"));
}

#[test]
fn each_product_is_a_machine_file_and_a_broken_one_costs_only_itself() {
    let run = small(Operation::Spraying, 2);
    let mut other = run.clone();
    other.plan.product = "Demo Mix B".to_owned();
    let files = write::raven::fmis(&[&run, &other]);
    let got = read(files.clone());
    let names: Vec<&str> = got.operations.iter().map(|o| o.name.as_str()).collect();
    assert_eq!(names, ["Spraying Demo Mix A", "Spraying Demo Mix B"]);
    assert_eq!(got.endings.len(), 2);
    let mut broken = files;
    broken[2].1 = b"no table".to_vec();
    let got = read(broken);
    assert_eq!((got.endings.len(), got.failures.len()), (1, 1));
    assert!(got.failures[0].contains("latitude"), "{:?}", got.failures);
}

#[test]
fn what_is_missing_is_named() {
    let files = write::raven::fmis(&[&small(Operation::Spraying, 2)]);
    for (at, word) in [
        (0, "jobdata.xml"),
        (1, "advanced.xml"),
        (2, "Product_N.tab"),
    ] {
        let mut left = files.clone();
        left.remove(at);
        let got = read(left);
        assert!(got.operations.is_empty());
        assert!(
            got.failures[0].contains(word) && got.failures[0].contains("missing"),
            "{:?}",
            got.failures
        );
    }
    let mut bare = files;
    bare[1].1 = b"<Advanced/>".to_vec();
    let got = read(bare);
    assert!(
        got.failures[0].contains("SegmentFormat"),
        "{:?}",
        got.failures
    );
}

#[test]
fn values_with_decimals_stand_in_the_units_of_the_dictionary() {
    let files = |text: &str| -> Files {
        let advanced = "<A><tabFormat><SegmentFormat><DDI>2</DDI></SegmentFormat></tabFormat></A>";
        vec![
            (
                "x_fmis/jobdata.xml".to_owned(),
                b"<J><JobName>x</JobName></J>".to_vec(),
            ),
            (
                "x_fmis/advanced.xml".to_owned(),
                advanced.as_bytes().to_vec(),
            ),
            ("x_fmis/Product_0.tab".to_owned(), text.as_bytes().to_vec()),
        ]
    };
    // 150 L/ha are 15 000 mm³/m² or 1 500 000 steps of 0.01.
    for (text, rates) in [
        ("1\t1722420000\t50\t10\t0\t0\t2\t1500000\n", [Some(150.0)]),
        ("1\t1722420000\t50\t10\t0\t0\t2\t15000.5\n", [Some(150.005)]),
        ("1\t1722420000\t50\t10\t0\t0\t2\t2147483647\n", [None]),
    ] {
        let got = read(files(text));
        if rates == [None] {
            assert!(got.has("raven_fmis.no-values"));
            continue;
        }
        let found = got.numbers(Property::AppliedRate);
        assert!(
            (found[0].unwrap_or(0.0) - rates[0].unwrap_or(1.0)).abs() < 1e-9,
            "{found:?}"
        );
        assert_eq!(got.instants(), [Some(1_722_420_000_000)]);
    }
}

#[test]
fn jobs_inside_archives_are_found() {
    let run = small(Operation::Spraying, 2);
    let inner = zip(&write::raven::fmis(&[&run]));
    for name in ["Spraying.jdp", "Spraying.jdp.zip"] {
        let outer = zip(&[(name.to_owned(), inner.clone())]);
        let tree = Tree::from_zip_bytes("u.zip", outer, &Limits::default()).expect("opens");
        let detection = detect(&tree, None, &ReadOptions::default());
        assert_eq!(detection.claims.len(), 1, "{:?}", detection.claims);
        assert_eq!(detection.claims[0].format, "raven_fmis");
        assert_eq!(detection.claims[0].verdict, Verdict::Read);
        let got = read_with(&tree, "raven_fmis", &ReadOptions::default());
        assert_eq!(got.endings.len(), 1);
    }
    assert!(claims(&Tree::from_files(vec![]), "raven_fmis").is_empty());
}

#[test]
fn broken_jobs_never_panic_and_keep_their_rows() {
    let run = simulate(&Plan {
        pass_records: 6,
        passes: 2,
        sections: 2,
        ..Plan::new(Operation::Spraying)
    });
    let good = write::raven::fmis(&[&run]);
    for which in 0..good.len() {
        let length = good[which].1.len();
        for n in 0..100 {
            let mut files = good.clone();
            files[which].1.truncate(length * n / 100);
            let got = read(files);
            assert_eq!(
                got.endings.len() + got.failures.len(),
                1,
                "file {which}, cut {n}"
            );
        }
        for at in (0..length).step_by(3) {
            for change in [0xff, 0x80, 0x01, 0x20] {
                let mut files = good.clone();
                files[which].1[at] ^= change;
                let _ = read(files);
            }
        }
    }
}

#[test]
fn hostile_lists_of_columns_are_bounded() {
    let columns: String = (0..5_000)
        .map(|n| format!("<EquipmentSection>{n}</EquipmentSection><DDI>2</DDI>"))
        .collect();
    let advanced = format!("<A><SegmentFormat>{columns}</SegmentFormat></A>");
    let row = format!("1\t1722420000\t50\t10\t0\t0\t2{}\n", "\t7".repeat(5_000));
    let files: Files = vec![
        ("x_fmis/jobdata.xml".to_owned(), b"<J/>".to_vec()),
        ("x_fmis/advanced.xml".to_owned(), advanced.into_bytes()),
        ("x_fmis/Product_1.tab".to_owned(), row.into_bytes()),
    ];
    let got = read(files);
    assert_eq!(got.failures, Vec::<String>::new());
    // More sections than any implement has: one row for the record.
    assert_eq!(got.rows(), 1);
}
