//! The steps of a machine file, one file each; their order is in `plan.rs`.

pub(crate) mod analysis;
pub(crate) mod calibrate;
pub(crate) mod cleanup;
pub(crate) mod columns;
pub(crate) mod crops;
pub(crate) mod display;
pub(crate) mod filter;
pub(crate) mod findings;
pub(crate) mod images;
pub(crate) mod lagged;
pub(crate) mod pass;
pub(crate) mod point_outline;
pub(crate) mod polygons;
pub(crate) mod position;
pub(crate) mod products;
pub(crate) mod raw;
pub(crate) mod standard;
pub(crate) mod status;
pub(crate) mod summary;
pub(crate) mod sums;
pub(crate) mod totals;
pub(crate) mod track;
pub(crate) mod yields;
pub(crate) mod zone;
