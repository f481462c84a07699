//! Running the whole pipeline in process.

use std::collections::HashSet;
use std::path::PathBuf;
use tramline_convert::{Input, Options, Report};
use tramline_formats::Tree;
use tramline_outputs::MemorySink;

/// The folder beside the repository that holds corpus and tools.
pub(crate) fn shared() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared")
}

/// An input with a made-up digest: ids must not matter here.
pub(crate) fn input(name: &str) -> Input {
    Input {
        name: name.to_owned(),
        sha256: "00".repeat(32),
        size_bytes: 0,
    }
}

/// Converts a tree and keeps what was written.
pub(crate) fn convert(tree: &Tree, name: &str, options: &Options) -> (Report, MemorySink) {
    let mut sink = MemorySink::default();
    let report =
        tramline_convert::run(tree, &input(name), options, &mut sink, &mut |_| {}).unwrap();
    check_accounted(tree, &report, name);
    (report, sink)
}

/// Every entry of the upload is in a machine file, or listed with its reason; never twice listed,
/// never both.
pub(crate) fn check_accounted(tree: &Tree, report: &Report, label: &str) {
    let used: HashSet<&str> = report
        .files
        .iter()
        .flat_map(|file| file.entries.iter().map(String::as_str))
        .collect();
    let mut listed = HashSet::new();
    for entry in &report.unclaimed {
        let path = entry.entry.as_str();
        assert!(!used.contains(path), "{label}: {path} is read and listed");
        assert!(listed.insert(path), "{label}: {path} is listed twice");
    }
    for id in tree.ids() {
        let path = tree.entry(id).path.as_str();
        let told = used.contains(path) || listed.contains(path);
        assert!(
            told,
            "{label}: {path} is neither in a machine file nor listed"
        );
    }
}

/// What must hold of every report.
pub(crate) fn check_report(report: &Report, label: &str) {
    // The service reads a report with the type that wrote it, and stores parts of it as text.
    let text = serde_json::to_string(report).unwrap();
    let read: Report = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{label}: {e}"));
    assert_eq!(serde_json::to_string(&read).unwrap(), text, "{label}");
    for file in &report.files {
        let filtered = file
            .artifacts
            .keys()
            .any(|kind| kind.name().starts_with("filtered"));
        assert!(
            file.points.add_up(filtered),
            "{label}: {} {:?}",
            file.name,
            file.points
        );
        assert!(
            file.steps.iter().count() > 0,
            "{label}: {} has no steps",
            file.name
        );
        if file.status == tramline_convert::FileStatus::Failed {
            assert!(
                file.steps.iter().any(|(_, o)| !o.message.is_empty()),
                "{label}: {} failed without a message",
                file.name
            );
        }
    }
    for entry in &report.unclaimed {
        assert!(
            !entry.reason.is_empty(),
            "{label}: {} without a reason",
            entry.entry
        );
    }
    serde_json::to_string(report).unwrap();
}
