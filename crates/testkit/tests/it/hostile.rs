//! The 162 hostile uploads of the shared generator, each against the class of outcome, the words
//! of the message and the points that its manifest asks for.
//!
//! Rule: what deviates stands in [`KNOWN`] with the reason, and nothing else may.

use crate::common::{check_report, convert, shared};
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use tramline_convert::{FileStatus, Options, Report};
use tramline_formats::{Limits, Tree};
use tramline_model::Severity;

const REJECT: &str = "reject upload with 4xx";
const FAILED: &str = "batch FAILED with reason";
const PARTIAL: &str = "file failed with message, others processed";
const DROPPED: &str = "processed with those points dropped";
const OK: &str = "processed";

/// Deviations that are known, and why each is as it is.
const KNOWN: &[(&str, &str)] = &[];

/// What came of a case.
struct Outcome {
    classes: Vec<&'static str>,
    /// Everything said to people, in lower case.
    said: String,
    /// Standard points of each processed file.
    standard: Vec<u64>,
}

fn outcome_of(path: &Path) -> Outcome {
    let limits = Limits::default();
    let tree = match Tree::open(path, &limits) {
        Ok(tree) => tree,
        Err(error) => {
            return Outcome {
                classes: vec![REJECT],
                said: format!("{error} {error:?}").to_lowercase(),
                standard: Vec::new(),
            };
        }
    };
    let name = path.file_name().unwrap().to_string_lossy();
    let (report, _) = convert(
        &tree,
        &name,
        &Options {
            limits,
            ..Options::default()
        },
    );
    check_report(&report, &name);
    let mut said = said(&report);
    for finding in &tree.findings {
        said.push_str(&format!(
            " {} {} {}",
            finding.place, finding.text, finding.hint
        ));
    }
    let noticed = tree
        .findings
        .iter()
        .chain(&report.findings)
        .any(|f| f.severity > Severity::Note);
    let processed: Vec<_> = report
        .files
        .iter()
        .filter(|f| f.status == FileStatus::Processed)
        .collect();
    let failed = report.files.len() - processed.len();
    let less = processed.iter().any(|f| {
        f.records.skipped_bytes > 0
            || f.points
                .dropped
                .iter()
                .any(|(why, n)| *n > 0 && !why.is_of_filter())
            || f.findings
                .iter()
                .any(|finding| finding.severity > Severity::Note)
    });
    let mut classes = Vec::new();
    if processed.is_empty() {
        classes.push(FAILED);
    } else if failed > 0 {
        classes.push(PARTIAL);
    } else {
        if less {
            classes.push(DROPPED);
        }
        classes.push(OK);
        if noticed || !report.unclaimed.is_empty() {
            classes.push(PARTIAL);
        }
    }
    let standard = processed.iter().map(|f| f.points.standard).collect();
    Outcome {
        classes,
        said: said.to_lowercase(),
        standard,
    }
}

/// All that a report tells people.
fn said(report: &Report) -> String {
    let mut text = String::new();
    for file in &report.files {
        for (_, o) in file.steps.iter() {
            text.push_str(&format!(" {} {} {}", o.message, o.detail, o.hint));
        }
        for reason in file.points.dropped.keys() {
            text.push_str(&format!(" {reason}"));
        }
    }
    for finding in report
        .files
        .iter()
        .flat_map(|f| &f.findings)
        .chain(&report.findings)
    {
        text.push_str(&format!(
            " {} {} {}",
            finding.place, finding.text, finding.hint
        ));
    }
    for entry in &report.unclaimed {
        text.push_str(&format!(" {} {}", entry.entry, entry.reason));
    }
    text
}

fn texts(value: &Value) -> Vec<String> {
    let list = value.as_array().cloned().unwrap_or_default();
    list.iter()
        .filter_map(|v| v.as_str().map(str::to_owned))
        .collect()
}

