//! The parts of a page in their order, as many as one sheet has room for.
//!
//! Rule: first what must be known, then the numbers that matter most, the map, all numbers, what was left
//! out and why, what was noticed. A full page makes the map lower before it leaves findings out.

use super::document::{Block, Document, Paper, Section, TEXT_HEIGHT_MM, TEXT_WIDTH_MM};
use super::failed;
use super::fit::{self, COLUMN_MM};
use super::input::Page;
use super::map::{HEIGHT_MM, LEAST_HEIGHT_MM};
use super::units::System;
use super::{chart, head, losses, map, notes, totals};

/// Heading, its lines and the foot.
const FRAME_MM: f64 = 34.0;
/// The box around what stands above.
const BOX_MM: f64 = 6.0;
const FIGURES_MM: f64 = 15.0;
/// Scale bar, heading and the room around a map.
const MAP_MORE_MM: f64 = 17.0;
/// Two columns are never quite equal.
const BALANCE: f64 = 0.88;
/// Height that the findings get before the map does.
const FINDINGS_MM: f64 = 18.0;

/// The page as a document.
pub(super) fn document(page: &Page<'_>) -> Document {
    let mut blocks = Vec::new();
    let mut above = notes::first(page);
    if let Some(reason) = failed::reason(page.file).filter(|_| page.is_failed()) {
        above.insert(0, reason);
    }
    let mut left = TEXT_HEIGHT_MM - FRAME_MM;
    let heights = above
        .iter()
        .map(|one| fit::notice(one, TEXT_WIDTH_MM) * 1.2);
    left -= heights.sum::<f64>();
    if !above.is_empty() {
        left -= BOX_MM;
        blocks.push(Block::Notices(above));
    }
    let mut sections: Vec<Section> = Vec::new();
    if page.is_failed() {
        sections.extend(failed::sections(page));
    } else {
        let (figures, facts) = totals::figures(page);
        if !figures.is_empty() {
            blocks.push(Block::Figures(figures));
            left -= FIGURES_MM;
        }
        sections.extend(facts);
        sections.extend(chart::section(page));
        sections.extend(totals::sections(page));
    }
    sections.extend(losses::section(page));
    let heights = sections.iter().map(|one| fit::section(one, COLUMN_MM));
    let heights: Vec<f64> = heights.collect();
    let needed: f64 = heights.iter().sum();
    // Two columns hold twice their height, less what cannot be cut.
    let columns = |left: f64| left * 2.0 * BALANCE;
    let least = fit::columns(&heights).max((needed + FINDINGS_MM) / (2.0 * BALANCE));
    let height = left - MAP_MORE_MM - least;
    let height = height.clamp(LEAST_HEIGHT_MM, HEIGHT_MM);
    if let Some(map) = map::map(page, height) {
        let below = if map.legend_beside { 0.0 } else { 13.0 };
        left -= map.frame_mm[1] + below + MAP_MORE_MM;
        blocks.push(Block::Map(Box::new(map)));
    }
    let mut room = columns(left) - needed - 8.0;
    let fits = |notice: &super::document::Notice| {
        room -= fit::notice(notice, COLUMN_MM);
        room > 0.0
    };
    sections.extend(notes::findings(page, fits));
    if !sections.is_empty() {
        blocks.push(Block::Columns(sections));
    }
    Document {
        paper: match page.system {
            System::Metric => Paper::A4,
            System::Imperial => Paper::Letter,
        },
        one_sheet: true,
        title: head::title(page),
        subtitle: head::subtitle(page),
        blocks,
        foot: notes::foot(page),
    }
}
