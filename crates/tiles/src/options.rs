//! What is asked of a tile: how much it may hold and how numbers are written.

/// How numbers are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Numbers {
    /// Seven digits, unless the number is above 16 million.
    #[default]
    Short,
    /// As they are.
    Exact,
}

/// What a tile may be.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Units around the tile from which it has points as well, and at which footprints are cut.
    pub buffer: u32,
    /// Features of a tile at most, without those of the buffer. A footprint belongs where its middle is.
    pub points: u32,
    /// Bytes of a tile at most, before compression.
    pub bytes: usize,
    /// How numbers are written.
    pub numbers: Numbers,
    /// The zoom from which on all features are shown; else [`crate::Source::finest_zoom`].
    pub all_from_zoom: Option<u8>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            buffer: 64,
            points: 20_000,
            bytes: 500_000,
            numbers: Numbers::Short,
            all_from_zoom: None,
        }
    }
}
