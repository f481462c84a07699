//! `tramline convert --outputs`: the forms of the points, and nothing that nobody asked for.

use crate::export::{run, stick};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
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
    ] {
        let out = format!("out-{}", outputs.unwrap_or("default"));
        let mut arguments = vec![out.as_str()];
        arguments.extend(outputs.iter().flat_map(|outputs| ["--outputs", outputs]));
        let (code, said) = run(folder, &arguments);
        assert_eq!(code, 0, "{said}");
        let expected: BTreeSet<String> = expected.into_iter().map(str::to_owned).collect();
        assert_eq!(points(&folder.join(&out)), expected, "{outputs:?}");
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
        said.contains("parquet, geojson, raw") && said.contains("geojson"),
        "{said}"
    );
    let (code, said) = run(folder, &["out", "--outputs", "geojson", "--export", "gpkg"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("add `parquet` to `--outputs`"), "{said}");
    assert!(!folder.join("out").exists());
}
