//! The service: the Machine Files & Upload contract over HTTP, on one database and one store of
//! blobs.
//!
//! Rules: nothing that was acknowledged is lost; whoever asks sees only their own account's rows;
//! conversion is `tramline_convert::run` in a child process, the same as on the command line.

#![warn(missing_docs)]
#![allow(unused_qualifications, reason = "the OpenAPI macro writes them")]

mod api;
mod bind;
pub mod blobs;
mod blocking;
pub mod bus;
mod cache;
pub mod clock;
mod configuration;
mod converter;
mod data_folder;
mod disk;
mod doctor;
mod error;
mod events;
mod failpoint;
mod faults;
mod figures;
pub mod jobs;
mod listen;
mod logins;
mod network;
mod operator;
mod passwords;
mod readiness;
mod sealing;
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
pub use data_folder::keep_private;
pub use doctor::{Check, Verdict, doctor};
pub use error::{StoreError, Stored};
pub use failpoint::POINTS as FAIL_POINTS;
pub use operator::{Refused, add_account, change_password, judge_name, remove_account};
pub use passwords::{Weak, judge as judge_password};
pub use serve::{Server, forget_secrets, migrate, open_database};
pub use settings::{Listen, Proxies, SecretsKey, Settings, SettingsError, ShutIn};
pub use state::State;
pub use tls::use_tls;
pub use tokens::hash_password;
