//! Accounts by the command line, on a folder of data.

use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

const PASSWORD: &str = "seed drill under rain";

/// Exit code, standard output and standard error.
fn account(folder: &Path, arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tramline"))
        .current_dir(folder)
        .env_remove("TRAMLINE_DATA")
        .arg("account")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read has ended already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let done = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        done.status.code().unwrap(),
        text(done.stdout),
        text(done.stderr),
    )
}

fn add(folder: &Path, name: &str, password: &str) -> (i32, String) {
    let (code, out, err) = account(folder, &["add", name, "--password-stdin"], password);
    (code, out + &err)
}

fn list(folder: &Path) -> Vec<Value> {
    let (code, out, err) = account(folder, &["list", "--json"], "");
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&out).unwrap()
}

#[test]
fn an_account_lives_from_its_making_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let run = |arguments: &[&str]| account(folder, arguments, "");
    let (code, said) = add(folder, "adviser", &format!("{PASSWORD}\n"));
    assert_eq!(code, 0, "{said}");
    assert_eq!(add(folder, "other", PASSWORD).0, 0);
    let (code, said) = add(folder, "adviser", PASSWORD);
    assert_eq!(code, 2);
    assert!(
        said.contains("exists already") && said.contains("account passwd"),
        "{said}"
    );

    let all = list(folder);
    assert_eq!(all.len(), 2);
    assert_eq!(
        (&all[0]["name"], &all[0]["state"]),
        (&"adviser".into(), &"active".into())
    );
    assert_eq!(
        (&all[0]["lastLogin"], &all[0]["bytes"]),
        (&Value::Null, &0.into())
    );

    assert_eq!(run(&["disable", "adviser"]).0, 0);
    assert_eq!(list(folder)[0]["state"], "disabled");
    let (_, table, _) = run(&["list"]);
    assert!(
        table.contains("disabled") && table.contains("never") && table.contains("default"),
        "{table}"
    );
    let (code, said, warned) = run(&["disable", "other"]);
    assert_eq!(code, 0);
    assert!(said.contains("account enable other"), "{said}");
    assert!(warned.contains("nobody can log in"), "{warned}");
    for name in ["adviser", "other"] {
        let (code, _, warned) = run(&["enable", name]);
        assert_eq!((code, warned.as_str()), (0, ""));
    }

    let (code, said, _) = run(&["quota", "adviser", "--bytes", "750GB", "--files", "none"]);
    assert_eq!(code, 0);
    assert!(said.contains("750.0 GB stored, any files"), "{said}");
    assert_eq!(list(folder)[0]["quota"]["bytes"], 750_000_000_000_u64);
    let (_, said, _) = run(&[
        "quota", "adviser", "--bytes", "default", "--files", "default",
    ]);
    assert!(said.contains("limits: default"), "{said}");
    let (code, _, said) = run(&["quota", "adviser", "--bytes", "much"]);
    assert_eq!(code, 2);
    assert!(said.contains("750GB"), "{said}");

    assert_eq!(run(&["revoke-tokens", "adviser"]).0, 0);
    let (code, _, said) = account(
        folder,
        &["passwd", "adviser", "--password-stdin"],
        "password1234",
    );
    assert_eq!(code, 2);
    assert!(said.contains("easy to guess"), "{said}");
    let (code, said, _) = account(
        folder,
        &["passwd", "adviser", "--password-stdin"],
        "furrow by furrow, slowly",
    );
    assert_eq!(code, 0);
    assert!(said.contains("log in again"), "{said}");
    let (_, log, _) = run(&["audit", "adviser", "--last", "3"]);
    let actions: Vec<&str> = log
        .lines()
        .filter_map(|line| line.split(' ').nth(1))
        .collect();
    assert_eq!(
        actions[..3],
        ["passwordChanged", "tokensRevoked", "quotaChanged"],
        "{log}"
    );
    assert!(
        log.contains("by operator") && log.contains("the newest 3 of 7 entries"),
        "{log}"
    );

    let (code, _, said) = run(&["remove", "other"]);
    assert_eq!(code, 2);
    assert!(
        said.contains("--yes") && said.contains("0 machine files"),
        "{said}"
    );
    assert_eq!(list(folder).len(), 2);
    assert_eq!(run(&["remove", "other", "--yes"]).0, 0);
    let (code, _, warned) = run(&["remove", "adviser", "--yes"]);
    assert_eq!(code, 0);
    assert!(warned.contains("nobody can log in"), "{warned}");
    assert!(run(&["list"]).1.contains("account add"));
}

#[test]
fn weak_passwords_and_odd_names_are_refused_and_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (name, password, word) in [
        ("adviser", "short", "at least 12"),
        ("adviser", "qwertyuiop12", "easy to guess"),
        ("adviser", "adviser2026!", "easy to guess"),
        ("adviser", &"x".repeat(2_000), "at most 1024"),
        ("", PASSWORD, "cannot be the name"),
        (" adviser", PASSWORD, "cannot be the name"),
        ("ad\u{7}viser", PASSWORD, "cannot be the name"),
    ] {
        let (code, said) = add(folder, name, password);
        assert_eq!(code, 2, "{name} {password}: {said}");
        assert!(said.contains(word), "{name} {password}: {said}");
        assert!(!said.contains('\u{7}'));
    }
    assert!(!folder.join("tramline-data").exists());
    let (code, _, said) = account(folder, &["add", "adviser"], PASSWORD);
    assert_eq!(code, 2);
    assert!(said.contains("--password-stdin"), "{said}");
}

#[test]
fn a_wrong_folder_or_name_is_told_with_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for command in ["list", "disable", "passwd"] {
        let arguments = [command, "adviser"];
        let used = if command == "list" {
            &arguments[..1]
        } else {
            &arguments
        };
        let (code, _, said) = account(folder, used, "");
        assert_eq!(code, 2, "{command}");
        assert!(
            said.contains("no `tramline.db`") && said.contains("--data"),
            "{said}"
        );
    }
    assert!(
        !folder.join("tramline-data").exists(),
        "nothing is made by looking"
    );
    assert_eq!(add(folder, "adviser", PASSWORD).0, 0);
    for command in [
        "passwd",
        "disable",
        "enable",
        "remove",
        "revoke-tokens",
        "quota",
        "audit",
    ] {
        let (code, _, said) = account(folder, &[command, "advisr"], "");
        assert_eq!(code, 2, "{command}");
        assert!(
            said.contains("no account `advisr`; did you mean `adviser`?"),
            "{command}: {said}"
        );
        assert!(said.contains("account list"), "{said}");
    }
}
