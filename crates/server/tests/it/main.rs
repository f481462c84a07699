//! Tests of the service below its HTTP edge.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fixture;
mod runs;
mod sweep;
