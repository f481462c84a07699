//! What every tile has in common: its layers, its units and its kind of content.

/// Name of the only layer of points.
pub const LAYER: &str = "points";
/// Name of the only layer of footprints.
pub const SWATHS_LAYER: &str = "swaths";
/// Units along a side of a tile.
pub const EXTENT: u32 = 4_096;
/// What a tile is served as.
pub const MEDIA_TYPE: &str = "application/vnd.mapbox-vector-tile";
