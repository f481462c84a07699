//! Time logs and task data built in code.

use super::*;
use crate::source::{Limits, Tree};
use tramline_model::ReadError;

const HEADER: &str = r#"<TIM A="" D="4"><PTN A="" B="" D=""/>
<DLV A="0054" B="" C="DET-1"/><DLV A="008D" B="" C="DET-1"/><DLV A="0043" B="3000" C="DET-1"/></TIM>"#;

fn tree(files: &[(&str, &[u8])]) -> Tree {
    Tree::from_files(
        files
            .iter()
            .map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec())),
    )
}

fn read_log(header: &str, records: &[u8]) -> Result<TimeLog, ReadError> {
    let tree = tree(&[
        ("TLG00001.XML", header.as_bytes()),
        ("TLG00001.BIN", records),
    ]);
    let id = |name| {
        tree.ids()
            .find(|id| tree.name(*id) == name)
            .expect("in the tree")
    };
    TimeLog::read(
        &tree,
        id("TLG00001.XML"),
        id("TLG00001.BIN"),
        "TLG00001",
        &Limits::default(),
    )
}

fn record(ms: u32, day: u16, position: (i32, i32), values: &[(u8, i32)]) -> Vec<u8> {
    let mut bytes = ms.to_le_bytes().to_vec();
    bytes.extend(day.to_le_bytes());
    bytes.extend(position.0.to_le_bytes());
    bytes.extend(position.1.to_le_bytes());
    bytes.push(4);
    bytes.push(values.len() as u8);
    for (index, value) in values {
        bytes.push(*index);
        bytes.extend(value.to_le_bytes());
    }
    bytes
}

fn records(count: u32) -> Vec<u8> {
    (0..count)
        .flat_map(|i| {
            let at = (520_000_000 + i as i32, 90_000_000);
            record(
                1_000 * i,
                14_000,
                at,
                &[(0, i as i32), (1, -1)][..(i % 3).min(2) as usize],
            )
        })
        .collect()
}

#[test]
fn values_are_compressed_rows() {
    let bytes = [
        record(0, 14_000, (1, 2), &[(1, 5), (0, -7)]),
        record(1, 14_000, (3, 4), &[]),
    ]
    .concat();
    let log = read_log(HEADER, &bytes).expect("log");
    assert_eq!(log.records, 2);
    assert_eq!(log.value_offsets, [0, 2, 2]);
    assert_eq!((log.value_index, log.value), (vec![1, 0], vec![5, -7]));
    assert_eq!((log.latitude, log.longitude), (vec![1, 3], vec![2, 4]));
    assert_eq!(log.header.values[2].fixed, Some(3000));
    // 14 000 days after 1980-01-01 is 2018-05-01.
    assert_eq!(log.time_ms[0], 1_525_132_800_000);
    assert_eq!(log.skipped_bytes, 0);
    assert!(log.up_mm.is_empty() && log.gps_ms.is_empty() && log.findings.is_empty());
}

#[test]
fn junk_is_passed_over_and_counted() {
    let bytes = [records(20), vec![0xff; 37], records(20)].concat();
    let log = read_log(HEADER, &bytes).expect("log");
    assert_eq!((log.records, log.skipped_bytes, log.gaps), (40, 37, 1));
    let finding = &log.findings[0];
    assert_eq!(finding.code, "isoxml.time-log-damaged");
    assert_eq!(
        finding.place.to_string(),
        format!("TLG00001.BIN @ byte {}", records(20).len())
    );
}

#[test]
fn a_truncated_last_record_is_left_out_and_a_complete_one_is_kept() {
    let whole = record(0, 14_000, (1, 2), &[(0, 1)]);
    for missing in 1..whole.len() {
        let bytes = [records(3), whole[..whole.len() - missing].to_vec()].concat();
        let log = read_log(HEADER, &bytes).expect("log");
        assert_eq!(log.records, 3, "{missing} bytes missing");
        assert_eq!(
            log.findings[0].code, "isoxml.time-log-truncated",
            "{:?}",
            log.findings
        );
    }
    assert_eq!(
        read_log(HEADER, &[records(3), whole].concat())
            .expect("log")
            .records,
        4
    );
}

#[test]
fn a_clock_may_run_past_midnight() {
    let late: Vec<u8> = (0..5)
        .flat_map(|i| record(86_399_000 + 500 * i, 14_000, (1, 2), &[]))
        .collect();
    let log = read_log(HEADER, &late).expect("log");
    assert_eq!((log.records, log.gaps), (5, 0));
    assert_eq!(log.time_ms[4] - log.time_ms[0], 2_000);
}

