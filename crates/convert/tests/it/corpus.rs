//! Whole uploads of the corpus through detection and readers: nothing panics, points add up, two
//! runs give the same bytes.

use crate::gartner::corpus;
use std::path::Path;
use tramline_convert::{Input, Options, Report, run};
use tramline_formats::{Limits, Tree};
use tramline_outputs::MemorySink;

fn convert(path: &Path) -> (Report, MemorySink) {
    let tree = Tree::open(path, &Limits::default()).unwrap();
    let sink = MemorySink::default();
    let input = Input {
        name: "x".into(),
        sha256: "ab".into(),
        size_bytes: 1,
    };
    let mut out = sink.clone();
    let report = run(&tree, &input, &Options::default(), &mut out, &mut |_| {}).unwrap();
    (report, sink)
}

fn check(report: &Report, sink: &MemorySink) {
    let files = sink.files.lock().unwrap();
    for file in &report.files {
        assert!(file.points.add_up(true), "{}: {:?}", file.name, file.points);
        for name in file.artifacts.values() {
            assert!(files.contains_key(name), "{name}");
        }
    }
    for (name, bytes) in files.iter().filter(|(name, _)| name.ends_with("json")) {
        if let Err(error) = serde_json::from_slice::<serde_json::Value>(bytes) {
            panic!("{name}: {error}");
        }
    }
}

#[test]
fn folders_of_the_corpus_convert_and_add_up() {
    let Some(root) = corpus() else { return };
    let mut folders = vec!["agro/pacu-basswood".to_owned(), "agro/agridat".to_owned()];
    for folder in ["isoxml"] {
        let Ok(list) = std::fs::read_dir(root.join(folder)) else {
            continue;
        };
        let mut names: Vec<_> = list
            .filter_map(Result::ok)
            .filter(|entry| entry.path().is_dir())
            .map(|entry| format!("{folder}/{}", entry.file_name().to_string_lossy()))
            .collect();
        names.sort();
        folders.extend(names.into_iter().take(4));
    }
    for folder in folders {
        let (report, sink) = convert(&root.join(&folder));
        check(&report, &sink);
        let processed = report
            .files
            .iter()
            .filter(|f| f.status == tramline_convert::FileStatus::Processed);
        eprintln!(
            "{folder}: {} machine files, {} processed",
            report.files.len(),
            processed.count()
        );
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let Some(root) = corpus() else { return };
    let (first, a) = convert(&root.join("agro/pacu-basswood"));
    let (second, b) = convert(&root.join("agro/pacu-basswood"));
    assert_eq!(
        serde_json::to_string(&first).unwrap(),
        serde_json::to_string(&second).unwrap()
    );
    assert_eq!(*a.files.lock().unwrap(), *b.files.lock().unwrap());
}
