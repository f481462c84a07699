//! Work that lacks something is kept on the command line and said; `--strict` judges as the service
//! does by default. Each row is a table of one kind of work.

use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// 40 records along a line of 87 m, in 40 s, with constant columns.
fn table(columns: &[(&str, &str)]) -> String {
    let titles: Vec<&str> = columns.iter().map(|(title, _)| *title).collect();
    let cells: Vec<&str> = columns.iter().map(|(_, cell)| *cell).collect();
    let mut text = format!("Longitude,Latitude,Time,{}\n", titles.join(","));
    for row in 0..40 {
        let latitude = 50.0 + f64::from(row) * 2e-5;
        text.push_str(&format!(
            "9.0,{latitude:.7},2025-09-01T10:00:{row:02}Z,{}\n",
            cells.join(",")
        ));
    }
    text
}

/// Exit code, report and what was printed.
fn convert(folder: &Path, columns: &[(&str, &str)], arguments: &[&str]) -> (i32, Value, String) {
    let (input, out) = (folder.join("work.csv"), folder.join("out"));
    let _ = std::fs::remove_dir_all(&out);
    std::fs::write(&input, table(columns)).unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_tramline"))
        .arg("convert")
        .arg(&input)
        .arg("--out")
        .arg(&out)
        .args(["--set", "fileImages=false"])
        .args(arguments)
        .output()
        .unwrap();
    let report = std::fs::read(out.join("report.json")).unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let code = done.status.code().unwrap();
    (code, serde_json::from_slice(&report).unwrap(), said)
}

struct Row {
    columns: &'static [(&'static str, &'static str)],
    arguments: &'static [&'static str],
    /// What the row of the machine file says that it lacks; empty where it is complete.
    lacks: &'static str,
    /// What `--strict` says; empty where it passes there too.
    strict: &'static str,
}

const WIDTH: (&str, &str) = ("Width(m)", "3");
const YIELD: (&str, &str) = ("Wet Mass(t/ha)", "45");
const ROWS: &[Row] = &[
    Row {
        columns: &[WIDTH, ("Crop", "Kartoffeln"), YIELD],
        arguments: &[],
        lacks: "",
        strict: "",
    },
    Row {
        columns: &[WIDTH, ("Crop", "Cana-de-açúcar"), YIELD],
        arguments: &[],
        lacks: "",
        strict: "",
    },
    Row {
        columns: &[WIDTH, YIELD],
        arguments: &["--crop", "grapes"],
        lacks: "",
        strict: "",
    },
    // A crop that no table knows keeps its mass.
    Row {
        columns: &[WIDTH, ("Crop", "Topinambur"), YIELD],
        arguments: &[],
        lacks: "",
        strict: "no points passed the filter",
    },
    Row {
        columns: &[WIDTH, ("Crop", "Unknown"), YIELD, ("Moisture(%)", "14")],
        arguments: &[],
        lacks: "no crop named",
        strict: "no points passed the filter",
    },
    // A harvest without a crop passes everywhere, and is told.
    Row {
        columns: &[WIDTH, YIELD, ("Moisture(%)", "14")],
        arguments: &[],
        lacks: "no crop named",
        strict: "",
    },
    Row {
        columns: &[WIDTH, ("Crop", "Corn"), ("Wet Mass(t/ha)", "9")],
        arguments: &[],
        lacks: "no moisture",
        strict: "missing required properties: harvestMoisture",
    },
    Row {
        columns: &[WIDTH, YIELD],
        arguments: &[],
        lacks: "no crop named, no moisture",
        strict: "missing required properties: harvestMoisture",
    },
    Row {
        columns: &[WIDTH, ("Seed Rate(seeds/ha)", "75000")],
        arguments: &[],
        lacks: "no crop named",
        strict: "missing required properties: crop",
    },
    Row {
        columns: &[WIDTH, ("Crop", "Corn"), ("Seed Depth(cm)", "5")],
        arguments: &["--operation-type", "planted"],
        lacks: "no seed rate",
        strict: "missing required properties: seedRate",
    },
    // A target alone stands for the rate.
    Row {
        columns: &[WIDTH, ("Target Rate(L/ha)", "200")],
        arguments: &[],
        lacks: "",
        strict: "",
    },
    Row {
        columns: &[WIDTH, ("Applied Rate(L/ha)", "200")],
        arguments: &["--operation-type", "other"],
        lacks: "",
        strict: "unsupported operation type: other",
    },
];

