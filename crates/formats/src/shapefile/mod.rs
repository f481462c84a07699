//! Shapefile datasets: `.shp`, `.dbf`, `.prj`, `.cpg` and a metadata file to one machine file.
//!
//! Rule: attribute `i` belongs to shape `i`, whatever is deleted or missing, and nothing is
//! allocated from a length field without checking it against the bytes that are there.

mod claim;
mod describe;
pub(crate) mod findings;
mod layout;
mod map;
mod open;
mod outlines;
mod raw;
mod read;
#[cfg(test)]
mod tests;

use crate::claim::Sureness::{Proven, Reported};
use crate::claim::{Format, covers};
use tramline_model::Provider;

pub(crate) use map::trimble::other as other_of_trimble;
pub(crate) use outlines::{polygons_of, projection_of, table_of};

/// The format's entry in the registry.
pub static FORMAT: Format = Format {
    id: claim::ID,
    name: "shapefile",
    file_formats: &["SHAPEFILE", "AGGPS"],
    reads: "points and as-applied polygons of John Deere Operations Center, Ag Leader SMS, Yield \
            Editor, Trimble AgGPS trees and others, reprojected by their .prj",
    coverage: &[
        covers(
            Provider::JohnDeere,
            "Operations Center export, with its json",
            Proven,
            "some 20 public exports, values as GDAL reads them",
        ),
        covers(
            Provider::AgLeader,
            "SMS export, both kinds of template",
            Proven,
            "public exports; one equals the text export of the same harvest",
        ),
        covers(
            Provider::Trimble,
            "AgGPS tree",
            Reported,
            "the display's manual",
        ),
        covers(
            Provider::ClimateFieldView,
            "FieldView shapefile export",
            Reported,
            "no public file; by the column dictionary",
        ),
        covers(
            Provider::Cnhi,
            "shapefile export of the portal",
            Reported,
            "no public file; by the column dictionary",
        ),
        covers(
            Provider::Other,
            "USDA Yield Editor, and any points or polygons with known columns",
            Proven,
            "public files, values as GDAL reads them",
        ),
    ],
    claim: claim::claim,
    sides: claim::sides,
    read: read::read,
};
