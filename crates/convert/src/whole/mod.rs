//! What needs all points of a machine file: the filtered output, the ground as polygons, the worked
//! area, the images and the points outside of fields. One consumer each, behind one loop; their order is in `plan.rs`.

pub(crate) mod consumer;
pub(crate) mod described;
mod filter;
pub(crate) mod filtered;
pub(crate) mod images;
mod lagged;
pub(crate) mod outline;
pub(crate) mod outside;
mod point_outline;
pub(crate) mod polygons;
pub(crate) mod walk;
