//! Pages and maps for people as PDF and as pictures: text, tables and maps laid out with the metrics of an
//! embedded font.
//!
//! A page comes as a [`Document`](tramline_outputs::page::document::Document) of closed kinds of blocks.
//! [`pdf::pdf`] makes a PDF of many of them, [`picture::picture`] a picture of the map of one.
//!
//! Rules: lengths are millimetres from the top left; the same documents give the same bytes; no text is
//! cut without an ellipsis, and what the font lacks is drawn as `�`. Texts are bounded by the document,
//! so that work and memory grow with the number of blocks alone.

mod canvas;
mod flow;
mod fonts;
mod layout;
pub mod pdf;
pub mod picture;
mod raster;
mod table;

/// Why a sheet could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// The embedded font cannot be read.
    #[error("the embedded font cannot be read: {0}")]
    Font(String),
    /// The picture cannot be written as PNG.
    #[error("the picture cannot be written as PNG: {0}")]
    Png(String),
}
