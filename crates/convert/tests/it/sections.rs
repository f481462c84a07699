//! Which sections work, by the states that an ISOXML log has of them: cases as data, whose areas were
//! worked out by hand and by a decoder that shares no code with Tramline.

use serde::Deserialize;
use std::collections::BTreeMap;
use tramline_convert::{Configuration, Input, Options};
use tramline_formats::Tree;
use tramline_outputs::MemorySink;

#[derive(Deserialize)]
struct Cases {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    elements: Vec<Element>,
    logs: Vec<Log>,
    expected_area_m2: f64,
}

/// A device element with its constants (DPT) by DDI.
#[derive(Deserialize)]
struct Element {
    id: String,
    r#type: u8,
    number: u32,
    parent: Option<String>,
    dpt: BTreeMap<String, i64>,
}

#[derive(Deserialize)]
struct Log {
    name: String,
    dlv: Vec<Value>,
    records: Vec<Record>,
}

#[derive(Deserialize)]
struct Value {
    ddi: u16,
    det: String,
}

/// Values by their place in the header.
#[derive(Deserialize)]
struct Record {
    time_ms: u32,
    north_raw: i32,
    east_raw: i32,
    values: BTreeMap<String, i32>,
}

/// 2020-06-01.
const DAY: u16 = 14_762;

fn task_data(case: &Case) -> String {
    let object = |id: &str| {
        case.elements
            .iter()
            .position(|e| e.id == id)
            .map(|at| at + 1)
    };
    let (mut elements, mut properties) = (String::new(), String::new());
    let mut next = 1_000;
    for element in &case.elements {
        let parent = element.parent.as_deref().and_then(object).unwrap_or(0);
        let mut references = String::new();
        for (ddi, value) in &element.dpt {
            let ddi: u16 = ddi.parse().expect("a DDI");
            properties += &format!("<DPT A=\"{next}\" B=\"{ddi:04X}\" C=\"{value}\"/>");
            references += &format!("<DOR A=\"{next}\"/>");
            next += 1;
        }
        elements += &format!(
            "<DET A=\"{}\" B=\"{}\" C=\"{}\" E=\"{}\" F=\"{parent}\">{references}</DET>",
            element.id,
            object(&element.id).expect("its own"),
            element.r#type,
            element.number,
        );
    }
    let logs: String = case
        .logs
        .iter()
        .map(|log| format!("<TLG A=\"{}\"/>", log.name))
        .collect();
    format!(
        "<ISO11783_TaskData VersionMajor=\"4\" VersionMinor=\"0\" DataTransferOrigin=\"2\">\
         <DVC A=\"DVC-1\" B=\"machine\" D=\"A00A840000000000\">{elements}{properties}</DVC>\
         <TSK A=\"TSK-1\" B=\"work\" G=\"4\">{logs}</TSK></ISO11783_TaskData>"
    )
}

fn header(log: &Log) -> String {
    let values = log.dlv.iter();
    let values = values.map(|v| format!("<DLV A=\"{:04X}\" B=\"\" C=\"{}\"/>", v.ddi, v.det));
    let values: String = values.collect();
    format!("<TIM A=\"\" D=\"4\"><PTN A=\"\" B=\"\" D=\"\"/>{values}</TIM>")
}

fn records(log: &Log) -> Vec<u8> {
    let mut bytes = Vec::new();
    for record in &log.records {
        bytes.extend(record.time_ms.to_le_bytes());
        bytes.extend(DAY.to_le_bytes());
        bytes.extend(record.north_raw.to_le_bytes());
        bytes.extend(record.east_raw.to_le_bytes());
        bytes.push(4);
        bytes.push(u8::try_from(record.values.len()).expect("few"));
        for (index, value) in &record.values {
            bytes.push(index.parse().expect("a place"));
            bytes.extend(value.to_le_bytes());
        }
    }
    bytes
}

/// What the conversion adds up, square metres.
fn area_m2(files: Vec<(String, Vec<u8>)>) -> f64 {
    let options = Options {
        configuration: Configuration {
            out_of_standard_operations: true,
            ..Configuration::default()
        },
        ..Options::default()
    };
    let (tree, mut sink) = (Tree::from_files(files), MemorySink::default());
    let input = Input {
        name: "sections".to_owned(),
        sha256: String::new(),
        size_bytes: 0,
    };
    let report = tramline_convert::run(&tree, &input, &options, &mut sink, &mut |_| {}).unwrap();
    let name = format!("{}/summary.json", report.files[0].dir);
    let files = sink.files.lock().unwrap();
    let Some(summary) = files.get(&name) else {
        return f64::NAN;
    };
    let summary: serde_json::Value = serde_json::from_slice(summary).unwrap();
    let area = &summary["properties"]["totalArea"];
    assert_eq!(area["unit"], "m2");
    area["value"].as_f64().unwrap_or(0.0)
}

#[test]
fn the_sections_that_work_make_the_area() {
    let cases = include_str!("../data/section-states.json");
    let cases: Cases = serde_json::from_str(cases).expect("the cases");
    assert!(cases.cases.len() >= 15);
    let mut wrong = Vec::new();
    for case in &cases.cases {
        let mut files = vec![("TASKDATA.XML".to_owned(), task_data(case).into_bytes())];
        for log in &case.logs {
            files.push((format!("{}.XML", log.name), header(log).into_bytes()));
            files.push((format!("{}.BIN", log.name), records(log)));
        }
        let area = area_m2(files);
        // The plane of the way against the ellipsoid of the hand: a hundredth of a percent.
        if (area - case.expected_area_m2).abs() > 2e-4 * case.expected_area_m2 {
            wrong.push(format!(
                "{}: {area} for {}",
                case.name, case.expected_area_m2
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
