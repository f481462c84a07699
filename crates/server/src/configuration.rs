//! The configuration that holds for a user: the defaults, the owner's keys, the user's own keys.

use crate::error::Stored;
use crate::state::State;
use tramline_convert::Configuration;

/// What a user's files are converted with, as it is now.
pub(crate) async fn for_user(_state: &State, _account: &str, _user: &str) -> Stored<Configuration> {
    Ok(Configuration::default())
}
