//! Every set of the corpus through the whole pipeline, against what others found in it: the
//! records of an independent ISOXML decoder, rows counted by other programs, and totals of
//! published analyses (`agro/reference.json`).
//!
//! Rule: the points of every set add up, whatever it is.

use crate::common::{check_accounted, check_report, input, shared};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Instant;
use tramline_convert::{FileReport, FileStatus, Options, Outputs, Report, UnitSystem};
use tramline_formats::{Limits, Tree};
use tramline_outputs::{Sink, WriteError};

/// Artifacts by name, as they were written.
type Artifacts = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// Keeps the summaries and throws the rest away.
#[derive(Default)]
struct SummarySink(Artifacts);

/// One artifact being kept.
struct Kept {
    name: String,
    bytes: Vec<u8>,
    all: Artifacts,
}

impl Write for Kept {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        self.bytes.write(buffer)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let entry = (
            std::mem::take(&mut self.name),
            std::mem::take(&mut self.bytes),
        );
        self.all.lock().unwrap().push(entry);
    }
}

impl Sink for SummarySink {
    fn create(&mut self, name: &str) -> Result<Box<dyn Write + Send>, WriteError> {
        if name.ends_with("summary.json") {
            let all = Arc::clone(&self.0);
            return Ok(Box::new(Kept {
                name: name.to_owned(),
                bytes: Vec::new(),
                all,
            }));
        }
        Ok(Box::new(std::io::sink()))
    }

    fn remove(&mut self, _: &str) -> Result<(), WriteError> {
        Ok(())
    }
}

/// A set after its conversion.
struct Set {
    report: Report,
    summaries: Vec<(String, Value)>,
    /// For each machine file with a table the rows that its header states.
    table_rows: Vec<Option<u64>>,
}

impl Set {
    fn summary(&self, file: &FileReport) -> Value {
        let found = self
            .summaries
            .iter()
            .find(|(name, _)| name.starts_with(&file.dir));
        found.map_or(Value::Null, |(_, value)| value["properties"].clone())
    }

    /// Records of the logs: the operations of one task are made of the same logs and each counts
    /// what those logged, so that they count once here.
    fn records(&self) -> u64 {
        let mut by_logs: BTreeMap<Vec<&str>, u64> = BTreeMap::new();
        for file in &self.report.files {
            // A set beside the zip that it was published in holds each log twice.
            let logs = file
                .entries
                .iter()
                .map(|e| e.trim_start_matches("_original.zip/"));
            let mut logs: Vec<&str> = logs
                .filter(|entry| entry.to_lowercase().ends_with(".bin"))
                .map(|entry| entry.rsplit('/').next().unwrap_or(entry))
                .collect();
            logs.sort_unstable();
            let count = by_logs.entry(logs).or_default();
            *count = file.records.read.max(*count);
        }
        by_logs.values().sum()
    }
}

fn corpus() -> Option<PathBuf> {
    let folder =
        std::env::var_os("TRAMLINE_CORPUS").map_or_else(|| shared().join("corpus"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!(
        "SKIPPED corpus: {} is not there (set TRAMLINE_CORPUS)",
        folder.display()
    );
    None
}

fn convert(path: &Path) -> Result<Set, String> {
    let limits = Limits::default();
    let tree = Tree::open(path, &limits).map_err(|e| format!("refused: {e}"))?;
    let options = Options {
        limits,
        outputs: Outputs::NONE,
        unit_systems: vec![UnitSystem::Metric],
        ..Options::default()
    };
    let mut sink = SummarySink::default();
    let name = path.file_name().unwrap().to_string_lossy();
    let report = tramline_convert::run(&tree, &input(&name), &options, &mut sink, &mut |_| {})
        .map_err(|e| e.to_string())?;
    check_report(&report, &name);
    check_accounted(&tree, &report, &name);
    let summaries = sink.0.lock().unwrap();
    let summaries = summaries
        .iter()
        .map(|(name, bytes)| (name.clone(), serde_json::from_slice(bytes).unwrap()))
        .collect();
    let table_rows = report
        .files
        .iter()
        .map(|file| table_rows(&tree, file))
        .collect();
    Ok(Set {
        report,
        summaries,
        table_rows,
    })
}

/// The rows of a machine file's `.dbf` less those that are marked as deleted.
fn table_rows(tree: &Tree, file: &FileReport) -> Option<u64> {
    let path = file
        .entries
        .iter()
        .find(|entry| entry.to_lowercase().ends_with(".dbf"))?;
    let id = tree.ids().find(|id| &tree.entry(*id).path == path)?;
    let bytes = tree.bytes(id, 1 << 30).ok()?;
    let count = u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?);
    let header = usize::from(u16::from_le_bytes(bytes.get(8..10)?.try_into().ok()?));
    let length = usize::from(u16::from_le_bytes(bytes.get(10..12)?.try_into().ok()?));
    let rows = bytes
        .get(header..)?
        .chunks_exact(length.max(1))
        .take(count as usize);
    Some(rows.filter(|row| row.first() != Some(&b'*')).count() as u64)
}

/// One line for each machine file, for people and for the comparison.
fn lines(set: &Set) -> Vec<String> {
    set.report
        .files
        .iter()
        .map(|file| {
            let summary = set.summary(file);
            let status = match file.status {
                FileStatus::Processed => "ok".to_owned(),
                FileStatus::Failed | FileStatus::Processing => file
                    .steps
                    .iter()
                    .find(|(_, o)| o.status == tramline_convert::StepStatus::Failed)
                    .map_or_else(String::new, |(_, o)| format!("{} ({})", o.message, o.detail)),
            };
            format!(
                "{:24} {:10} {:10} read {:>6} points {:>6} standard {:>6} area {:9.2} crop {} mass {:.1} {status} {:?}",
                file.name.chars().take(24).collect::<String>(),
                file.file_format,
                file.operation_type,
                file.records.read,
                file.points.read,
                file.points.standard,
                summary["totalArea"]["value"].as_f64().unwrap_or(f64::NAN),
                summary["crop"],
                summary["totalWetMass"]["value"].as_f64().unwrap_or(f64::NAN),
                file.points.dropped.iter().filter(|(k, _)| !k.is_of_filter()).collect::<Vec<_>>(),
            )
        })
        .collect()
}

fn members(folder: &Path) -> Vec<PathBuf> {
    let mut list: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|item| item.unwrap().path())
        .collect();
    list.sort();
    list
}

