//! The index of an input: totals by kind of work, one row for each machine file by field, maps of fields
//! over their parts, what failed, what was left out and why, what was noticed.
//!
//! Rule: bounded as a page is: rows, groups and pictures have a most, and what is beyond is counted.

use super::document::{
    Block, Cell, Document, Figure, MapBlock, Notice, Paper, Section, Table, Words,
};
use super::field;
use super::input::{Page, PageInput};
use super::left_out;
use super::look::Look;
use super::map;
use super::notes;
use super::row::{IndexRow, PICTURE_MM, amount_words};
use super::stored::{ClassMap, PAGE, Painted};
use super::text::{NAME, SENTENCE, count, last_part, part_of};
use super::units::System;
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

/// Name of the index in the folder of results.
pub const INDEX: &str = "index.html";

/// Rows and pictures at most: with more the page would be heavy.
const MOST_FILES: usize = 2_000;
const MOST_PICTURES: usize = 400;
const MOST_WORKS: usize = 40;
const MOST_FINDINGS: usize = 20;
/// Height of the map of a field.
const FIELD_MM: f64 = 80.0;
/// Maps of fields at most.
pub const MOST_FIELD_MAPS: usize = 20;

/// A map over several machine files of one kind of work in one field.
pub struct FieldMap {
    /// Places in the list of rows.
    pub parts: Vec<usize>,
    /// The map with its classes.
    pub map: ClassMap,
}

/// What an index is made of.
pub struct IndexInput<'a> {
    /// `report.json`.
    pub report: &'a Value,
    /// A row for each of its machine files, in their order.
    pub rows: &'a [IndexRow],
    /// Maps of fields.
    pub fields: &'a [FieldMap],
    /// Version of Tramline.
    pub version: &'a str,
}

/// The machine files that belong together in one map of a field, each group with the property that it
/// shows; by their places in the list.
pub fn field_groups(rows: &[IndexRow]) -> Vec<(Vec<usize>, &'static str)> {
    let places: Vec<_> = rows
        .iter()
        .map(|row| row.place.clone().filter(|_| row.rate_property.is_some()))
        .collect();
    let groups = field::groups(&places).into_iter();
    let groups = groups.filter_map(|group| {
        let property = rows.get(*group.first()?)?.rate_property?;
        let same = |at: &usize| {
            rows.get(*at)
                .is_some_and(|r| r.rate_property == Some(property))
        };
        group.iter().all(same).then_some((group, property))
    });
    groups.take(MOST_FIELD_MAPS).collect()
}

/// The index as a document.
pub fn index(input: &IndexInput<'_>) -> Document {
    let report = Look(input.report);
    let imperial = input.rows.iter().filter(|row| row.imperial).count();
    let system = match imperial * 2 > input.rows.len() {
        true => System::Imperial,
        false => System::Metric,
    };
    let name = Words::data(last_part(report.get("input").get("name").text()), NAME);
    let (done, failed): (Vec<&IndexRow>, Vec<&IndexRow>) =
        input.rows.iter().partition(|row| row.failed.is_none());
    let own: Vec<&IndexRow> = done.iter().copied().filter(|row| row.counts).collect();
    let mut blocks = vec![Block::Figures(figures(system, &own, failed.len()))];
    blocks.extend(works(system, &own));
    blocks.extend(fields(input));
    blocks.extend(failures(&failed));
    blocks.extend(left_out::section(report));
    blocks.extend(findings(report));
    Document {
        paper: match system {
            System::Metric => Paper::A4,
            System::Imperial => Paper::Letter,
        },
        one_sheet: false,
        title: match name.is_empty() {
            true => Words::own("Field work"),
            false => Words::own("Field work in ").then(name),
        },
        subtitle: vec![Words::own(
            "One row for each machine file: the work of one machine on one field. A name leads to its page.",
        )],
        blocks,
        foot: Words::own("Tramline ").then(Words::data(input.version, NAME)),
    }
}

