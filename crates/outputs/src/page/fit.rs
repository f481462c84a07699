//! How high the parts of a page are on paper, so that one sheet holds them.
//!
//! Rule: an estimate from above, by the sizes of `style.css`: what does not fit is left out with its
//! number told, never cut by the edge of the sheet.

use super::document::{Block, Cell, GAP_MM, Notice, Section, TEXT_WIDTH_MM, Table, Words};

/// Height of a line of small text, and of one of facts.
const LINE_MM: f64 = 3.9;
const FACT_MM: f64 = 4.8;
/// A heading with the room around it and its section.
const HEADING_MM: f64 = 8.2;
const BARS_MM: f64 = 24.5 + 4.5;
/// Mean width of a small letter.
const LETTER_MM: f64 = 1.62;

/// Width of one of two columns.
pub(super) const COLUMN_MM: f64 = (TEXT_WIDTH_MM - GAP_MM) / 2.0;

/// Height of small text that is broken into lines of this width.
pub(super) fn text(words: &Words, width_mm: f64) -> f64 {
    letters(words.plain().chars().count(), width_mm)
}

fn letters(letters: usize, width_mm: f64) -> f64 {
    let lines = (letters as f64 * LETTER_MM / width_mm).ceil().max(1.0);
    lines * LINE_MM
}

/// Height of one notice.
pub(super) fn notice(notice: &Notice, width_mm: f64) -> f64 {
    let count = |words: &Words| words.plain().chars().count();
    let hint = match count(&notice.hint) {
        0 => 0,
        hint => hint + 13,
    };
    let all = count(&notice.text) + hint + notice.code.len() + 10;
    letters(all, width_mm - 3.0) + 0.8
}

/// Height of two columns that hold sections of these heights in their order, none of them cut.
pub(super) fn columns(heights: &[f64]) -> f64 {
    let all: f64 = heights.iter().sum();
    let mut first = 0.0;
    let mut best = all;
    for height in heights {
        first += height;
        best = f64::min(best, f64::max(first, all - first));
    }
    best
}

/// Height of a section in a column.
pub(super) fn section(section: &Section, width_mm: f64) -> f64 {
    let blocks = section.blocks.iter();
    HEADING_MM + blocks.map(|one| block(one, width_mm)).sum::<f64>()
}

fn block(block: &Block, width_mm: f64) -> f64 {
    match block {
        Block::Notices(list) => list.iter().map(|one| notice(one, width_mm)).sum(),
        Block::Text(words) => text(words, width_mm) + 1.0,
        Block::Facts(rows) => rows.len() as f64 * FACT_MM + 1.0,
        Block::Table(one) => table(one, width_mm),
        Block::Bars(_) => BARS_MM,
        Block::Figures(_) => 13.0,
        Block::Section(one) => section(one, width_mm),
        Block::Columns(list) => list.iter().map(|one| section(one, width_mm)).sum(),
        Block::Map(map) => map.frame_mm[1] + 7.0 + HEADING_MM,
    }
}

/// Height of a table: its first cells are broken into the room that the others leave.
fn table(table: &Table, width_mm: f64) -> f64 {
    let others = table.heads.len().saturating_sub(1);
    let width_mm = width_mm * (1.0 - 0.2 * others as f64).clamp(0.35, 0.68);
    let rows = table.rows.iter().map(|row| match row.first() {
        Some(Cell::Number(words) | Cell::Text(words) | Cell::Link { words, .. }) => {
            text(words, width_mm)
        }
        _ => LINE_MM,
    });
    let lines: f64 = rows.map(|height| height + 0.65).sum();
    lines + LINE_MM + 1.65
}
