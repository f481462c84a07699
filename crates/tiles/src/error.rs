//! Why there are no tiles.

use crate::place::MAX_ZOOM;

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