fn figures(system: System, done: &[&IndexRow], failed: usize) -> Vec<Figure> {
    let figure = |name: &str, value: String| Figure {
        name: Words::own(name),
        value: Words::own(value),
    };
    let mut list = vec![figure("Machine files", count(done.len() as u64))];
    if failed > 0 {
        list.push(figure("Not converted", count(failed as u64)));
    }
    let mut fields: Vec<&str> = done.iter().map(|row| row.field.as_str()).collect();
    fields.sort_unstable();
    fields.dedup();
    fields.retain(|field| !field.is_empty());
    if !fields.is_empty() {
        list.push(figure("Fields with a name", count(fields.len() as u64)));
    }
    let area: f64 = done.iter().filter_map(|row| row.area_m2).sum();
    if area > 0.0 {
        list.push(figure("Worked area, all works", system.amount(area, "m2")));
    }
    list
}

/// One kind of work with one crop or product, summed up.
#[derive(Default)]
struct Work {
    name: Words,
    files: u64,
    area_m2: f64,
    amounts: BTreeMap<String, f64>,
}

/// Totals by kind of work and crop, the largest area first.
fn works(system: System, done: &[&IndexRow]) -> Option<Block> {
    let mut works: BTreeMap<String, Work> = BTreeMap::new();
    for row in done {
        let work = works.entry(row.work.plain()).or_default();
        work.name = row.work.clone();
        work.files += 1;
        work.area_m2 += row.area_m2.unwrap_or(0.0);
        for (value, unit) in &row.amounts {
            *work.amounts.entry(unit.clone()).or_default() += value;
        }
    }
    let mut works: Vec<Work> = works.into_values().collect();
    works.sort_by(|a, b| b.area_m2.total_cmp(&a.area_m2));
    let all = works.len();
    let row = |work: Work| {
        let amounts = work.amounts.iter();
        let amounts: Vec<String> = amounts
            .map(|(unit, value)| amount_words(system, *value, unit))
            .collect();
        vec![
            Cell::Text(work.name.capital()),
            Cell::Number(Words::own(count(work.files))),
            Cell::Number(Words::own(match work.area_m2 > 0.0 {
                true => system.amount(work.area_m2, "m2"),
                false => "–".to_owned(),
            })),
            Cell::Number(Words::own(match amounts.is_empty() {
                true => "–".to_owned(),
                false => amounts.join(", "),
            })),
        ]
    };
    (all > 0).then(|| {
        Block::Section(Section {
            title: Words::own("Totals by kind of work").and(&part_of(MOST_WORKS.min(all), all)),
            may_break: true,
            blocks: vec![Block::Table(Table {
                heads: ["Work", "Machine files", "Area", "Amount"]
                    .map(Words::own)
                    .to_vec(),
                rows: works.into_iter().take(MOST_WORKS).map(row).collect(),
                cards: false,
            })],
        })
    })
}

/// Machine files by field: those with several of them by themselves, the rest together.
fn fields(input: &IndexInput<'_>) -> Vec<Block> {
    let mut by_field: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let done = input.rows.iter().enumerate();
    let done: Vec<usize> = done
        .filter(|(_, row)| row.failed.is_none())
        .map(|(at, _)| at)
        .collect();
    let all = done.len();
    for at in done.into_iter().take(MOST_FILES) {
        if let Some(row) = input.rows.get(at) {
            by_field.entry(row.field.as_str()).or_default().push(at);
        }
    }
    let mut pictures = MOST_PICTURES;
    let mut blocks = Vec::new();
    let mut rest: Vec<usize> = Vec::new();
    for (name, mut list) in by_field {
        if name.is_empty() || list.len() < 2 {
            rest.append(&mut list);
            continue;
        }
        let mut inner = field_maps(input, &list);
        sort(input.rows, &mut list);
        inner.push(table(input.rows, &list, &mut pictures, false));
        blocks.push(Block::Section(Section {
            title: Words::data(name, NAME + 20),
            may_break: true,
            blocks: inner,
        }));
    }
    if !rest.is_empty() {
        let mut inner = field_maps(input, &rest);
        // By name of the field, those without at the end.
        rest.sort_by_key(|at| {
            let row = input.rows.get(*at);
            row.map(|row| (row.field.is_empty(), row.field.as_str(), row.day, *at))
        });
        inner.push(table(input.rows, &rest, &mut pictures, true));
        blocks.push(Block::Section(Section {
            title: Words::own(match blocks.is_empty() {
                true => "Machine files",
                false => "Other machine files",
            }),
            may_break: true,
            blocks: inner,
        }));
    }
    if all > MOST_FILES {
        blocks.push(Block::Text(Words::own(format!(
            "{} more machine files are not listed here; report.json has all.",
            count((all - MOST_FILES) as u64)
        ))));
    }
    blocks
}

