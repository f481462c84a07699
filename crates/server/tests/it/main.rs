//! Tests of the service: over HTTP, and below its edge.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod accounts;
mod answers;
mod api_keys;
mod calibrations;
mod configurations;
mod disk;
mod exports;
mod fixture;
mod http;
mod logins;
mod maps;
mod receiver;
mod renderings;
mod reports;
mod sweep;
mod tiles;
mod webhooks;
