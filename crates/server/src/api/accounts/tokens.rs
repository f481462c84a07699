//! Tokens of the account: which hold, and ending one.

use crate::api::caller::{BaseUrl, Caller};
use crate::api::path::TokenId;
use crate::api::problem::Problem;
use crate::api::query::{Paging, path_id, query};
use crate::clock::iso;
use crate::state::State;
use crate::store::Actor;
use axum::extract::{self, Path};
use axum::http::{HeaderMap, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

/// A token that holds; the token itself is shown once, when it is given out.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TokenEntry)]
pub(crate) struct TokenBody {
    /// Id of the token.
    #[schema(format = "uuid")]
    id: String,
    /// When it was given out.
    #[schema(format = DateTime)]
    issued_time: String,
    /// When it stops to hold.
    #[schema(format = DateTime)]
    expires_time: String,
    /// Address of the client that logged in, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    /// Whether it is the one of this request.
    current: bool,
}

query! {
    /// A page of the list.
    TokenQuery {
        paging: Paging = "page" | "size",
    }
}

/// Tokens of the account that hold, the newest first
#[utoipa::path(get, path = "/api/account/tokens", operation_id = "listTokens", tag = "account",
    params(TokenQuery),
    responses((status = 200, description = "A page of the tokens.", body = [TokenBody])))]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    query: TokenQuery,
) -> Result<(HeaderMap, axum::Json<Vec<TokenBody>>), Problem> {
    let found = state.db.tokens(&caller.account, query.paging.page).await?;
    let headers = query.paging.headers(&base, found.total);
    let tokens = found.items.into_iter().map(|token| TokenBody {
        current: matches!(&caller.by.actor, Actor::Owner(Some(own)) if *own == token.id),
        id: token.id,
        issued_time: iso(token.issued),
        expires_time: iso(token.expires),
        client: token.client.map(|client| client.to_string()),
    });
    Ok((headers, axum::Json(tokens.collect())))
}

/// Ends one token at once
#[utoipa::path(delete, path = "/api/account/tokens/{id}", operation_id = "revokeToken", tag = "account",
    params(TokenId),
    responses((status = 204, description = "The token does not hold any more.")))]
pub(crate) async fn remove(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = path_id(&id)?;
    if state
        .db
        .revoke_token(&caller.account, &id, &caller.by)
        .await?
    {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found("token"))
    }
}
