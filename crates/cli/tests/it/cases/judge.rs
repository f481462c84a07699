//! What a conversion by the executable must say and give, as data; and what it did.
//!
//! Rule: every expectation is a number or word known from outside; a quantity is compared in its
//! base unit, so that the units of the output do not matter.

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use tramline_model::Unit;

/// The right outcome of one run.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Expected {
    /// Exit codes that are right; 0 when empty.
    pub(crate) exit: Vec<i32>,
    /// Rows of the standard output over all machine files.
    pub(crate) rows: Option<u64>,
    /// Blocks that a person gets to read: machine files, and what was left out (a set once).
    pub(crate) named: Option<usize>,
    /// Kind of work of the only machine file.
    pub(crate) operation: Option<String>,
    /// Crop of the summary, in its words; in small letters.
    pub(crate) crop: Option<String>,
    /// Key of the summary (dots lead deeper, `|` parts keys of which one must be there) to a
    /// quantity: `7.35 ha`, `7.35 ha ~3` (within 3 %; else 1 %), `5..9`, `3..9 ha`.
    pub(crate) values: BTreeMap<String, String>,
    /// Key of the summary to its text.
    pub(crate) texts: BTreeMap<String, String>,
    /// Keys of the summary that must not be there.
    pub(crate) absent: Vec<String>,
    /// Words that the person gets to read, in small letters; `|` parts words of which one does.
    pub(crate) says: Vec<String>,
    /// Words that nobody may read.
    pub(crate) silent: Vec<String>,
    /// Longitude and latitude of the first standard point.
    pub(crate) first_point: Option<[f64; 2]>,
    /// Names that the properties of the first standard point have.
    pub(crate) columns: Vec<String>,
    /// West, south, east, north of the standard points.
    pub(crate) bounds: Option<[f64; 4]>,
    /// Findings of severity error are wanted too.
    pub(crate) implausible: bool,
}

/// What a run did.
pub(crate) struct Done {
    pub(crate) code: i32,
    /// All that a person can read of it, in small letters.
    pub(crate) words: String,
    pub(crate) report: Value,
    /// What it said on standard error.
    said: String,
    /// Blocks about what was left out.
    left_out: usize,
    summaries: Vec<Value>,
    points: Option<Value>,
}

/// Runs `tramline convert` with its results below `folder`.
pub(crate) fn convert(input: &Path, arguments: &[String], folder: &Path) -> Done {
    let out = folder.join("out");
    let done = Command::new(env!("CARGO_BIN_EXE_tramline"))
        .arg("convert")
        .arg(input)
        .arg("-o")
        .arg(&out)
        .args(["--units", "metric"])
        .args(arguments)
        .output()
        .unwrap();
    let json =
        |path: &Path| -> Option<Value> { serde_json::from_slice(&std::fs::read(path).ok()?).ok() };
    let report = json(&out.join("report.json")).unwrap_or_default();
    let artifact = |file: &Value, kind: &str| {
        let name = file["artifacts"][kind].as_str()?.to_owned();
        json(&out.join(name))
    };
    let files = report["files"].as_array().cloned().unwrap_or_default();
    let summaries = files
        .iter()
        .filter_map(|file| Some(artifact(file, "summary")?["properties"].take()))
        .collect();
    let points = files
        .iter()
        .find_map(|file| artifact(file, "standardGeojson"));
    let printed = String::from_utf8_lossy(&done.stdout);
    // Names below the title, each before its reason.
    let section = printed
        .split("left out of the input\n")
        .nth(1)
        .unwrap_or_default();
    let names = section.lines().take_while(|line| !line.is_empty());
    let names = names.filter(|line| !line.starts_with("   "));
    let left_out = names.map(|line| line.split(", ").count()).sum();
    let words = format!(
        "{printed}\n{}\n{report:#}",
        String::from_utf8_lossy(&done.stderr)
    );
    let words = words.to_lowercase();
    let said = String::from_utf8_lossy(&done.stderr).trim().to_owned();
    Done {
        code: done.status.code().unwrap_or(-1),
        words,
        report,
        said,
        left_out,
        summaries,
        points,
    }
}

impl Done {
    /// The first error that it tells, or the end of what it says.
    fn why(&self) -> String {
        let files = self.report["files"].as_array().into_iter().flatten();
        let told = files.clone().find_map(|file| {
            let findings = file["findings"].as_array()?;
            let error = findings.iter().find(|f| f["severity"] == "error")?;
            Some(error["text"].to_string())
        });
        let failed = files
            .filter_map(|file| file["steps"].as_object())
            .flat_map(|steps| steps.values())
            .find(|step| step["status"] == "failed")
            .map(|step| format!("{} {}", step["message"], step["detail"]));
        let left = self.report["unclaimed"][0]["reason"].as_str();
        told.or(failed)
            .or(left.map(str::to_owned))
            .unwrap_or_else(|| self.said.clone())
    }
}

impl Expected {
    /// What is wrong, each in a sentence; empty when all is right.
    pub(crate) fn faults(&self, done: &Done) -> Vec<String> {
        let mut faults = Vec::new();
        let right: &[i32] = if self.exit.is_empty() {
            &[0]
        } else {
            &self.exit
        };
        if !right.contains(&done.code) {
            let why = done.why();
            faults.push(format!("exit {} and not {right:?}: {why}", done.code));
        }
        self.words(done, &mut faults);
        let all = Vec::new();
        let files = done.report["files"].as_array().unwrap_or(&all);
        let blocks = files.len() + done.left_out;
        if let Some(named) = self.named
            && named != blocks
        {
            faults.push(format!("{blocks} things are named and not {named}"));
        }
        // A refusal is judged by its words alone; what passes has more to show.
        if done.code == 0 || (done.code == 1 && self.implausible) {
            self.results(done, files, &mut faults);
        }
        faults
    }

