//! What was done with the account.

use crate::api::caller::{BaseUrl, Caller};
use crate::api::problem::Problem;
use crate::api::query::{Listed, NamedWords, Paging, Time, Words, listed, query};
use crate::clock::iso;
use crate::state::State;
use crate::store::{Action, Entry, Span};
use axum::extract;
use axum::http::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;

/// An entry: ids and words, no names.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditEntry)]
pub(crate) struct EntryBody {
    /// When it was done.
    #[schema(format = DateTime)]
    time: String,
    /// Who did it: `owner`, `key`, `operator`, or `unknown` for whoever had a wrong password.
    #[schema(value_type = AuditActor)]
    actor: &'static str,
    /// Id of the token or the key that it was done with.
    #[serde(skip_serializing_if = "Option::is_none")]
    actor_id: Option<String>,
    /// What was done.
    #[schema(value_type = AuditAction)]
    action: &'static str,
    /// Id of what it was done with; `others` where an entry stands for several.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// Address of the client, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    /// Id of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    /// How often: failed logins of an hour and an address are one entry.
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

impl Words for Action {
    type Word = Self;

    fn words() -> Vec<(&'static str, Self)> {
        listed(Self::ALL, Self::name)
    }
}

/// The words of actions, for bodies.
type AuditAction = Listed<Action>;

impl NamedWords for Action {
    const NAME: &'static str = "AuditAction";
    const ABOUT: &'static str = "What was done with the account or with something in it.";
}

/// Who may have done something.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) enum AuditActor {
    Owner,
    Key,
    Operator,
    Unknown,
}

query! {
    /// From when to when; both count.
    AuditQuery {
        /// Entries at this time or later, ISO 8601.
        from: Time = "from",
        /// Entries at this time or earlier, ISO 8601.
        to: Time = "to",
        paging: Paging = "page" | "size",
    }
}

/// What was done with the account, by whom and from where; the newest first
#[utoipa::path(get, path = "/api/account/audit", operation_id = "listAuditEntries", tag = "account",
    params(AuditQuery),
    responses((status = 200, description = "A page of the entries.", body = [EntryBody])))]
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
