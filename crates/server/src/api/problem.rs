//! What a client is told when something fails: problem details (RFC 9457) with the contract's
//! extra keys.
//!
//! Rule: a cause from database or disk is logged under the request's id and never sent.

use crate::cache::NotMade;
use crate::error::StoreError;
use crate::figures;
use crate::logins::TooMany;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::convert::Infallible;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A parameter or member that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FieldError {
    /// Where it stands: `query`, `form`, `path`, or the name of the body.
    pub(crate) object_name: String,
    /// Name of the parameter or member.
    pub(crate) field: String,
    /// What is wrong with it.
    pub(crate) message: String,
}

/// A failure. Its body is boxed, so that a result that may hold one stays small.
#[derive(Clone, Debug)]
pub(crate) struct Problem(Box<ProblemBody>);

/// A failure (RFC 9457).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ProblemBody {
    /// Always `about:blank`: `status` and `errorKey` tell what it is.
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "about:blank")]
    kind: &'static str,
    /// The status in words, or what is wrong in the words of the contract.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What went wrong, for people.
    detail: String,
    /// What the person can do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// The path of the request.
    #[serde(skip_serializing_if = "String::is_empty")]
    path: String,
    /// `error.http.<status>`, or `error.validation` with `fieldErrors`.
    message: String,
    /// Which failure it is, for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    error_key: Option<&'static str>,
    /// Parameters or members that cannot be used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    field_errors: Vec<FieldError>,
    /// Of a service that is not ready: everything that it lacks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<String>,
    /// Seconds after which trying again makes sense.
    #[serde(skip)]
    retry_after: Option<u32>,
}

impl PartialSchema for Problem {
    fn schema() -> RefOr<Schema> {
        ProblemBody::schema()
    }
}

impl ToSchema for Problem {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        ProblemBody::schemas(schemas);
    }
}

impl Problem {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self(Box::new(ProblemBody {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            hint: None,
            path: String::new(),
            message: format!("error.http.{}", status.as_u16()),
            error_key: None,
            field_errors: Vec::new(),
            reasons: Vec::new(),
            retry_after: None,
        }))
    }

    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// A parameter or member that cannot be used.
    pub(crate) fn field(object: &str, field: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        let mut problem = Self::bad_request(format!("`{field}`: {message}"));
        "error.validation".clone_into(&mut problem.0.message);
        problem.0.field_errors.push(FieldError {
            object_name: object.to_owned(),
            field: field.to_owned(),
            message,
        });
        problem
    }

    /// Unknown, or another account's: the same answer.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("no such {what}"))
    }

    /// A defect: its cause is logged, not sent.
    pub(crate) fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal error")
    }

    /// No space is left on a disk.
    pub(crate) fn full(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::INSUFFICIENT_STORAGE, detail)
            .key("storageFull")
            .hint("send the same again later; whoever runs the service has to make space")
            .after(60)
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Not Authenticated")
    }

    /// Who asks is known, and may not.
    pub(crate) fn disabled() -> Self {
        Self::new(StatusCode::FORBIDDEN, "the account is disabled")
            .key("accountDisabled")
            .hint("ask the operator of this service; what was uploaded is kept and still converted")
    }

    /// What happened.
    pub(crate) fn detail(&self) -> &str {
        &self.0.detail
    }

    #[must_use]
    pub(crate) fn title(mut self, title: impl Into<String>) -> Self {
        self.0.title = title.into();
        self
    }

    #[must_use]
    pub(crate) fn key(mut self, key: &'static str) -> Self {
        self.0.error_key = Some(key);
        self
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into()).filter(|hint| !hint.is_empty());
        self
    }

    #[must_use]
    pub(crate) fn reasons(mut self, reasons: Vec<String>) -> Self {
        self.0.reasons = reasons;
        self
    }

    #[must_use]
    pub(crate) fn after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    fn response(&self) -> Response {
        let status =
            StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.0.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Problem {
    fn from(cause: StoreError) -> Self {
        tracing::error!(%cause, "request failed");
        match cause {
            StoreError::Busy { what, .. } => {
                let detail = format!("{what} is busy");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, detail).after(5)
            }
            cause if cause.is_full() => Self::full("the storage of the service is full"),
            cause if cause.may_pass() => {
                let detail = "the storage of the service fails";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, detail).after(30)
            }
            _ => Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal error"),
        }
    }
}

impl From<TooMany> for Problem {
    fn from(cause: TooMany) -> Self {
        figures::count(figures::LOGIN_SENT_AWAY);
        let seconds = cause.wait.as_secs_f64().ceil();
        let seconds = if seconds < 86_400.0 {
            seconds as u32
        } else {
            86_400
        };
        let detail = if cause.failed_before {
            "too many wrong names or passwords"
        } else {
            "too many logins at once"
        };
        Self::new(StatusCode::TOO_MANY_REQUESTS, detail)
            .key("tooManyLogins")
            .hint(format!("try again after {seconds} s"))
            .after(seconds)
    }
}

impl<E: Into<Self>> From<NotMade<E>> for Problem {
    fn from(cause: NotMade<E>) -> Self {
        match cause {
            NotMade::Busy => {
                let detail = "too many renderings are made or read at once";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, detail).after(5)
            }
            NotMade::Refused(cause) => cause.into(),
            NotMade::Failed(cause) => cause.into(),
        }
    }
}

impl From<Infallible> for Problem {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// Gives every failure the path it is about, also those that axum itself answers.
pub(super) async fn complete(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    if let Some(problem) = response.extensions().get::<Problem>() {
        let mut problem = problem.clone();
        problem.0.path = path;
        return problem.response();
    }
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    if response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == "application/problem+json")
    {
        return response;
    }
    let detail = match status {
        StatusCode::METHOD_NOT_ALLOWED => "this path does not answer that method",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "the content type is not one that this path takes",
        StatusCode::INTERNAL_SERVER_ERROR => "internal error",
        StatusCode::NOT_FOUND => "no such path",
        _ => "the request cannot be used",
    };
    let mut complete = Problem::new(status, detail);
    complete.0.path = path;
    let mut answer = complete.response();
    if let Some(allow) = response.headers().get(header::ALLOW) {
        answer.headers_mut().insert(header::ALLOW, allow.clone());
    }
    answer
}
