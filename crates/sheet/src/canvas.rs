//! What is drawn: a closed list of items, placed in millimetres from the top left of a sheet.

use crate::fonts::{Line, Weight};
use crate::raster::Raster;
use std::rc::Rc;
use tramline_outputs::page::document::Paper;

/// Red, green, blue.
pub(crate) type Colour = [u8; 3];

pub(crate) const BLACK: Colour = [0x1b, 0x1b, 0x1b];
pub(crate) const GREY: Colour = [0x5a; 3];
pub(crate) const PALE: Colour = [0xc9, 0xc9, 0xc9];

/// Something that is drawn.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// A text whose letters stand on `at`, `size` high.
    Text {
        at: [f64; 2],
        size: f64,
        weight: Weight,
        colour: Colour,
        line: Line,
    },
    /// Left, top, width, height.
    Rect([f64; 4], Colour),
    /// Rings filled by the even-odd rule.
    Rings(Vec<Vec<[f64; 2]>>, Colour),
    /// An image without smoothing.
    Image(Rc<Raster>, [f64; 4]),
}

impl Item {
    /// The same at another place.
    pub(crate) fn moved(mut self, right: f64, down: f64) -> Self {
        match &mut self {
            Self::Text { at, .. } => *at = [at[0] + right, at[1] + down],
            Self::Rect(place, _) | Self::Image(_, place) => {
                place[0] += right;
                place[1] += down;
            }
            Self::Rings(rings, _) => {
                for point in rings.iter_mut().flatten() {
                    *point = [point[0] + right, point[1] + down];
                }
            }
        }
        self
    }
}

/// A part of a column that is never broken, with what is drawn in it from its own top left.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slab {
    pub(crate) height: f64,
    pub(crate) items: Vec<Item>,
    /// Whether it must not be the last of a column: a heading.
    pub(crate) leads: bool,
}

impl Slab {
    pub(crate) fn gap(height: f64) -> Self {
        Self {
            height,
            ..Self::default()
        }
    }
}

/// Width and height in millimetres.
pub(crate) fn size(paper: Paper) -> [f64; 2] {
    match paper {
        Paper::A4 => [210.0, 297.0],
        Paper::Letter => [215.9, 279.4],
    }
}

/// A drawn sheet.
pub(crate) struct Sheet {
    pub(crate) size: [f64; 2],
    pub(crate) items: Vec<Item>,
}
