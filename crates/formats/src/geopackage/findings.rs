//! What is noticed in GeoPackages, with cause and cure.

use crate::shared::layer::{Codes, codes};

/// What is noticed in every layer.
pub(crate) static LAYER: Codes = codes!("geopackage");

tramline_model::codes! {
    OTHER_LAYER = "geopackage.other-layer",
        "The GeoPackage has a layer beside the machine data that is not read, such as a boundary, guidance lines or soil samples. It does not change the numbers of the other layers.",
        "Nothing needs doing. If the layer is machine data, say what its columns are with a column map.";
    MANY_LAYERS = "geopackage.many-layers",
        "Only the first 256 layers of the GeoPackage are read. If there are more, the work in them is missing.",
        "Save the layers with machine data as a GeoPackage of their own.";
    UNSAVED_CHANGES = "geopackage.unsaved-changes",
        "The GeoPackage was copied while a program had it open, and the latest changes are still in the file ending in -wal. These changes are left out.",
        "Close the program that has the file open, copy the GeoPackage again and upload it.";
}
