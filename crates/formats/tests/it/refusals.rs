//! What is named and not read, as the person reads it: each case is a small upload, what becomes of
//! it, and the words that must stand in the reason.

use tramline_formats::{Detection, ReadOptions, Tree, Verdict, detect};

/// What becomes of an upload.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    /// Recognised, no work in it.
    NoWork,
    /// Data of another kind.
    Other,
    /// A closed format.
    Closed(&'static str),
    /// Nobody claims it.
    Unclaimed,
    /// It is read.
    Read,
}

fn detected(files: &[(&str, &str)], columns: &[(&str, &str)]) -> (Tree, Detection) {
    let tree = Tree::from_files(
        files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())),
    );
    let column_map = columns
        .iter()
        .map(|(title, meaning)| ((*title).to_owned(), (*meaning).to_owned()));
    let options = ReadOptions {
        column_map: column_map.collect(),
        ..ReadOptions::default()
    };
    let detection = detect(&tree, None, &options);
    (tree, detection)
}

fn outcome(detection: &Detection) -> (Outcome, String) {
    match detection.claims.first().map(|claim| &claim.verdict) {
        Some(Verdict::NotMachineData { reason }) => (Outcome::NoWork, reason.clone()),
        Some(Verdict::OtherData { reason }) => (Outcome::Other, reason.clone()),
        Some(Verdict::Recognised {
            file_format,
            text,
            hint,
            ..
        }) => (Outcome::Closed(file_format), format!("{text} | {hint}")),
        Some(Verdict::Read) => (Outcome::Read, String::new()),
        None => {
            let reason = detection
                .unclaimed
                .first()
                .map(|entry| entry.reason.clone());
            (Outcome::Unclaimed, reason.unwrap_or_default())
        }
    }
}

fn table(title: &str, row: impl Fn(usize) -> String) -> String {
    let rows: Vec<String> = (0..20).map(row).collect();
    format!("{title}\n{}\n", rows.join("\n"))
}

