//! Each column of a table in another unit, one at a time: with the unit taken out of title and
//! metadata the file's own proof must decide it, with the old title left lying somebody must be
//! told, and what nothing proves must be told too. What a title says and nothing contradicts is as
//! the title says.
//!
//! Rule: the table as it was is the truth; the totals and means of the changed one agree with it
//! within one percent, or they do not.

mod change;

use crate::common::{input, shared};
use change::{Change, changed};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};
use std::path::Path;
use tramline_convert::{Options, Outputs, Report, UnitSystem};
use tramline_formats::{Limits, ReadOptions, Tree};
use tramline_model::Unit;
use tramline_outputs::{MemorySink, Sink, WriteError};
use tramline_samples::table::{self, Field, Form};
use tramline_samples::{Files, zip};

/// Rows of each table that are read.
const ROWS: usize = 3_000;

/// Least shares in percent, see [`Figures::check`], over tables of the corpus. They only rise.
const OF_CORPUS: [usize; 3] = [95, 98, 98];
/// The same over the sample, of which one column is several percent.
const OF_SAMPLE: [usize; 3] = [90, 95, 95];
/// The same over generated tables.
const OF_GENERATED: [usize; 3] = [100, 100, 100];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    table: Vec<Known>,
}

/// A table whose units are known.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    path: String,
    /// Part of the name of the one table of a container.
    #[serde(default)]
    member: String,
    #[serde(default)]
    crop: Option<String>,
    #[serde(default)]
    width_m: Option<f64>,
    /// Rows that are read, where neighbouring passes need more of them.
    #[serde(default)]
    rows: Option<usize>,
    columns: Vec<Vec<String>>,
}

/// Units of one dimension that exports use.
const FAMILIES: &[&[&str]] = &[
    &["m", "ft", "in", "cm"],
    &["ha", "ac", "m2"],
    &["km/h", "mph", "m/s"],
    &["t/ha", "lb/ac", "kg/ha", "ton/ac"],
    &["lb/s", "kg/s", "t/h"],
    &["seeds/ac", "ksds/ac", "seeds/ha"],
    &["gal/ac", "L/ha"],
    &["lb", "kg", "t"],
];

/// Keeps the summaries only.
#[derive(Default)]
struct Summaries(MemorySink);

impl Sink for Summaries {
    fn create(&mut self, name: &str) -> Result<Box<dyn std::io::Write + Send>, WriteError> {
        if name.ends_with("summary.json") {
            return self.0.create(name);
        }
        Ok(Box::new(std::io::sink()))
    }

    fn remove(&mut self, _: &str) -> Result<(), WriteError> {
        Ok(())
    }
}

/// What a run gives: numbers of its summaries in base units, and what it tells.
struct Given {
    numbers: BTreeMap<String, f64>,
    told: BTreeSet<String>,
    passes: u64,
}

impl Given {
    /// Whether something is told that was not before, or the unit of this column is.
    fn tells(&self, truth: &Self, title: &str) -> bool {
        let bare = title.split(['(', '[']).next().unwrap_or(title);
        let names: &[&str] = match bare.to_lowercase() {
            name if name.starts_with("elev") || name.starts_with("alt") => &["elevation"],
            name if name.starts_with("dist") => &["distance"],
            name if name.starts_with("sw") || name.contains("idth") => &["equipmentWidth"],
            name if name.starts_with("sp") || name.starts_with("vel") => &["speed"],
            name if name.contains("fl") => &["cropFlow"],
            _ => &["MassPerArea", "Rate"],
        };
        let column = format!("`{}`", bare.trim());
        let of_unit = |text: &&String| text.contains("unit") || text.starts_with("plausible");
        let named =
            |text: &String| text.contains(&column) || names.iter().any(|name| text.contains(name));
        self.told.difference(&truth.told).next().is_some()
            || self.told.iter().filter(of_unit).any(named)
    }
}

