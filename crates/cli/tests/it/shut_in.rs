//! The real converter, shut in: what it may not do is refused, by itself and in the middle of a dataset, and what
//! it makes is what the command line makes.

use crate::program::write_program;
use serde_json::{Value, json};
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Ends a process for a system call that it may not make.
const FORBIDDEN_CALL: i32 = 31;
const ABORTED: i32 = 6;

fn converter(order: &Value, attempts: &Value) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tramline"))
        .arg("convert-child")
        .env_clear()
        .env("TRAMLINE_ATTEMPT", attempts.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut order_to = child.stdin.take().unwrap();
    order_to.write_all(order.to_string().as_bytes()).unwrap();
    drop(order_to);
    child.wait_with_output().unwrap()
}

fn probe(own: &Path, attempt: &Value) -> (Output, Vec<Value>) {
    let order = json!({"probe": {"out": own, "attempt": attempt, "memory_bytes": 1_u64 << 30}});
    let done = converter(&order, &json!([]));
    let said = String::from_utf8(done.stdout.clone()).unwrap();
    let lines = said.lines().map(|line| serde_json::from_str(line).unwrap());
    let lines = lines.collect();
    (done, lines)
}

/// Whether the kernel of this machine has it, by what the converter tells; said loudly if not.
fn holds(said: &[Value], protection: &str) -> bool {
    let all = said[0]["standing"].as_array().unwrap();
    let one = all
        .iter()
        .find(|one| one["protection"] == protection)
        .unwrap();
    let held = one["state"] == "held";
    if !held {
        eprintln!("SKIPPED {protection}: {}", one["state"]);
    }
    held
}

#[test]
fn a_probe_is_refused_each_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let (own, other) = (folder.path().join("own"), folder.path().join("other"));
    std::fs::create_dir(&own).unwrap();
    std::fs::write(&other, "of somebody else").unwrap();
    let started = folder.path().join("started");
    let program = folder.path().join("program");
    write_program(&program, &format!("#!/bin/sh\n: > {}\n", started.display()));
    assert!(Command::new(&program).status().unwrap().success() && started.exists());
    std::fs::remove_file(&started).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let (_, calm) = probe(&own, &json!(null));
    if holds(&calm, "calls") {
        for attempt in [
            json!({"network": listener.local_addr().unwrap().to_string()}),
            json!({"program": program}),
            json!({"signal": std::process::id()}),
        ] {
            let (done, said) = probe(&own, &attempt);
            assert_eq!(
                done.status.signal(),
                Some(FORBIDDEN_CALL),
                "{attempt}: {said:?}"
            );
        }
    }
    if holds(&calm, "paths") {
        for attempt in [
            json!({"read": other}),
            json!({"read": "/etc/passwd"}),
            json!({"write": folder.path().join("new")}),
        ] {
            let (done, said) = probe(&own, &attempt);
            assert!(done.status.success());
            let refusal = said[1]["tried"].as_str().unwrap_or_default();
            assert!(
                refusal.starts_with("Permission denied"),
                "{attempt}: {said:?}"
            );
        }
    }
    // Its own folder is its to use.
    let (_, said) = probe(&own, &json!({"write": "new"}));
    assert_eq!(said[1]["tried"], Value::Null);
    assert!(!started.exists(), "the program ran");
    assert!(listener.accept().is_err(), "the listener was reached");
}

fn task(folder: &Path, bridges: &Value) -> Value {
    let bytes = tramline_samples::zip(&tramline_samples::sample_stick());
    let input = folder.join("stick.zip");
    std::fs::write(&input, &bytes).unwrap();
    let out = folder.join("out");
    std::fs::create_dir_all(&out).unwrap();
    json!({"convert": {
        "input": input, "upload": "upload", "name": "stick.zip", "sha256": "", "size": bytes.len(), "out": out,
        "configuration": {}, "provider": null, "file_format": null, "crop": null, "width_m": null,
        "operation_type": null, "column_map": {}, "latest_instant_ms": 4_000_000_000_000_i64, "refused": {},
        "refused_before": [], "only": null, "kept": [], "bridges": bridges, "calibrations": {},
        "fields": {"ids": [], "changed": 0},
        "locate": {"boundaries": [], "leastPercent": "0.01", "toleranceM": "0", "outside": false},
        "upload_bytes": 1_u64 << 30, "cpu_seconds": 600, "memory_bytes": 4_u64 << 30, "file_bytes": 1_u64 << 30,
    }})
}

#[test]
fn a_reader_that_tries_to_get_out_ends_its_converter_there() {
    let folder = tempfile::tempdir().unwrap();
    let order = task(folder.path(), &json!({}));
    let calm = converter(&order, &json!([]));
    assert!(
        calm.status.success(),
        "{}",
        String::from_utf8_lossy(&calm.stderr)
    );
    let (_, said) = probe(&folder.path().join("out"), &json!(null));
    for (protection, attempt, signal) in [
        ("paths", json!({"read": "/etc/passwd"}), ABORTED),
        ("calls", json!({"network": "127.0.0.1:9"}), FORBIDDEN_CALL),
        ("calls", json!({"program": "/bin/sh"}), FORBIDDEN_CALL),
    ] {
        if !holds(&said, protection) {
            continue;
        }
        let planned = json!([{"dataset": "TASKDATA/", "attempt": attempt}]);
        let done = converter(&order, &planned);
        assert_eq!(done.status.signal(), Some(signal), "{attempt}");
        let last = String::from_utf8(done.stdout).unwrap();
        let last: Value = serde_json::from_str(last.lines().last().unwrap()).unwrap();
        let dataset = last["progress"]["dataset"].as_str().unwrap();
        assert!(dataset.starts_with("TASKDATA/"), "{dataset}");
    }
}

#[test]
fn doctor_tells_of_each_protection_and_of_each_attempt() {
    let folder = tempfile::tempdir().unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_tramline"))
        .args(["doctor", "--data"])
        .arg(folder.path())
        .env("TRAMLINE_UPLOAD_BYTES", "1")
        .output()
        .unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    for words in [
        "landlock",
        "seccomp",
        "rights of root",
        "use the network",
        "data folder",
        "clock",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert_eq!(done.status.success(), !said.contains("BAD "), "{said}");
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        0,
        "something stays"
    );
}
