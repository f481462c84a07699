//! The service: the Machine Files & Upload contract over HTTP, on one database and one store of
//! blobs.
//!
//! Rules: nothing that was acknowledged is lost; whoever asks sees only their own account's rows;
//! conversion is `tramline_convert::run` in a child process, the same as on the command line.

#![warn(missing_docs)]
#![allow(unused_qualifications, reason = "the OpenAPI macro writes them")]

mod api;
pub mod blobs;
mod blocking;
pub mod bus;
mod cache;
pub mod clock;
mod configuration;
mod converter;
mod error;
mod events;
mod failpoint;
pub mod jobs;
mod listen;
mod serve;
mod settings;
mod signing;
mod state;
#[expect(
    missing_docs,
    reason = "fields of rows are the columns of their tables"
)]
pub mod store;
mod tls;
mod tokens;

pub use api::description;
pub use error::{StoreError, Stored};
pub use failpoint::POINTS as FAIL_POINTS;
pub use serve::{Server, add_account, migrate, open_database};
pub use settings::{Settings, SettingsError};
pub use state::State;
pub use tls::use_tls;
pub use tokens::hash_password;