fn run(files: &Files, known: &Known) -> Given {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.zip");
    std::fs::write(&path, zip(files)).unwrap();
    let limits = Limits::default();
    let tree = Tree::open(&path, &limits).unwrap();
    let mut options = Options {
        limits,
        outputs: Outputs::NONE,
        unit_systems: vec![UnitSystem::Metric],
        read: ReadOptions {
            crop: known.crop.clone(),
            equipment_width_m: known.width_m,
            ..ReadOptions::default()
        },
        ..Options::default()
    };
    options.configuration.out_of_standard_operations = true;
    options.configuration.file_images = false;
    let mut sink = Summaries::default();
    let report =
        tramline_convert::run(&tree, &input("table.zip"), &options, &mut sink, &mut |_| {})
            .unwrap();
    let mut numbers = BTreeMap::new();
    let mut passes = 0;
    for (name, bytes) in sink.0.files.lock().unwrap().iter() {
        let summary: Value = serde_json::from_slice(bytes).unwrap();
        let file = name.split('/').next().unwrap_or_default();
        collect(file, &summary["properties"], &mut numbers);
        let counted = summary["properties"]["coverage"]["passes"].as_u64();
        passes = passes.max(counted.unwrap_or_default());
    }
    Given {
        numbers,
        passes,
        told: told(&report),
    }
}

/// Totals, means and the swath.
fn collect(file: &str, summary: &Value, numbers: &mut BTreeMap<String, f64>) {
    let keys = [
        "totalArea",
        "totalDistance",
        "totalWetMass",
        "totalDryMass",
        "totalWetVolume",
        "totalDryVolume",
        "totalPlanted",
        "totalApplied",
        "speed",
        "elevation",
        "seedRate",
        "seedRateTarget",
        "appliedRate",
        "appliedRateTarget",
        "cropFlow",
    ];
    let swath = ("swath", &summary["coverage"]["swath"]);
    for (key, node) in keys
        .map(|key| (key, &summary[key]))
        .into_iter()
        .chain([swath])
    {
        let number = node["value"].as_f64().or_else(|| node["avg"].as_f64());
        let unit = node["unit"].as_str().and_then(Unit::parse);
        if let (Some(number), Some(unit)) = (number, unit) {
            numbers.insert(
                format!("{file} {key}"),
                (number + unit.offset) * unit.factor,
            );
        }
    }
}

/// All that a person is told.
fn told(report: &Report) -> BTreeSet<String> {
    let of_files = report.files.iter().flat_map(|file| &file.findings);
    let findings = of_files
        .chain(&report.findings)
        .map(|finding| format!("{}: {}", finding.code, finding.text));
    let steps = report.files.iter().flat_map(|file| file.steps.iter());
    let failed = steps.map(|(_, outcome)| format!("{} {}", outcome.message, outcome.detail));
    findings.chain(failed).collect()
}

/// Keys whose numbers differ by more than a percent.
fn differing(truth: &Given, given: &Given) -> Vec<String> {
    truth
        .numbers
        .iter()
        .filter_map(|(key, right)| {
            let found = given.numbers.get(key).copied().unwrap_or(f64::NAN);
            let same = (found - right).abs() <= right.abs() * 0.01;
            (!same).then(|| format!("{key} {:.4}", found / right))
        })
        .collect()
}

/// How many of each kind, and how many right.
#[derive(Default)]
struct Figures {
    /// (A) of columns with a proof: right, all.
    proven: [usize; 2],
    /// (A) of columns without a proof: told or right, all.
    unproven: [usize; 2],
    /// (B) of columns with a proof: told or right, all.
    lying: [usize; 2],
    /// (B) of columns without a proof: the title's word stands, as nothing speaks against it.
    taken_at_its_word: usize,
    notes: Vec<String>,
}

impl Figures {
    /// Each column in each other unit of its dimension, or in the first one only.
    fn add(&mut self, label: &str, files: &Files, known: &Known, every: bool) {
        let rows = known.rows.unwrap_or(ROWS);
        let truth = run(&changed(files, None, rows), known);
        assert!(!truth.numbers.is_empty(), "{label}: {:?}", truth.told);
        for column in &known.columns {
            let [title, unit, mut proof] = [0, 1, 2].map(|at| column[at].as_str());
            if proof == "passes" && truth.passes < 4 {
                proof = "";
            }
            let bare = match column.get(3) {
                Some(bare) => bare.as_str(),
                None => title.split(['(', '[']).next().unwrap_or(title),
            };
            let family = FAMILIES.iter().find(|family| family.contains(&unit));
            let family = family.unwrap_or_else(|| panic!("{label}: no unit {unit}"));
            let others = family.iter().filter(|other| **other != unit);
            for other in others.take(if every { usize::MAX } else { 1 }) {
                let factor = Unit::parse(unit).unwrap().factor / Unit::parse(other).unwrap().factor;
                for bare in [Some(bare), None] {
                    let change = Change {
                        title,
                        bare,
                        factor,
                    };
                    let given = run(&changed(files, Some(&change), rows), known);
                    let told = given.tells(&truth, title);
                    let wrong = differing(&truth, &given);
                    let label = format!("{label} {title} in {other}");
                    self.judge(&label, proof, bare.is_some(), told, &wrong);
                }
            }
        }
    }