/// What is wrong with the outcome of a case; empty when nothing is.
fn mismatch(case: &Value, outcome: &Outcome) -> String {
    let expect = case["expect"].as_str().unwrap_or_default();
    let mut wanted = vec![expect.to_owned()];
    wanted.extend(texts(&case["also_acceptable"]));
    let Some(class) = wanted
        .iter()
        .find(|w| outcome.classes.contains(&w.as_str()))
    else {
        return format!("class {:?}, wanted {wanted:?}", outcome.classes);
    };
    let words = texts(&case["message_has_one_of"]);
    if !words.is_empty()
        && ![OK, DROPPED].contains(&class.as_str())
        && !words
            .iter()
            .any(|word| outcome.said.contains(&word.to_lowercase()))
    {
        return format!("{class}: no word of {words:?} in the message");
    }
    let sum: u64 = outcome.standard.iter().sum();
    let kept = case["points_kept"].as_u64();
    if let Some(kept) = kept
        && [OK, DROPPED].contains(&class.as_str())
    {
        // Where keeping the odd points is acceptable too, both counts are right.
        let with_odd = kept + case["points_dropped"].as_u64().unwrap_or(0);
        let both = wanted.iter().any(|w| w == OK) && wanted.iter().any(|w| w == DROPPED);
        if sum != kept && !(both && (kept..=with_odd).contains(&sum)) {
            return format!("{class}: kept {sum}, wanted {kept}");
        }
    }
    if let Some(kept) = case["neighbour_points_kept"].as_u64()
        && class != REJECT
        && !outcome.standard.contains(&kept)
    {
        return format!(
            "{class}: the neighbour kept {:?}, wanted {kept}",
            outcome.standard
        );
    }
    String::new()
}

/// Makes the cases; `None` with a loud line when python or the tool is not there.
fn generate(into: &Path) -> Option<PathBuf> {
    let tools =
        std::env::var_os("TRAMLINE_TOOLS").map_or_else(|| shared().join("tools"), PathBuf::from);
    let tool = tools.join("make_hostile.py");
    if !tool.is_file() {
        eprintln!(
            "SKIPPED hostile: {} is not there (set TRAMLINE_TOOLS)",
            tool.display()
        );
        return None;
    }
    let status = Command::new("python3").arg(&tool).arg(into).output();
    match status {
        Ok(output) if output.status.success() => Some(into.join("manifest.json")),
        Ok(output) => panic!("{}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => {
            eprintln!("SKIPPED hostile: python3 does not run: {error}");
            None
        }
    }
}

#[test]
fn hostile_uploads_end_as_their_manifest_says() {
    let folder = tempfile::tempdir().unwrap();
    let Some(manifest) = generate(folder.path()) else {
        return;
    };
    let manifest: Value = serde_json::from_slice(&std::fs::read(manifest).unwrap()).unwrap();
    let only = std::env::var("TRAMLINE_HOSTILE").unwrap_or_default();
    let mut bad = Vec::new();
    let mut repaired = Vec::new();
    let cases = manifest["cases"].as_array().unwrap();
    for case in cases {
        let name = case["name"].as_str().unwrap();
        if !name.contains(&only) {
            continue;
        }
        let path = folder.path().join(case["file"].as_str().unwrap());
        let start = Instant::now();
        let result = catch_unwind(AssertUnwindSafe(|| outcome_of(&path)));
        let mut what = match &result {
            Ok(outcome) => mismatch(case, outcome),
            Err(_) => "panic".to_owned(),
        };
        let seconds = start.elapsed().as_secs_f64();
        if what.is_empty() && seconds > 60.0 {
            what = format!("took {seconds:.0} s");
        }
        if !only.is_empty() {
            eprintln!(
                "{name}: {seconds:.1} s {:?}",
                result
                    .as_ref()
                    .map(|o| (&o.classes, &o.said, &o.standard))
                    .ok()
            );
        }
        let known = KNOWN.iter().any(|(known, _)| *known == name);
        if !what.is_empty() && !known {
            bad.push(format!("{name:28} {what}"));
        } else if what.is_empty() && known {
            repaired.push(name);
        }
    }
    eprintln!(
        "hostile: {} of {} as wanted",
        cases.len() - bad.len(),
        cases.len()
    );
    assert!(bad.is_empty(), "{} deviate:\n{}", bad.len(), bad.join("\n"));
    assert!(
        repaired.is_empty(),
        "no longer deviate, take them off the list: {repaired:?}"
    );
}
