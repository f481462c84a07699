//! The rules of the mapping over task data built here: text for the XML, little-endian records for
//! the logs.

use crate::claim::ReadOptions;
use crate::source::{Limits, Tree};
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, RecordBatch};
use tramline_model::{Ending, Finding, OperationDescription, ReadError, Receiver, Stop};

#[derive(Default)]
struct Recorder {
    operations: Vec<OperationDescription>,
    points: Vec<RecordBatch>,
    raw: Vec<RecordBatch>,
    records: u64,
    failed: Vec<String>,
    findings: Vec<std::borrow::Cow<'static, str>>,
}

impl Receiver for Recorder {
    fn begin(&mut self, operation: OperationDescription) -> Result<(), Stop> {
        self.operations.push(operation);
        Ok(())
    }
    fn raw(&mut self, batch: &RecordBatch) -> Result<(), Stop> {
        self.raw.push(batch.clone());
        Ok(())
    }
    fn points(&mut self, batch: &RecordBatch) -> Result<(), Stop> {
        self.points.push(batch.clone());
        Ok(())
    }
    fn finish(&mut self, ending: Ending) -> Result<(), Stop> {
        self.records += ending.records;
        Ok(())
    }
    fn failed(&mut self, _: Option<OperationDescription>, error: ReadError) -> Result<(), Stop> {
        self.failed.push(error.to_string());
        Ok(())
    }
    fn finding(&mut self, finding: Finding) {
        self.findings.push(finding.code);
    }
}

impl Recorder {
    /// A column of the first batch of points.
    fn column(&self, name: &str) -> Vec<Option<f64>> {
        let batch = &self.points[0];
        let column = batch
            .column_by_name(name)
            .unwrap_or_else(|| panic!("no {name}"));
        column.as_primitive::<Float64Type>().iter().collect()
    }
}

/// A combine's or implement's device: NAME class, and elements as XML.
fn task_data(name: &str, elements: &str, logs: &[&str]) -> String {
    let logs: String = logs
        .iter()
        .map(|log| format!("<TLG A=\"{log}\"/>"))
        .collect();
    format!(
        "<ISO11783_TaskData VersionMajor=\"4\" VersionMinor=\"0\" DataTransferOrigin=\"2\">\
         <DVC A=\"DVC-1\" B=\"machine\" D=\"{name}\">{elements}</DVC>\
         <TSK A=\"TSK-1\" B=\"work\" G=\"4\">{logs}</TSK></ISO11783_TaskData>"
    )
}

fn header(values: &[(u16, &str)]) -> String {
    let values: String = values
        .iter()
        .map(|(ddi, det)| format!("<DLV A=\"{ddi:04X}\" B=\"\" C=\"{det}\"/>"))
        .collect();
    format!("<TIM A=\"\" D=\"4\"><PTN A=\"\" B=\"\" D=\"\"/>{values}</TIM>")
}

/// Seconds, steps of 1e-7 degrees to the east of 10 degrees, index and value pairs.
type Record<'a> = (u32, i32, &'a [(u8, i32)]);

