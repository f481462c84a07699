//! One stick with everything on it: each part is read by its own reader with its own totals, what is
//! closed is named, what is no machine data is listed, and nothing is claimed twice or passed over in
//! silence.

use crate::common::{check_report, convert};
use std::collections::BTreeMap;
use tramline_convert::{FileStatus, Options};
use tramline_formats::{Limits, ReadOptions, Tree, detect};
use tramline_samples::{Files, Operation, Plan, Simulated, prefixed, simulate, write, zip};

/// A run whose area tells it from the others.
fn run(operation: Operation, number: u32) -> Simulated {
    simulate(&Plan {
        task: format!("Task {number}"),
        field: format!("Field {number}"),
        passes: 2 + number % 3,
        pass_records: 30 + 7 * number,
        seed: u64::from(number),
        start_ms: 1_746_000_000_000 + i64::from(number) * 86_400_000,
        ..Plan::new(operation)
    })
}

/// The stick, and for each `fileFormat` the runs behind its machine files.
fn stick() -> (Files, BTreeMap<&'static str, Vec<Simulated>>) {
    let mut files = Files::new();
    let mut truth: BTreeMap<&'static str, Vec<Simulated>> = BTreeMap::new();
    let mut add = |code: &'static str, folder: &str, simulated: Simulated, own: Files| {
        files.extend(prefixed(folder, own));
        truth.entry(code).or_default().push(simulated);
    };
    let gs3 = run(Operation::Planting, 1);
    let own = write::deere_greenstar::card(&gs3);
    let own = own.into_iter().map(|(path, bytes)| {
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        (
            format!("GS3_2630/Profile/RCD/EIC/Documentation/1C/{name}"),
            bytes,
        )
    });
    add("GS3", "cards", gs3.clone(), own.collect());
    let gen4 = run(Operation::Harvest, 2);
    add(
        "GEN4",
        "new display",
        gen4.clone(),
        write::deere_gen4::card(&gen4),
    );
    let packed = run(Operation::Spraying, 3);
    let inner = zip(&[("Task 3.jdl".to_owned(), write::deere_gen4::log(&packed))]);
    add(
        "GEN4",
        "JD-Data/log/x",
        packed.clone(),
        vec![("Task 3.jdl".to_owned(), inner)],
    );
    let iso = run(Operation::Planting, 4);
    add(
        "ISO11783",
        "isobus",
        iso.clone(),
        write::isoxml::task_set(&[&iso]),
    );
    let deere = run(Operation::Harvest, 5);
    add(
        "SHAPEFILE",
        "exports/doc",
        deere.clone(),
        write::shapefile::deere(&deere),
    );
    let sms = run(Operation::Spraying, 6);
    add(
        "SHAPEFILE",
        "exports/sms",
        sms.clone(),
        write::shapefile::sms(&sms),
    );
    let adm = run(Operation::Harvest, 7);
    let card = write::adm::card(&adm, write::adm::Version::One);
    add("ADAPTADM", "from the office", adm.clone(), card);
    let raven = run(Operation::Spraying, 8);
    add(
        "FMIS",
        "raven",
        raven.clone(),
        write::raven::fmis(&[&raven]),
    );
    let layer = run(Operation::Harvest, 9);
    add(
        "GPKG",
        "gis",
        layer.clone(),
        write::geopackage::points(&layer, 4326),
    );
    let other: [(&str, &[u8]); 12] = [
        ("fieldview/harvest_20250901.dat", b"\x01closed"),
        ("case/Farm.cn1/index.vy1", b"closed"),
        ("case/Farm.cn1/shared/1.FMD", b"closed"),
        ("DCIM/IMG_0001.JPG", b"\xff\xd8\xff\xe0picture"),
        ("DCIM/IMG_0002.JPG", b"\xff\xd8\xff\xe0picture"),
        ("__MACOSX/exports/doc/._a.shp", b"\0\x05\x16\x07"),
        ("__MACOSX/._Task.jdl", b"\0\x05\x16\x07"),
        ("old/GS3_2630/Setup/RCD/EIC/global.ver", b"x"),
        ("old/GS3_2630/Setup/RCD/EIC/setup.fds", b"<SetupFile/>"),
        ("Thumbs.db", b"x"),
        ("report.pdf", b"%PDF-1.4"),
        (
            "lost/a.fdd",
            b"\x01\x00\x9d\x00\x24\x009ED5F59C-7C09-43b1-8922-1A4E378942C5",
        ),
    ];
    files.extend(
        other
            .iter()
            .map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec())),
    );
    (files, truth)
}

#[test]
fn everything_on_one_stick_is_read_named_or_listed() {
    let (files, truth) = stick();
    let tree = Tree::from_zip_bytes("stick.zip", zip(&files), &Limits::default()).unwrap();
    // Nothing twice, nothing in silence.
    let detection = detect(&tree, None, &ReadOptions::default());
    let mut seen = vec![0; tree.entries().len()];
    let claimed = detection
        .claims
        .iter()
        .flat_map(|claim| claim.entries.iter().copied());
    for id in claimed.chain(detection.unclaimed.iter().map(|u| u.entry)) {
        seen[id.index()] += 1;
    }
    assert!(seen.iter().all(|count| *count == 1), "{seen:?}");

    let (report, _) = convert(&tree, "mixed stick", &Options::default());
    check_report(&report, "mixed stick");
    for (code, runs) in &truth {
        let mut records: Vec<u64> = report
            .files
            .iter()
            .filter(|file| file.file_format == *code && file.status == FileStatus::Processed)
            .map(|file| file.records.read)
            .collect();
        let mut expected: Vec<u64> = runs.iter().map(|run| run.truth.records).collect();
        // A layer and exports of it hold what was worked.
        if matches!(*code, "SHAPEFILE" | "GPKG") {
            assert_eq!(records.len(), expected.len(), "{code}");
            continue;
        }
        records.sort_unstable();
        expected.sort_unstable();
        assert_eq!(
            records,
            expected,
            "{code}: {:?}",
            report
                .files
                .iter()
                .map(|f| (&f.file_format, &f.name, &f.steps))
                .collect::<Vec<_>>()
        );
    }
    let failed: Vec<(&str, String)> = report
        .files
        .iter()
        .filter(|file| file.status == FileStatus::Failed)
        .map(|file| (file.file_format.as_str(), format!("{:?}", file.steps)))
        .collect();
    let words = [("CN1", "Voyager 2"), ("DAT", "Climate"), ("GS3", "a.fdl")];
    assert_eq!(failed.len(), words.len(), "{failed:?}");
    for (code, word) in words {
        let said = failed.iter().find(|(format, _)| *format == code);
        assert!(
            said.is_some_and(|(_, said)| said.contains(word)),
            "{code}: {failed:?}"
        );
    }
    let listed = |path: &str, word: &str| {
        let found = report.unclaimed.iter().find(|u| u.entry.ends_with(path));
        let reason = found.map(|u| u.reason.clone()).unwrap_or_default();
        assert!(reason.contains(word), "{path}: {reason}");
    };
    listed("IMG_0001.JPG", "picture");
    listed("__MACOSX/._Task.jdl", "macOS");
    listed("setup.fds", "setup only");
    listed("report.pdf", "document");
    listed("Thumbs.db", "Windows");
}
