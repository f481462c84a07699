//! The page of a machine file that could not be converted: what it is, why, and what to do.

use super::document::{Block, Cell, Gravity, Notice, Section, Table, Words};
use super::head::some;
use super::input::Page;
use super::look::Look;
use super::notes::{format_name, maker, sentence};
use super::text::{WORD, count, last_part};

/// Most characters of a reason and of what to do: a page has room for both.
const REASON: usize = 600;
/// Files that are named.
const MOST_ENTRIES: usize = 12;

/// What to do where the program knows nothing better.
const ADVICE: &str = "Export the work again, from the display or from the program of the maker, as ISOXML \
    (TASKDATA), as a shapefile or as a table, and convert that. If the file is sound, report it to the \
    developers of Tramline, with the text of this page";

/// The steps in the order of the report, and what people call them.
const STEPS: [(&str, &str); 8] = [
    ("originalFile", "Keep the original files"),
    ("rawGeojson", "Read the records"),
    ("standardGeojson", "Make standard points"),
    ("filteredGeojson", "Clean the points"),
    ("summary", "Make the totals"),
    ("units", "List the units"),
    ("propertiesPNGs", "Draw the maps"),
    ("zippedPNGs", "Pack the maps"),
];

/// Why it failed and what to do; the steps' own words.
pub(super) fn reason(file: Look<'_>) -> Option<Notice> {
    let steps = file.get("steps");
    let failed = STEPS.iter().map(|(key, _)| steps.get(key));
    let step = failed
        .into_iter()
        .find(|step| step.get("status").text() == "failed")?;
    let (message, detail) = (step.get("message").text(), step.get("detail").text());
    let detail = without_folders(file, detail);
    let detail = detail.as_str();
    let text = match (message, detail) {
        ("", "") => Words::own("The file could not be converted"),
        (message, "") => sentence(message, REASON),
        // Says only that it failed.
        ("Failed to convert file on provider batch processing", detail) => sentence(detail, REASON),
        (message, detail) => sentence(message, REASON)
            .and(": ")
            .then(sentence(detail, REASON)),
    };
    let hint = match step.get("hint").text() {
        "" => Words::own(ADVICE),
        hint => sentence(hint, REASON),
    };
    Some(Notice {
        gravity: Gravity::Error,
        text,
        hint,
        code: String::new(),
    })
}

/// A text without the folders of the file's entries, which often bear names of people.
fn without_folders(file: Look<'_>, text: &str) -> String {
    let mut text: String = text.chars().take(8 * REASON).collect();
    for entry in file.get("entries").list().take(100) {
        let entry = entry.text();
        let name = last_part(entry);
        if name.len() < entry.len() && !name.is_empty() {
            text = text.replace(entry, name);
        }
    }
    text
}

/// What the file is, and how far it came.
pub(super) fn sections(page: &Page<'_>) -> Vec<Section> {
    let mut facts: Vec<(Words, Words)> = Vec::new();
    let mut fact = |name: &str, value: Words| {
        if !value.is_empty() {
            facts.push((Words::own(name), value));
        }
    };
    fact("Format", format_name(page.file.get("fileFormat").text()));
    fact("Maker", Words::data(maker(page), WORD));
    fact(
        "Kind of work",
        match page.operation() {
            "harvested" => Words::own("harvest"),
            "planted" => Words::own("planting"),
            "applied" => Words::own("application"),
            "tillage" => Words::own("tillage"),
            _ => Words::own("not known"),
        },
    );
    let records = page.file.get("records");
    fact(
        "Records that were read",
        Words::own(count(records.get("read").count())),
    );
    let skipped = records.get("skippedBytes").count();
    if skipped > 0 {
        fact("Bytes that are no records", Words::own(count(skipped)));
    }
    let entries: Vec<&str> = page.file.get("entries").list().map(Look::text).collect();
    let names: Vec<&str> = entries.iter().map(|entry| last_part(entry)).collect();
    fact("Files", Words::own(count(entries.len() as u64)));
    let mut blocks = vec![Block::Facts(facts)];
    if !names.is_empty() {
        let names = some(&names, MOST_ENTRIES, WORD + 12);
        blocks.push(Block::Text(
            Words::own("Files: ").then(Words::joined(names, ", ")),
        ));
    }
    let steps = STEPS.iter().filter_map(|(key, name)| {
        let status = page.file.get("steps").get(key).get("status").text();
        let status = match status {
            "processed" => "done",
            "failed" => "failed",
            "skipped" => "not done",
            _ => return None,
        };
        Some(vec![
            Cell::Text(Words::own(*name)),
            Cell::Text(Words::own(status)),
        ])
    });
    let rows: Vec<Vec<Cell>> = steps.collect();
    let what = Section {
        title: Words::own("What this file is"),
        may_break: true,
        blocks,
    };
    let steps = (!rows.is_empty()).then(|| Section {
        title: Words::own("How far it came"),
        may_break: false,
        blocks: vec![Block::Table(Table {
            heads: ["Step", "Result"].map(Words::own).to_vec(),
            rows,
            cards: false,
        })],
    });
    [Some(what), steps].into_iter().flatten().collect()
}
