//! Implements.

use super::body::Implement;
use super::known::unknown;
use crate::api::accounts::users::known_user;
use crate::api::caller::{BaseUrl, Caller};
use crate::api::problem::Problem;
use crate::api::query::{Paging, Text, Time, path_id, query};
use crate::state::State;
use axum::extract::{self, Path};
use axum::http::HeaderMap;

query! {
    /// The filters of the list; all that are given must hold.
    #[expect(dead_code, reason = "read to be judged: no implement can match")]
    ImplementQuery {
        /// Implements of this name.
        name: Text = "name",
        /// Implements of this maker.
        provider: Text = "provider",
        /// The implement with this id at the maker's service.
        provider_implement: Text = "providerImplementId",
        /// Implements of this organization at the maker's service.
        organization: Text = "providerOrganizationId",
        /// ISO 8601: implements that are known since exactly then.
        created: Time = "createdTime",
        /// ISO 8601: implements that are known since then or before.
        created_to: Time = "beforeCreatedTime",
        /// ISO 8601: implements that are known since then or later.
        created_from: Time = "afterCreatedTime",
        paging: Paging = "page" | "size",
    }
}

/// Implements of a user: none yet, as this version keeps none
#[utoipa::path(get, path = "/services/beta/api/users/{leafUserId}/implements", operation_id = "listImplements", tag = "machines",
    params(("leafUserId" = String, Path, description = "The user's id", format = "uuid"), ImplementQuery),
    responses((status = 200, body = [Implement], description = "An empty list, with the headers of every list")))]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    Path(user): Path<String>,
    query: ImplementQuery,
) -> Result<(HeaderMap, axum::Json<Vec<Implement>>), Problem> {
    known_user(&state, &caller, &path_id(&user)?).await?;
    Ok((query.paging.headers(&base, 0), axum::Json(Vec::new())))
}

/// One implement of the user
#[utoipa::path(get, path = "/services/beta/api/users/{leafUserId}/implements/{id}", operation_id = "getImplement", tag = "machines",
    params(("leafUserId" = String, Path, description = "The user's id", format = "uuid"),
        ("id" = String, Path, description = "The implement's id", format = "uuid")),
    responses((status = 200, body = Implement, description = "The implement: not yet, as there are none")))]
pub(crate) async fn read(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path((user, id)): Path<(String, String)>,
) -> Result<Problem, Problem> {
    unknown(&state, &caller, &user, &id, "implement").await
}
