//! A block of records with its tracks.

use super::gather::Gathered;
use tramline_analysis::anchor::AnchorFound;
use tramline_analysis::track::{NONE, Tracks};

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

impl Block {
    /// Whether the records follow each other along passes: middles of polygons do not, and neither do
    /// points that are in no order.
    pub(crate) fn has_passes(&self) -> bool {
        let rows = self.gathered.len();
        let laid = (0..rows).filter(|row| self.gathered.is_laid(*row)).count();
        let followed = self.tracks.segment.iter().filter(|s| **s != NONE).count();
        laid * 2 >= rows && self.tracks.segments.len() * 2 <= followed.max(1)
    }
}
