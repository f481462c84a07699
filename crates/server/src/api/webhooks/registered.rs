//! Webhooks: who is told of which events.

use crate::api::body::{Input, Json};
use crate::api::caller::Caller;
use crate::api::path::WebhookId;
use crate::api::problem::Problem;
use crate::api::query::{Listed, NamedWords, Words, listed, path_id};
use crate::events::python_json;
use crate::jobs::judge;
use crate::state::State;
use crate::store::{Event, Webhook};
use axum::extract::{self, Path};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

const OBJECT: &str = "webhook";
const CONFIRMATION: &str = "confirmation of webhook upon registration";

/// Events that can be registered; those of parts that are not here yet are never sent.
const EVENTS: &[&str] = &[
    "batchUploadProcessingFinished",
    "uploadedFileProcessingFinished",
    "uploadedFileProcessingFailed",
    "providerFileProcessingFinished",
    "providerFileProcessingFailed",
    "mergedFileProcessingFinished",
    "mergedFileProcessingFailed",
    "automergedFileProcessingFinished",
    "automergedFileProcessingFailed",
    "operationCreated",
    "operationUpdated",
    "operationProcessingFinished",
    "operationProcessingFailed",
    "fieldCreated",
    "fieldUpdated",
    "fieldBoundaryCreated",
    "fieldBoundaryUpdated",
    "fieldBoundaryDeleted",
    "mergedFieldCreated",
    "mergedFieldUpdated",
];

/// Names of the events.
pub(crate) struct EventName;

impl Words for EventName {
    type Word = &'static str;

    fn words() -> Vec<(&'static str, &'static str)> {
        listed(EVENTS, |name| name)
    }
}

/// The names, for bodies.
type EventWord = Listed<EventName>;

impl NamedWords for EventName {
    const NAME: &'static str = "EventName";
    const ABOUT: &'static str =
        "What has happened. Events of providers, operations and merged fields never do yet.";
}

/// A webhook to be registered.
#[derive(Deserialize, ToSchema)]
pub(crate) struct WebhookInput {
    /// The events that it is told of; each event can be registered once.
    #[schema(value_type = Vec<EventWord>, min_items = 1)]
    events: Vec<String>,
    /// A name, of at most 500 bytes.
    #[schema(min_length = 1, max_length = 500)]
    name: String,
    /// The key of the signature in `X-Leaf-Signature`, of at most 500 bytes.
    #[schema(min_length = 1, max_length = 500)]
    secret: String,
    /// Where the calls go: `http` or `https`, no private address.
    #[schema(example = "https://example.org/hook", format = "uri")]
    url: String,
}

impl Input for WebhookInput {
    const OBJECT: &'static str = OBJECT;
}

/// A registered webhook.
#[derive(Serialize, ToSchema)]
#[schema(as = Webhook)]
pub(crate) struct WebhookBody {
    /// Id of the webhook.
    #[schema(format = "uuid")]
    id: String,
    /// The events that it is told of.
    #[schema(value_type = Vec<EventWord>)]
    events: Vec<String>,
    /// Name that the client gave.
    name: String,
    /// The key of the signature.
    secret: String,
    /// Where the calls go.
    #[schema(format = "uri")]
    url: String,
}

impl WebhookBody {
    /// With the secret as it was given: the contract shows it to its account.
    fn of(state: &State, webhook: Webhook) -> Result<Self, Problem> {
        Ok(Self {
            secret: state.seal.open_webhook(&webhook.id, &webhook.secret)?,
            id: webhook.id,
            events: webhook.events,
            name: webhook.name,
            url: webhook.url,
        })
    }
}

/// Registers a webhook; a confirmation is sent to it
#[utoipa::path(post, path = "/services/alerts/api/alerts/webhooks", operation_id = "createWebhook",
    tag = "webhooks",
    request_body(content = WebhookInput, description = "Which events go where."),
    responses(
        (status = 201, description = "The webhook; a confirmation is sent to its address.", body = WebhookBody),
    ))]
pub(crate) async fn create(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Json(input): Json<WebhookInput>,
) -> Result<impl IntoResponse, Problem> {
    if input.events.is_empty() {
        return Err(Problem::field(OBJECT, "events", "is empty"));
    }
    for event in &input.events {
        if !EVENTS.contains(&event.as_str()) {
            let event: String = event.chars().take(100).collect();
            let message = format!("`{event}` is none of {}", EVENTS.join(", "));
            return Err(Problem::field(OBJECT, "events", message));
        }
    }
    for (name, value) in [("name", &input.name), ("secret", &input.secret)] {
        if value.is_empty() || value.len() > 500 || value.contains('\0') {
            return Err(Problem::field(
                OBJECT,
                name,
                "is empty, longer than 500 bytes or holds NUL",
            ));
        }
    }
    judge(&input.url, state.settings.webhooks_allow_private)
        .map_err(|wrong| Problem::field(OBJECT, "url", wrong))?;
    let mut events = input.events;
    events.sort_unstable();
    events.dedup();
    let id = Uuid::now_v7().to_string();
    let secret = state.seal.seal_webhook(&id, &input.secret)?;
    let webhook = Webhook {
        id,
        name: input.name,
        secret,
        url: input.url,
        events,
    };
    let confirmation = Event {
        id: Uuid::now_v7().to_string(),
        kind: "confirmation",
        body: python_json(&serde_json::json!({ "message": CONFIRMATION })),
    };
    let added = state
        .db
        .add_webhook(&caller.account, &webhook, &confirmation, &caller.by)
        .await?;
    added.map_err(|event| {
        let message = format!("`{event}` is registered with another webhook");
        Problem::field(OBJECT, "events", message).key("eventRegisteredTwice")
    })?;
    let location = format!("/services/alerts/api/alerts/webhooks/{}", webhook.id);
    let body = axum::Json(WebhookBody::of(&state, webhook)?);
    Ok((StatusCode::CREATED, [("location", location)], body))
}

/// Webhooks of the account
#[utoipa::path(get, path = "/services/alerts/api/alerts/webhooks", operation_id = "listWebhooks",
    tag = "webhooks",
    responses((status = 200, description = "All webhooks of the account.", body = [WebhookBody])))]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
) -> Result<axum::Json<Vec<WebhookBody>>, Problem> {
    let list = state.db.webhooks(&caller.account).await?;
    let list = list.into_iter();
    let list: Result<_, Problem> = list.map(|one| WebhookBody::of(&state, one)).collect();
    Ok(axum::Json(list?))
}

/// One webhook of the account
#[utoipa::path(get, path = "/services/alerts/api/alerts/webhooks/{id}", operation_id = "getWebhook",
    tag = "webhooks", params(WebhookId),
    responses((status = 200, description = "The webhook with this id.", body = WebhookBody)))]
pub(crate) async fn read(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<axum::Json<WebhookBody>, Problem> {
    let webhook = state.db.webhook(&caller.account, &path_id(&id)?).await?;
    let webhook = webhook.ok_or_else(|| Problem::not_found("webhook"))?;
    Ok(axum::Json(WebhookBody::of(&state, webhook)?))
}

/// Removes the webhook with what waits for it
#[utoipa::path(delete, path = "/services/alerts/api/alerts/webhooks/{id}", operation_id = "deleteWebhook",
    tag = "webhooks", params(WebhookId),
    responses((status = 204, description = "The webhook is gone with what waits for it.")))]
pub(crate) async fn remove(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    if state
        .db
        .remove_webhook(&caller.account, &path_id(&id)?, &caller.by)
        .await?
    {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found("webhook"))
    }
}