#[test]
fn constants_of_the_header_are_repeated() {
    let header =
        r#"<TIM A="2020-05-01T10:00:00"><PTN A="52.5" B="-9.25" D="1"/><DLV A="0054" B=""/></TIM>"#;
    let log = read_log(header, &[0, 1, 0, 9, 0, 0, 0]).expect("log");
    assert_eq!(log.records, 2);
    assert_eq!(
        log.header.fixed_start.as_deref(),
        Some("2020-05-01T10:00:00")
    );
    assert_eq!(
        (log.latitude[1], log.longitude[1], log.status[1]),
        (525_000_000, -92_500_000, 1)
    );
    assert!(log.time_ms.is_empty());
    assert_eq!(log.value, [9]);
}

#[test]
fn logs_without_position_or_values() {
    let time: Vec<u8> = [5_u32.to_le_bytes().to_vec(), vec![0x00, 0x30, 0]].concat();
    let log = read_log(r#"<TIM A=""/>"#, &time).expect("log");
    assert_eq!(
        (log.records, log.latitude.len(), log.time_ms.len()),
        (1, 0, 1)
    );
}

#[test]
fn gps_time_without_date_is_invalid() {
    let header = r#"<TIM A=""><PTN H="" I=""/></TIM>"#;
    let one = |ms: u32, day: u16| {
        let mut bytes = vec![0, 0, 0, 0, 0xB0, 0x36];
        bytes.extend(ms.to_le_bytes());
        bytes.extend(day.to_le_bytes());
        bytes.push(0);
        bytes
    };
    let bytes = [
        one(1_000, 14_000),
        one(1_000, 0),
        one(1_000, u16::MAX),
        one(u32::MAX, 14_000),
    ];
    let log = read_log(header, &bytes.concat()).expect("log");
    assert_eq!(
        log.gps_ms,
        [1_525_132_801_000, i64::MIN, i64::MIN, i64::MIN]
    );
}

#[test]
fn a_ddi_that_is_not_hexadecimal_is_named() {
    let header = r#"<TIM A=""><DLV A="XYZ1" B=""/><DLV A="0054" B=""/></TIM>"#;
    let log = read_log(header, &[]).expect("log");
    assert!(
        log.findings
            .iter()
            .any(|f| f.values.get("ddi").is_some_and(|value| value == "XYZ1"))
    );
    assert_eq!(log.header.values[1].ddi, 84);
}

#[test]
fn more_values_than_an_index_can_name_are_a_finding() {
    let header = format!(
        "<TIM A=\"\">{}</TIM>",
        "<DLV A=\"0054\" B=\"\"/>".repeat(300)
    );
    let log = read_log(&header, &[]).expect("log");
    assert!(
        log.findings
            .iter()
            .any(|f| f.code == "isoxml.header-too-many-values")
    );
    assert!(read_log("<TLG/>", &[]).is_err());
    assert!(read_log("", &[1]).is_err());
    assert_eq!(read_log("", &[]).expect("empty").records, 0);
}

/// Whatever stands in the bytes: no panic, columns of one length, nothing made out of nothing.
#[test]
fn corrupt_records_stay_bounded() {
    let good = records(30);
    let template = Header {
        values: vec![HeaderValue::default(); 3],
        ..Header::default()
    };
    let headers = [
        read_log(HEADER, &[]).expect("log").header,
        template.clone(),
        Header {
            time_in_record: true,
            position_in_record: ('A'..='I').collect(),
            ..template
        },
    ];
    let check = |header: &Header, bytes: &[u8]| {
        let log = decode(header, bytes);
        assert_eq!(log.value_offsets.len(), log.records + 1);
        assert_eq!(log.value.len(), log.value_index.len());
        assert_eq!(
            log.value_offsets.last().copied(),
            u32::try_from(log.value.len()).ok()
        );
        assert!(log.time_ms.is_empty() || log.time_ms.len() == log.records);
        assert!(log.skipped_bytes <= bytes.len() as u64 && log.findings.len() < 12);
        let fixed = 1 + if header.time_in_record { 6 } else { 0 };
        assert!(log.records * fixed + log.value.len() * 5 <= bytes.len());
    };
    for header in &headers {
        for length in 0..good.len() {
            check(header, &good[..length]);
            let mut flipped = good.clone();
            flipped[length] ^= 1 << (length % 8);
            check(header, &flipped);
            flipped[length] = 0xff;
            check(header, &flipped);
        }
    }
}

fn read_data(files: &[(&str, &str)]) -> Result<TaskData, ReadError> {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(n, t)| (*n, t.as_bytes())).collect();
    let tree = tree(&files);
    let main = tree
        .ids()
        .find(|id| tree.name(*id) == "TASKDATA.XML")
        .expect("main");
    TaskData::read(&tree, main, &Limits::default())
}

