//! Native jobs of Raven Viper 4: jobs of the simulator against what it counted, and records by hand.

use crate::collect::{Collected, read_with};
use tramline_formats::{ReadOptions, Tree, Verdict, detect};
use tramline_model::{OperationType, Property, Provider};
use tramline_samples::write::raven_viper::{self, Fix};
use tramline_samples::{Operation, Plan, Simulated, simulate};

fn spraying() -> Simulated {
    simulate(&Plan {
        pass_records: 40,
        passes: 3,
        ..Plan::new(Operation::Spraying)
    })
}

fn read(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Collected {
    read_with(
        &Tree::from_files(files),
        "raven_viper",
        &ReadOptions::default(),
    )
}

/// A job of records by hand.
fn log(records: Vec<Vec<u8>>) -> Collected {
    read([("Jobs/a.jdp/a.jdf".to_owned(), records.concat())])
}

/// A fix each second on a way north, 2 m each.
fn fix(number: u32) -> Vec<u8> {
    raven_viper::fix(Fix {
        seconds: 1_000 + number,
        latitude: 52.1 + f64::from(number) * 2.0 / 111_263.0,
        longitude: 5.2,
        elevation_m: 12.5,
        speed_m_s: 2.0,
        way_m: number as f32 * 2.0,
    })
}

#[test]
fn a_job_reads_as_it_was_driven() {
    let run = spraying();
    let got = read(raven_viper::unpacked(&run));
    assert_eq!(got.failures, Vec::<String>::new());
    assert_eq!(got.rows() as u64, run.truth.records);
    assert_eq!(got.endings[0].records, run.truth.records);
    assert_eq!(got.endings[0].skipped_bytes, 0);
    let operation = &got.operations[0];
    assert_eq!(operation.operation_type, OperationType::Applied);
    assert_eq!(
        (operation.provider, operation.file_format),
        (Provider::RavenSlingshot, "JDP")
    );
    assert_eq!(operation.name, run.plan.task);
    assert_eq!(
        [&operation.grower, &operation.farm, &operation.field].map(|name| name.as_deref()),
        [Some("Demo Grower"), Some("Demo Farm"), Some("North Forty")]
    );
    assert_eq!(operation.entries.len(), 3);
    // Rate times way times width is what the simulator applied, in litres.
    let rates = got.numbers(Property::AppliedRate);
    let ways = got.numbers(Property::Distance);
    let widths = run.records.iter().map(|row| row.width_m);
    let litres: f64 = rates
        .iter()
        .zip(&ways)
        .zip(widths)
        .filter_map(|((rate, way), width)| Some((*rate)? / 1e4 * (*way)? * width))
        .sum();
    assert!((litres / run.truth.applied - 1.0).abs() < 0.02, "{litres}");
    assert_eq!(
        got.unit(Property::AppliedRate).map(|unit| unit.symbol),
        Some("L/ha")
    );
    let on = got.texts(Property::RecordingStatus);
    for (row, state) in run.records.iter().zip(&on) {
        assert_eq!(
            state.as_deref(),
            Some(if row.working { "On" } else { "Off" })
        );
    }
    let places = got.numbers(Property::Latitude);
    for (row, latitude) in run.records.iter().zip(places) {
        assert!((row.latitude - latitude.expect("a place")).abs() < 1e-9);
    }
    for code in ["raven_viper.reported-layout", "raven_viper.no-dates"] {
        assert!(got.has(code), "{code}");
    }
    assert!(!got.has("raven_viper.unchecked"));
}

#[test]
fn values_hold_until_the_next_record_and_are_absent_before_the_first() {
    let mut records: Vec<Vec<u8>> = Vec::new();
    for number in 0..40 {
        match number {
            2 => records.push(raven_viper::product(93.54, 93.54)),
            20 => records.push(raven_viper::product(60.25, 93.54)),
            1 => records.push(raven_viper::sections(&[true; 6])),
            35 => records.push(raven_viper::sections(&[false; 6])),
            _ => {}
        }
        records.push(fix(number));
    }
    let got = log(records);
    assert_eq!(got.failures, Vec::<String>::new());
    let rates = got.numbers(Property::AppliedRate);
    let near = |at: usize, wanted: f64| (rates[at].expect("a rate") - wanted).abs() < 1e-4;
    assert_eq!((rates[0], rates[1]), (None, None));
    assert!(near(2, 93.54) && near(19, 93.54) && near(20, 60.25) && near(39, 60.25));
    let targets = got.numbers(Property::AppliedRateTarget);
    assert!((targets[39].expect("a target") - 93.54).abs() < 1e-4);
    let on = got.texts(Property::RecordingStatus);
    let on: Vec<Option<&str>> = [0, 1, 34, 35].map(|at| on[at].as_deref()).to_vec();
    assert_eq!(on, [None, Some("On"), Some("On"), Some("Off")]);
    assert_eq!(got.operations[0].time_source, "none");
    assert_eq!(got.operations[0].field, None);
}

#[test]
fn a_layout_that_contradicts_itself_is_refused() {
    // The counter runs three times as fast as speed and time say.
    let records = (0..60).map(|number| {
        raven_viper::fix(Fix {
            seconds: 1_000 + number,
            latitude: 52.1 + f64::from(number) * 2.0 / 111_263.0,
            longitude: 5.2,
            elevation_m: 0.0,
            speed_m_s: 2.0,
            way_m: number as f32 * 6.0,
        })
    });
    let got = log(records.collect());
    assert!(got.operations.is_empty());
    assert!(
        got.failures[0].contains("does not fit this firmware"),
        "{:?}",
        got.failures
    );
    assert!(got.failures[0].contains("FMIS"), "{:?}", got.failures);
}

#[test]
fn rates_that_are_no_liquid_are_left_out_and_said() {
    let cases = [
        (0.35, "", false),
        (93.0, "A008000000000000", false),
        (93.0, "A00C000000000000", true),
        (93.0, "A000000000000000", true),
    ];
    for (rate, class, given) in cases {
        let mut records = vec![raven_viper::product(rate, rate)];
        records.extend((0..30).map(fix));
        let pool =
            format!("<ISO11783_TaskData><DVC A=\"DVC-1\" D=\"{class}\"/></ISO11783_TaskData>");
        let got = read([
            ("a.jdp/a.jdf".to_owned(), records.concat()),
            ("a.jdp/DDOP.XML".to_owned(), pool.into_bytes()),
        ]);
        assert_eq!(got.failures, Vec::<String>::new());
        assert_eq!(
            got.unit(Property::AppliedRate).is_some(),
            given,
            "{rate} {class}"
        );
        assert_eq!(
            got.has("raven_viper.rate-left-out"),
            !given,
            "{rate} {class}"
        );
    }
}

#[test]
fn cut_and_hostile_logs_keep_what_is_good() {
    let whole = raven_viper::log(&spraying());
    for cut in (0..whole.len()).step_by(97) {
        let got = read([("a.jdp/a.jdf".to_owned(), whole[..cut].to_vec())]);
        assert!(got.operations.len() + got.failures.len() <= 1);
    }
    let mut hostile = whole.clone();
    hostile.extend([0xFF, 0xFF, 113, 0, 1, 2, 3]);
    let got = read([("a.jdp/a.jdf".to_owned(), hostile)]);
    assert_eq!(got.failures, Vec::<String>::new());
    assert!(got.has("raven_viper.cut-short"));
    assert_eq!(got.endings[0].skipped_bytes, 7);
}

#[test]
fn jobs_of_other_formats_stay_with_them() {
    let jdf = raven_viper::log(&spraying());
    for other in ["TASKDATA.XML", "jobdata.xml"] {
        let tree = Tree::from_files([
            ("a.jdp/a.jdf".to_owned(), jdf.clone()),
            (format!("a.jdp/{other}"), b"<x/>".to_vec()),
        ]);
        let detection = detect(&tree, None, &ReadOptions::default());
        let formats: Vec<&str> = detection.claims.iter().map(|claim| claim.format).collect();
        assert!(!formats.contains(&"raven_viper"), "{formats:?}");
    }
    // Named as a job and none: said so, never read.
    let tree = Tree::from_files([("a.jdp/a.jdf".to_owned(), b"no frames".to_vec())]);
    let detection = detect(&tree, None, &ReadOptions::default());
    assert!(matches!(
        detection.claims[0].verdict,
        Verdict::Recognised {
            file_format: "JDP",
            ..
        }
    ));
}
