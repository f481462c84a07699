//! What the columns of a shapefile mean: time, description and standard columns.

pub(super) mod deere;
pub(super) mod plan;
pub(super) mod trimble;
