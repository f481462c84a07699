//! The row of a machine file in the table of results.

use crate::table::{Cell, Column};
use crate::totals::Totals;
use console::Style;
use serde_json::Value;
use std::path::Path;
use tramline_convert::FileReport;
use tramline_model::{Artifact, FileStatus, OperationType, Severity};

/// Titles of the table.
pub(super) fn columns() -> [Column; 10] {
    [
        Column::numbers(""),
        Column::words("field"),
        Column::whole("work"),
        Column::words("crop or product"),
        Column::whole("day"),
        Column::numbers("area"),
        Column::numbers("amount"),
        Column::numbers("per area"),
        Column::numbers("left out"),
        Column::words("result"),
    ]
}

/// What the table says of a machine file.
pub(super) struct Row {
    number: String,
    field: String,
    work: &'static str,
    crop: String,
    day: String,
    totals: Totals,
    left_out: String,
    result: (String, Style),
}

impl Row {
    /// Of a machine file, with its summary in the folder of the results.
    pub(super) fn of(file: &FileReport, folder: &Path) -> Self {
        let summary = summary(file, folder);
        let properties = &summary["properties"];
        Self {
            number: number(&file.dir).to_owned(),
            field: field(file, properties),
            work: work(&file.operation_type),
            crop: crop(properties),
            day: days(properties),
            totals: Totals::of(properties),
            left_out: left_out(file),
            result: result(file, &Totals::of(properties).calibrated),
        }
    }

    pub(super) fn into_cells(self) -> Vec<Cell> {
        let (result, style) = self.result;
        vec![
            Cell::from(self.number),
            Cell::from(self.field),
            Cell::from(self.work),
            Cell::from(self.crop),
            Cell::from(self.day),
            Cell::from(self.totals.area),
            Cell::from(self.totals.amount),
            Cell::from(self.totals.rate),
            Cell::from(self.left_out),
            Cell::styled(result, style),
        ]
    }
}

/// `01` of `01-north-forty`.
pub(super) fn number(dir: &str) -> &str {
    dir.split_once('-').map_or(dir, |(number, _)| number)
}

/// The summary of a machine file; null where there is none.
pub(super) fn summary(file: &FileReport, folder: &Path) -> Value {
    let name = file.artifacts.get(&Artifact::Summary);
    let bytes = name.and_then(|name| std::fs::read(folder.join(name)).ok());
    let summary = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    summary.unwrap_or_default()
}

/// Kind of work in a word.
pub(super) fn work(kind: &OperationType) -> &'static str {
    match kind {
        OperationType::Harvested => "harvest",
        OperationType::Planted => "planting",
        OperationType::Applied => "application",
        OperationType::Tillage => "tillage",
        OperationType::Other(name) if name == "unknown" => "unknown",
        OperationType::Other(_) => "other",
    }
}

/// The field, or what the display called the work.
fn field(file: &FileReport, properties: &Value) -> String {
    let field = properties["originalOperationData"]["originalOperationField"].as_str();
    let field = field.map(str::trim).filter(|field| !field.is_empty());
    let text = field.unwrap_or(&file.name);
    match text.chars().all(|letter| letter.is_ascii_digit()) && field.is_some() {
        true => format!("field {text}"),
        false => text.to_owned(),
    }
}

fn crop(properties: &Value) -> String {
    let crops = properties["crop"].as_array().into_iter().flatten();
    let crops: Vec<&str> = crops.filter_map(Value::as_str).collect();
    if !crops.is_empty() {
        return some(&crops);
    }
    let products = properties["products"].as_array().into_iter().flatten();
    let products = products.filter_map(|product| product["name"].as_str());
    some(
        &products
            .filter(|name| *name != "unknown")
            .collect::<Vec<_>>(),
    )
}

/// The first, and how many more.
fn some(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first, more @ ..] => format!("{first} +{}", more.len()),
    }
}

/// Local day of the beginning, and how many more days.
fn days(properties: &Value) -> String {
    let day = |local: &str, utc: &str| {
        let text = properties[local].as_str().or(properties[utc].as_str())?;
        text.get(..10)?.parse::<jiff::civil::Date>().ok()
    };
    let Some(first) = day("localStartDay", "startTime") else {
        return String::new();
    };
    let last = day("localEndDay", "endTime").unwrap_or(first);
    match (last - first).get_days() {
        1.. => format!("{first} to {last}"),
        _ => first.to_string(),
    }
}

/// Share of the points that the filtered output lacks.
fn left_out(file: &FileReport) -> String {
    let points = &file.points;
    let dropped: u64 = points.dropped.values().sum();
    if points.read == 0 || file.status == FileStatus::Failed {
        return String::new();
    }
    let share = dropped as f64 / points.read as f64 * 100.0;
    match dropped {
        0 => "none".to_owned(),
        _ if share < 1.0 => "< 1 %".to_owned(),
        _ if share > 99.0 && dropped < points.read => "> 99 %".to_owned(),
        _ => format!("{share:.0} %"),
    }
}

/// How it ended, in a word or two.
fn result(file: &FileReport, calibrated: &str) -> (String, Style) {
    if file.closed {
        return ("not read".to_owned(), Style::new().yellow());
    }
    if file.status == FileStatus::Failed {
        return ("failed".to_owned(), Style::new().red().bold());
    }
    if file.implausible().next().is_some() {
        return ("check: impossible".to_owned(), Style::new().red().bold());
    }
    if let Some(lacks) = file.incomplete() {
        return (lacks, Style::new().yellow());
    }
    let warned = |finding: &&tramline_model::Finding| finding.severity != Severity::Note;
    let mut text = "ok".to_owned();
    match file.findings.iter().filter(warned).count() {
        0 => {}
        1 => text.push_str(", 1 warning"),
        many => text.push_str(&format!(", {many} warnings")),
    }
    if !calibrated.is_empty() {
        text.push_str(&format!(", {calibrated}"));
    }
    (text, Style::new().green())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn days_and_crops_in_few_words() {
        for (start, end, expected) in [
            (json!("2016-09-19"), json!("2016-09-19"), "2016-09-19"),
            (
                json!("2016-09-19"),
                json!("2016-09-21"),
                "2016-09-19 to 2016-09-21",
            ),
            (json!(null), json!(null), ""),
            (json!("what"), json!("2016-09-19"), ""),
        ] {
            let properties = json!({"localStartDay": start, "localEndDay": end});
            assert_eq!(days(&properties), expected);
        }
        assert_eq!(
            days(&json!({"startTime": "2016-09-19T10:00:00Z"})),
            "2016-09-19"
        );
        assert_eq!(crop(&json!({"crop": ["soybeans"]})), "soybeans");
        let products = json!({"products": [{"name": "unknown"}, {"name": "N"}, {"name": "K"}]});
        assert_eq!(crop(&products), "N +1");
    }
}
