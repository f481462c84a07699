//! ISOXML time logs exactly as they are described: device elements with their constants, and records
//! of raw values. For cases that are worked out by hand.
//!
//! Rule: nothing is added; the description says every value that the log holds.

use crate::Files;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A device and the logs of one task.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Described {
    pub elements: Vec<Element>,
    pub logs: Vec<Log>,
}

/// A device element with its constants (DPT) by DDI.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Element {
    pub id: String,
    pub r#type: u8,
    pub number: u32,
    pub parent: Option<String>,
    pub dpt: BTreeMap<u16, i64>,
}

/// A time log: what its header names, and its records.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    pub name: String,
    pub dlv: Vec<Value>,
    pub records: Vec<Record>,
}

/// One value of a header.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Value {
    pub ddi: u16,
    pub det: String,
}

/// Raw position, and values by their place in the header.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    pub time_ms: u32,
    pub north_raw: i32,
    pub east_raw: i32,
    pub values: BTreeMap<u8, i32>,
}

/// 2020-06-01, in days since 1980.
const DAY: u16 = 14_762;

/// The files of a description in JSON.
///
/// # Errors
/// A description that is none.
pub fn time_log(description: &str) -> serde_json::Result<Files> {
    let described: Described = serde_json::from_str(description)?;
    let mut files = vec![(
        "TASKDATA.XML".to_owned(),
        task_data(&described).into_bytes(),
    )];
    for log in &described.logs {
        files.push((format!("{}.XML", log.name), header(log).into_bytes()));
        files.push((format!("{}.BIN", log.name), records(log)));
    }
    Ok(files)
}

fn task_data(described: &Described) -> String {
    // Objects count from 1; 0 is no parent.
    let object = |id: &str| {
        let at = described.elements.iter().position(|e| e.id == id);
        at.map_or(0, |at| at + 1)
    };
    let (mut elements, mut properties) = (String::new(), String::new());
    let mut next = 1_000;
    for element in &described.elements {
        let parent = element.parent.as_deref().map_or(0, object);
        let mut references = String::new();
        for (ddi, value) in &element.dpt {
            properties += &format!("<DPT A=\"{next}\" B=\"{ddi:04X}\" C=\"{value}\"/>");
            references += &format!("<DOR A=\"{next}\"/>");
            next += 1;
        }
        elements += &format!(
            "<DET A=\"{}\" B=\"{}\" C=\"{}\" E=\"{}\" F=\"{parent}\">{references}</DET>",
            element.id,
            object(&element.id),
            element.r#type,
            element.number,
        );
    }
    let logs = described.logs.iter();
    let logs: String = logs
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
        bytes.push(record.values.len() as u8);
        for (place, value) in &record.values {
            bytes.push(*place);
            bytes.extend(value.to_le_bytes());
        }
    }
    bytes
}