/// Sets of a folder, deeper for those that hold zips.
fn vendor_sets(folder: &Path) -> Vec<PathBuf> {
    let mut sets = Vec::new();
    for path in members(folder).into_iter().filter(|path| path.is_dir()) {
        let inside = members(&path);
        let zips: Vec<PathBuf> = inside
            .iter()
            .filter(|p| p.extension().is_some_and(|e| e == "zip"))
            .cloned()
            .collect();
        let folders: Vec<&PathBuf> = inside.iter().filter(|p| p.is_dir()).collect();
        if zips.is_empty() && folders.is_empty() {
            sets.push(path);
            continue;
        }
        sets.extend(zips);
        for inner in folders {
            let zips: Vec<PathBuf> = members(inner)
                .into_iter()
                .filter(|p| p.extension().is_some_and(|e| e == "zip"))
                .collect();
            if zips.is_empty() {
                sets.push(inner.clone())
            } else {
                sets.extend(zips)
            }
        }
    }
    sets
}

/// Converts sets on two threads; results in the order of the sets.
fn convert_all(sets: &[PathBuf]) -> Vec<(PathBuf, Result<Set, String>, f64)> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some(path) = sets.get(index) else { return };
                    let start = Instant::now();
                    let result = std::panic::catch_unwind(|| convert(path))
                        .unwrap_or_else(|_| Err("panic".to_owned()));
                    let seconds = start.elapsed().as_secs_f64();
                    results
                        .lock()
                        .unwrap()
                        .push((index, path.clone(), result, seconds));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap();
    results.sort_by_key(|(index, ..)| *index);
    results
        .into_iter()
        .map(|(_, path, set, seconds)| (path, set, seconds))
        .collect()
}

fn print(results: &[(PathBuf, Result<Set, String>, f64)]) {
    if std::env::var_os("TRAMLINE_TABLE").is_none() {
        return;
    }
    for (path, set, seconds) in results {
        eprintln!(
            "== {} {seconds:.1} s",
            path.file_name().unwrap().to_string_lossy()
        );
        match set {
            Ok(set) => {
                for line in lines(set) {
                    eprintln!("   {line}");
                }
                for entry in &set.report.unclaimed {
                    eprintln!("   - {}: {}", entry.entry, entry.reason);
                }
            }
            Err(error) => eprintln!("   {error}"),
        }
    }
}

fn only(mut sets: Vec<PathBuf>) -> Vec<PathBuf> {
    if let Ok(part) = std::env::var("TRAMLINE_SET") {
        sets.retain(|path| path.to_string_lossy().contains(&part));
    }
    sets
}

/// Records that the other decoder leaves out and its own page says should be read.
const RECOVERED: &[(&str, u64, &str)] = &[
    (
        "dn-broken-timelogs",
        1_599,
        "a header without its closing tag is read by its elements",
    ),
    (
        "dn-corruptstream",
        27_523 + 15_596,
        "two logs are read on behind five stray bytes",
    ),
];

