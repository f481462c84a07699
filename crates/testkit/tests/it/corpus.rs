//! Every set of the corpus through the whole pipeline, against what others found in it: the
//! records of an independent ISOXML decoder, rows counted by other programs, and totals of
//! published analyses (`agro/reference.json`).
//!
//! Rule: the points of every set add up, whatever it is.

use crate::common::{check_report, input, shared};
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Instant;
use tramline_convert::{FileReport, FileStatus, Options, Report, UnitSystem};
use tramline_formats::{Limits, Tree};
use tramline_outputs::{Sink, WriteError};

/// Keeps the summaries and throws the rest away.
#[derive(Default)]
struct SummarySink(Arc<Mutex<Vec<(String, Vec<u8>)>>>);

/// One artifact being kept.
struct Kept {
    name: String,
    bytes: Vec<u8>,
    all: Arc<Mutex<Vec<(String, Vec<u8>)>>>,
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
        let entry = (std::mem::take(&mut self.name), std::mem::take(&mut self.bytes));
        self.all.lock().unwrap().push(entry);
    }
}

impl Sink for SummarySink {
    fn create(&mut self, name: &str) -> Result<Box<dyn Write + Send>, WriteError> {
        if name.ends_with("summary.json") {
            let all = Arc::clone(&self.0);
            return Ok(Box::new(Kept { name: name.to_owned(), bytes: Vec::new(), all }));
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
}

impl Set {
    fn summary(&self, file: &FileReport) -> Value {
        let found = self.summaries.iter().find(|(name, _)| name.starts_with(&file.dir));
        found.map_or(Value::Null, |(_, value)| value["properties"].clone())
    }

    fn records(&self) -> u64 {
        self.report.files.iter().map(|f| f.records.read).sum()
    }
}

fn corpus() -> Option<PathBuf> {
    let folder = std::env::var_os("TRAMLINE_CORPUS")
        .map_or_else(|| shared().join("corpus"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED corpus: {} is not there (set TRAMLINE_CORPUS)", folder.display());
    None
}

fn convert(path: &Path) -> Result<Set, String> {
    let limits = Limits::default();
    let tree = Tree::open(path, &limits).map_err(|e| format!("refused: {e}"))?;
    let options = Options {
        limits,
        geojson: false,
        geoparquet: false,
        unit_systems: vec![UnitSystem::Metric],
        ..Options::default()
    };
    let mut sink = SummarySink::default();
    let name = path.file_name().unwrap().to_string_lossy();
    let report = tramline_convert::run(&tree, &input(&name), &options, &mut sink, &mut |_| {})
        .map_err(|e| e.to_string())?;
    check_report(&report, &name);
    let summaries = sink.0.lock().unwrap();
    let summaries = summaries
        .iter()
        .map(|(name, bytes)| (name.clone(), serde_json::from_slice(bytes).unwrap()))
        .collect();
    Ok(Set { report, summaries })
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
                FileStatus::Failed => file
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
                file.points.dropped.iter().filter(|(k, _)| !k.starts_with("filter")).collect::<Vec<_>>(),
            )
        })
        .collect()
}

fn members(folder: &Path) -> Vec<PathBuf> {
    let mut list: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|item| item.unwrap().path()).collect();
    list.sort();
    list
}

/// Sets of a folder, deeper for those that hold zips.
fn vendor_sets(folder: &Path) -> Vec<PathBuf> {
    let mut sets = Vec::new();
    for path in members(folder).into_iter().filter(|path| path.is_dir()) {
        let inside = members(&path);
        let zips: Vec<PathBuf> =
            inside.iter().filter(|p| p.extension().is_some_and(|e| e == "zip")).cloned().collect();
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
            if zips.is_empty() { sets.push(inner.clone()) } else { sets.extend(zips) }
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
                    results.lock().unwrap().push((index, path.clone(), result, seconds));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap();
    results.sort_by_key(|(index, ..)| *index);
    results.into_iter().map(|(_, path, set, seconds)| (path, set, seconds)).collect()
}

fn print(results: &[(PathBuf, Result<Set, String>, f64)]) {
    if std::env::var_os("TRAMLINE_TABLE").is_none() {
        return;
    }
    for (path, set, seconds) in results {
        eprintln!("== {} {seconds:.1} s", path.file_name().unwrap().to_string_lossy());
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

#[test]
fn isoxml_sets_have_the_records_of_another_decoder() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.join("isoxml");
    let expected: Value =
        serde_json::from_slice(&std::fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let sets: Vec<PathBuf> = members(&folder).into_iter().filter(|p| p.is_dir()).collect();
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
        let empty = Vec::new();
        let logs: u64 = expected[&name]["sets"]
            .as_array()
            .unwrap_or(&empty)
            .iter()
            .flat_map(|set| set["tlg"].as_array().unwrap_or(&empty))
            .filter_map(|log| log["records"].as_u64())
            .sum();
        if set.records() != logs {
            bad.push(format!("{name}: {} records, the other decoder has {logs}", set.records()));
        }
    }
    assert!(bad.is_empty(), "\n{}", bad.join("\n"));
}

#[test]
fn vendor_sets_are_read_or_answered() {
    let Some(corpus) = corpus() else { return };
    let mut sets = vendor_sets(&corpus.join("vendor"));
    sets.extend(members(&corpus.join("agro")).into_iter().filter(|p| p.is_dir()));
    let results = convert_all(&only(sets));
    print(&results);
    let bad: Vec<String> = results
        .iter()
        .filter_map(|(path, set, _)| set.as_ref().err().map(|e| format!("{}: {e}", path.display())))
        .collect();
    assert!(bad.is_empty(), "\n{}", bad.join("\n"));
}
