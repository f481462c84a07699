//! What cannot be done is refused with what there is, and the exit code tells which kind it was.

use serde_json::Value;
use std::path::Path;
use std::process::Command;

fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_tramline"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap();
    let said = [done.stdout, done.stderr].concat();
    let code = done.status.code().unwrap();
    (code, String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn words_that_nothing_knows_are_refused_with_the_nearest_spelling() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("harvest.csv"), "a,b\n1,2\n").unwrap();
    let refused: &[(&[&str], &[&str])] = &[
        (
            &["--set", "fileImage=false"],
            &[
                "`fileImage`",
                "did you mean `fileImages`",
                "docs/configuration.md",
            ],
        ),
        (&["--set", "sunshine=1"], &["no setting `sunshine`"]),
        (&["--set", "fileImages"], &["KEY=VALUE"]),
        (&["--set", "unitMeasurement=furlongs"], &["METRIC"]),
        (
            &["--filter", "compt"],
            &[
                "compat",
                "recommended",
                "depurate",
                "none",
                "did you mean `compat`",
            ],
        ),
        (
            &["--units", "metrik"],
            &["imperial", "did you mean `metric`"],
        ),
        (
            &["--provider", "Trimbel"],
            &["CNHI", "did you mean `Trimble`"],
        ),
        (
            &["--format", "SHAPFILE"],
            &["ISO11783", "did you mean `SHAPEFILE`"],
        ),
        (
            &["--operation-type", "harvestd"],
            &["tillage", "did you mean `harvested`"],
        ),
        (&["--operation-type", "flying"], &["applied", "other"]),
        (&["--crop", " "], &["name of a crop"]),
        (&["--width=-3"], &["width in metres"]),
        (&["--config", "no-such-file"], &["no-such-file"]),
    ];
    for (arguments, words) in refused {
        let all = [&["convert", "harvest.csv", "--out", "out"], *arguments].concat();
        let (code, said) = run(folder.path(), &all);
        assert_eq!(code, 2, "{arguments:?}: {said}");
        for word in *words {
            assert!(said.contains(word), "{arguments:?}: {said}");
        }
        assert!(!folder.path().join("out").exists(), "{arguments:?}");
    }
}

#[test]
fn wrong_values_of_a_configuration_file_name_their_key() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("harvest.csv"), "a,b\n1,2\n").unwrap();
    let convert = |text: &str| {
        std::fs::write(folder.path().join("own.json"), text).unwrap();
        let arguments = [
            "convert",
            "harvest.csv",
            "--out",
            "out",
            "--config",
            "own.json",
        ];
        run(folder.path(), &arguments)
    };
    let (code, said) = convert(r#"{"fileImages": "no"}"#);
    assert_eq!(code, 2, "{said}");
    assert!(
        said.contains("`fileImages` in `own.json`") && said.contains("`true`, `false`"),
        "{said}"
    );
    let (code, said) = convert("[]");
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("not a configuration object"), "{said}");
    // Keys that nothing knows are told and do no harm.
    let (_, said) = convert(r#"{"fileImage": false}"#);
    assert!(said.contains("did you mean `fileImages`"), "{said}");
}

#[test]
fn containers_that_are_refused_have_a_report_and_end_with_three() {
    let folder = tempfile::tempdir().unwrap();
    let inputs: &[(&str, &[u8])] = &[
        ("empty.zip", b""),
        ("text.zip", b"this is no archive"),
        ("cut.zip", b"PK\x03\x04\x14\0\0\0\x08\0"),
        ("other.zip", b"Rar!\x1a\x07\x01\0 and more of it"),
        ("book.pdf", b"%PDF-1.7 and more of it"),
    ];
    for (name, bytes) in inputs {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        let out = format!("out-{name}");
        let (code, said) = run(folder.path(), &["convert", name, "--out", &out]);
        assert_eq!(code, 3, "{name}: {said}");
        let report = std::fs::read(folder.path().join(&out).join("report.json")).expect(name);
        let report: Value = serde_json::from_slice(&report).unwrap();
        assert_eq!(report["files"], serde_json::json!([]), "{name}");
        assert_eq!(report["input"]["name"], *name);
        if let Some(finding) = report["findings"].get(0) {
            assert_eq!(finding["severity"], "error", "{name}");
            assert!(
                said.contains(finding["hint"].as_str().unwrap()),
                "{name}: {said}"
            );
        } else {
            assert_eq!(report["unclaimed"][0]["entry"], *name);
        }
    }
    // The next input is converted all the same.
    let (code, _) = run(
        folder.path(),
        &["convert", "text.zip", "cut.zip", "--out", "both"],
    );
    assert_eq!(code, 3);
    for name in ["both/01-text/report.json", "both/02-cut/report.json"] {
        assert!(folder.path().join(name).is_file(), "{name}");
    }
}

#[test]
fn an_input_that_is_not_there_is_said_with_what_lies_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("stick.zip"), b"").unwrap();
    for command in [
        &["convert", "stik.zip", "--out", "out"][..],
        &["inspect", "stik.zip"],
    ] {
        let (code, said) = run(folder.path(), command);
        assert_eq!(code, 2, "{said}");
        for word in ["`stik.zip`", "did you mean `stick.zip`?", "what to do"] {
            assert!(said.contains(word), "{command:?}: {said}");
        }
    }
    assert!(!folder.path().join("out").exists());
}
