//! The tables of `docs/columns.md`, made of the dictionary itself.

use super::dictionary::{self, Row, UnitRule};
use super::words;
use std::fmt::Write;
use tramline_model::{Dimension, Property, Unit};

/// Words by what they mean and language.
pub fn words_table() -> String {
    let mut text = String::from("| means |");
    for language in words::languages() {
        let _ = write!(text, " {language} |");
    }
    text.push_str("\n|---|");
    text.push_str(&"---|".repeat(words::languages().len()));
    text.push('\n');
    for (name, cells) in words::rows() {
        let _ = write!(text, "| {name} |");
        for cell in cells {
            let list: Vec<String> = cell.split_whitespace().map(shown).collect();
            let _ = write!(text, " {} |", list.join(", "));
        }
        text.push('\n');
    }
    text
}

/// `=word` is the whole word, `word…` its beginning, `…word…` any part.
fn shown(stem: &str) -> String {
    if let Some(whole) = stem.strip_prefix('=') {
        whole.to_owned()
    } else if let Some(part) = stem.strip_prefix('*') {
        format!("…{part}…")
    } else {
        format!("{stem}…")
    }
}

/// Titles that are known as a whole: property, unit that is taken where the file says none, titles.
pub fn titles_table() -> String {
    let mut text = String::from(
        "| exports | property | unit without a word of the file | titles |\n|---|---|---|---|\n",
    );
    let tables: [(&str, &[Row]); 5] = [
        ("any", dictionary::GENERAL),
        ("SMS template 1, Ag Leader text", dictionary::TEMPLATE_1),
        ("John Deere Operations Center", dictionary::DEERE),
        ("Yield Editor", dictionary::YIELD_EDITOR),
        ("agridat", dictionary::AGRIDAT),
    ];
    for (exports, rows) in tables {
        for row in rows {
            let unit = match row.rule {
                UnitRule::None => String::new(),
                UnitRule::Fixed(unit) => unit.to_owned(),
                UnitRule::Assumed(unit) => format!("{unit}, assumed"),
                UnitRule::System(us, metric) => {
                    format!("{us} or {metric}, as the other titles show")
                }
            };
            let titles = row.titles.join(", ");
            let _ = writeln!(
                text,
                "| {exports} | {} | {unit} | {titles} |",
                row.property.name()
            );
        }
    }
    text
}

/// The units that a column of a property may have.
pub fn units_table() -> String {
    let mut text = String::from("| measures | units |\n|---|---|\n");
    let mut seen: Vec<Dimension> = Vec::new();
    for property in Property::ALL {
        let dimension = property.dimension();
        if dimension == Dimension::None || seen.contains(&dimension) {
            continue;
        }
        seen.push(dimension);
        let names: Vec<&str> = Property::ALL
            .iter()
            .filter(|p| p.dimension() == dimension)
            .map(|p| p.name())
            .collect();
        let units: Vec<&str> = Unit::all()
            .iter()
            .filter(|u| u.dimension == dimension)
            .map(|u| u.symbol)
            .collect();
        let _ = writeln!(text, "| {} | {} |", names.join(", "), units.join(", "));
    }
    text
}
