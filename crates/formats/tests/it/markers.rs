//! Known formats that are not read: each alone, all in one tree, and cards with setup only.
//! Expected names come from the makers' public help pages, not from the table under test.

use std::collections::HashSet;
use tramline_formats::{Detection, ReadOptions, Tree, Verdict, detect};

/// Path and bytes.
type File = (&'static str, &'static [u8]);

/// Code, words that the text must have, and the files of one dataset.
fn datasets() -> Vec<(&'static str, &'static str, Vec<File>)> {
    vec![
        (
            "CN1",
            "Voyager 2",
            vec![
                ("Card.CN1/INDEX.VY1", b"x"),
                ("Card.CN1/shared/A.FMD", b"x"),
                ("Card.CN1/growers.gws", b"x"),
                ("Card.CN1/log/1.bin", b"x"),
            ],
        ),
        ("CNH", "Voyager 1", vec![("a.cnh", b"x")]),
        ("GSD", "GSD", vec![("pfdata/cl00001.dat", b"x")]),
        (
            "AGDATA",
            "InCommand",
            vec![("2015_x/a.agdata", b"x"), ("2015_x/a.agsetup", b"x")],
        ),
        ("ILF", ".ilf", vec![("a.ilf", b"x")]),
        ("YLD", ".yld", vec![("a.yld", b"x")]),
        ("YLD", ".pfc", vec![("a.pfc", b"x")]),
        (
            "DAT",
            "Climate",
            vec![("harvest_1.dat", b"x"), ("field_map_2.dat", b"x")],
        ),
        ("PP2020", "20/20", vec![("a.2020", b"x")]),
        (
            "TRIMBLE",
            "AgData",
            vec![("AgData/Fields/a.agf", b"x"), ("AgData/Tasks/b.agt", b"x")],
        ),
        ("JDP", "Raven", vec![("Raven/RDE/Outbox/a.jdp", b"x")]),
        ("RBIN", "Raven", vec![("a.rbin", b"x")]),
        (
            "TEEJET",
            "TeeJet",
            vec![("a.gmf", b"x"), ("a.bnd", b"x"), ("a.RCD", b"x")],
        ),
        ("OUTBACK", "Outback", vec![("S3Jobs/a.Log", b"x")]),
        ("RDS", "RDS", vec![("a.tem", b"x"), ("a.x01", b"x")]),
        ("FALCON", "Falcon", vec![("a.rpt", b"x")]),
        (
            "FIELDSTAR",
            "FIELDSTAR",
            vec![("a.fsb", b"x"), ("a.lsi", b"x")],
        ),
        ("AGROCOM", "AGROCOM", vec![("a.anl", b"x")]),
        // Zips by content, unfolded to a folder of their name.
        (
            "AGDATA",
            "InCommand",
            vec![("b.agdata/part.bin", b"x"), ("b.agdata/part.idx", b"x")],
        ),
        ("PP2020", "20/20", vec![("b.2020/log.bin", b"x")]),
        (
            "JDP",
            "Raven",
            vec![("b.jdp/1234.jdf", b"x"), ("b.jdp/DDOP.XML", b"x")],
        ),
        ("JDP", "Raven", vec![("c.jdp/1234.bin", b"x")]),
    ]
}

fn tree<'a>(files: impl IntoIterator<Item = (String, &'a [u8])>) -> Tree {
    Tree::from_files(
        files
            .into_iter()
            .map(|(path, bytes)| (path, bytes.to_vec())),
    )
}

/// Every entry is in exactly one claim or in the list of the unclaimed.
fn assert_complete(tree: &Tree, detection: &Detection) {
    let mut seen = HashSet::new();
    let claimed = detection
        .claims
        .iter()
        .flat_map(|claim| &claim.entries)
        .copied();
    for id in claimed.chain(detection.unclaimed.iter().map(|u| u.entry)) {
        assert!(seen.insert(id), "twice: {}", tree.entry(id).path);
    }
    assert_eq!(seen.len(), tree.entries().len());
    assert!(detection.unclaimed.iter().all(|u| !u.reason.is_empty()));
    assert!(detection.claims.iter().all(|c| c.entries.contains(&c.main)));
}

