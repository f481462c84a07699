//! A block of records with its tracks.

use super::gather::Gathered;
use tramline_analysis::anchor::AnchorFound;
use tramline_analysis::track::Tracks;

/// Records that are looked at together.
pub(crate) const BLOCK: usize = 1 << 20;

/// One block with its tracks.
pub(crate) struct Block {
    pub(crate) gathered: Gathered,
    pub(crate) tracks: Tracks,
    pub(crate) anchor: AnchorFound,
    /// Usual width, metres; not a number when none is known.
    pub(crate) width_m: f64,
    /// Records of opposed neighbouring passes.
    pub(crate) pairs: Vec<(u32, u32)>,
}