fn records(records: &[Record<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (second, east, values) in records {
        bytes.extend((36_000_000 + second * 1_000).to_le_bytes());
        bytes.extend(14_762_u16.to_le_bytes());
        bytes.extend(500_000_000_i32.to_le_bytes());
        bytes.extend((100_000_000 + east).to_le_bytes());
        bytes.push(4);
        bytes.push(u8::try_from(values.len()).expect("few"));
        for (index, value) in *values {
            bytes.push(*index);
            bytes.extend(value.to_le_bytes());
        }
    }
    bytes
}

fn read(files: Vec<(&str, Vec<u8>)>) -> Recorder {
    let tree = Tree::from_files(
        files
            .into_iter()
            .map(|(name, bytes)| (name.to_owned(), bytes)),
    );
    let claims = crate::isoxml::claim::claim(&tree, &ReadOptions::default());
    let mut recorder = Recorder::default();
    super::read(
        &tree,
        &claims[0],
        &Limits::default(),
        &ReadOptions::default(),
        &mut recorder,
    )
    .expect("reads");
    recorder
}

const ELEMENT: &str = "<DET A=\"DET-1\" B=\"1\" C=\"1\" E=\"0\" F=\"0\"/>";
const HARVESTER: &str = "A00E840000000000";

fn harvest(values: &[(u16, &str)], log: &[Record<'_>]) -> Recorder {
    read(vec![
        (
            "TASKDATA.XML",
            task_data(HARVESTER, ELEMENT, &["TLG00001"]).into_bytes(),
        ),
        ("TLG00001.XML", header(values).into_bytes()),
        ("TLG00001.BIN", records(log)),
    ])
}

#[test]
fn records_of_one_instant_are_one_point_and_all_raw_rows() {
    let log: &[Record<'_>] = &[
        (1, 0, &[(0, 100_000)]),
        (1, 0, &[(1, 150_000)]),
        (2, 100, &[(0, 200_000)]),
    ];
    let recorder = harvest(&[(84, "DET-1"), (99, "DET-1")], log);
    assert_eq!(recorder.operations[0].operation_type.name(), "harvested");
    assert_eq!(recorder.records, 3);
    assert_eq!(recorder.raw[0].num_rows(), 3);
    // 100 000 mg/m2 are 1 t/ha, 150 000 ppm are 15 %.
    assert_eq!(
        recorder.column("wetMassPerArea"),
        [Some(1.0), Some(2.0)].map(|v| v.map(|v: f64| v))
    );
    assert_eq!(
        recorder.column("harvestMoisture").iter().flatten().count(),
        2
    );
    assert!(
        recorder
            .findings
            .iter()
            .any(|code| code == "isoxml.time-zone-unknown")
    );
}

#[test]
fn yields_are_held_for_ten_seconds_and_only_while_working() {
    let log: &[Record<'_>] = &[
        (0, 0, &[(0, 100_000), (1, 1)]),
        (10, 100, &[]),
        (11, 200, &[]),
        (12, 300, &[(0, 100_000)]),
        (13, 400, &[(1, 0)]),
        (14, 500, &[(0, i32::MAX), (1, 1)]),
    ];
    let recorder = harvest(&[(84, "DET-1"), (141, "DET-1")], log);
    let known: Vec<bool> = recorder
        .column("wetMassPerArea")
        .iter()
        .map(Option::is_some)
        .collect();
    assert_eq!(known, [true, true, false, true, false, false]);
    let status = recorder.points[0]
        .column_by_name("recordingStatus")
        .expect("logged");
    let status: Vec<_> = status.as_string::<i32>().iter().flatten().collect();
    assert_eq!(status, ["On", "On", "On", "On", "Off", "On"]);
}

#[test]
fn sections_get_rows_beside_the_track() {
    let elements = "<DET A=\"DET-1\" B=\"1\" C=\"1\" E=\"0\" F=\"0\"/>\
        <DET A=\"DET-2\" B=\"2\" C=\"4\" E=\"1\" F=\"1\"><DOR A=\"20\"/></DET>\
        <DET A=\"DET-3\" B=\"3\" C=\"4\" E=\"2\" F=\"1\"><DOR A=\"20\"/></DET>\
        <DPT A=\"20\" B=\"0046\" C=\"3000\"/>";
    let log: &[Record<'_>] = &[
        (0, 0, &[(0, 10_000), (1, 20_000)]),
        (1, 400, &[(0, 10_000), (1, 20_000)]),
        (2, 800, &[(0, 10_000), (1, 20_000)]),
    ];
    let recorder = read(vec![
        (
            "TASKDATA.XML",
            task_data("A00C840000000000", elements, &["TLG00001"]).into_bytes(),
        ),
        (
            "TLG00001.XML",
            header(&[(2, "DET-2"), (2, "DET-3")]).into_bytes(),
        ),
        ("TLG00001.BIN", records(log)),
    ]);
    assert_eq!(recorder.operations[0].operation_type.name(), "applied");
    let rates = recorder.column("appliedRate");
    assert_eq!(rates.len(), 6);
    assert!((rates[2].expect("logged") - 1.0).abs() < 1e-9);
    assert!((rates[3].expect("logged") - 2.0).abs() < 1e-9);
    assert!(
        recorder
            .column("equipmentWidth")
            .iter()
            .all(|width| *width == Some(3.0))
    );
    // To the east: the first section is to the left, which is north, 1.5 m from the track.
    let latitude = recorder.column("latitude");
    let metres = |row: usize| (latitude[row].expect("known") - 50.0) * 111_229.0;
    assert!((metres(2) - 1.5).abs() < 0.01, "{}", metres(2));
    assert!((metres(3) + 1.5).abs() < 0.01, "{}", metres(3));
}

#[test]
fn missing_and_empty_logs_fail_by_name() {
    let recorder = read(vec![
        (
            "TASKDATA.XML",
            task_data(HARVESTER, ELEMENT, &["TLG00001"]).into_bytes(),
        ),
        ("TLG00001.XML", header(&[(84, "DET-1")]).into_bytes()),
    ]);
    assert!(
        recorder.failed[0].contains("TLG00001.BIN is missing"),
        "{:?}",
        recorder.failed
    );
    let recorder = harvest(&[(84, "DET-1")], &[]);
    assert!(
        recorder.failed[0].contains("empty"),
        "{:?}",
        recorder.failed
    );
    assert!(recorder.operations.is_empty());
}

#[test]
fn values_decide_before_the_class_of_the_device() {
    for (ddi, expected) in [
        (84, "harvested"),
        (52, "tillage"),
        (12, "planted"),
        (2, "applied"),
        (91, "baling"),
    ] {
        let recorder = harvest(
            &[(ddi, "DET-1")],
            &[(0, 0, &[(0, 5_000)]), (1, 100, &[(0, 6_000)])],
        );
        assert_eq!(
            recorder.operations[0].operation_type.name(),
            expected,
            "DDI {ddi}"
        );
    }
    // Nothing but positions: the class of the NAME.
    let recorder = harvest(&[], &[(0, 0, &[]), (1, 100, &[])]);
    assert!(!recorder.operations[0].operation_reason.is_empty());
}

#[test]
fn own_values_are_named_and_scaled_as_the_device_says() {
    let elements = "<DET A=\"DET-1\" B=\"1\" C=\"1\" E=\"0\" F=\"0\"><DOR A=\"5\"/></DET>\
        <DPD A=\"5\" B=\"E010\" C=\"1\" D=\"1\" E=\"grain temperature\" F=\"6\"/>\
        <DVP A=\"6\" B=\"17778\" C=\"0.0018\" D=\"1\" E=\"F\"/>";
    let recorder = read(vec![
        (
            "TASKDATA.XML",
            task_data(HARVESTER, elements, &["TLG00001"]).into_bytes(),
        ),
        (
            "TLG00001.XML",
            header(&[(84, "DET-1"), (0xE010, "DET-1")]).into_bytes(),
        ),
        (
            "TLG00001.BIN",
            records(&[
                (0, 0, &[(0, 100), (1, 0)]),
                (1, 9, &[(0, 100), (1, i32::MAX)]),
            ]),
        ),
    ]);
    let column = recorder.raw[0]
        .column_by_name("E010 grain temperature DET-1")
        .expect("named");
    let column = column.as_primitive::<Float64Type>();
    assert!((column.value(0) - 32.0).abs() < 0.01);
    assert!(column.is_null(1));
}

#[test]
fn work_of_no_known_type_keeps_its_own_columns() {
    let elements = "<DET A=\"DET-1\" B=\"1\" C=\"1\" E=\"0\" F=\"0\"><DOR A=\"5\"/></DET>\
        <DPD A=\"5\" B=\"E010\" C=\"1\" D=\"1\" E=\"net layers\" F=\"6\"/>\
        <DVP A=\"6\" B=\"0\" C=\"0.5\" D=\"1\" E=\"\"/>";
    let values = [
        (91, "DET-1"),
        (223, "DET-1"),
        (0xE010, "DET-1"),
        (134, "DET-1"),
    ];
    let log: &[Record<'_>] = &[
        (0, 0, &[(0, 1), (1, 400_000), (2, 6), (3, 10)]),
        (1, 100, &[(0, 2), (2, -8), (3, 10)]),
        (2, 200, &[(1, i32::MAX)]),
    ];
    let files = |first: u16, second: u16| {
        let mut values = values.to_vec();
        (values[0].0, values[1].0) = (first, second);
        read(vec![
            (
                "TASKDATA.XML",
                task_data("A01E840000000000", elements, &["TLG00001"]).into_bytes(),
            ),
            ("TLG00001.XML", header(&values).into_bytes()),
            ("TLG00001.BIN", records(log)),
        ])
    };
    let recorder = files(91, 223);
    assert_eq!(recorder.operations[0].operation_type.name(), "baling");
    // On-change values stand until the next one, below zero too; geometry is no work.
    let masses = recorder.column("Last Bale Mass");
    assert_eq!(
        masses.iter().map(Option::is_some).collect::<Vec<_>>(),
        [true, true, false]
    );
    assert_eq!(
        recorder.column("net layers"),
        [Some(3.0), Some(-4.0), Some(-4.0)]
    );
    let schema = recorder.points[0].schema();
    let names: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
    assert!(names.contains(&"Yield Total Count"), "{names:?}");
    assert!(
        !names.iter().any(|name| name.contains("Offset")),
        "{names:?}"
    );
    // A harvest has the columns of a harvest.
    let recorder = files(84, 99);
    assert_eq!(recorder.operations[0].operation_type.name(), "harvested");
    assert!(recorder.points[0].column_by_name("net layers").is_none());
}
