//! What is noticed in FlatGeobuf files, with cause and cure.

use crate::shared::layer::{Codes, codes};

/// What is noticed in every layer.
pub(crate) static LAYER: Codes = codes!("flatgeobuf");

tramline_model::codes! {
    INDEX_ORDER = "flatgeobuf.index-order",
        "The file was saved with a spatial index, which sorts the points by place instead of by time, and they could not be put back in order of time. Values stay, but distances and intervals between points are not those of the drive.",
        "Save the layer again without a spatial index.";
}
