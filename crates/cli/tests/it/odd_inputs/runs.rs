//! Odd ways to run `convert`: each with its exit code, and words that say what to do.

use super::{csv, first, put, run, stick};
use std::path::Path;
use tramline_samples::{Files, Operation, Plan, simulate, write, zip};

const DO: &str = "what to do";

/// A run: what it is, what lies in the folder before it, its words, its exit code and what it says.
struct Run {
    what: &'static str,
    before: fn(&Path),
    words: &'static [&'static str],
    code: i32,
    says: &'static [&'static str],
}

fn table(folder: &Path) {
    std::fs::write(folder.join("in.csv"), first(csv())).unwrap();
}

fn task_set() -> Files {
    write::isoxml::task_set(&[&simulate(&Plan::new(Operation::Harvest))])
}

/// The logs of a task set, changed.
fn with_logs(folder: &Path, change: impl Fn(&mut String, &mut Vec<u8>)) {
    let changed = task_set().into_iter().map(|(mut name, mut bytes)| {
        if name.to_lowercase().ends_with(".bin") {
            change(&mut name, &mut bytes);
        }
        (name, bytes)
    });
    put(&folder.join("in"), &changed.collect());
}

/// A zip whose headers say that it is encrypted.
fn locked(folder: &Path) {
    let mut bytes = stick();
    for at in 0..bytes.len().saturating_sub(10) {
        let flag = match &bytes[at..at + 4] {
            b"PK\x03\x04" => at + 6,
            b"PK\x01\x02" => at + 8,
            _ => continue,
        };
        bytes[flag] |= 1;
    }
    std::fs::write(folder.join("in.zip"), bytes).unwrap();
}

/// Results of another input.
fn others(folder: &Path) {
    table(folder);
    std::fs::write(folder.join("other.zip"), stick()).unwrap();
    let (code, said) = run(folder, &["convert", "other.zip", "--out", "out", "-q"]);
    assert_eq!(code, 0, "{said}");
}

const RUNS: [Run; 17] = [
    Run {
        what: "a locked zip",
        before: locked,
        words: &["convert", "in.zip", "--out", "out"],
        code: 3,
        says: &["encrypted", DO, "without a password"],
    },
    Run {
        what: "a cut log",
        before: |folder| with_logs(folder, |_, bytes| bytes.truncate(bytes.len() - 7)),
        words: &["convert", "in", "--out", "out"],
        code: 0,
        says: &["harvest", DO],
    },
    Run {
        what: "a renamed log",
        before: |folder| with_logs(folder, |name, _| *name = name.replace("TLG", "OLD")),
        words: &["convert", "in", "--out", "out"],
        code: 1,
        says: &[DO],
    },
    Run {
        what: "results into a file",
        before: table,
        words: &["convert", "in.csv", "--out", "in.csv"],
        code: 2,
        says: &["is a file", "--out"],
    },
    Run {
        what: "results into the input",
        before: |folder| put(&folder.join("in"), &csv()),
        words: &["convert", "in", "--out", "in/results"],
        code: 2,
        says: &["inside the input", DO],
    },
    Run {
        what: "the input in the folder of the results",
        before: |folder| {
            std::fs::create_dir(folder.join("out")).unwrap();
            table(&folder.join("out"));
        },
        words: &["convert", "out/in.csv", "--out", "out"],
        code: 0,
        says: &["1 machine file processed"],
    },
    Run {
        what: "results of another input are there",
        before: others,
        words: &["convert", "in.csv", "--out", "out"],
        code: 2,
        says: &["results of another input, `other.zip`", DO, "--overwrite"],
    },
    Run {
        what: "and are to be replaced",
        before: others,
        words: &["convert", "in.csv", "--out", "out", "--overwrite"],
        code: 0,
        says: &["1 machine file processed"],
    },
    Run {
        what: "the same input twice",
        before: table,
        words: &["convert", "in.csv", "in.csv", "--out", "out"],
        code: 0,
        says: &["out/01-in", "out/02-in", "2 inputs: 2 converted"],
    },
    Run {
        what: "one bad zip of several",
        before: |folder| {
            table(folder);
            std::fs::write(folder.join("bad.zip"), "no zip").unwrap();
        },
        words: &["convert", "bad.zip", "in.csv", "--out", "out"],
        code: 3,
        says: &[
            "bad.zip",
            DO,
            "1 machine file processed",
            "1 without results",
        ],
    },
    Run {
        what: "again into the same folder",
        before: |folder| {
            table(folder);
            assert_eq!(run(folder, &["convert", "in.csv", "--out", "out"]).0, 0);
        },
        words: &["convert", "in.csv", "--out", "out"],
        code: 0,
        says: &["1 machine file processed"],
    },
    Run {
        what: "a unit system that nothing knows",
        before: table,
        words: &["convert", "in.csv", "--out", "out", "--units", "metrik"],
        code: 2,
        says: &["metric", "imperial"],
    },
    Run {
        what: "an output that nothing knows",
        before: table,
        words: &["convert", "in.csv", "--out", "out", "--outputs", "picturs"],
        code: 2,
        says: &["parquet", "images", "pages"],
    },
    Run {
        what: "a very long name",
        before: |folder| {
            let name = format!("{}.csv", "north-forty-".repeat(18));
            put(&folder.join("in"), &Files::from([(name, first(csv()))]));
        },
        words: &["convert", "in", "--out", "out"],
        code: 0,
        says: &["1 machine file processed"],
    },
    Run {
        what: "a task set packed on Windows",
        before: |folder| {
            let files = task_set().into_iter();
            let files: Files = files
                .map(|(name, bytes)| (name.replace('/', "\\"), bytes))
                .collect();
            std::fs::write(folder.join("in.zip"), zip(&files)).unwrap();
        },
        words: &["convert", "in.zip", "--out", "out"],
        code: 0,
        says: &["harvest", "1 machine file processed"],
    },
    Run {
        what: "a closed format alone",
        before: |folder| {
            std::fs::create_dir_all(folder.join("in/card.cn1")).unwrap();
            std::fs::write(folder.join("in/card.cn1/index.vy1"), "closed").unwrap();
        },
        words: &["convert", "in", "--out", "out"],
        code: 1,
        says: &["recognised, but not read", DO],
    },
    Run {
        what: "a closed format beside a table",
        before: |folder| {
            put(&folder.join("in"), &csv());
            std::fs::create_dir_all(folder.join("in/card.cn1")).unwrap();
            std::fs::write(folder.join("in/card.cn1/index.vy1"), "closed").unwrap();
        },
        words: &["convert", "in", "--out", "out"],
        code: 0,
        says: &["1 of 2 machine files processed", "not read", DO],
    },
];

