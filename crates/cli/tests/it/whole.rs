//! Nothing half: what a run leaves that cannot write, and what is said of it.
#![cfg(unix)]

use crate::export::{run, stick};
use crate::program::write_program;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tramline_samples::Operation;

type Files = BTreeMap<PathBuf, Vec<u8>>;

/// All files below a folder, by their paths from there.
fn files(folder: &Path) -> Files {
    let mut found = Files::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_owned();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// `convert` within a limit of the size of files, in units of 512 bytes.
fn limited(folder: &Path, blocks: u64) -> (Option<i32>, String) {
    let program = env!("CARGO_BIN_EXE_tramline");
    let script =
        format!("ulimit -f {blocks}; exec '{program}' convert in -o out --outputs geojson");
    let done = Command::new("sh")
        .current_dir(folder)
        .args(["-c", &script])
        .output()
        .unwrap();
    (done.status.code(), String::from_utf8(done.stderr).unwrap())
}

fn two_works(folder: &Path) {
    stick(folder, &[Operation::Harvest, Operation::Planting]);
}

#[test]
fn a_run_that_cannot_write_leaves_only_what_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    two_works(folder);
    let (code, said) = run(folder, &["whole", "--outputs", "geojson"]);
    assert_eq!(code, 0, "{said}");
    let whole = files(&folder.join("whole"));
    let largest = whole.values().map(Vec::len).max().unwrap() as u64;
    let mut failed = 0;
    // The unit of the limit is 512 bytes or 1024, as the shell has it.
    for step in 0..8 {
        let (code, said) = limited(folder, largest / 1024 * step / 8);
        let left = match folder.join("out").exists() {
            true => files(&folder.join("out")),
            false => Files::new(),
        };
        if code == Some(0) {
            assert_eq!(left, whole);
        } else {
            failed += 1;
            assert_eq!(code, Some(4), "{said}");
            assert_eq!(said.matches("error: ").count(), 1, "{said}");
            assert!(
                said.contains("`out/0") && said.contains("ulimit -f"),
                "{said}"
            );
            assert!(!left.contains_key(Path::new("report.json")));
        }
        for name in left.keys() {
            let dir = name.iter().next().unwrap();
            let of_dir = |files: &Files| -> Files {
                let of = files.iter().filter(|(name, _)| name.starts_with(dir));
                of.map(|(name, bytes)| (name.clone(), bytes.clone()))
                    .collect()
            };
            assert_eq!(of_dir(&left), of_dir(&whole), "{name:?}");
        }
        let _ = std::fs::remove_dir_all(folder.join("out"));
    }
    assert!(failed > 1);
}

#[test]
fn results_of_before_survive_a_run_that_fails() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    two_works(folder);
    let (code, said) = run(folder, &["out", "--outputs", "parquet"]);
    assert_eq!(code, 0, "{said}");
    let dir = files(&folder.join("out"))
        .into_keys()
        .find(|name| name.iter().count() > 1);
    let dir = folder.join("out").join(dir.unwrap().iter().next().unwrap());
    std::fs::write(dir.join("notes.txt"), "mine").unwrap();
    let before = files(&folder.join("out"));
    let (code, said) = limited(folder, 64);
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("are as they were"), "{said}");
    assert_eq!(files(&folder.join("out")), before);
    // And one that ends replaces them as a whole, with what a person put there.
    let (code, said) = run(folder, &["out", "--outputs", "geojson"]);
    assert_eq!(code, 0, "{said}");
    let now = files(&folder.join("out"));
    assert_eq!(
        std::fs::read_to_string(dir.join("notes.txt")).unwrap(),
        "mine"
    );
    let ends = |ending: &str| {
        now.keys()
            .any(|name| name.to_string_lossy().ends_with(ending))
    };
    assert!(ends("standard.geojson") && !ends("standard.parquet") && !ends(".partial"));
}

#[test]
fn what_a_killed_run_left_is_mended_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    two_works(folder);
    let (code, _) = run(folder, &["out"]);
    assert_eq!(code, 0);
    let whole = files(&folder.join("out"));
    let dirs = std::fs::read_dir(folder.join("out")).unwrap().flatten();
    let dirs: Vec<PathBuf> = dirs
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    let ending = |path: &Path, ending: &str| PathBuf::from(format!("{}{ending}", path.display()));
    std::fs::rename(&dirs[0], ending(&dirs[0], ".earlier.partial")).unwrap();
    std::fs::create_dir(ending(&dirs[1], ".partial")).unwrap();
    std::fs::write(
        ending(&dirs[1], ".partial").join("standard.geojson"),
        "half",
    )
    .unwrap();
    std::fs::write(folder.join("out/report.json.partial"), "{").unwrap();
    std::fs::remove_file(folder.join("out/report.json")).unwrap();
    let (code, said) = run(folder, &["out"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(files(&folder.join("out")), whole);
}

#[test]
fn a_place_that_cannot_be_written_is_told_with_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    two_works(folder);
    std::fs::write(folder.join("file"), "x").unwrap();
    let long = "x".repeat(300);
    for (out, code, words) in [
        ("file", 2, "`file` is a file"),
        ("file/out", 2, "`file/out`"),
        (long.as_str(), 2, "too long"),
    ] {
        let (ended, said) = run(folder, &[out]);
        assert!(ended == code && said.contains(words), "{ended} {said}");
        assert_eq!(said.matches("error: ").count(), 1, "{said}");
    }
    std::fs::create_dir(folder.join("closed")).unwrap();
    let closed = std::fs::Permissions::from_mode(0o500);
    std::fs::set_permissions(folder.join("closed"), closed).unwrap();
    // The permission does not hold for root.
    let denied = std::fs::write(folder.join("closed/try"), "x").map_err(|cause| cause.kind());
    if denied == Err(ErrorKind::PermissionDenied) {
        let (code, said) = run(folder, &["closed/out"]);
        assert!(
            code == 4 && said.contains("`closed/out`") && said.contains("permission"),
            "{said}"
        );
    }
}

