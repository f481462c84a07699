//! What was left out and why, in words; and the lag that was taken back.

use super::document::{Block, Cell, Section, Table, Words};
use super::input::Page;
use super::look::Look;
use super::reasons::reason_words;
use super::text::{WORD, count, percent};

/// Reasons at most on each side; what is left is one row.
pub(super) const MOST_REASONS: usize = 6;

pub(super) fn section(page: &Page<'_>) -> Option<Section> {
    let points = page.file.get("points");
    let read = points.get("read").count();
    if read == 0 {
        return None;
    }
    let standard = points.get("standard").count();
    let restored = points.get("restored").count();
    let filtered = points.get("filtered").count();
    let mut before: Vec<(&str, u64)> = Vec::new();
    let mut cleaned: Vec<(&str, u64)> = Vec::new();
    for (reason, number) in points.get("dropped").entries() {
        let number = number.count();
        match reason.strip_prefix("filter.") {
            _ if number == 0 => {}
            Some(short) => cleaned.push((short, number)),
            None => before.push((reason, number)),
        }
    }
    let mut text = format!(
        "{} points logged, {} in the totals",
        count(read),
        count(standard)
    );
    if filtered > 0 || !cleaned.is_empty() {
        text.push_str(&format!(", {} on the map", count(filtered)));
    }
    if restored > 0 {
        text.push_str(&format!(
            " ({} of them restored by correcting the lag)",
            count(restored)
        ));
    }
    let mut blocks = vec![Block::Text(Words::own(text + ".").then(profile(page)))];
    blocks.extend(table("Left out of everything", before, read));
    let base = standard.saturating_add(restored);
    blocks.extend(table("Left out of the map only", cleaned, base));
    blocks.extend(lag(page));
    Some(Section {
        title: Words::own("What was left out, and why"),
        may_break: true,
        blocks,
    })
}

/// How many points are in no total.
pub(super) fn left_out(file: Look<'_>) -> u64 {
    let dropped = file.get("points").get("dropped").entries();
    dropped
        .filter(|(reason, _)| !reason.starts_with("filter."))
        .fold(0, |sum, (_, number)| sum.saturating_add(number.count()))
}

/// Which cleaning, and what it did to the spread.
fn profile(page: &Page<'_>) -> Words {
    let cleaning = page.summary.get("cleaning");
    let instead = cleaning.get("usedInstead").text();
    let mut text = match cleaning.get("profile").text() {
        "" => return Words::default(),
        "none" => return Words::own(" Nothing was cleaned."),
        name => Words::own(" Cleaned by the profile “")
            .then(Words::data(name, WORD))
            .and("”"),
    };
    if !instead.is_empty() {
        text = text
            .and(" would have left out too much, so “")
            .then(Words::data(instead, WORD))
            .and("” was used");
    }
    text = text.and(".");
    let spread = |key: &str| cleaning.get(key).get("coefficientOfVariation").number();
    match (spread("before"), spread("after")) {
        (Some(before), Some(after)) => text.and(&format!(
            " Values vary by {} before and {} after cleaning.",
            percent(before),
            percent(after)
        )),
        _ => text,
    }
}

fn table(title: &str, mut reasons: Vec<(&str, u64)>, of: u64) -> Option<Block> {
    if reasons.is_empty() {
        return None;
    }
    reasons.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    // The line that says how many more there are holds the last as well.
    let shown = match reasons.len() {
        all if all <= MOST_REASONS + 1 => all,
        _ => MOST_REASONS,
    };
    let row = |words: Words, number: u64| {
        let part = number as f64 / of.max(1) as f64 * 100.0;
        vec![
            Cell::Text(words),
            Cell::Number(Words::own(count(number))),
            Cell::Number(Words::own(percent(part))),
        ]
    };
    let listed = reasons.iter().take(shown);
    let mut rows: Vec<Vec<Cell>> = listed
        .map(|(reason, number)| row(reason_words(reason).capital(), *number))
        .collect();
    let rest: Vec<u64> = reasons.iter().skip(shown).map(|(_, n)| *n).collect();
    if !rest.is_empty() {
        let sum = rest.iter().fold(0_u64, |sum, n| sum.saturating_add(*n));
        rows.push(row(
            Words::own(format!("{} other reasons", rest.len())),
            sum,
        ));
    }
    Some(Block::Table(Table {
        heads: [title, "Points", "Share"].map(Words::own).to_vec(),
        rows,
        cards: false,
    }))
}

/// What was moved in time.
fn lag(page: &Page<'_>) -> Option<Block> {
    let lags = page.summary.get("cleaning").get("lag");
    let mut texts = Vec::new();
    for (key, name) in [("flow", "yield"), ("moisture", "moisture")] {
        let lag = lags.get(key);
        if let (true, Some(seconds)) = (lag.get("applied").is_true(), lag.get("seconds").number()) {
            texts.push(format!(
                "the {name} sensor is {seconds:.1}\u{a0}s late{}",
                agreement(lag)
            ));
        }
    }
    (!texts.is_empty()).then(|| {
        Block::Text(Words::own(format!(
            "Lag corrected: {}. Values were moved to where the crop was cut.",
            texts.join(", ")
        )))
    })
}

fn agreement(lag: Look<'_>) -> String {
    match (
        lag.get("correlationBefore").number(),
        lag.get("correlationAfter").number(),
    ) {
        (Some(before), Some(after)) => {
            format!(" (passes in opposite directions agree with {after:.2} instead of {before:.2})")
        }
        _ => String::new(),
    }
}
