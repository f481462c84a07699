//! One page about a machine file, for people: HTML that holds all it needs and prints on one sheet.
//!
//! Rule: no script and no outside resource; every text of the data goes through [`text`], which
//! cuts it, takes control characters out and leaves nothing that could end its element; every list
//! has a most; what is missing leaves its line out, never the page. No colour says a thing alone, so
//! that the page can be read in black and white. Of a path only its last part is shown, as folders
//! often bear names of people.

mod chart;
mod head;
mod histogram;
mod look;
mod losses;
mod map;
mod notes;
mod stored;
mod text;
mod totals;
mod units;

#[cfg(test)]
mod tests;

pub use histogram::Histogram;
pub use stored::{ClassMap, PAGE, StoredPage, write};
pub use units::main_rate;

use look::Look;
use serde_json::Value;
use units::System;

/// An image of one property, north up.
#[derive(Clone, Copy, Debug)]
pub struct PageImage<'a> {
    pub property: &'a str,
    /// A whole PNG file; anything else is passed over.
    pub png: &'a [u8],
    pub min: f64,
    pub max: f64,
    /// Symbol as in `units.json`.
    pub unit: &'a str,
    /// Values and their colours (red, green, blue), from low to high.
    pub stops: &'a [(f64, [u8; 3])],
    /// Classes instead of a ramp: least, greatest and colour of each, from low to high. Then neither
    /// `min`, `max` nor `stops` are shown.
    pub ranges: &'a [(f64, f64, [u8; 3])],
    /// West, south, east and north edge in degrees: with it the image has a scale bar.
    pub bounds: Option<[f64; 4]>,
}

/// What the page is made of.
#[derive(Clone, Debug)]
pub struct PageInput<'a> {
    /// The machine file's entry in `report.json`.
    pub file: &'a Value,
    /// The Feature of `summary.json`.
    pub summary: &'a Value,
    /// `units.json`.
    pub units: &'a Value,
    /// The first that is a PNG is the map; without one the covered ground is drawn.
    pub images: &'a [PageImage<'a>],
    /// Of the main rate.
    pub histogram: Option<Histogram>,
    /// Version of Tramline.
    pub version: &'a str,
}

/// What all parts look things up in.
struct Page<'a> {
    input: &'a PageInput<'a>,
    file: Look<'a>,
    /// The summary's properties.
    summary: Look<'a>,
    system: System,
}

const STYLE: &str = include_str!("style.css");
/// Content-Security-Policy of the page: even a hole in the escaping could load or run nothing.
pub const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// The whole HTML document.
pub fn page(input: &PageInput<'_>) -> String {
    let summary = Look(input.summary).get("properties");
    let page = Page {
        input,
        file: Look(input.file),
        summary,
        system: System::of(summary, Look(input.units)),
    };
    let title = head::title(&page);
    let mut out = String::with_capacity(32 * 1024);
    out.push_str("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.push_str(&format!(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n"
    ));
    head::write(&page, &mut out);
    out.push_str("<div class=\"columns\">\n");
    map::write(&page, &mut out);
    totals::write(&page, &mut out);
    chart::write(&page, &mut out);
    totals::display(&page, &mut out);
    losses::write(&page, &mut out);
    notes::findings(&page, &mut out);
    out.push_str("</div>\n");
    notes::provenance(&page, &mut out);
    out.push_str("</main>\n</body>\n</html>\n");
    out
}
