//! Calls of webhooks that failed.

use crate::api::caller::Caller;
use crate::api::problem::Problem;
use crate::clock::iso;
use crate::state::State;
use axum::extract;
use serde::Serialize;
use utoipa::ToSchema;

/// Failed calls that are listed.
const LISTED: u64 = 1_000;

/// A call that did not end in 2xx.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FailedCall)]
pub(crate) struct FailedCallBody {
    /// Name of the account.
    api_owner: String,
    /// When it was called.
    #[schema(format = DateTime)]
    created_at: String,
    /// Where it went.
    #[schema(format = "uri")]
    url: String,
    /// Status of the answer; null without one.
    #[schema(required)]
    status: Option<u16>,
    /// Beginning of the answer; null without one.
    #[schema(required)]
    response: Option<String>,
    /// The body that was sent.
    request_body: String,
    /// Why there is no answer; null where there is one.
    #[schema(required)]
    connection_error: Option<String>,
}

/// Calls that failed.
#[derive(Serialize, ToSchema)]
pub(crate) struct FailedCalls {
    /// The calls, the newest first.
    items: Vec<FailedCallBody>,
}

/// Calls that did not end in 2xx, the newest first
#[utoipa::path(get, path = "/services/alerts/api/alerts/webhooks/failed-calls",
    operation_id = "listFailedCalls", tag = "webhooks",
    responses((status = 200, description = "At most the latest 1,000.", body = FailedCalls)))]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
) -> Result<axum::Json<FailedCalls>, Problem> {
    let calls = state.db.failed_calls(&caller.account, LISTED).await?;
    let items = calls.into_iter().map(|call| FailedCallBody {
        api_owner: caller.username.clone(),
        created_at: iso(call.created),
        url: call.url,
        status: call.status,
        response: call.response,
        request_body: call.request_body,
        connection_error: call.connection_error,
    });
    Ok(axum::Json(FailedCalls {
        items: items.collect(),
    }))
}
