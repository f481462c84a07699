//! Tests of the service: over HTTP, and below its edge.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod api_keys;
mod calibrations;
mod configurations;
mod exports;
mod fixture;
mod http;
mod maps;
mod receiver;
mod renderings;
mod reports;
mod sweep;
mod tiles;
mod webhooks;