#[test]
fn a_file_in_the_place_of_a_machine_file_stays() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    two_works(folder);
    let (code, _) = run(folder, &["first"]);
    assert_eq!(code, 0);
    let dirs = std::fs::read_dir(folder.join("first")).unwrap().flatten();
    let mut dirs: Vec<_> = dirs.filter(|entry| entry.path().is_dir()).collect();
    dirs.sort_by_key(std::fs::DirEntry::file_name);
    let name = dirs.last().unwrap().file_name();
    std::fs::create_dir(folder.join("out")).unwrap();
    std::fs::write(folder.join("out").join(&name), "mine").unwrap();
    let (code, said) = run(folder, &["out"]);
    assert!(
        code == 2 && said.contains("a file is where a folder has to be"),
        "{code} {said}"
    );
    assert_eq!(
        std::fs::read(folder.join("out").join(&name)).unwrap(),
        b"mine"
    );
    assert!(!folder.join("out/report.json").exists());
}

#[test]
#[cfg(target_os = "linux")]
fn full_or_closed_streams_are_told_or_borne() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    stick(folder, &[Operation::Harvest]);
    let full = || {
        Stdio::from(
            std::fs::OpenOptions::new()
                .write(true)
                .open("/dev/full")
                .unwrap(),
        )
    };
    let tramline = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tramline"));
        command.current_dir(folder).args(words);
        command
    };
    for words in [
        &["convert", "in", "-o", "out"][..],
        &["formats"],
        &["inspect", "in"],
    ] {
        let done = tramline(words).stdout(full()).output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(4), "{said}");
        assert!(said.contains("cannot write to standard output"), "{said}");
    }
    assert!(folder.join("out/report.json").is_file());
    for words in [
        &["convert", "nothing", "-o", "o"][..],
        &["convert", "in", "-o", "o", "--export", "shp"],
    ] {
        let status = tramline(words)
            .stderr(full())
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(matches!(status.code(), Some(0 | 2)), "{status}");
    }
}

#[test]
fn two_runs_do_not_write_into_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    stick(folder, &[Operation::Harvest]);
    std::fs::create_dir(folder.join("out")).unwrap();
    let lock = std::fs::File::open(folder.join("out")).unwrap();
    lock.try_lock().unwrap();
    let (code, said) = run(folder, &["out"]);
    assert!(code == 2 && said.contains("another run"), "{code} {said}");
    drop(lock);
    assert_eq!(run(folder, &["out"]).0, 0);
}

#[test]
fn signals_end_a_run_with_their_codes_and_leave_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    two_works(folder);
    let (code, said) = run(folder, &["out"]);
    assert_eq!(code, 0, "{said}");
    // A bridge holds the run at a known moment: it tells that it is there, and waits.
    std::fs::create_dir(folder.join("in/Zcard.cn1")).unwrap();
    std::fs::write(folder.join("in/Zcard.cn1/index.vy1"), "closed").unwrap();
    let (ready, go, bridge) = (
        folder.join("ready"),
        folder.join("go"),
        folder.join("bridge"),
    );
    for pipe in [&ready, &go] {
        assert!(Command::new("mkfifo").arg(pipe).status().unwrap().success());
    }
    let script = format!(
        "#!/bin/sh\necho ready > '{}'\nread line < '{}'\n",
        ready.display(),
        go.display()
    );
    write_program(&bridge, &script);
    std::fs::create_dir(folder.join("tmp")).unwrap();
    let before = files(&folder.join("out"));
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let child = Command::new(env!("CARGO_BIN_EXE_tramline"))
            .current_dir(folder)
            .env("TMPDIR", folder.join("tmp"))
            .args(["convert", "in", "-o", "out", "--overwrite", "--bridge"])
            .arg(format!("CN1={}", bridge.display()))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        assert_eq!(std::fs::read_to_string(&ready).unwrap(), "ready\n");
        let partial = files(&folder.join("out")).into_keys();
        let partial = partial.filter(|name| name.to_string_lossy().contains(".partial"));
        assert!(partial.count() > 0);
        let kill = format!("kill -{signal} {}", child.id());
        assert!(
            Command::new("sh")
                .args(["-c", &kill])
                .status()
                .unwrap()
                .success()
        );
        let done = child.wait_with_output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(code), "{said}");
        assert!(
            said.starts_with("stopped ") && said.lines().count() == 1,
            "{said}"
        );
        assert_eq!(files(&folder.join("out")), before);
        assert_eq!(std::fs::read_dir(folder.join("tmp")).unwrap().count(), 0);
        // The bridge goes on, and ends.
        std::fs::write(&go, "\n").unwrap();
    }
}
