//! Tests of the service: over HTTP, and below its edge.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod configurations;
mod fixture;
mod http;
mod runs;
mod sweep;
