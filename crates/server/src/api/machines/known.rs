//! What is said of machines and their kin that nobody knows.

use crate::api::accounts::users::known_user;
use crate::api::caller::Caller;
use crate::api::problem::Problem;
use crate::api::query::{Words, path_id};
use crate::state::State;

/// Where a machine or an implement is known from.
pub(crate) struct Origin;

impl Words for Origin {
    type Word = ();

    fn words() -> Vec<(&'static str, ())> {
        let words = ["USER_CREATED", "FILE_POOLED", "PROVIDER_POOLED"];
        words.map(|word| (word, ())).to_vec()
    }
}

/// 404 for an id of the user's, 400 for what is no id.
pub(super) async fn unknown(
    state: &State,
    caller: &Caller,
    user: &str,
    id: &str,
    what: &str,
) -> Result<Problem, Problem> {
    path_id(id)?;
    known_user(state, caller, &path_id(user)?).await?;
    let problem = Problem::not_found(what);
    Ok(problem.hint("the machines of a machine file are named in its summary"))
}