    fn judge(&mut self, label: &str, proof: &str, removed: bool, told: bool, wrong: &[String]) {
        let right = wrong.is_empty();
        if !removed && proof.is_empty() && !told && !right {
            self.taken_at_its_word += 1;
            return;
        }
        let (counts, fine, kind) = match (removed, proof.is_empty()) {
            (true, false) => (&mut self.proven, right, "A, proof by"),
            (true, true) => (&mut self.unproven, right || told, "A, no proof"),
            (false, _) => (&mut self.lying, right || told, "B"),
        };
        counts[1] += 1;
        counts[0] += usize::from(fine);
        if !fine {
            let told = if told { "told" } else { "silent" };
            self.notes.push(format!(
                "{label} ({kind} {proof}): {told}, {}",
                wrong.join(", ")
            ));
        }
    }

    /// Prints what is wrong, and fails below the least shares in percent: of what is proven right,
    /// of what nothing proves told, of what lies told.
    fn check(&self, what: &str, least: [usize; 3]) {
        for note in &self.notes {
            eprintln!("  {note}");
        }
        eprintln!(
            "{what}: A with a proof right {} of {}, A without a proof told {} of {}, \
             B told {} of {}, at the word of a title that nothing contradicts {}",
            self.proven[0],
            self.proven[1],
            self.unproven[0],
            self.unproven[1],
            self.lying[0],
            self.lying[1],
            self.taken_at_its_word,
        );
        let counts = [self.proven, self.unproven, self.lying];
        for ([fine, all], least) in counts.into_iter().zip(least) {
            assert!(
                fine * 100 >= all * least,
                "{what}: {fine} of {all}, not {least} %"
            );
        }
    }
}

/// The files of a table: the sides of a shapefile, the members of a zip.
fn files_of(path: &Path, member: &str) -> Option<Files> {
    let bytes = std::fs::read(path).ok()?;
    let name = path.file_name()?.to_string_lossy().into_owned();
    let (stem, ending) = name.rsplit_once('.')?;
    let files = match ending {
        "gz" => {
            let mut plain = Vec::new();
            flate2::read::GzDecoder::new(bytes.as_slice())
                .read_to_end(&mut plain)
                .unwrap();
            vec![(stem.to_owned(), plain)]
        }
        "zip" => {
            let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
            (0..archive.len())
                .filter_map(|at| {
                    let mut entry = archive.by_index(at).unwrap();
                    let name = entry.name().unwrap().into_owned();
                    let wanted = entry.is_file() && !name.contains("__MACOSX");
                    if !wanted || !name.contains(member) {
                        return None;
                    }
                    let mut bytes = Vec::new();
                    entry.read_to_end(&mut bytes).unwrap();
                    Some((name, bytes))
                })
                .collect()
        }
        "dbf" => {
            let entries = std::fs::read_dir(path.parent()?).ok()?;
            let mut files: Files = entries
                .filter_map(Result::ok)
                .filter_map(|entry| {
                    let name = entry.file_name().to_string_lossy().into_owned();
                    let side = ["dbf", "shp", "shx", "prj", "cpg", "json"]
                        .iter()
                        .any(|ending| name.ends_with(ending));
                    (side && name.starts_with(stem)).then(|| {
                        let bytes = std::fs::read(entry.path()).unwrap();
                        (name, bytes)
                    })
                })
                .collect();
            files.sort();
            files
        }
        _ => vec![(name, bytes)],
    };
    Some(files)
}

/// All of the corpus. It takes minutes, so that the whole is asked for by `TRAMLINE_EVERY_UNIT`; a
/// sample of tables runs always.
#[test]
fn tables_of_the_corpus_prove_their_units() {
    let corpus =
        std::env::var_os("TRAMLINE_CORPUS").map_or_else(|| shared().join("corpus"), Into::into);
    let tables: Tables = toml::from_str(include_str!("tables.toml")).unwrap();
    let every = std::env::var_os("TRAMLINE_EVERY_UNIT").is_some();
    let mut figures = Figures::default();
    for known in tables.table.iter().step_by(if every { 1 } else { 6 }) {
        let Some(files) = files_of(&corpus.join(&known.path), &known.member) else {
            eprintln!("SKIPPED units of {}: it is not there", known.path);
            continue;
        };
        let label = known.path.rsplit('/').next().unwrap_or_default();
        figures.add(label, &files, known, every);
    }
    let least = if every { OF_CORPUS } else { OF_SAMPLE };
    figures.check("units changed over the corpus", least);
}

