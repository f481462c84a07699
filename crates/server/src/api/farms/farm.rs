//! Farms.

use super::id::whole;
use crate::api::accounts::users::known_user;
use crate::api::batches::uploads::ProviderName;
use crate::api::caller::{BaseUrl, Caller};
use crate::api::problem::Problem;
use crate::api::query::{Id, Paging, Whole, Word, path_id, query};
use crate::state::State;
use axum::extract::{self, Path};
use axum::http::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;

/// A farm: fields under one name.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Farm {
    /// Number of the farm: its id.
    id: i64,
    /// Name of the farm.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Id of the user whose it is.
    #[schema(format = "uuid")]
    leaf_user_id: String,
    /// Number of the grower that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    grower_id: Option<i64>,
    /// Ids, any text, of its fields.
    field_ids: Vec<String>,
    /// The maker whose service it was read from.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_name: Option<String>,
    /// Number of the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_id: Option<i64>,
    /// Id at the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_farm_id: Option<String>,
    /// Name at the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_farm_name: Option<String>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_time: String,
    /// When it was changed last.
    #[schema(format = DateTime)]
    updated_time: String,
}

query! {
    /// The filters of the list; all that are given must hold.
    #[expect(dead_code, reason = "read to be judged: no farm can match")]
    FarmQuery {
        /// Farms of this user.
        user: Id = "leafUserId",
        /// Farms of this grower.
        grower: Whole = "growerId",
        /// Farms that were read from this maker's service.
        provider: Word<ProviderName> = "provider",
        paging: Paging = "page" | "size",
    }
}

type Farms = (HeaderMap, axum::Json<Vec<Farm>>);

fn none(query: &FarmQuery, base: &str) -> Farms {
    (query.paging.headers(base, 0), axum::Json(Vec::new()))
}

/// Farms of the account: none yet, as this version keeps none
#[utoipa::path(get, path = "/services/fields/api/farms", operation_id = "listFarms", tag = "farms", params(FarmQuery),
    responses((status = 200, body = [Farm], description = "An empty list, with the headers of every list")))]
pub(crate) async fn list(_: Caller, BaseUrl(base): BaseUrl, query: FarmQuery) -> Farms {
    none(&query, &base)
}

/// Farms of a user: none yet, as this version keeps none
#[utoipa::path(get, path = "/services/fields/api/users/{leafUserId}/farms", operation_id = "listFarmsOfUser", tag = "farms",
    params(("leafUserId" = String, Path, description = "The user's id", format = "uuid"), FarmQuery),
    responses((status = 200, body = [Farm], description = "An empty list, with the headers of every list")))]
pub(crate) async fn list_of_user(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    Path(user): Path<String>,
    query: FarmQuery,
) -> Result<Farms, Problem> {
    known_user(&state, &caller, &path_id(&user)?).await?;
    Ok(none(&query, &base))
}

/// One farm of a user
#[utoipa::path(get, path = "/services/fields/api/users/{leafUserId}/farms/{id}", operation_id = "getFarm", tag = "farms",
    params(("leafUserId" = String, Path, description = "The user's id", format = "uuid"),
        ("id" = i64, Path, description = "Number of the farm: its id")),
    responses((status = 200, body = Farm, description = "The farm: not yet, as there are none")))]
pub(crate) async fn read(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path((user, id)): Path<(String, String)>,
) -> Result<Problem, Problem> {
    whole(&id)?;
    known_user(&state, &caller, &path_id(&user)?).await?;
    Ok(Problem::not_found("farm"))
}
