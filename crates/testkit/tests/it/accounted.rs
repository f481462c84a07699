//! Every entry of an upload is in a machine file or listed with its reason: for the samples of all
//! formats, and for the side files that displays and programs leave beside them.

use crate::common::convert;
use tramline_convert::{ExitClass, Options, Report};
use tramline_formats::Tree;
use tramline_samples::{Files, Operation, Plan, prefixed, simulate, write};

/// A sample of each format that is read.
fn samples() -> Vec<(&'static str, Files)> {
    let small = |operation| {
        simulate(&Plan {
            passes: 2,
            pass_records: 20,
            ..Plan::new(operation)
        })
    };
    let harvest = small(Operation::Harvest);
    let spraying = small(Operation::Spraying);
    vec![
        ("isoxml", write::isoxml::task_set(&[&harvest, &spraying])),
        ("gen4", write::deere_gen4::card(&harvest)),
        ("greenstar", write::deere_greenstar::card(&harvest)),
        ("adm", write::adm::card(&harvest, write::adm::Version::One)),
        ("deere shapefile", write::shapefile::deere(&harvest)),
        ("sms shapefile", write::shapefile::sms(&harvest)),
        ("ag leader text", write::text::ag_leader_advanced(&harvest)),
        ("sms text", write::text::sms(&harvest)),
        ("csv", write::text::csv(&harvest)),
        ("geojson", write::geojson::points(&harvest)),
        ("raven", write::raven::fmis(&[&spraying])),
        ("raven viper", write::raven_viper::unpacked(&spraying)),
        ("topcon", write::topcon::stick(&[&harvest, &spraying])),
        ("geopackage", write::geopackage::points(&harvest, 4326)),
        ("flatgeobuf", write::flatgeobuf::points(&harvest, true)),
        ("kml", write::kml::points(&harvest)),
        ("trimble", write::trimble::aggps(&spraying)),
    ]
}

fn report(files: Files, label: &str) -> Report {
    // `convert` checks the account.
    let (report, _) = convert(&Tree::from_files(files), label, &Options::default());
    report
}

/// What displays and programs leave beside the data: names, bytes.
fn strays() -> Files {
    [
        ("report.pdf", "%PDF-1.4"),
        ("notes.txt", "Rain in the afternoon."),
        ("IMG_0001.JPG", "\u{1}"),
        ("DDOP.XML", "<x/>"),
        ("GRD00001.BIN", "\u{1}\u{2}"),
        ("LINKLIST.XML", "<ISO11783LinkListFile/>"),
        ("DVC00077.XML", "<XFC/>"),
        ("COV-3.BIN", "\u{1}"),
        ("USER.JSN", "{}"),
        ("TASK-10_-7_0.CM", "\u{0}\u{5}"),
        ("TLG09999.xml", "<TIM/>"),
        ("Plan1.adm", "\u{1}"),
        ("OperationData999.adm", "\u{1}"),
        ("empty.csv", ""),
    ]
    .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
    .to_vec()
}

#[test]
fn every_entry_of_each_format_is_read_or_listed() {
    let mut all = Files::new();
    for (label, files) in samples() {
        let alone = report(files.clone(), label);
        assert!(!alone.files.is_empty(), "{label}");
        // Side files in each folder of the sample.
        let mut folders: Vec<String> = files
            .iter()
            .map(|(path, _)| path.rsplit_once('/').map_or("", |(folder, _)| folder))
            .map(str::to_owned)
            .collect();
        folders.sort();
        folders.dedup();
        let mut beside = files.clone();
        for folder in folders {
            for (name, bytes) in strays() {
                let path = format!("{folder}/{name}");
                let path = path.trim_start_matches('/').to_owned();
                if !beside
                    .iter()
                    .any(|(known, _)| known.eq_ignore_ascii_case(&path))
                {
                    beside.push((path, bytes));
                }
            }
        }
        report(beside.clone(), &format!("{label} with side files"));
        all.extend(prefixed(label, beside));
    }
    report(all, "all on one stick");
}

/// Reason of an entry by the end of its path.
fn reason<'a>(report: &'a Report, end: &str) -> &'a str {
    let found = report
        .unclaimed
        .iter()
        .find(|entry| entry.entry.ends_with(end));
    &found
        .unwrap_or_else(|| panic!("{end}: {:?}", report.unclaimed))
        .reason
}