#[test]
fn incomplete_work_is_kept_and_said_and_strict_judges_by_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    for row in ROWS {
        let name = format!("{:?} {:?}", row.columns, row.arguments);
        let (code, report, said) = convert(folder.path(), row.columns, row.arguments);
        let file = &report["files"][0];
        assert_eq!(
            (code, &file["status"]),
            (0, &"processed".into()),
            "{name}: {said}"
        );
        assert_eq!(file["points"]["standard"], 40, "{name}");
        if row.lacks.is_empty() {
            assert!(file["missing"].is_null(), "{name}: {}", file["missing"]);
            assert!(said.contains("  ok"), "{name}: {said}");
        } else {
            let told = format!("  {}\n", row.lacks);
            assert!(said.contains(&told), "{name}: {said}");
            let missing = file["missing"].as_array().map(Vec::len);
            assert_eq!(missing, Some(row.lacks.split(", ").count()), "{name}");
        }
        let strict: Vec<&str> = [row.arguments, &["--strict"]].concat();
        let (code, report, said) = convert(folder.path(), row.columns, &strict);
        let message = &report["files"][0]["steps"]["standardGeojson"]["message"];
        if row.strict.is_empty() {
            assert_eq!((code, message), (0, &"ok".into()), "{name}: {said}");
        } else {
            assert_eq!((code, message), (1, &row.strict.into()), "{name}: {said}");
        }
    }
}

#[test]
fn the_services_configuration_judges_as_strict_does() {
    let folder = tempfile::tempdir().unwrap();
    let configuration = folder.path().join("service.json");
    let defaults = tramline_model::settings::defaults();
    std::fs::write(&configuration, serde_json::to_vec(&defaults).unwrap()).unwrap();
    let configuration = configuration.to_str().unwrap();
    let columns: &[(&str, &str)] = &[WIDTH, ("Seed Rate(seeds/ha)", "75000")];
    let messages = [
        (
            &["--config", configuration][..],
            "missing required properties: crop",
        ),
        (
            &[
                "--config",
                configuration,
                "--set",
                "outOfStandardOperations=true",
            ][..],
            "ok",
        ),
        (
            &["--set", "outOfStandardOperations=false"][..],
            "missing required properties: crop",
        ),
        (&["--strict", "--set", "cropOptional=optional"][..], "ok"),
    ];
    for (arguments, message) in messages {
        let (_, report, said) = convert(folder.path(), columns, arguments);
        let told = &report["files"][0]["steps"]["standardGeojson"]["message"];
        assert_eq!(told, message, "{arguments:?}: {said}");
        assert!(!said.contains("not known"), "{arguments:?}: {said}");
    }
}

#[test]
fn the_original_stands_in_the_folder_of_its_machine_file() {
    let folder = tempfile::tempdir().unwrap();
    let columns: &[(&str, &str)] = &[WIDTH, ("Crop", "potatoes"), YIELD];
    let mut packed = Vec::new();
    for _ in 0..2 {
        let (_, report, _) = convert(folder.path(), columns, &[]);
        let name = report["files"][0]["artifacts"]["originalFile"]
            .as_str()
            .unwrap();
        assert!(name.ends_with("/original.zip"), "{name}");
        packed.push(std::fs::read(folder.path().join("out").join(name)).unwrap());
    }
    assert_eq!(packed[0], packed[1]);
    // What was packed is read again as the same work.
    let again = folder.path().join("again.zip");
    std::fs::write(&again, &packed[0]).unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_tramline"))
        .arg("inspect")
        .arg(&again)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(
        said.contains("work") && said.contains("1 machine file, and it can be read"),
        "{said}"
    );
}

#[test]
fn work_that_is_none_of_the_four_types_keeps_its_own_columns() {
    let folder = tempfile::tempdir().unwrap();
    let columns: &[(&str, &str)] = &[
        WIDTH,
        ("Applied Rate(L/ha)", "200"),
        ("Bales", "3"),
        ("Net", "green"),
    ];
    // The first point of a log has no way behind it.
    let second = |kind: &str| {
        let (_, report, _) = convert(folder.path(), columns, &["--operation-type", kind]);
        let name = report["files"][0]["artifacts"]["standardGeojson"]
            .as_str()
            .unwrap();
        let text = std::fs::read(folder.path().join("out").join(name)).unwrap();
        let points: Value = serde_json::from_slice(&text).unwrap();
        points["features"][1]["properties"].clone()
    };
    let other = second("other");
    assert_eq!(
        (&other["Bales"], &other["Net"]),
        (&3.0.into(), &"green".into()),
        "{other}"
    );
    assert_eq!(other["operationType"], "other");
    assert!(
        other["area"].is_number() && other["distance"].is_number(),
        "{other}"
    );
    assert!(second("applied")["Bales"].is_null());
}
