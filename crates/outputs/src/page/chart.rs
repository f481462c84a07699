//! The histogram of the main rate.

use super::document::{Bars, Block, Section, Words};
use super::input::Page;
use super::text::{NAME, count, number};
use super::units::property_words;

/// More bars would be thinner than a line.
const MOST_BARS: usize = 80;

pub(super) fn section(page: &Page<'_>) -> Option<Section> {
    let histogram = page.input.histogram.as_ref()?;
    let bars = histogram.counts.len();
    let most = histogram.counts.iter().copied().max().unwrap_or(0);
    let finite = histogram.breaks.iter().all(|at| at.is_finite());
    if bars == 0 || bars > MOST_BARS || histogram.breaks.len() != bars + 1 || most == 0 || !finite {
        return None;
    }
    let symbol = page.input.units.get(&histogram.property);
    let symbol = symbol.and_then(serde_json::Value::as_str).unwrap_or("");
    // One unit for all breaks: that of the largest.
    let largest = histogram.breaks.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
    let (shown, unit) = page.system.people(largest, symbol);
    let factor = if largest > 0.0 { shown / largest } else { 1.0 };
    let name = property_name(&histogram.property);
    let name = match Words::data(&unit, 20) {
        unit if unit.is_empty() => name,
        unit => name.and(", ").then(unit),
    };
    let total: u64 = histogram.counts.iter().sum();
    // Long numbers need room.
    let longest = histogram.breaks.iter().map(|at| number(at * factor).len());
    let marked = if longest.max().unwrap_or(0) > 6 { 4 } else { 6 };
    let every = bars.div_ceil(marked).max(1);
    let marks = histogram.breaks.iter().enumerate().step_by(every);
    Some(Section {
        title: Words::own("How often: ").then(name.clone()),
        may_break: false,
        blocks: vec![Block::Bars(Bars {
            name,
            heights: histogram
                .counts
                .iter()
                .map(|bar| *bar as f64 / most as f64)
                .collect(),
            marks: marks
                .map(|(place, at)| (place as f64, number(at * factor)))
                .collect(),
            note: Words::own(format!(
                "{} points. The outermost bars also hold what lies beyond.",
                count(total)
            )),
        })],
    })
}

/// A property in words, or as the data name it.
pub(super) fn property_name(property: &str) -> Words {
    match property_words(property) {
        Some(words) => Words::own(words),
        None => Words::data(property, NAME),
    }
}
