//! Files of the kind that strangers send, whose right values are known: the cases of the corpus,
//! each run and each number a row of `corpus.toml`.
//!
//! Rule: a run that does not give the right value yet carries `pending` with what is wrong; its
//! faults are printed, and the mark goes when it passes.

pub(crate) mod judge;

use judge::{Expected, convert};
use serde::Deserialize;
use std::path::PathBuf;

/// The file of runs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Runs {
    run: Vec<Run>,
}

/// One run of a case.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    /// Path below the folder of cases.
    input: String,
    #[serde(default)]
    arguments: Vec<String>,
    #[serde(default)]
    pending: String,
    #[serde(default)]
    right: Expected,
}

fn cases() -> Option<PathBuf> {
    let shared = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let corpus = std::env::var_os("TRAMLINE_CORPUS").map_or(shared.join("corpus"), PathBuf::from);
    let cases = corpus.join("cases");
    if cases.is_dir() {
        return Some(cases);
    }
    eprintln!("SKIPPED cases: {} is not there", cases.display());
    None
}

/// Sorts the outcome of runs: those that are wrong without a mark fail the test.
#[derive(Default)]
pub(crate) struct Outcome {
    right: usize,
    pending: usize,
    wrong: Vec<String>,
}

impl Outcome {
    pub(crate) fn add(&mut self, label: &str, pending: &str, faults: &[String]) {
        let lines = faults.join("\n    ");
        match (faults.is_empty(), pending.is_empty()) {
            (true, true) => self.right += 1,
            (true, false) => {
                self.right += 1;
                eprintln!("PASSES NOW, its mark can go: {label} ({pending})");
            }
            (false, false) => {
                self.pending += 1;
                eprintln!("PENDING {label} ({pending})\n    {lines}");
            }
            (false, true) => self.wrong.push(format!("{label}\n    {lines}")),
        }
    }

    pub(crate) fn check(&self, what: &str) {
        eprintln!(
            "{what}: {} right, {} pending, {} wrong",
            self.right,
            self.pending,
            self.wrong.len()
        );
        assert!(self.wrong.is_empty(), "{what}\n{}", self.wrong.join("\n"));
    }
}

#[test]
fn every_case_gives_the_right_value_or_the_right_words() {
    let Some(cases) = cases() else { return };
    let runs: Runs = toml::from_str(include_str!("corpus.toml")).unwrap();
    let mut outcome = Outcome::default();
    let mut seen = std::collections::BTreeSet::new();
    for run in &runs.run {
        let folder = tempfile::tempdir().unwrap();
        let done = convert(&cases.join(&run.input), &run.arguments, folder.path());
        let faults = run.right.faults(&done);
        let label = format!("{} {}", run.input, run.arguments.join(" "));
        outcome.add(label.trim(), &run.pending, &faults);
        seen.extend(run.input.split('/').next().map(str::to_owned));
    }
    for entry in std::fs::read_dir(&cases).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        let known = !entry.path().is_dir() || seen.contains(&name);
        assert!(known, "no run of `corpus.toml` is about the case {name}");
    }
    outcome.check("cases of the corpus");
}
