//! Operators of machines. Nothing of a person is stored.

use super::body::Operator;
use super::known::unknown;
use crate::api::accounts::users::known_user;
use crate::api::caller::{BaseUrl, Caller};
use crate::api::problem::Problem;
use crate::api::query::{Paging, path_id, query};
use crate::state::State;
use axum::extract::{self, Path};
use axum::http::HeaderMap;

query! {
    /// The page of the list.
    OperatorQuery {
        paging: Paging = "page" | "size",
    }
}

/// Operators of a user: none yet, as this version keeps none
#[utoipa::path(get, path = "/services/beta/api/users/{leafUserId}/operators", operation_id = "listOperators", tag = "machines",
    params(("leafUserId" = String, Path, description = "The user's id", format = "uuid"), OperatorQuery),
    responses((status = 200, body = [Operator], description = "An empty list, with the headers of every list")))]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    Path(user): Path<String>,
    query: OperatorQuery,
) -> Result<(HeaderMap, axum::Json<Vec<Operator>>), Problem> {
    known_user(&state, &caller, &path_id(&user)?).await?;
    Ok((query.paging.headers(&base, 0), axum::Json(Vec::new())))
}

/// One operator of the user
#[utoipa::path(get, path = "/services/beta/api/users/{leafUserId}/operators/{id}", operation_id = "getOperator", tag = "machines",
    params(("leafUserId" = String, Path, description = "The user's id", format = "uuid"),
        ("id" = String, Path, description = "The operator's id", format = "uuid")),
    responses((status = 200, body = Operator, description = "The operator: not yet, as there are none")))]
pub(crate) async fn read(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path((user, id)): Path<(String, String)>,
) -> Result<Problem, Problem> {
    unknown(&state, &caller, &user, &id, "operator").await
}
