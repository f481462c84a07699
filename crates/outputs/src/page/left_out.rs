//! What of an input is in no machine file, and why: each reason once.

use super::document::{Block, Cell, Section, Table, Words};
use super::head::some;
use super::look::Look;
use super::notes::sentence;
use super::text::{count, last_part, part_of};
use std::collections::HashMap;

/// Reasons that are shown, and names for each.
const MOST_REASONS: usize = 30;
const NAMES: usize = 3;
/// Most characters of a reason and of a name.
const REASON: usize = 400;
const ENTRY: usize = 40;
/// Entries that are looked at.
const MOST_ENTRIES: usize = 200_000;

pub(super) fn section(report: Look<'_>) -> Option<Block> {
    let mut reasons: Vec<(&str, Vec<&str>, u64)> = Vec::new();
    let mut at: HashMap<&str, usize> = HashMap::new();
    for entry in report.get("unclaimed").list().take(MOST_ENTRIES) {
        let reason = entry.get("reason").text();
        let place = *at.entry(reason).or_insert(reasons.len());
        if place == reasons.len() {
            reasons.push((reason, Vec::new(), 0));
        }
        if let Some((_, names, number)) = reasons.get_mut(place) {
            *number += 1;
            let name = last_part(entry.get("entry").text());
            if names.len() < NAMES && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    let all = reasons.len();
    let rows = reasons.into_iter().take(MOST_REASONS);
    let rows = rows.map(|(reason, names, number)| {
        let shown = names.len() as u64;
        let mut names = Words::joined(some(&names, NAMES, ENTRY), ", ");
        if number > shown {
            names = names.and(&format!(" and {} more", count(number - shown)));
        }
        vec![Cell::Text(names), Cell::Text(sentence(reason, REASON))]
    });
    let rows: Vec<Vec<Cell>> = rows.collect();
    (!rows.is_empty()).then(|| {
        Block::Section(Section {
            title: Words::own("Files that are in no machine file").and(&part_of(rows.len(), all)),
            may_break: true,
            blocks: vec![Block::Table(Table {
                heads: ["Files", "Why"].map(Words::own).to_vec(),
                rows,
                cards: false,
            })],
        })
    })
}
