//! Why an image was not made.
//!
//! Rule: each failure says what was wrong and what would be right.

use std::fmt;

/// A failure of this crate.
#[derive(Debug)]
#[non_exhaustive]
pub enum RenderError {
    /// Colour stops that make no ramp.
    Ramp(String),
    /// Class breaks that make no legend.
    Breaks(String),
    /// A palette that does not fit into a PNG.
    Palette(String),
    /// The PNG encoder gave up.
    Png(png::EncodingError),
    /// The TIFF encoder gave up.
    Tiff(tiff::TiffError),
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ramp(why) | Self::Breaks(why) | Self::Palette(why) => f.write_str(why),
            Self::Png(_) => f.write_str("the image could not be encoded as PNG"),
            Self::Tiff(_) => f.write_str("the image could not be encoded as GeoTIFF"),
        }
    }
}

impl std::error::Error for RenderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Png(error) => Some(error),
            Self::Tiff(error) => Some(error),
            _ => None,
        }
    }
}

impl From<png::EncodingError> for RenderError {
    fn from(error: png::EncodingError) -> Self {
        Self::Png(error)
    }
}

impl From<tiff::TiffError> for RenderError {
    fn from(error: tiff::TiffError) -> Self {
        Self::Tiff(error)
    }
}
