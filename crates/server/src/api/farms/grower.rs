//! Growers.

use super::id::whole;
use crate::api::accounts::users::known_user;
use crate::api::batches::uploads::ProviderName;
use crate::api::caller::{BaseUrl, Caller};
use crate::api::problem::Problem;
use crate::api::query::{Id, Paging, Word, path_id, query};
use crate::state::State;
use axum::extract::{self, Path};
use axum::http::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;

/// A grower: who works farms.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Grower {
    /// Number of the grower: its id.
    id: i64,
    /// Name of the grower.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Id of the user whose it is.
    #[schema(format = "uuid")]
    leaf_user_id: String,
    /// The maker whose service it was read from.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_name: Option<String>,
    /// Number of the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_id: Option<i64>,
    /// Id at the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_grower_id: Option<String>,
    /// Ids of the farms.
    farm_ids: Vec<i64>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_time: String,
    /// When it was changed last.
    #[schema(format = DateTime)]
    updated_time: String,
}

query! {
    /// The filters of the list; all that are given must hold.
    #[expect(dead_code, reason = "read to be judged: no grower can match")]
    GrowerQuery {
        /// Growers of this user.
        user: Id = "leafUserId",
        /// Growers that were read from this maker's service.
        provider: Word<ProviderName> = "provider",
        paging: Paging = "page" | "size",
    }
}

type Growers = (HeaderMap, axum::Json<Vec<Grower>>);

fn none(query: &GrowerQuery, base: &str) -> Growers {
    (query.paging.headers(base, 0), axum::Json(Vec::new()))
}

/// Growers of the account: none yet, as this version keeps none
#[utoipa::path(get, path = "/services/fields/api/growers", operation_id = "listGrowers", tag = "farms", params(GrowerQuery),
    responses((status = 200, body = [Grower], description = "An empty list, with the headers of every list")))]
pub(crate) async fn list(_: Caller, BaseUrl(base): BaseUrl, query: GrowerQuery) -> Growers {
    none(&query, &base)
}

/// Growers of a user: none yet, as this version keeps none
#[utoipa::path(get, path = "/services/fields/api/users/{leafUserId}/growers", operation_id = "listGrowersOfUser", tag = "farms",
    params(("leafUserId" = String, Path, description = "The user's id", format = "uuid"), GrowerQuery),
    responses((status = 200, body = [Grower], description = "An empty list, with the headers of every list")))]
pub(crate) async fn list_of_user(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    Path(user): Path<String>,
    query: GrowerQuery,
) -> Result<Growers, Problem> {
    known_user(&state, &caller, &path_id(&user)?).await?;
    Ok(none(&query, &base))
}

/// One grower of the account
#[utoipa::path(get, path = "/services/fields/api/growers/{id}", operation_id = "getGrower", tag = "farms",
    params(("id" = i64, Path, description = "Number of the grower: its id")),
    responses((status = 200, body = Grower, description = "The grower: not yet, as there are none")))]
pub(crate) async fn read(_: Caller, Path(id): Path<String>) -> Result<Problem, Problem> {
    whole(&id)?;
    Ok(Problem::not_found("grower"))
}

/// One grower of a user
#[utoipa::path(get, path = "/services/fields/api/users/{leafUserId}/growers/{id}", operation_id = "getGrowerOfUser", tag = "farms",
    params(("leafUserId" = String, Path, description = "The user's id", format = "uuid"),
        ("id" = i64, Path, description = "Number of the grower: its id")),
    responses((status = 200, body = Grower, description = "The grower: not yet, as there are none")))]
pub(crate) async fn read_of_user(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path((user, id)): Path<(String, String)>,
) -> Result<Problem, Problem> {
    whole(&id)?;
    known_user(&state, &caller, &path_id(&user)?).await?;
    Ok(Problem::not_found("grower"))
}
