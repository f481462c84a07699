//! Shapefile datasets: `.shp`, `.dbf`, `.prj`, `.cpg` and a metadata file to one machine file.
//!
//! Rule: attribute `i` belongs to shape `i`, whatever is deleted or missing, and nothing is
//! allocated from a length field without checking it against the bytes that are there.

mod claim;
mod map;
mod outlines;
mod raw;
mod read;
#[cfg(test)]
mod tests;

use crate::claim::{Claim, Format, ReadOptions};
use crate::source::{Limits, Tree};
use tramline_model::{ReadError, Receiver};

pub(crate) use map::trimble::other as other_of_trimble;
pub(crate) use outlines::{polygons_of, projection_of, table_of};
pub(crate) use raw::projection::Projection;

pub static FORMAT: Format = Format {
    id: "shapefile",
    name: "shapefile",
    file_formats: &["SHAPEFILE", "AGGPS"],
    reads: "points and as-applied polygons of John Deere Operations Center, Ag Leader SMS, Yield \
            Editor, Trimble AgGPS trees and others, reprojected by their .prj",
    claim: claim::claim,
    read,
};

fn read(
    tree: &Tree,
    claim: &Claim,
    limits: &Limits,
    options: &ReadOptions,
    receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    read::read(tree, claim, limits, options, receiver)
}
