//! FlatGeobuf by the public crate against what the simulator counted, and hostile files.

use crate::collect::{Collected, one, read_with};
use tramline_formats::{ReadOptions, detect};
use tramline_model::{OperationType, Property};
use tramline_samples::{Operation, Plan, Simulated, simulate, write};

fn small() -> Simulated {
    simulate(&Plan {
        pass_records: 20,
        passes: 3,
        ..Plan::new(Operation::Harvest)
    })
}

fn read(bytes: Vec<u8>) -> Collected {
    read_with(&one("a.fgb", bytes), "flatgeobuf", &ReadOptions::default())
}

fn bytes_of(run: &Simulated, index: bool) -> Vec<u8> {
    write::flatgeobuf::points(run, index).remove(0).1
}

#[test]
fn points_come_in_the_order_of_the_drive_with_and_without_index() {
    let run = small();
    for index in [true, false] {
        let got = read(bytes_of(&run, index));
        assert_eq!(got.failures, Vec::<String>::new());
        assert_eq!(got.rows() as u64, run.truth.records);
        let operation = &got.operations[0];
        assert_eq!(operation.operation_type, OperationType::Harvested);
        assert_eq!(
            (
                operation.name.as_str(),
                operation.file_format,
                operation.crop.as_deref()
            ),
            (run.plan.task.as_str(), "FGB", Some("Corn"))
        );
        let yields = got.numbers(Property::WetMassPerArea);
        let latitudes = got.numbers(Property::Latitude);
        let instants = got.instants();
        for (row, record) in run.records.iter().enumerate() {
            assert_eq!(instants[row], Some(record.time_ms), "index {index}");
            assert_eq!(latitudes[row], Some(record.latitude));
            assert_eq!(yields[row], Some(record.rate * 1e4));
        }
        assert!(!got.has("flatgeobuf.index-order"));
    }
}

#[test]
fn what_is_no_file_of_data_says_why() {
    for (bytes, word) in [
        (Vec::new(), "truncated"),
        (b"no flat buffer".to_vec(), "begins with other bytes"),
        (b"fgb\x03fgb\x00\xff\xff\xff\xff".to_vec(), "header"),
        (
            b"fgb\x03fgb\x00\x08\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff".to_vec(),
            "header",
        ),
    ] {
        let got = read(bytes);
        assert!(
            got.failures.len() == 1 && got.failures[0].contains(word),
            "{:?} has no `{word}`",
            got.failures
        );
    }
    let tree = one("a.fgb", bytes_of(&small(), true));
    assert_eq!(
        detect(&tree, Some("FGB"), &ReadOptions::default())
            .machine_data()
            .count(),
        1
    );
}

#[test]
fn cut_files_keep_their_features() {
    let run = small();
    for index in [true, false] {
        let good = bytes_of(&run, index);
        for n in 0..300 {
            let cut = good.len() * n / 300;
            let got = read(good[..cut].to_vec());
            assert_eq!(got.endings.len() + got.failures.len(), 1, "cut at {cut}");
            assert!(
                got.endings.is_empty() || got.has("flatgeobuf.unreadable-rest"),
                "cut at {cut}"
            );
        }
        let most = read(good[..good.len() - 1].to_vec());
        assert_eq!(most.endings[0].records, run.truth.records - 1);
    }
}

#[test]
fn changed_files_never_panic() {
    for index in [true, false] {
        let good = bytes_of(&small(), index);
        let header = 12 + u32::from_le_bytes(good[8..12].try_into().expect("four")) as usize;
        for at in (0..header).chain((header..good.len()).step_by(7)) {
            for change in [0xff, 0x80, 0x01] {
                let mut bytes = good.clone();
                bytes[at] ^= change;
                let _ = read(bytes);
            }
        }
    }
}
