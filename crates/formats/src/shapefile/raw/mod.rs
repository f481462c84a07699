//! The three files of a shapefile dataset as they are: shapes and rows.
//! Rule: every size is checked against the bytes that are there before anything is allocated.

pub(super) mod cells;
pub(super) mod dbf;
pub(super) mod encoding;
pub(super) mod shp;
