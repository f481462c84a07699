//! Tests of the service: over HTTP, and below its edge.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod accounts;
mod answers;
mod api_keys;
mod bodies;
mod calibrations;
mod configurations;
mod described;
mod disk;
mod exports;
mod fixture;
mod http;
mod letter;
mod logins;
mod maps;
mod neighbours;
mod not_yet;
mod receiver;
mod renderings;
mod reports;
mod sweep;
mod tiles;
mod transport;
mod webhooks;