#[test]
fn external_files_are_spliced_in_any_case() {
    let data = read_data(&[
        (
            "TASKDATA.XML",
            r#"<ISO11783_TaskData VersionMajor="4" VersionMinor="2" DataTransferOrigin="2">
            <XFR A="TSK00000"/><XFR A="dvc00000.xml"/><XFR A="PFD00000"/></ISO11783_TaskData>"#,
        ),
        (
            "tsk00000.xml",
            r#"<XFC><TSK A="TSK1" B="barley" G="4"><TLG A="TLG00001.bin" B="12"/>
            <TIM A="2020-01-01T00:00:00" D="4"><DLV A="0074" B="55" C="DET-1"/></TIM>
            <PAN A="PDT1"><ASP A="2020-01-01T01:00:00+02:00"/></PAN></TSK></XFC>"#,
        ),
        (
            "DVC00000.XML",
            r#"<XFC><DVC A="DVC-1" D="A00E840000000000"><DET A="DET-1" B="1" C="1" E="0" F="0">
            <DOR A="5"/></DET><DPD A="5" B="0054" F="6"/><DVP A="6" B="17778" C="0.0018" E="F"/>
            </DVC></XFC>"#,
        ),
    ])
    .expect("data");
    assert_eq!((data.version.as_str(), data.origin), ("4.2", Some(2)));
    let task = &data.tasks[0];
    assert_eq!(
        (task.logs[0].name.as_str(), task.logs[0].declared_length),
        ("TLG00001", Some(12))
    );
    assert_eq!(task.times[0].values, [(0x74, 55, Some("DET-1".to_owned()))]);
    assert_eq!(task.allocation_starts, ["2020-01-01T01:00:00+02:00"]);
    assert_eq!(data.devices[0].elements[0].references, [5]);
    assert_eq!(data.devices[0].presentations[0].scale, 0.0018);
    assert_eq!(data.entries.len(), 3);
    assert!(
        data.findings
            .iter()
            .any(|f| f.code == "isoxml.external-file-missing")
    );
}

#[test]
fn external_files_in_a_loop_end_with_a_finding() {
    let data = read_data(&[
        (
            "TASKDATA.XML",
            r#"<ISO11783_TaskData><XFR A="TSK00000"/></ISO11783_TaskData>"#,
        ),
        (
            "TSK00000.XML",
            r#"<XFC><XFR A="TSK00001"/><TSK A="TSK1"/></XFC>"#,
        ),
        (
            "TSK00001.XML",
            r#"<XFC><XFR A="TSK00000"/><XFR A="TASKDATA"/></XFC>"#,
        ),
    ])
    .expect("data");
    assert_eq!(data.tasks.len(), 1);
    assert_eq!(
        data.findings
            .iter()
            .filter(|f| f.values.get("inLoop").is_some_and(|value| value == true))
            .count(),
        2
    );
}

#[test]
fn of_two_elements_with_one_id_the_first_counts() {
    let data = read_data(&[(
        "TASKDATA.XML",
        r#"<ISO11783_TaskData><CTR A="CTR1" B="a"/><CTR A="CTR1" B="b"/>
        <TSK A="TSK1"/><TSK A="TSK1"/><TSK A="TSK1"><TLG A="TLG00002"/></TSK></ISO11783_TaskData>"#,
    )])
    .expect("data");
    assert_eq!(data.customers, [("CTR1".to_owned(), "a".to_owned())]);
    assert_eq!(data.tasks.len(), 2);
    assert_eq!(
        data.findings
            .iter()
            .filter(|f| f.code == "isoxml.duplicate-id")
            .count(),
        3
    );
}

#[test]
fn other_roots_are_not_isoxml() {
    for text in ["<html/>", ""] {
        let error = read_data(&[("TASKDATA.XML", text)])
            .expect_err("refused")
            .to_string();
        assert!(error.contains("not ISOXML"), "{error}");
    }
}