/// Records of each log once, however often it is referred to.
fn other_decoder(expected: &Value) -> u64 {
    let empty = Vec::new();
    let mut logs: BTreeMap<(usize, &str), u64> = BTreeMap::new();
    for (index, set) in expected["sets"]
        .as_array()
        .unwrap_or(&empty)
        .iter()
        .enumerate()
    {
        for log in set["tlg"].as_array().unwrap_or(&empty) {
            let name = log["name"].as_str().unwrap_or_default();
            logs.insert((index, name), log["records"].as_u64().unwrap_or(0));
        }
    }
    logs.values().sum()
}

#[test]
fn isoxml_sets_have_the_records_of_another_decoder() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.join("isoxml");
    let expected: Value =
        serde_json::from_slice(&std::fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let sets: Vec<PathBuf> = members(&folder)
        .into_iter()
        .filter(|p| p.is_dir())
        .collect();
    let results = convert_all(&only(sets));
    print(&results);
    let mut bad = Vec::new();
    for (path, set, _) in &results {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let set = match set {
            Ok(set) => set,
            Err(error) => {
                bad.push(format!("{name}: {error}"));
                continue;
            }
        };
        let recovered = RECOVERED
            .iter()
            .find(|(set, ..)| *set == name)
            .map_or(0, |(_, n, _)| *n);
        let logs = other_decoder(&expected[&name]) + recovered;
        if set.records() != logs {
            bad.push(format!(
                "{name}: {} records, the other decoder has {logs}",
                set.records()
            ));
        }
    }
    assert!(bad.is_empty(), "\n{}", bad.join("\n"));
}

/// What another program found in a machine file. Areas and masses are sums over all rows, from
/// which the default cleanup leaves out some: hence the share that may differ.
struct Expected {
    set: &'static str,
    file: &'static str,
    operation: &'static str,
    records: u64,
    area_ha: f64,
    mass_t: f64,
    share: f64,
    crop: &'static str,
    /// Who says so.
    witness: &'static str,
}

const fn expected(
    (set, file): (&'static str, &'static str),
    operation: &'static str,
    records: u64,
    (area_ha, mass_t): (f64, f64),
    share: f64,
    crop: &'static str,
    witness: &'static str,
) -> Expected {
    Expected {
        set,
        file,
        operation,
        records,
        area_ha,
        mass_t,
        share,
        crop,
        witness,
    }
}

const NONE: f64 = f64::NAN;
const SUM: &str = "sum of distance times width over the table, by a script of twenty lines";
const LOGS: &str = "independent decoder of the native logs of the same work";
const STUDY: &str = "agro/reference.json";

// `gartner.corn.txt` is not here: its swath stands in a manual and not in the file.
const EXPECTED: &[Expected] = &[
    expected(
        ("Point - EachSection", ""),
        "harvested",
        134_725,
        (3.8168, 36.671),
        0.002,
        "corn",
        SUM,
    ),
    expected(
        ("Point - EachSensor", ""),
        "harvested",
        11_230,
        (3.8168, 36.671),
        0.002,
        "corn",
        SUM,
    ),
    expected(
        ("Polygon - EachSensor", ""),
        "harvested",
        11_230,
        (3.8168, 36.671),
        0.004,
        "corn",
        SUM,
    ),
    expected(
        ("Polygon - OneHertz", ""),
        "harvested",
        2_243,
        (3.8153, 36.612),
        0.002,
        "corn",
        SUM,
    ),
    expected(
        ("Point - OneHertz", ""),
        "harvested",
        2_514,
        (3.8124, 36.691),
        0.003,
        "corn",
        LOGS,
    ),
    expected(
        ("MyJohnDeere - Harvest", ""),
        "harvested",
        40_960,
        (10.1908, 53.008),
        0.004,
        "soybeans",
        SUM,
    ),
    expected(
        ("MyJohnDeere - Application", "Corn"),
        "applied",
        38_380,
        (12.586, NONE),
        0.001,
        "",
        SUM,
    ),
    expected(
        ("MyJohnDeere - Application", "Priaxor"),
        "applied",
        31_346,
        (8.9753, NONE),
        0.001,
        "",
        SUM,
    ),
    expected(
        ("MyJohnDeere - Application", "SB 2"),
        "applied",
        4_015,
        (0.9281, NONE),
        0.001,
        "",
        SUM,
    ),
    expected(
        ("MyJohnDeere - Application", "Sonic"),
        "applied",
        28_650,
        (10.6746, NONE),
        0.001,
        "",
        SUM,
    ),
    expected(
        ("Millview-Wheat (Hrd Rd Spr) seeding", ""),
        "planted",
        23_047,
        (75.3352, NONE),
        0.001,
        "wheat",
        STUDY,
    ),
    expected(
        ("Wheat (Hrd Rd Wtr)-1", ""),
        "harvested",
        18_400,
        (3.5331, 16.41),
        0.04,
        "wheat",
        SUM,
    ),
    expected(
        ("FarmerB_AA1617_POLY_AA_N_sec35middle", ""),
        "applied",
        5_802,
        (53.6507, NONE),
        0.001,
        "",
        STUDY,
    ),
    expected(
        ("FarmerI_AA16_AA_N_2016_henrys", ""),
        "applied",
        2_360,
        (89.5427, NONE),
        0.003,
        "",
        STUDY,
    ),
    expected(
        ("agleader-pacu-basswood", ".shp"),
        "harvested",
        4_240,
        (9.66525, 74.2165),
        0.001,
        "corn",
        STUDY,
    ),
    expected(
        ("agleader-pacu-basswood", ".txt"),
        "harvested",
        4_240,
        (9.66525, 74.2165),
        0.001,
        "corn",
        STUDY,
    ),
    expected(
        ("agleader-yieldcleanr", "sample1"),
        "harvested",
        21_917,
        (NONE, NONE),
        0.0,
        "soybeans",
        STUDY,
    ),
    expected(
        ("agleader-yieldcleanr", "sample2"),
        "harvested",
        36_869,
        (NONE, NONE),
        0.0,
        "corn",
        STUDY,
    ),
    expected(
        ("usda-yield-editor-samples", "sample3"),
        "harvested",
        31_815,
        (NONE, NONE),
        0.0,
        "corn",
        STUDY,
    ),
];