fn sort(rows: &[IndexRow], list: &mut [usize]) {
    list.sort_by_key(|at| rows.get(*at).map(|row| (row.day.is_none(), row.day, *at)));
}

/// The maps whose parts are in this list.
fn field_maps(input: &IndexInput<'_>, list: &[usize]) -> Vec<Block> {
    let maps = input.fields.iter();
    let maps = maps.filter(|field| field.parts.first().is_some_and(|at| list.contains(at)));
    maps.filter_map(|field| one_field(input.rows, field))
        .map(|map| Block::Map(Box::new(map)))
        .collect()
}

/// The map of a field with what its parts have in common and their totals.
fn one_field(rows: &[IndexRow], field: &FieldMap) -> Option<MapBlock> {
    let parts: Vec<&IndexRow> = field.parts.iter().filter_map(|at| rows.get(*at)).collect();
    let first = parts.first()?;
    let property = first.rate_property?;
    let mut painted = Painted::new(property, field.map.png.clone(), &field.map.entry);
    painted.areas_m2.clone_from(&field.map.areas_m2);
    // The legend's unit decides between acres and hectares.
    let units = serde_json::json!({ property: painted.image().unit });
    let images = [painted.image()];
    let input = PageInput {
        file: &Value::Null,
        summary: &Value::Null,
        units: &units,
        images: &images,
        histogram: None,
        version: "",
    };
    let page = Page::of(&input);
    let mut map = map::map(&page, FIELD_MM)?;
    let area = together(&parts, field)?;
    let mut amounts: BTreeMap<&str, f64> = BTreeMap::new();
    for (value, unit) in parts.iter().flat_map(|row| &row.amounts) {
        *amounts.entry(unit).or_default() += value;
    }
    let mut facts = vec![
        first.work.clone().capital(),
        Words::own(format!("{} machine files on one map", parts.len())),
        Words::own(page.system.amount(area, "m2")),
    ];
    let amounts = amounts.into_iter();
    facts.extend(amounts.map(|(unit, value)| Words::own(amount_words(page.system, value, unit))));
    facts.push(map.name);
    map.name = Words::joined(facts, " · ");
    Some(map)
}

/// The worked area of the parts of a field; `None` where they worked the same ground, each with a product
/// of its own or one after the other: then one map cannot show them.
fn together(parts: &[&IndexRow], field: &FieldMap) -> Option<f64> {
    const MOST_OVERLAP: f64 = 1.5;
    let area: f64 = parts.iter().filter_map(|row| row.area_m2).sum();
    let ground: f64 = field.map.areas_m2.iter().sum();
    (area <= ground * MOST_OVERLAP).then_some(area)
}

