//! Giving out tokens.
//!
//! Rule: a token is written down before anybody has it. While nothing can be written (a full disk, a busy
//! database) a client can still log in and read: its token holds for an hour and is in no list.

use crate::api::origin::Origin;
use crate::api::problem::Problem;
use crate::error::StoreError;
use crate::state::State;
use crate::store::{Account, Actor, Token};
use crate::tokens::{Life, new_token};
use std::io::ErrorKind;

/// A token for an account whose password was given.
pub(super) async fn grant(
    state: &State,
    account: &Account,
    life: Life,
    origin: &Origin,
) -> Result<String, Problem> {
    let token = new_token(life, origin.client);
    let by = origin.by(Actor::Owner(Some(token.id.clone())));
    match state.db.log_in(&account.id, &token, &by).await {
        Ok(()) => text(state, account, &token),
        Err(cause) if passes(&cause) => {
            tracing::warn!(account = account.id, %cause, "a login could not be written down: its token holds for an hour");
            let token = new_token(Life::Hour, origin.client);
            let text = state.tokens.issue_unlisted(account, &token);
            text.ok_or_else(|| Problem::internal("no token"))
        }
        Err(cause) => Err(cause.into()),
    }
}

/// The text of a token that is written down.
pub(super) fn text(state: &State, account: &Account, token: &Token) -> Result<String, Problem> {
    let text = state.tokens.issue(account, token);
    text.ok_or_else(|| Problem::internal("no token"))
}

/// Whether it is trouble that does not last.
fn passes(cause: &StoreError) -> bool {
    match cause {
        StoreError::Busy { .. } => true,
        StoreError::Io { cause, .. } => cause.kind() == ErrorKind::StorageFull,
        _ => false,
    }
}
