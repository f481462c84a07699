//! Broken and odd inputs: each ends at once with its exit code and words that say what to do.
//! Inputs are made of our own samples.

mod cases;
mod runs;

use std::path::Path;
use std::process::{Command, Stdio};
use tramline_samples::{Files, Operation, Plan, simulate, write, zip};

/// How an input is made in a folder; `in` is the word for its path.
pub(super) enum Made {
    /// A file of these bytes.
    File(&'static str, Vec<u8>),
    /// Files below the folder `in`.
    Folder(Files),
    /// Made by a command, with what it needs.
    Command(&'static [&'static str]),
    /// Nothing: the path is of the system, or missing.
    Nothing,
}

/// A row of the table.
pub(super) struct Case {
    pub(super) what: &'static str,
    pub(super) made: Made,
    pub(super) input: &'static str,
    /// Exit codes of `convert` and `inspect`.
    pub(super) codes: (i32, i32),
    /// Words of both, on either stream.
    pub(super) words: &'static [&'static str],
}

pub(super) fn csv() -> Files {
    write::text::csv(&simulate(&Plan::new(Operation::Harvest)))
}

pub(super) fn shapefile() -> Files {
    write::shapefile::deere(&simulate(&Plan::new(Operation::Harvest)))
}

pub(super) fn first(files: Files) -> Vec<u8> {
    files.into_iter().next().unwrap_or_default().1
}

pub(super) fn stick() -> Vec<u8> {
    zip(&tramline_samples::sample_stick())
}

fn run(folder: &Path, words: &[&str]) -> (i32, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_tramline"))
        .current_dir(folder)
        .stdin(Stdio::null())
        .args(words)
        .output()
        .unwrap();
    let said = [done.stdout, done.stderr].concat();
    let code = done.status.code().unwrap_or(-1);
    (code, String::from_utf8_lossy(&said).into_owned())
}

fn put(folder: &Path, files: &Files) {
    for (name, bytes) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

#[test]
fn every_odd_input_ends_with_its_code_and_says_what_to_do() {
    let mut wrong = Vec::new();
    for case in cases::all() {
        let folder = tempfile::tempdir().unwrap();
        match &case.made {
            Made::File(name, bytes) => std::fs::write(folder.path().join(name), bytes).unwrap(),
            Made::Folder(files) => {
                std::fs::create_dir(folder.path().join("in")).unwrap();
                put(&folder.path().join("in"), files);
            }
            Made::Command(words) => {
                let (program, rest) = words.split_first().unwrap();
                let mut command = Command::new(program);
                let status = command.args(rest).current_dir(folder.path()).status();
                assert!(status.unwrap().success(), "{}", case.what);
            }
            Made::Nothing => {}
        }
        let (converts, inspects) = case.codes;
        for (words, code) in [
            (&["convert", case.input, "--out", "out"][..], converts),
            (&["inspect", case.input][..], inspects),
        ] {
            let (found, said) = run(folder.path(), words);
            let missing: Vec<_> = case.words.iter().filter(|w| !said.contains(**w)).collect();
            if found != code || !missing.is_empty() {
                let what = case.what;
                wrong.push(format!(
                    "{what}: {words:?}: {found}, not {code}; without {missing:?}\n{said}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_file_given_alone_brings_its_sides_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let files = shapefile();
    put(folder.path(), &files);
    put(folder.path(), &csv());
    std::fs::write(folder.path().join("other.dbf"), b"not its own").unwrap();
    for (name, _) in files
        .iter()
        .filter(|(name, _)| name.ends_with(".shp") || name.ends_with(".dbf"))
    {
        let (code, said) = run(folder.path(), &["inspect", name, "--json"]);
        assert_eq!(code, 0, "{name}: {said}");
        let found: serde_json::Value = serde_json::from_str(&said).unwrap();
        assert_eq!(
            found["files"].as_array().unwrap().len(),
            1,
            "{name}: {said}"
        );
        assert!(
            found["files"][0].get("unreadable").is_none(),
            "{name}: {said}"
        );
        assert_eq!(found["leftOut"], serde_json::json!([]), "{name}: {said}");
    }
}

/// The rows of a survey are the machine files of a conversion.
#[test]
fn inspect_names_the_machine_files_that_convert_makes() {
    for name in tramline_samples::named::names() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("in")).unwrap();
        put(
            &folder.path().join("in"),
            &tramline_samples::named::sample(name).unwrap(),
        );
        let (_, said) = run(folder.path(), &["inspect", "in", "--json"]);
        let survey: serde_json::Value = serde_json::from_str(&said).unwrap();
        run(
            folder.path(),
            &["convert", "in", "--out", "out", "--set", "fileImages=false"],
        );
        let report = std::fs::read(folder.path().join("out/report.json")).unwrap();
        let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
        let rows = |all: &serde_json::Value, failed: fn(&serde_json::Value) -> bool| -> Vec<_> {
            let files = all["files"].as_array().unwrap().iter();
            let row = |f: &serde_json::Value| {
                (
                    f["name"].clone(),
                    f["operationType"].clone(),
                    f["fileFormat"].clone(),
                    failed(f),
                )
            };
            files.map(row).collect()
        };
        let surveyed = rows(&survey, |f| f.get("unreadable").is_some());
        let converted = rows(&report, |f| f["steps"]["rawGeojson"]["status"] == "failed");
        assert_eq!(surveyed, converted, "{name}");
    }
}
