//! What was done with the account.

use crate::api::caller::{BaseUrl, Caller};
use crate::api::problem::Problem;
use crate::api::query::{Paging, Time, query};
use crate::clock::iso;
use crate::state::State;
use crate::store::{Entry, Span};
use axum::extract;
use axum::http::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;

/// An entry: ids and words, no names.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EntryBody {
    time: String,
    /// `owner`, `key`, `operator`, or `unknown` for whoever had a wrong password.
    actor: &'static str,
    /// Of the token or the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    actor_id: Option<String>,
    action: &'static str,
    /// Id of what it was done with.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// Address of the client, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    /// Failed logins of an hour are one entry.
    times: u64,
}

impl From<Entry> for EntryBody {
    fn from(entry: Entry) -> Self {
        Self {
            time: iso(entry.time),
            actor: entry.by.actor.name(),
            actor_id: entry.by.actor.id().map(str::to_owned),
            action: entry.action.name(),
            subject: entry.subject,
            client: entry.by.client.map(|client| client.to_string()),
            request_id: entry.by.request,
            times: entry.times,
        }
    }
}

query! {
    /// From when to when; both count.
    AuditQuery {
        from: Time = "from",
        to: Time = "to",
        paging: Paging = "page" | "size",
    }
}

/// What was done with the account, by whom and from where; the newest first
#[utoipa::path(get, path = "/api/account/audit", tag = "account", params(AuditQuery),
    responses((status = 200, body = [EntryBody])))]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    query: AuditQuery,
) -> Result<(HeaderMap, axum::Json<Vec<EntryBody>>), Problem> {
    let span = Span {
        from: query.from,
        to: query.to,
    };
    let page = query.paging.page;
    let found = state.db.audit(&caller.account, span, page).await?;
    let headers = query.paging.headers(&base, found.total);
    let entries = found.items.into_iter().map(EntryBody::from);
    Ok((headers, axum::Json(entries.collect())))
}
