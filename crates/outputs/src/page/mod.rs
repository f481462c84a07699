//! One page about a machine file, for people, and the index over all of an input.
//!
//! A page is a [`document::Document`] first, a tree of closed kinds of blocks; [`html::html`] makes HTML of
//! it that holds all it needs and prints on one sheet.
//!
//! Rule: no script and no outside resource; every text of the data goes through `text`, which
//! cuts it and takes control characters out, and is escaped where HTML is written; every list
//! has a most; what is missing leaves its line out, never the page. No colour says a thing alone, so
//! that the page can be read in black and white. Of a path only its last part is shown, as folders
//! often bear names of people.

mod chart;
mod compose;
mod days;
pub mod document;
mod failed;
mod field;
mod fit;
mod ground;
mod head;
mod histogram;
mod html;
mod index;
mod input;
mod left_out;
mod look;
mod losses;
mod map;
mod notes;
mod reasons;
mod row;
mod stored;
mod text;
mod totals;
mod units;

#[cfg(test)]
mod tests;

pub use histogram::Histogram;
pub use html::{POLICY, html};
pub use index::{FieldMap, INDEX, IndexInput, MOST_FIELD_MAPS, field_groups, index};
pub use input::{PageImage, PageInput};
pub use row::IndexRow;
pub use stored::{ClassMap, PAGE, StoredPage, read, write, write_document};
pub use units::main_rate;

use document::Document;
use input::Page;

/// The page of a machine file as a document.
pub fn document(input: &PageInput<'_>) -> Document {
    compose::document(&Page::of(input))
}

/// The whole HTML document.
pub fn page(input: &PageInput<'_>) -> String {
    html(&document(input))
}
