//! Bodies of requests in JSON, with failures that say what is wrong.

use super::problem::Problem;
use crate::state::State;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use serde::de::DeserializeOwned;

/// A JSON body. A missing content type is taken for JSON; another one is 415.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<State> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &State) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let json = kind.is_none_or(|kind| {
            let text = kind.to_str().unwrap_or_default().to_ascii_lowercase();
            let essence = text.split(';').next().unwrap_or_default().trim().to_owned();
            essence == "application/json" || essence.ends_with("+json")
        });
        if !json {
            let detail = "the body must be `application/json`";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| {
                let detail = "the body cannot be read or is too large";
                Problem::new(rejection.status(), detail)
            })?;
        let value = serde_json::from_slice(&bytes)
            .map_err(|cause| Problem::bad_request(format!("the body cannot be used: {cause}")))?;
        Ok(Self(value))
    }
}