#[test]
fn each_closed_format_alone_is_one_recognised_dataset() {
    for (code, word, files) in datasets() {
        let count = files.len();
        for prefix in ["", "Some Stick/Year 2020/"] {
            let tree = tree(
                files
                    .iter()
                    .map(|(path, bytes)| (format!("{prefix}{path}"), *bytes)),
            );
            let detection = detect(&tree, None, &ReadOptions::default());
            assert_complete(&tree, &detection);
            let [claim] = detection.claims.as_slice() else {
                panic!("{code} {files:?}: {:?}", detection.claims)
            };
            assert_eq!(claim.entries.len(), count, "{code}");
            let Verdict::Recognised {
                file_format,
                text,
                hint,
                ..
            } = &claim.verdict
            else {
                panic!("{code}: {:?}", claim.verdict)
            };
            assert_eq!(*file_format, code);
            assert!(
                text.contains(word) && text.starts_with("unsupported format"),
                "{text}"
            );
            assert!(!hint.is_empty());
            assert_eq!(
                detect(&tree, Some(code), &ReadOptions::default())
                    .claims
                    .len(),
                1,
                "with the hint {code}"
            );
        }
    }
}

#[test]
fn all_closed_formats_in_one_tree_stay_apart() {
    let all = datasets();
    let tree = tree(all.iter().enumerate().flat_map(|(at, (.., files))| {
        files
            .iter()
            .map(move |(path, bytes)| (format!("{at:02}/{path}"), *bytes))
    }));
    let detection = detect(&tree, None, &ReadOptions::default());
    assert_complete(&tree, &detection);
    assert_eq!(detection.claims.len(), all.len());
    assert!(detection.unclaimed.is_empty());
}

#[test]
fn a_voyager_card_wins_over_its_isoxml_stub() {
    let stub = br#"<?xml version="1.0"?><ISO11783_TaskData VersionMajor="3"/>"#;
    let tree = tree([
        ("Card/a.cn1/index.vy1".to_owned(), &b"x"[..]),
        ("Card/TASKDATA/TASKDATA.XML".to_owned(), &stub[..]),
    ]);
    let detection = detect(&tree, None, &ReadOptions::default());
    assert_complete(&tree, &detection);
    assert_eq!(detection.claims.len(), 1);
    assert_eq!(detection.claims[0].entries.len(), 2);
    assert!(matches!(
        &detection.claims[0].verdict,
        Verdict::Recognised {
            file_format: "CN1",
            ..
        }
    ));
}

#[test]
fn real_isoxml_beside_a_voyager_card_is_left_to_its_reader() {
    let real = format!(
        "<ISO11783_TaskData>{}</ISO11783_TaskData>",
        " ".repeat(2_000)
    );
    let tree = tree([
        ("a.cn1/index.vy1".to_owned(), &b"x"[..]),
        ("a.cn1/TASKDATA/TASKDATA.XML".to_owned(), real.as_bytes()),
        ("a.cn1/TASKDATA/TLG00001.BIN".to_owned(), &b"x"[..]),
    ]);
    let detection = detect(&tree, Some("CN1"), &ReadOptions::default());
    assert_eq!(detection.claims.len(), 1);
    assert_eq!(detection.claims[0].entries.len(), 1);
}

#[test]
fn isoxml_in_a_raven_job_is_left_to_its_reader() {
    let real = format!(
        "<ISO11783_TaskData>{}</ISO11783_TaskData>",
        " ".repeat(2_000)
    );
    let tree = tree([
        ("a.jdp/TASKDATA/TASKDATA.XML".to_owned(), real.as_bytes()),
        ("a.jdp/notes.bin".to_owned(), &b"x"[..]),
    ]);
    let detection = detect(&tree, None, &ReadOptions::default());
    assert_complete(&tree, &detection);
    assert!(
        detection
            .claims
            .iter()
            .all(|claim| claim.format == "isoxml")
    );
}

