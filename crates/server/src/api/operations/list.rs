//! `GET /operations`: the list, with the contract's filters.

use super::body::Operation;
use crate::api::batches::uploads::ProviderName;
use crate::api::caller::{BaseUrl, Caller};
use crate::api::query::{Id, Paging, Sort, Text, Time, Word, Words, query};
use axum::http::HeaderMap;
use serde::Serialize;
use tramline_model::OperationType;
use utoipa::ToSchema;

/// What the list can be sorted by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OperationSort;

impl Words for OperationSort {
    type Word = Self;

    fn words() -> Vec<(&'static str, Self)> {
        let words = [
            "id",
            "leafUserId",
            "startTime",
            "endTime",
            "type",
            "updatedTime",
        ];
        words.map(|word| (word, Self)).to_vec()
    }
}

/// The list as older clients expect it.
pub(crate) struct Wrapping;

impl Words for Wrapping {
    type Word = ();

    fn words() -> Vec<(&'static str, ())> {
        vec![("operations", ())]
    }
}

query! {
    /// The filters of the list; all that are given must hold.
    #[expect(dead_code, reason = "read to be judged: no operation can match")]
    OperationQuery {
        /// Operations of this user.
        user: Id = "leafUserId",
        /// Operations with a file of this maker.
        provider: Word<ProviderName> = "provider",
        /// ISO 8601: operations that began then or later.
        started_from: Time = "startTime",
        /// ISO 8601: operations that ended then or before.
        ended_to: Time = "endTime",
        /// ISO 8601: operations that were changed then or later.
        updated_from: Time = "updatedTime",
        /// The kind of work.
        kind: Word<OperationType> = "operationType",
        /// Operations on this field.
        field: Text = "fieldId",
        /// What the list is sorted by.
        sort: Sort<OperationSort> = "sort",
        paging: Paging = "page" | "size",
        /// Extension: `operations` wraps the list as older clients expect it.
        envelope: Word<Wrapping> = "envelope",
    }
}

/// The operations, as `envelope` has it.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum ListedOperations {
    Bare(Vec<Operation>),
    Wrapped(OperationEnvelope),
}

/// The list as older clients expect it.
#[derive(Serialize, ToSchema)]
pub(crate) struct OperationEnvelope {
    /// Always `SUCCESS` in this answer.
    message: &'static str,
    /// The operations of the page.
    operations: Vec<Operation>,
}

/// Field operations of the account: none yet, as this version makes none
#[utoipa::path(get, path = "/services/operations/api/operations", operation_id = "listOperations", tag = "operations", params(OperationQuery),
    responses((status = 200, body = ListedOperations, description = "An empty list, with the headers of every list")))]
pub(crate) async fn list(
    _: Caller,
    BaseUrl(base): BaseUrl,
    query: OperationQuery,
) -> (HeaderMap, axum::Json<ListedOperations>) {
    let operations = Vec::new();
    let body = match query.envelope {
        Some(()) => ListedOperations::Wrapped(OperationEnvelope {
            message: "SUCCESS",
            operations,
        }),
        None => ListedOperations::Bare(operations),
    };
    (query.paging.headers(&base, 0), axum::Json(body))
}