#[test]
fn each_upload_says_what_it_is_what_is_missing_and_what_to_do() {
    let soil = table("Long\tLat\tEC SH\tEC DP\tAltitude\tSpeed(mph)", |i| {
        format!("-84.76\t31.18{i:04}\t3.3\t7.4\t52.9\t8.9")
    });
    let em38 = table("Longitude;Latitude;EM38_V;EM38_H", |i| {
        format!("5,1{i:04};52,1;31,5;28,4")
    });
    let gamma = table("Longitude,Latitude,K40,U238,Th232", |i| {
        format!("5.1{i:04},52.1,400,20,30")
    });
    let samples = table("Latitude,Longitude,Sample,pH,OM,CEC", |i| {
        format!("41.9{i:04},-93.6,{i},6.4,3.1,18")
    });
    let planned = table("Longitude,Latitude,Target Rate(lb/ac)", |i| {
        format!("-93.6{i:04},41.9,1{i}0")
    });
    let boundary = table("id,longitude,latitude", |i| {
        format!("{i},5.1{i:04},52.1{i:04}")
    });
    let bare = table("Ertrag;Feuchte;Breite;Geschwindigkeit", |i| {
        format!("8,{i};14,2;9,0;5,4")
    });
    let applied = table("Applied Rate(gal/ac),Speed(mph),Swath Width(ft)", |i| {
        format!("1{i}.5,9.0,90")
    });
    /// Files, what becomes of them, and the words that must be said.
    type Case<'a> = (Vec<(&'a str, &'a str)>, Outcome, Vec<&'a str>);
    let cases: Vec<Case<'_>> = vec![
        (
            vec![("ec.txt", &soil)],
            Outcome::Other,
            vec![
                "soil conductivity (EC SH, EC DP)",
                "no machine data",
                "--column",
            ],
        ),
        (
            vec![("em.csv", &em38)],
            Outcome::Other,
            vec!["soil conductivity"],
        ),
        (vec![("g.csv", &gamma)], Outcome::Other, vec!["gamma"]),
        (
            vec![("s.csv", &samples)],
            Outcome::Other,
            vec!["soil samples (pH, OM, CEC)"],
        ),
        (
            vec![("Home_Rx_2025.csv", &planned)],
            Outcome::NoWork,
            vec!["a prescription (planned rates)"],
        ),
        (
            vec![("b.csv", &boundary)],
            Outcome::NoWork,
            vec!["boundary"],
        ),
        (
            vec![("y.csv", &bare)],
            Outcome::Unclaimed,
            vec![
                "a table of yields (Ertrag",
                "without positions",
                "longitude and latitude",
            ],
        ),
        (
            vec![("a.csv", &applied)],
            Outcome::Unclaimed,
            vec!["a table of applied rates", "without positions"],
        ),
        (
            vec![
                (
                    "Fields/Home 12/Field.txt",
                    "2024-April-02\n$FieldDir\nHome 12\n$Offsets\n0,0\n",
                ),
                (
                    "Fields/Home 12/Boundary.txt",
                    "$Boundary\nFalse\n4\n0.000,0.000,0.00000\n0.000,60.000,0.00000\n40.000,60.000,1.57\n",
                ),
                (
                    "Fields/Home 12/Sections.txt",
                    "9\n27,151,160\n0.000,0.000,0\n6.000,0.000,0\n0.000,10.000,0\n",
                ),
                (
                    "Fields/Home 12/Elevation.txt",
                    "2024\n$FieldDir\nHome 12\nLatitude,Longitude,Elevation,Quality\n53.1,-111.1,5.0,4\n53.1,-111.2,5.0,4\n53.1,-111.3,5.0,4\n",
                ),
                ("Fields/Home 12/Field.kml", "<kml/>"),
            ],
            Outcome::NoWork,
            vec![
                "AgOpenGPS field `Home 12`",
                "boundary",
                "covered strips",
                "no rates",
                "ISOXML",
            ],
        ),
        (
            vec![("2020/12345678.yld", "x")],
            Outcome::Closed("YLD"),
            vec!["Ag Leader or LH 665", "TeeJet"],
        ),
        (
            vec![("a/FARM1.yld", "x")],
            Outcome::Closed("YLD"),
            vec!["PF3000"],
        ),
        (
            vec![("a.agdata", "AG LEADER TECHNOLOGY   ")],
            Outcome::Closed("AGDATA"),
            vec!["InCommand", "ISO XML", "SMS"],
        ),
        (
            vec![("renamed.001", "AG LEADER TECHNOLOGY   ")],
            Outcome::Closed("AGDATA"),
            vec!["InCommand"],
        ),
        (
            vec![("TASK-10_-7_0.CM", "x")],
            Outcome::NoWork,
            vec!["CLAAS", "without values or times", "TASKDATA.XML"],
        ),
        (
            vec![
                ("adm/Catalog.adm", "{\"Crops\":[]}"),
                ("adm/documents/LoggedData-1.adm", "x"),
            ],
            Outcome::Closed("ADAPTADM"),
            vec!["version before 1"],
        ),
        (
            vec![
                ("adm/Catalog.adm", "\u{a}x"),
                ("adm/AdmVersion.info", "{\"AdmVersion\":\"0.3.1\"}"),
            ],
            Outcome::Closed("ADAPTADM"),
            vec!["version before 1", "0.3.1"],
        ),
        (
            vec![
                ("c.cn1/index.vy1", "x"),
                ("c.cn1/shared/a.fmd/b.fld/c.tlo", "CNH1"),
            ],
            Outcome::Closed("CN1"),
            vec!["ISOBUS data format", "FieldOps"],
        ),
        (
            vec![("x/DDOP.XML", "<ISO11783_TaskData/>")],
            Outcome::Unclaimed,
            vec!["devices (DDOP)"],
        ),
    ];
    for (files, expected, words) in cases {
        let (tree, detection) = detected(&files, &[]);
        let (got, reason) = outcome(&detection);
        assert_eq!(got, expected, "{:?}: {reason}", files[0].0);
        for word in words {
            assert!(
                reason.contains(word),
                "{:?}: `{word}` | {reason}",
                files[0].0
            );
        }
        // One set is named once.
        let parts = detection.claims.len() + detection.unclaimed.len();
        assert_eq!(parts, 1, "{:?}: {detection:?}", files[0].0);
        assert_eq!(tree.entries().len(), files.len());
    }
}

#[test]
fn a_caller_who_names_a_column_of_a_survey_has_it_read() {
    let soil = table("Long\tLat\tEC SH\tEC DP", |i| {
        format!("-84.76\t31.18{i:04}\t3.3\t7.4")
    });
    let (_, detection) = detected(&[("ec.txt", &soil)], &[("EC SH", "elevation:m")]);
    assert_eq!(outcome(&detection).0, Outcome::Read);
    let (_, detection) = detected(&[("ec.txt", &soil)], &[("Other", "elevation:m")]);
    assert_eq!(outcome(&detection).0, Outcome::Other);
}
