//! Why there are no tiles.

use crate::place::MAX_ZOOM;

/// Why there are no tiles.
#[derive(Debug, thiserror::Error)]
pub enum TileError {
    #[error(
        "the column `{name}` has {found} rows and the positions have {wanted}: give all columns the same length"
    )]
    /// A column has not one value for each position.
    Length {
        /// Name of the column.
        name: String,
        /// Rows that it has.
        found: usize,
        /// Rows that the positions have.
        wanted: usize,
    },
    /// More rows than 32 bits count.
    #[error("{0} rows are too many for one set of tiles: split the file")]
    TooManyRows(usize),
    #[error(
        "the features would need {bytes} bytes of memory, and the limit is {most_bytes}: choose fewer columns"
    )]
    /// The features outgrow what they may take.
    Memory {
        /// Bytes that they would take.
        bytes: usize,
        /// Bytes that they may take.
        most_bytes: usize,
    },
    /// The zooms have more tiles than an archive may.
    #[error("there are more than {0} tiles: choose a lower highest zoom")]
    TooManyTiles(usize),
    /// A part of the archive outgrows its header.
    #[error("the archive's {0} do not fit into its header: choose a lower highest zoom")]
    TooLarge(&'static str),
    /// The zooms fall, or reach beyond the highest there is.
    #[error(
        "zooms {min} to {max} cannot be used: give the lower one first, and at most {MAX_ZOOM}"
    )]
    Zooms {
        /// Lowest zoom that was asked for.
        min: u8,
        /// Highest zoom that was asked for.
        max: u8,
    },
    /// The file has no such column, or one of another type.
    #[error("the file has no column `{0}` of numbers or text: give one that it has")]
    NoColumn(String),
    #[error(
        "the file has no positions: neither `bbox` with `xmin` and `ymin` nor `longitude` and `latitude`"
    )]
    /// The batches have no positions.
    NoPositions,
    #[error(
        "the file has no polygons: `geometry` is not a column of well-known binary; give a GeoParquet file that Tramline wrote"
    )]
    /// The batches have no polygons.
    NoPolygons,
    /// The file cannot be read; the cause.
    #[error("the features cannot be read: {0}")]
    Unreadable(String),
    /// The archive cannot be written; the cause.
    #[error("the archive cannot be written: {0}")]
    Write(#[from] std::io::Error),
}
