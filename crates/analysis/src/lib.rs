//! What the records of a machine file say together: tracks, the lag of the sensor, the ground that
//! was covered, and which records are wrong. Columns in, columns out; no files, no formats.
//!
//! Rule: the same records give the same bits. Sums run in a fixed order, random choices are seeded.
//! Metres, seconds, kilograms and degrees clockwise from north, unless a name says otherwise.

#![warn(missing_docs)]

pub mod anchor;
pub mod bitmap;
pub mod classes;
pub mod clean;
pub mod depurate;
pub mod footprint;
pub mod frame;
pub mod grid;
pub mod lag;
pub mod lattice;
pub mod moran;
pub mod odometer;
pub mod outlines;
pub mod reconcile;
pub mod records;
pub mod smooth;
pub mod spread;
pub mod statistics;
pub mod stretch;
pub mod thin;
pub mod track;
pub mod union;
pub mod variogram;