/// A generated table for each kind of work: runs everywhere.
#[test]
fn generated_tables_prove_their_units() {
    let mut figures = Figures::default();
    for (field, columns, known) in generated() {
        let simulated = field.simulate();
        let form = Form::default();
        let files = table::write(&field, &simulated, &form, columns);
        figures.add(&field.crop, &files, &known, true);
    }
    figures.check("units changed over generated tables", OF_GENERATED);
}

fn generated() -> Vec<(Field, &'static str, Known)> {
    let field = |work: &str, crop: &str, width_m: f64, rate: f64| Field {
        work: work.to_owned(),
        crop: crop.to_owned(),
        latitude: 47.3,
        longitude: 9.4,
        width_m,
        speed_m_s: 2.1,
        rate,
        moisture: 13.0,
        dry_moisture: 14.0,
        bushel_kg: 27.2155,
        passes: 8,
        pass_records: 60,
        bearing_deg: 25.0,
        start: "2024-08-01T10:00:00Z".to_owned(),
        offset_min: 120,
    };
    let known = |columns: &[[&str; 3]]| Known {
        path: String::new(),
        member: String::new(),
        crop: None,
        width_m: None,
        rows: None,
        columns: columns
            .iter()
            .map(|column| column.iter().map(|text| (*text).to_owned()).collect())
            .collect(),
    };
    vec![
        (
            field("harvest", "Wheat", 9.0, 0.8),
            "Longitude | longitude |\nLatitude | latitude |\nCrop | text | Wheat\n\
             Time | time | utc\nDistance (m) | distance | m\nWidth (m) | width | m\n\
             Area (m2) | area | m2\nSpeed (km/h) | speed | km/h\nElevation (m) | elevation | m\n\
             Mass Flow (kg/s) | flow | kg/s\nDuration (s) | duration | s\n\
             Moisture (%) | moisture |\nWet Yield Mass (t/ha) | wetRate | t/ha\n",
            known(&[
                ["Distance (m)", "m", "way"],
                ["Width (m)", "m", "area"],
                ["Area (m2)", "m2", "area"],
                ["Speed (km/h)", "km/h", "clock"],
                ["Elevation (m)", "m", ""],
                ["Mass Flow (kg/s)", "kg/s", "yield"],
                ["Wet Yield Mass (t/ha)", "t/ha", "flow"],
            ]),
        ),
        (
            field("planting", "Corn", 6.0, 8.5),
            "Longitude | longitude |\nLatitude | latitude |\nCrop | text | Corn\n\
             Time | time | utc\nDistance (m) | distance | m\nWidth (m) | width | m\n\
             Seed Rate (seeds/ha) | rate | seeds/ha\nSeed Rate Target (seeds/ha) | target | seeds/ha\n\
             Speed (km/h) | speed | km/h\n",
            known(&[
                ["Distance (m)", "m", "way"],
                ["Width (m)", "m", "passes"],
                ["Speed (km/h)", "km/h", "clock"],
                ["Seed Rate (seeds/ha)", "seeds/ha", "target"],
                ["Seed Rate Target (seeds/ha)", "seeds/ha", "target"],
            ]),
        ),
        (
            field("application", "Wheat", 24.0, 0.015),
            "Longitude | longitude |\nLatitude | latitude |\nProduct | text | Fungicide A\n\
             Time | time | utc\nDistance (m) | distance | m\nWidth (m) | width | m\n\
             Applied Rate (L/ha) | rate | L/ha\nTarget Rate (L/ha) | target | L/ha\n\
             Speed (km/h) | speed | km/h\n",
            known(&[
                ["Distance (m)", "m", "way"],
                ["Width (m)", "m", "passes"],
                ["Speed (km/h)", "km/h", "clock"],
                ["Applied Rate (L/ha)", "L/ha", "target"],
                ["Target Rate (L/ha)", "L/ha", "target"],
            ]),
        ),
    ]
}
