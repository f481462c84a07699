//! `tramline convert --export`: the files that a person asked for, and what is said.

use std::path::Path;
use std::process::Command;
use tramline_testkit::{Operation, Plan, simulate, write};

fn convert(folder: &Path, export: &str) -> (i32, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_tramline"))
        .current_dir(folder)
        .args(["convert", "in", "-o", "out", "--export", export])
        .output()
        .unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    (done.status.code().unwrap(), said)
}

#[test]
fn exports_lie_in_the_folder_of_the_machine_file() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let field = simulate(&Plan::new(Operation::Harvest));
    for (name, bytes) in write::isoxml::task_set(&[&field]) {
        let path = folder.join("in").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let (code, said) = convert(folder, "xlsx");
    assert!(
        code != 0 && said.contains("`xlsx`") && said.contains("gpkg"),
        "{said}"
    );
    let (code, said) = convert(folder, "gpkg,fgb,csv,shp");
    assert_eq!(code, 0, "{said}");
    let report = std::fs::read(folder.join("out/report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
    let file = &report["files"][0];
    let name = file["dir"].as_str().unwrap();
    let exports = folder.join("out").join(name).join("export");
    for ending in [
        ".gpkg",
        ".fgb",
        ".csv",
        ".shp",
        ".shx",
        ".dbf",
        ".prj",
        ".cpg",
        "-columns.csv",
    ] {
        assert!(
            exports.join(format!("{name}{ending}")).is_file(),
            "{ending}"
        );
    }
    let text = std::fs::read_to_string(exports.join(format!("{name}.csv"))).unwrap();
    assert!(text.starts_with("longitude,latitude,"));
    assert_eq!(
        text.lines().count() as u64 - 1,
        file["points"]["standard"].as_u64().unwrap()
    );
    assert!(!folder.join("out").join(name).join("adapt").exists());
}
