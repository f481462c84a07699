//! One page about a machine file, for people: HTML that holds all it needs and prints on one sheet.
//!
//! Rule: no script and no outside resource; every text of the data goes through `text`, which
//! cuts it, takes control characters out and leaves nothing that could end its element; every list
//! has a most; what is missing leaves its line out, never the page. No colour says a thing alone, so
//! that the page can be read in black and white. Of a path only its last part is shown, as folders
//! often bear names of people.

mod chart;
mod head;
mod histogram;
mod input;
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
pub use input::{PageImage, PageInput};
pub use stored::{ClassMap, PAGE, StoredPage, write};
pub use units::main_rate;

use input::Page;
use look::Look;
use units::System;

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
    notes::first(&page, &mut out);
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
