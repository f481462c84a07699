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

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FailedCallBody {
    api_owner: String,
    created_at: String,
    url: String,
    status: Option<u16>,
    response: Option<String>,
    request_body: String,
    connection_error: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct FailedCalls {
    items: Vec<FailedCallBody>,
}

/// Calls that did not end in 2xx, the newest first
#[utoipa::path(get, path = "/services/alerts/api/alerts/webhooks/failed-calls", tag = "webhooks",
    responses((status = 200, body = FailedCalls)))]
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