/// A row for each machine file.
fn table(rows: &[IndexRow], list: &[usize], pictures: &mut usize, with_field: bool) -> Block {
    let heads = [
        "Map",
        "Work",
        "Day",
        "Area",
        "Rate",
        "Amount",
        "Left out",
        "To look at",
    ];
    let rows = list.iter().filter_map(|at| {
        let row = rows.get(*at)?;
        let picture = row.picture.as_ref().filter(|_| *pictures > 0);
        *pictures -= usize::from(picture.is_some());
        let link = match with_field || row.field.is_empty() {
            true => row.name.clone().and(": ").then(row.work.clone()),
            false => row.work.clone().capital(),
        };
        let system = match row.imperial {
            true => System::Imperial,
            false => System::Metric,
        };
        let number = |text: String| Cell::Number(Words::own(text));
        let dash = || "–".to_owned();
        let area = row.area_m2.map(|m2| system.amount(m2, "m2"));
        let amount = row.amounts.first();
        let amount = amount.map(|(value, unit)| amount_words(system, *value, unit));
        Some(vec![
            match picture {
                Some(picture) => Cell::Picture(Box::new(picture.clone()), PICTURE_MM),
                None => Cell::Text(Words::own("–")),
            },
            Cell::Link {
                words: link,
                to: format!("{}/{PAGE}", row.dir),
            },
            Cell::Short(Words::own(match row.days.is_empty() {
                true => "–",
                false => &row.days,
            })),
            number(area.unwrap_or_else(dash)),
            Cell::Number(match row.rate.is_empty() {
                true => Words::own("–"),
                false => row.rate.clone(),
            }),
            number(amount.unwrap_or_else(dash)),
            Cell::Number(row.left_out.clone()),
            Cell::Short(Words::own(warnings(row.notes))),
        ])
    });
    Block::Table(Table {
        rows: rows.collect(),
        heads: heads.map(Words::own).to_vec(),
        cards: true,
    })
}

fn warnings([errors, warnings]: [usize; 2]) -> String {
    let several = |number: usize, word: &str| match number {
        0 => None,
        1 => Some(format!("1 {word}")),
        number => Some(format!("{number} {word}s")),
    };
    let list = [several(errors, "error"), several(warnings, "warning")];
    let list: Vec<String> = list.into_iter().flatten().collect();
    match list.is_empty() {
        true => "–".to_owned(),
        false => list.join(", "),
    }
}

/// What could not be converted, why, and what to do.
fn failures(failed: &[&IndexRow]) -> Option<Block> {
    let rows = failed.iter().take(MOST_FILES).filter_map(|row| {
        let [reason, hint] = row.failed.clone()?;
        Some(vec![
            Cell::Link {
                words: row.name.clone(),
                to: format!("{}/{PAGE}", row.dir),
            },
            Cell::Text(reason),
            Cell::Text(hint),
        ])
    });
    (!failed.is_empty()).then(|| {
        Block::Section(Section {
            title: Words::own("Not converted"),
            may_break: true,
            blocks: vec![Block::Table(Table {
                heads: ["Machine file", "Why", "What to do"]
                    .map(Words::own)
                    .to_vec(),
                rows: rows.collect(),
                cards: true,
            })],
        })
    })
}

/// Findings of the input as a whole, each text once.
fn findings(report: Look<'_>) -> Option<Block> {
    let mut list: Vec<(Look<'_>, usize)> = Vec::new();
    // Told with what was left out.
    let told = report.get("unclaimed").list().take(10_000);
    let told: HashSet<&str> = told.map(|entry| entry.get("reason").text()).collect();
    let findings = report.get("findings").list().take(10_000);
    let findings = findings.filter(|finding| !told.contains(finding.get("text").text()));
    for finding in findings {
        let same = |(one, _): &&mut (Look<'_>, usize)| {
            one.get("text").text() == finding.get("text").text()
        };
        match list.iter_mut().take(200).find(same) {
            Some((_, times)) => *times += 1,
            None => list.push((finding, 1)),
        }
    }
    list.sort_by_key(|(finding, _)| notes::gravity(finding));
    let shown = list.iter().take(MOST_FINDINGS).map(|(finding, times)| {
        let mut notice: Notice = notes::notice(finding);
        let place = Words::data(last_part(finding.get("place").text()), SENTENCE / 4);
        notice.text = match times {
            1 if place.is_empty() => notice.text,
            1 => notice.text.and(" (").then(place).and(")"),
            times => notice.text.and(&format!(" ({times} times)")),
        };
        notice
    });
    let shown: Vec<Notice> = shown.collect();
    (!shown.is_empty()).then(|| {
        Block::Section(Section {
            title: Words::own("What was noticed about the input")
                .and(&part_of(shown.len(), list.len())),
            may_break: true,
            blocks: vec![Block::Notices(shown)],
        })
    })
}