#[test]
fn setup_without_logs_is_no_machine_data() {
    for files in [
        vec![
            "GS3_2630/p/RCD/EIC/setup.fds",
            "GS3_2630/p/RCD/EIC/global.ver",
        ],
        vec!["JD4600/settings.xml"],
        vec!["RCD/EIC/setup.fds"],
        vec!["x_1/a.agsetup"],
        vec!["template.xpt"],
        vec!["Boundary.kml"],
    ] {
        let tree = tree(files.iter().map(|path| ((*path).to_owned(), &b"x"[..])));
        let detection = detect(&tree, None, &ReadOptions::default());
        assert_complete(&tree, &detection);
        assert_eq!(detection.machine_data().count(), 0, "{files:?}");
        assert_eq!(detection.claims.len(), 1, "{files:?}");
    }
}

#[test]
fn noise_and_empty_files_say_so() {
    let noise: Vec<u8> = (0..1024_u32).map(|i| (i * 7 % 251) as u8).collect();
    let tree = tree([
        ("f.jdl".to_owned(), noise.as_slice()),
        ("g.jdl".to_owned(), &[]),
        ("f.ilf".to_owned(), &[]),
        ("f.cn1".to_owned(), noise.as_slice()),
        ("f.dat".to_owned(), &[]),
    ]);
    let detection = detect(&tree, None, &ReadOptions::default());
    assert_complete(&tree, &detection);
    let said = |name: &str| {
        let claim = detection
            .claims
            .iter()
            .find(|c| tree.entry(c.main).path == name);
        let verdict = claim.map(|claim| match &claim.verdict {
            Verdict::Recognised { text, .. } => text.clone(),
            other => panic!("{other:?}"),
        });
        let listed = detection
            .unclaimed
            .iter()
            .find(|u| tree.entry(u.entry).path == name);
        verdict.or(listed.map(|u| u.reason.clone())).expect("said")
    };
    assert!(said("f.jdl").contains("could not be recognised"));
    assert!(said("g.jdl").contains("empty"));
    assert!(said("f.ilf").contains("empty"));
    assert!(said("f.dat").contains("empty"));
    assert!(said("f.cn1").contains("unrecognised"));
}

#[test]
fn what_no_format_claims_has_a_useful_reason() {
    const TABLE: &[u8] = b"lon,lat,Yield\n10.1,52.1,7.1\n10.2,52.1,7.3\n10.3,52.1,7.2\n";
    let cases: [(&str, &[u8], &str); 16] = [
        ("__MACOSX/._a.shp", b"x", "system file of macOS"),
        ("a/.DS_Store", b"x", "system file of macOS"),
        ("Thumbs.db", b"x", "system file of Windows"),
        ("photos/1.JPG", b"x", "picture"),
        ("report.pdf", b"x", "document"),
        ("x.php", b"x", "script"),
        ("b/TLG00001.BIN", b"x", "TASKDATA.XML"),
        ("c/field.prj", b"x", "shapefile whose `field.shp`"),
        ("d.rar", b"Rar!\x1a\x07\0", "archive"),
        ("e", b"Rar!\x1a\x07\0", "RAR"),
        ("empty.bin", b"", "empty"),
        ("thing.qqq", b"x", "unrecognised"),
        // A table under another ending.
        ("export.jpg", TABLE, "`.csv` or `.txt`"),
        ("export.xls", TABLE, "`.csv` or `.txt`"),
        ("notes.md", TABLE, "document"),
        ("real.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF", "picture"),
    ];
    for (path, bytes, word) in cases {
        let tree = tree([(path.to_owned(), bytes)]);
        let detection = detect(&tree, None, &ReadOptions::default());
        let [unclaimed] = detection.unclaimed.as_slice() else {
            panic!("{path}: {detection:?}")
        };
        assert!(
            unclaimed.reason.contains(word),
            "{path}: {}",
            unclaimed.reason
        );
    }
}
