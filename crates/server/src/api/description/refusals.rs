//! Refusals that every operation has: handlers name only what is special to them.

use crate::api::problem::Problem;
use utoipa::ToSchema;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::{Ref, RefOr};

/// The content type of failures.
const PROBLEM: &str = "application/problem+json";

/// What any operation of an account may answer.
const ANY: [(&str, &str); 3] = [
    (
        "401",
        "There is no token, or it does not hold (any more): authenticate again.",
    ),
    (
        "4XX",
        "The request cannot be used: 400 if a parameter or a member is wrong (`fieldErrors`), 404 if there is \
         nothing with this id in the account, 403 if the account is disabled, 429 if too much is asked at once.",
    ),
    (
        "5XX",
        "The service cannot answer now: 503 and 507 (no disk space) pass, send the same again after \
         `Retry-After`; 500 is a defect, and the log has its cause under the request's id.",
    ),
];

/// Adds the refusals that are not special, and gives all of them their content type.
pub(super) fn describe(operation: &mut Operation) {
    let responses = &mut operation.responses.responses;
    if operation.security.is_none() {
        for (status, text) in ANY {
            let content =
                ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name())));
            let response = ResponseBuilder::new()
                .description(text)
                .content(PROBLEM, content.build())
                .build();
            responses.insert(status.to_owned(), response.into());
        }
    }
    for (status, response) in responses {
        if let RefOr::T(response) = response
            && status.starts_with(['4', '5'])
            && let Some(content) = response.content.shift_remove("application/json")
        {
            response.content.insert(PROBLEM.to_owned(), content);
        }
    }
}