    fn words(&self, done: &Done, faults: &mut Vec<String>) {
        for says in &self.says {
            if !says.split('|').any(|word| done.words.contains(word)) {
                faults.push(format!("nothing says `{says}`"));
            }
        }
        for silent in &self.silent {
            if done.words.contains(silent.as_str()) {
                faults.push(format!("it says `{silent}`"));
            }
        }
    }

    fn results(&self, done: &Done, files: &[Value], faults: &mut Vec<String>) {
        let standard = |file: &Value| file["points"]["standard"].as_u64().unwrap_or_default();
        let rows: u64 = files.iter().map(standard).sum();
        if let Some(wanted) = self.rows
            && wanted != rows
        {
            faults.push(format!("{rows} rows and not {wanted}"));
        }
        if let Some(wanted) = &self.operation {
            let found = files.first().map(|file| &file["operationType"]);
            if found.and_then(Value::as_str) != Some(wanted) {
                faults.push(format!("the work is {found:?} and not {wanted}"));
            }
        }
        if !self.implausible {
            let error = files
                .iter()
                .flat_map(|file| file["findings"].as_array().cloned().unwrap_or_default())
                .find(|finding| finding["severity"] == "error");
            if let Some(error) = error {
                faults.push(format!("false alarm: {}", error["text"]));
            }
        }
        let none = Value::Null;
        let summary = done.summaries.first().unwrap_or(&none);
        if let Some(crop) = &self.crop
            && !summary["crop"].to_string().to_lowercase().contains(crop)
        {
            faults.push(format!("the crop is {} and not {crop}", summary["crop"]));
        }
        for (key, quantity) in &self.values {
            faults.extend(value_fault(summary, key, quantity));
        }
        for (key, text) in &self.texts {
            let found = inner(summary, key);
            if found.as_str() != Some(text) {
                faults.push(format!("{key} is {found} and not {text}"));
            }
        }
        for key in &self.absent {
            let found = inner(summary, key);
            if !found.is_null() {
                faults.push(format!("{key} is {found} and should be absent"));
            }
        }
        let first = done
            .points
            .as_ref()
            .map_or(&none, |points| &points["features"][0]);
        for column in &self.columns {
            if first["properties"][column].is_null() {
                faults.push(format!("the points have no {column}"));
            }
        }
        faults.extend(self.places(done));
    }

    fn places(&self, done: &Done) -> Option<String> {
        if self.first_point.is_none() && self.bounds.is_none() {
            return None;
        }
        let features = done.points.as_ref().map(|points| &points["features"]);
        let places: Vec<[f64; 2]> = features
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|feature| {
                let place = &feature["geometry"]["coordinates"];
                Some([place[0].as_f64()?, place[1].as_f64()?])
            })
            .collect();
        let Some(first) = places.first() else {
            return Some("there are no points".to_owned());
        };
        // Two metres, or a fifth of one where the very point is known.
        let near = |a: f64, b: f64, within: f64| (a - b).abs() < within;
        if let Some([x, y]) = self.first_point
            && !(near(first[0], x, 2e-6) && near(first[1], y, 2e-6))
        {
            return Some(format!("the first point is {first:?} and not {x} {y}"));
        }
        let bounds = self.bounds?;
        let mut found = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
        for [x, y] in places {
            found = [
                found[0].min(x),
                found[1].min(y),
                found[2].max(x),
                found[3].max(y),
            ];
        }
        let right = bounds.iter().zip(found).all(|(a, b)| near(*a, b, 3e-5));
        (!right).then(|| format!("the points lie in {found:?} and not in {bounds:?}"))
    }
}

/// The member of a summary that dots lead to; of alternatives the first that is there.
fn inner<'a>(summary: &'a Value, keys: &str) -> &'a Value {
    static NULL: Value = Value::Null;
    keys.split('|')
        .map(|key| {
            key.split('.')
                .fold(summary, |value, part| match part.parse::<usize>() {
                    Ok(at) => &value[at],
                    Err(_) => &value[part],
                })
        })
        .find(|value| !value.is_null())
        .unwrap_or(&NULL)
}

/// A number, with its unit if it has one, in the base unit.
fn in_base(node: &Value) -> Option<f64> {
    let number = [node, &node["value"], &node["avg"]]
        .into_iter()
        .find_map(Value::as_f64)?;
    let Some(unit) = node["unit"].as_str() else {
        return Some(number);
    };
    let unit = Unit::parse(unit)?;
    Some((number + unit.offset) * unit.factor)
}

fn value_fault(summary: &Value, key: &str, quantity: &str) -> Option<String> {
    let node = inner(summary, key);
    let mut parts = quantity.split_whitespace();
    let number = parts.next().unwrap_or_default();
    let (mut within, mut factor, mut offset) = (1.0, 1.0, 0.0);
    for part in parts {
        if let Some(percent) = part.strip_prefix('~') {
            within = percent.parse().unwrap();
        } else {
            let unit = Unit::parse(part).unwrap_or_else(|| panic!("no unit in `{quantity}`"));
            (factor, offset) = (unit.factor, unit.offset);
        }
    }
    let base = |text: &str| (text.parse::<f64>().unwrap() + offset) * factor;
    let (low, high) = match number.split_once("..") {
        Some((low, high)) => (base(low), base(high)),
        None => {
            let middle = base(number);
            let half = middle.abs() * within / 100.0;
            (middle - half, middle + half)
        }
    };
    let right = in_base(node).is_some_and(|found| low <= found && found <= high);
    (!right).then(|| format!("{key} is {node} and not {quantity}"))
}
