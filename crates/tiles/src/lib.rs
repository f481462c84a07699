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

mod archive;
mod census;
mod clip;
mod directory;
mod draw;
mod encode;
mod footprints;
mod index;
mod place;
mod points;
mod source;
mod tile;
mod wkb;

pub use archive::{pmtiles, write_pmtiles};
pub use footprints::Footprints;
pub use place::MAX_ZOOM;
pub use points::{Column, NO_TEXT, Source, Values};
pub use source::{Loader, Pick, read_parquet};
pub use tile::{Numbers, Options, tile};

/// Name of the only layer of points.
pub const LAYER: &str = "points";
/// Name of the only layer of footprints.
pub const SWATHS_LAYER: &str = "swaths";
/// Units along a side of a tile.
pub const EXTENT: u32 = 4_096;
/// What a tile is served as.
pub const MEDIA_TYPE: &str = "application/vnd.mapbox-vector-tile";

/// Why there are no tiles.
#[derive(Debug, thiserror::Error)]
pub enum TileError {
    #[error(
        "the column `{name}` has {found} rows and the positions have {wanted}: give all columns the same length"
    )]
    Length {
        name: String,
        found: usize,
        wanted: usize,
    },
    #[error("{0} rows are too many for one source of tiles: split the file")]
    TooManyRows(usize),
    #[error(
        "the features would take {bytes} bytes of memory and may take {most_bytes}: choose fewer columns"
    )]
    Memory { bytes: usize, most_bytes: usize },
    #[error("more than {0} tiles: choose a lower zoom as the highest")]
    TooManyTiles(usize),
    #[error("the archive's {0} do not fit into its header: choose a lower zoom as the highest")]
    TooLarge(&'static str),
    #[error("zooms {min} to {max}: they rise, and the highest is {MAX_ZOOM} at most")]
    Zooms { min: u8, max: u8 },
    #[error("no column `{0}`, or neither numbers nor text: name one that the file has")]
    NoColumn(String),
    #[error(
        "there are no positions: neither `bbox` with `xmin` and `ymin` nor `longitude` and `latitude`"
    )]
    NoPositions,
    #[error(
        "there are no polygons: `geometry` is no column of well-known binary; give a GeoParquet file that Tramline wrote"
    )]
    NoPolygons,
    #[error("the features cannot be read: {0}")]
    Unreadable(String),
    #[error("the archive cannot be written: {0}")]
    Write(#[from] std::io::Error),
}
