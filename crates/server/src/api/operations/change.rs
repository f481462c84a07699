//! Having operations made again, or cut by their field.

use super::body::{Cropping, Operation, Reprocessing};
use super::read::unknown;
use crate::api::accounts::users::known_user;
use crate::api::body::{Input, Json};
use crate::api::caller::Caller;
use crate::api::fields::known_field;
use crate::api::problem::Problem;
use crate::api::query::uuid;
use crate::state::State;
use axum::extract::{self, Path};
use serde::Deserialize;
use utoipa::ToSchema;

/// Fields of one request.
const MOST: usize = 100;

/// Whose operations are made again: those of one field, or of several.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FieldsInput {
    /// The user that the fields belong to.
    #[schema(format = "uuid")]
    leaf_user_id: String,
    /// Id of the field, any text.
    field_id: Option<String>,
    /// Ids of fields, any text, in place of `fieldId`; at most 100.
    field_ids: Option<Vec<String>>,
}

impl Input for FieldsInput {
    const OBJECT: &'static str = "reprocess";
}

/// An operation by its id.
#[derive(Deserialize, ToSchema)]
pub(crate) struct OperationInput {
    /// Id of the operation.
    #[schema(format = "uuid")]
    id: String,
}

impl Input for OperationInput {
    const OBJECT: &'static str = "operation";
}

/// Makes an operation again, from its files on
#[utoipa::path(post, path = "/services/operations/api/operations/{id}/reprocess", operation_id = "reprocessOperation", tag = "operations",
    params(("id" = String, Path, description = "The operation's id", format = "uuid")),
    responses((status = 200, body = Operation, description = "The operation: not yet, as there are none")))]
pub(crate) async fn reprocess(_: Caller, Path(id): Path<String>) -> Problem {
    unknown(&id)
}

/// Makes all operations of fields again
#[utoipa::path(post, path = "/services/operations/api/operations/reprocess", operation_id = "reprocessFields", tag = "operations",
    request_body(content = FieldsInput, description = "The fields of a user."),
    responses((status = 200, body = Reprocessing, description = "The operations: not yet, as there are none")))]
pub(crate) async fn reprocess_fields(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Json(input): Json<FieldsInput>,
) -> Result<Problem, Problem> {
    let refused = |field: &str, message: &str| Problem::field(FieldsInput::OBJECT, field, message);
    let user = uuid(&input.leaf_user_id).ok_or_else(|| refused("leafUserId", "is not a UUID"))?;
    let fields: Vec<String> = input
        .field_ids
        .unwrap_or_default()
        .into_iter()
        .chain(input.field_id)
        .collect();
    if fields.is_empty() {
        return Err(refused("fieldId", "is required, or `fieldIds`"));
    }
    if fields.len() > MOST {
        return Err(refused("fieldIds", "has more than 100 fields"));
    }
    known_user(&state, &caller, &user).await?;
    for field in &fields {
        known_field(&state, &caller, &user, field).await?;
    }
    Ok(Problem::not_found("operation on these fields")
        .hint("this version makes no field operations yet; the machine files are under `…/files`"))
}

/// Cuts an operation by its field; also spelt `CropOperationByField`
#[utoipa::path(post, path = "/services/operations/api/operations/cropOperationByField", operation_id = "cropOperationByField", tag = "operations",
    request_body(content = OperationInput, description = "Which operation it is."),
    responses((status = 200, body = Cropping, description = "Where the result will be: not yet, as there are none")))]
pub(crate) async fn crop(_: Caller, Json(input): Json<OperationInput>) -> Problem {
    match uuid(&input.id) {
        Some(id) => unknown(&id),
        None => Problem::field(OperationInput::OBJECT, "id", "is not a UUID"),
    }
}
