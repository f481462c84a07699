//! Vector tiles of the points of a machine file, or of the ground below them, so that a million of
//! them draw smoothly.
//!
//! Rule: the same features and options give the same bytes. A zoom is thinned alike in all its
//! tiles, so that no seam shows between them. Nothing here panics or waits, whatever the input.
//!
//! ```no_run
//! use tramline_tiles::{Options, Pick, pmtiles, read_parquet, tile};
//! # fn main() -> Result<(), tramline_tiles::TileError> {
//! let source = read_parquet("standard.parquet".as_ref(), &Pick::All, 1 << 30)?;
//! let one = tile(&source, 14, 8_580, 5_595, &Options::default());
//! let (min_zoom, max_zoom) = source.zooms();
//! pmtiles(&source, min_zoom, max_zoom, &Options::default(), std::io::sink())?;
//! # Ok(())
//! # }
//! ```

#![warn(missing_docs)]

mod archive;
mod census;
mod clip;
mod directory;
mod draw;
mod encode;
mod error;
mod footprints;
mod index;
mod layer;
mod options;
mod place;
mod points;
mod source;
mod tile;
mod wkb;

pub use archive::{pmtiles, write_pmtiles};
pub use error::TileError;
pub use footprints::Footprints;
pub use layer::{EXTENT, LAYER, MEDIA_TYPE, SWATHS_LAYER};
pub use options::{Numbers, Options};
pub use place::MAX_ZOOM;
pub use points::{Column, NO_TEXT, Source, Values};
pub use source::{Loader, Pick, read_parquet};
pub use tile::tile;