#[test]
fn every_odd_run_ends_with_its_code_and_says_what_to_do() {
    let mut wrong = Vec::new();
    for one in RUNS {
        let folder = tempfile::tempdir().unwrap();
        (one.before)(folder.path());
        let (code, said) = run(folder.path(), one.words);
        let missing: Vec<_> = one
            .says
            .iter()
            .filter(|word| !said.contains(**word))
            .collect();
        if code != one.code || !missing.is_empty() {
            let (what, wanted) = (one.what, one.code);
            wrong.push(format!(
                "{what}: {code}, not {wanted}; without {missing:?}\n{said}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[cfg(target_os = "linux")]
fn a_name_that_is_no_text_is_read() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let name = std::ffi::OsStr::from_bytes(b"st\xfcck.csv");
    std::fs::create_dir(folder.path().join("in")).unwrap();
    std::fs::write(folder.path().join("in").join(name), first(csv())).unwrap();
    let (code, said) = run(folder.path(), &["convert", "in", "--out", "out"]);
    assert!(
        code == 0 && said.contains("1 machine file processed"),
        "{said}"
    );
}

#[test]
fn quiet_says_errors_only_and_verbose_all() {
    let folder = tempfile::tempdir().unwrap();
    table(folder.path());
    let (code, said) = run(folder.path(), &["convert", "in.csv", "--out", "out", "-q"]);
    assert_eq!((code, said.as_str()), (0, ""));
    let (_, said) = run(folder.path(), &["convert", "in.csv", "--out", "out", "-v"]);
    assert!(
        said.contains("points read") && said.contains("standard.derived"),
        "{said}"
    );
}

#[test]
fn overwriting_removes_only_what_the_old_report_names() {
    let folder = tempfile::tempdir().unwrap();
    others(folder.path());
    let out = folder.path().join("out");
    let before: Vec<_> = std::fs::read_dir(&out).unwrap().flatten().collect();
    let dir = before
        .iter()
        .find(|entry| entry.path().is_dir())
        .unwrap()
        .path();
    std::fs::write(dir.join("notes.txt"), "mine").unwrap();
    std::fs::create_dir(out.join("77-mine")).unwrap();
    std::fs::write(out.join("77-mine/standard.parquet"), "mine").unwrap();
    let (code, said) = run(
        folder.path(),
        &["convert", "in.csv", "--out", "out", "--overwrite"],
    );
    assert_eq!(code, 0, "{said}");
    assert_eq!(
        std::fs::read_to_string(dir.join("notes.txt")).unwrap(),
        "mine"
    );
    assert!(out.join("77-mine/standard.parquet").is_file());
    let left = std::fs::read_dir(&out).unwrap().flatten();
    let folders = left.filter(|entry| entry.path().is_dir());
    // The new one, the one with notes, and the folder that is not Tramline's.
    assert_eq!(folders.count(), 3);
}