fn compare(set: &Set, expected: &Expected) -> Vec<String> {
    let what = format!("{} {}", expected.set, expected.file);
    let Some(file) = set.report.files.iter().find(|file| {
        file.name.contains(expected.file) || file.entries.iter().any(|e| e.contains(expected.file))
    }) else {
        return vec![format!("{what}: no such machine file")];
    };
    let mut bad = Vec::new();
    if file.status != FileStatus::Processed {
        bad.push(format!("{what}: failed: {:?}", file.steps));
        return bad;
    }
    if (file.operation_type.name(), file.records.read) != (expected.operation, expected.records) {
        bad.push(format!(
            "{what}: {} with {} records",
            file.operation_type, file.records.read
        ));
    }
    let summary = set.summary(file);
    for (key, wanted) in [
        ("totalArea", expected.area_ha),
        ("totalWetMass", expected.mass_t),
    ] {
        let value = summary[key]["value"].as_f64().unwrap_or(NONE);
        let near = (value - wanted).abs() <= expected.share * wanted;
        if !wanted.is_nan() && !near {
            bad.push(format!(
                "{what}: {key} {value}, {wanted} by {}",
                expected.witness
            ));
        }
    }
    if !summary["crop"].to_string().contains(expected.crop) {
        bad.push(format!("{what}: crop {}", summary["crop"]));
    }
    bad
}

#[test]
fn vendor_sets_are_read_or_answered() {
    let Some(corpus) = corpus() else { return };
    let mut sets = vendor_sets(&corpus.join("vendor"));
    sets.extend(
        members(&corpus.join("agro"))
            .into_iter()
            .filter(|p| p.is_dir()),
    );
    let results = convert_all(&only(sets));
    print(&results);
    let mut bad = Vec::new();
    for (path, set, _) in &results {
        let name = path.to_string_lossy();
        let set = match set {
            Ok(set) => set,
            Err(error) => {
                bad.push(format!("{name}: {error}"));
                continue;
            }
        };
        if set.report.files.is_empty() && set.report.unclaimed.is_empty() {
            bad.push(format!("{name}: no answer at all"));
        }
        // Rows that the table's own header states.
        for (file, rows) in set.report.files.iter().zip(&set.table_rows) {
            if rows.is_some_and(|rows| rows != file.records.read) {
                bad.push(format!(
                    "{name}: {} records of {rows:?} rows",
                    file.records.read
                ));
            }
        }
        for expected in EXPECTED.iter().filter(|e| name.contains(e.set)) {
            bad.extend(compare(set, expected));
        }
        // Logs of displays that are not read yet are answered with the format's name.
        if name.contains("/display/") && !name.contains("Setup") {
            let told = set
                .report
                .files
                .iter()
                .any(|f| f.steps.iter().any(|(_, o)| o.detail.contains("John Deere")));
            if !told
                && set
                    .report
                    .files
                    .iter()
                    .all(|f| f.status == FileStatus::Failed)
            {
                bad.push(format!("{name}: the display's log is not named"));
            }
        }
    }
    assert!(bad.is_empty(), "\n{}", bad.join("\n"));
}
