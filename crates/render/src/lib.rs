//! Images of worked ground: records burnt onto a grid, coloured and encoded.
//!
//! Rules: functions from numbers to bytes, no files. The grid knows which record owns a pixel;
//! each property is then a look-up by record, so the ground is scanned once for all properties.
//! Every pixel shows the value of one record; nothing is invented between records.

#![warn(missing_docs)]

mod canvas;
mod error;
mod free;
mod geotiff;
mod image;
mod legend;
mod mercator;
mod nature;
mod projection;
mod ramp;
mod sidecar;
mod small;
mod style;

pub use canvas::{Canvas, NO_OWNER, Quad};
pub use error::RenderError;
pub use geotiff::{Band, geotiff};
pub use image::png;
pub use legend::{CLASS_COLOURS, ClassLegend, ClassRange, Legend};
pub use nature::Nature;
pub use projection::Projection;
pub use ramp::{ACCESSIBLE_COLOURS, NO_VALUE, Ramp, Stop, index_of};
pub use sidecar::sidecar;
pub use small::small_png;
pub use style::qgis_style;