#[test]
fn parts_of_a_task_set_say_what_they_are() {
    let run = simulate(&Plan {
        passes: 2,
        pass_records: 20,
        ..Plan::new(Operation::Spraying)
    });
    let mut files = write::isoxml::task_set(&[&run]);
    files.extend(prefixed("TASKDATA", strays()));
    let report = report(files, "task set");
    for (end, word) in [
        ("GRD00001.BIN", "grid of planned rates"),
        ("DVC00077.XML", "do not name"),
        ("COV-3.BIN", "covered ground"),
        ("TASK-10_-7_0.CM", "track of task 10"),
        ("TLG09999.xml", ".bin is missing"),
        ("report.pdf", "document"),
    ] {
        assert!(
            reason(&report, end).contains(word),
            "{}",
            reason(&report, end)
        );
    }
    let set = report.unclaimed.iter().filter(|entry| entry.set.is_some());
    assert!(set.clone().count() >= 5, "{:?}", report.unclaimed);
}

const HEAD: &str =
    "<?xml version=\"1.0\"?><ISO11783_TaskData VersionMajor=\"4\" VersionMinor=\"0\" ";

#[test]
fn task_data_without_logs_is_recognised_and_holds_no_work() {
    let cases = [
        (
            "DataTransferOrigin=\"1\"><PFD A=\"PFD1\" C=\"Home\" D=\"1\"/><TSK A=\"TSK1\" G=\"1\"/></ISO11783_TaskData>",
            vec!["1 planned task", "1 field", "TLG"],
        ),
        (
            "DataTransferOrigin=\"1\"></ISO11783_TaskData>",
            vec!["they hold 1 prescription grid;", "TLG"],
        ),
        (
            "TaskControllerManufacturer=\"Claas\" DataTransferOrigin=\"2\"><TSK A=\"TSK-10\" G=\"4\"><TIM \
             A=\"2025-07-09T15:14:12\" B=\"2025-07-09T23:10:15\" D=\"4\"/></TSK></ISO11783_TaskData>",
            vec!["CLAAS", "1 task with times and totals only"],
        ),
    ];
    for (body, words) in cases {
        let files = vec![
            (
                "TASKDATA/TASKDATA.XML".to_owned(),
                format!("{HEAD}{body}").into_bytes(),
            ),
            ("TASKDATA/GRD00001.BIN".to_owned(), vec![1, 2, 3]),
        ];
        let report = report(files, "plan");
        assert_eq!(report.exit_class(), ExitClass::Processed);
        assert!(report.files.is_empty() && report.findings.is_empty());
        assert_eq!(report.unclaimed.len(), 2);
        // One sentence for the set, and it names what was found and what to do.
        assert_eq!(report.unclaimed[0].reason, report.unclaimed[1].reason);
        assert_eq!(report.unclaimed[0].set, report.unclaimed[1].set);
        for word in words {
            assert!(
                report.unclaimed[0].reason.contains(word),
                "{:?}",
                report.unclaimed[0]
            );
        }
    }
}

#[test]
fn the_track_of_a_claas_terminal_is_named_with_its_task() {
    let mut track = vec![0, 5];
    track.extend((-10_i32).to_le_bytes());
    let text = format!(
        "{HEAD}TaskControllerManufacturer=\"Claas\"><TSK A=\"TSK-10\" G=\"4\"/></ISO11783_TaskData>"
    );
    let files = vec![
        ("TASKDATA/TASKDATA.XML".to_owned(), text.into_bytes()),
        ("TASKDATA/TASK-10_-7_0.CM".to_owned(), track),
    ];
    let report = report(files, "claas");
    assert_eq!(report.exit_class(), ExitClass::Processed);
    assert!(
        reason(&report, ".CM").contains("tracks of task 10 "),
        "{}",
        reason(&report, ".CM")
    );
    assert!(reason(&report, ".CM").contains("without values or times"));
}

#[test]
fn what_nobody_knows_is_no_recognised_set() {
    let files = vec![
        ("a.bin".to_owned(), vec![1, 2, 3]),
        ("b.pdf".to_owned(), vec![1]),
    ];
    assert_eq!(
        report(files, "junk").exit_class(),
        ExitClass::NothingRecognised
    );
}
