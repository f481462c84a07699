//! Sticks of Topcon displays: a set for each job, names from the folders, the crop from the `.ini`.

use crate::collect::read_with;
use tramline_formats::{ReadOptions, Tree, detect};
use tramline_model::OperationType;
use tramline_samples::{Operation, Plan, prefixed, simulate, write};

#[test]
fn every_job_of_a_stick_has_its_names_and_its_crop() {
    let run = |operation, task: &str, crop: &str| {
        simulate(&Plan {
            task: task.to_owned(),
            crop: crop.to_owned(),
            passes: 2,
            pass_records: 20,
            ..Plan::new(operation)
        })
    };
    let runs = [
        run(Operation::Harvest, "Harvester_01", "TRIGO"),
        run(Operation::Harvest, "Harvester_02", "Zuckermais"),
        run(Operation::Spraying, "Sprayer_01", ""),
    ];
    let files = write::topcon::stick(&runs.each_ref());
    let tree = Tree::from_files(prefixed("stick", files));
    let got = read_with(&tree, "isoxml", &ReadOptions::default());
    assert_eq!(got.failures, Vec::<String>::new());
    assert_eq!(got.operations.len(), 3);
    for (operation, run) in got.operations.iter().zip(&runs) {
        assert_eq!(operation.name, run.plan.task);
        assert_eq!(
            [&operation.grower, &operation.farm, &operation.field].map(|name| name.as_deref()),
            [Some("Demo Grower"), Some("Demo Farm"), Some("North Forty")]
        );
        let ini = format!("{}.ini", run.plan.task);
        assert!(operation.entries.iter().any(|entry| entry.ends_with(&ini)));
        assert!(
            operation
                .entries
                .iter()
                .any(|entry| entry.ends_with("DVC00000.xml"))
        );
    }
    let crops: Vec<Option<&str>> = got.operations.iter().map(|o| o.crop.as_deref()).collect();
    assert_eq!(crops, [Some("TRIGO"), Some("Zuckermais"), None]);
    assert_eq!(got.operations[2].operation_type, OperationType::Applied);
    assert_eq!(got.operations[2].products[0].name, runs[2].plan.product);
    let points: usize = got
        .points
        .iter()
        .map(arrow_array::RecordBatch::num_rows)
        .sum();
    assert!(points as u64 >= runs.iter().map(|run| run.truth.records).sum::<u64>());
    // The display's own files beside the task data belong to the set.
    let detection = detect(&tree, None, &ReadOptions::default());
    assert_eq!(detection.unclaimed, Vec::new());
}

#[test]
fn what_the_task_data_say_wins_over_the_folders() {
    let run = simulate(&Plan {
        passes: 2,
        pass_records: 20,
        ..Plan::new(Operation::Harvest)
    });
    let files = prefixed(
        "Clients/Other/Other Farm/Other Field/Jobs/J1",
        write::isoxml::task_set(&[&run]),
    );
    let mut files: Vec<_> = files;
    let ini = b"[AsAppliedMap]\nChannel1\\Product=WHEAT\n".to_vec();
    files.push((
        "Clients/Other/Other Farm/Other Field/Jobs/J1/J1.ini".to_owned(),
        ini,
    ));
    let got = read_with(&Tree::from_files(files), "isoxml", &ReadOptions::default());
    let operation = &got.operations[0];
    assert_eq!(operation.crop.as_deref(), Some("Corn"));
    assert_eq!(operation.field.as_deref(), Some("North Forty"));
    assert_eq!(operation.grower.as_deref(), Some("Demo Grower"));
}
