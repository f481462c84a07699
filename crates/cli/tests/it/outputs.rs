//! `tramline convert --outputs`: the forms of the points, and nothing that nobody asked for.

use crate::export::{run, stick};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use tramline_samples::Operation;

/// Files of points in the folder of the only machine file, which are those that the report names.
fn points(out: &Path) -> BTreeSet<String> {
    let report: Value =
        serde_json::from_slice(&std::fs::read(out.join("report.json")).unwrap()).unwrap();
    let file = &report["files"][0];
    let folder = out.join(file["dir"].as_str().unwrap());
    let named: BTreeSet<String> = file["artifacts"]
        .as_object()
        .unwrap()
        .values()
        .map(|name| out.join(name.as_str().unwrap()))
        .filter_map(|path| {
            assert!(path.is_file(), "{path:?}");
            Some(path.file_name()?.to_str()?.to_owned())
        })
        .collect();
    let there = std::fs::read_dir(folder).unwrap().flatten();
    let there: BTreeSet<String> = there
        .map(|entry| entry.file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".geojson") || name.ends_with(".parquet"))
        .collect();
    let named = named.into_iter();
    let named: BTreeSet<String> = named
        .filter(|name| !name.contains('.') || there.contains(name))
        .collect();
    assert_eq!(there, named);
    there
        .into_iter()
        .filter(|name| !name.starts_with("dropped"))
        .collect()
}

#[test]
fn the_forms_that_are_asked_for_are_written_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    stick(folder, &[Operation::Harvest]);
    let both = [
        "filtered.geojson",
        "filtered.parquet",
        "standard.geojson",
        "standard.parquet",
    ];
    let raw = ["raw.geojson", "raw.parquet"];
    for (outputs, expected) in [
        (None, both.to_vec()),
        (Some("parquet,geojson"), both.to_vec()),
        (Some("Parquet"), vec![both[1], both[3]]),
        (Some("geojson"), vec![both[0], both[2]]),
        (Some("raw"), [both.as_slice(), &raw].concat()),
        (Some("parquet,raw"), vec![both[1], both[3], raw[1]]),
        (Some("raw,geojson"), vec![both[0], both[2], raw[0]]),
        (Some("polygons"), vec!["polygon.parquet"]),
        (Some("images"), Vec::new()),
        (Some("pages"), Vec::new()),
        (Some("geojson,pages"), vec![both[0], both[2]]),
        (
            Some("parquet,polygons"),
            vec![both[1], both[3], "polygon.parquet"],
        ),
    ] {
        let out = format!("out-{}", outputs.unwrap_or("default"));
        let mut arguments = vec![out.as_str()];
        arguments.extend(outputs.iter().flat_map(|outputs| ["--outputs", outputs]));
        let (code, said) = run(folder, &arguments);
        assert_eq!(code, 0, "{said}");
        let expected: BTreeSet<String> = expected.into_iter().map(str::to_owned).collect();
        assert_eq!(points(&folder.join(&out)), expected, "{outputs:?}");
        let wanted = |word: &str| match outputs {
            None => true,
            Some(outputs) => outputs.contains(word),
        };
        let dir = machine_file(&folder.join(&out));
        let (images, archive) = (dir.join("images").is_dir(), dir.join("images.zip").exists());
        assert_eq!(
            (images, archive),
            (wanted("images"), wanted("images")),
            "{outputs:?}"
        );
        assert_eq!(
            dir.join("report.html").exists(),
            wanted("pages"),
            "{outputs:?}"
        );
    }
}

/// The folder of the only machine file.
fn machine_file(out: &Path) -> PathBuf {
    let report: Value =
        serde_json::from_slice(&std::fs::read(out.join("report.json")).unwrap()).unwrap();
    out.join(report["files"][0]["dir"].as_str().unwrap())
}

#[test]
fn a_key_that_is_given_holds_and_what_contradicts_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    stick(folder, &[Operation::Harvest]);
    std::fs::write(folder.join("config.json"), r#"{"fileImages": false}"#).unwrap();
    // Arguments, exit code, images, polygons, what is said.
    let cases: &[(&[&str], i32, bool, bool, &str)] = &[
        (&["--set", "fileImages=false"], 0, false, false, ""),
        (&["--config", "config.json"], 0, false, false, ""),
        (
            &["--config", "config.json", "--set", "fileImages=true"],
            0,
            true,
            false,
            "",
        ),
        (
            &["--outputs", "images", "--set", "fileImages=false"],
            2,
            false,
            false,
            "`fileImages` false",
        ),
        (
            &["--outputs", "parquet", "--set", "fileImages=true"],
            0,
            true,
            false,
            "`images` are made",
        ),
        (&["--set", "enablePolygonOutput=true"], 0, true, true, ""),
        (
            &[
                "--outputs",
                "polygons",
                "--set",
                "enableGeoparquetOutput=true",
            ],
            0,
            false,
            true,
            "",
        ),
        (
            &[
                "--outputs",
                "polygons",
                "--set",
                "enablePolygonOutput=false",
            ],
            2,
            false,
            false,
            "omit one",
        ),
        (
            &["--outputs", "parquet", "--export", "report"],
            0,
            false,
            false,
            "",
        ),
    ];
    for (number, (arguments, expected, images, polygons, told)) in cases.iter().enumerate() {
        let out = format!("out-{number}");
        let all = [&[out.as_str()], *arguments].concat();
        let (code, said) = run(folder, &all);
        assert_eq!(code, *expected, "{arguments:?}: {said}");
        assert!(said.contains(told), "{arguments:?}: {said}");
        if code == 0 {
            let dir = machine_file(&folder.join(&out));
            assert_eq!(dir.join("images.zip").exists(), *images, "{arguments:?}");
            assert_eq!(
                dir.join("polygon.parquet").exists(),
                *polygons,
                "{arguments:?}"
            );
            let page = dir.join("report.html").exists();
            assert_eq!(
                page,
                !arguments.contains(&"--outputs") || arguments.contains(&"report")
            );
        }
    }
}

#[test]
fn forms_of_a_conversion_before_do_not_stay_beside_those_of_now() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    stick(folder, &[Operation::Harvest]);
    assert_eq!(run(folder, &["out", "--outputs", "raw"]).0, 0);
    let kept = folder.join("out/notes.geojson");
    std::fs::write(&kept, "my own").unwrap();
    assert_eq!(run(folder, &["out", "--outputs", "parquet"]).0, 0);
    let left = points(&folder.join("out"));
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(kept.exists());
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    stick(folder, &[Operation::Harvest]);
    let (code, said) = run(folder, &["out", "--outputs", "geojsn"]);
    assert_eq!(code, 2, "{said}");
    assert!(
        said.contains("parquet, geojson, raw, polygons, outside, images, pages")
            && said.contains("did you mean"),
        "{said}"
    );
    let (code, said) = run(folder, &["out", "--outputs", "geojson", "--export", "gpkg"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("add `parquet` to `--outputs`"), "{said}");
    assert!(!folder.join("out").exists());
}
