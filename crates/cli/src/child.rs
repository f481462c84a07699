//! Options of the hidden commands that the service starts.

use clap::Args;
use tramline_converter::{REQUIRED, Terms, USER, User};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Do not begin without landlock and seccomp
    #[arg(long = REQUIRED)]
    required: bool,
    /// Become this user
    #[arg(long = USER, value_name = "UID:GID")]
    user: Option<User>,
}

impl Arguments {
    pub(crate) fn terms(&self) -> Terms {
        Terms {
            required: self.required,
            user: self.user,
        }
    }
}
