//! Boundaries of many fields at once, out of a file.

use super::change::{new_boundary, store};
use crate::api::accounts::users::known_user;
use crate::api::batches::receive::{form, multipart, refused, too_large, uploading};
use crate::api::batches::room;
use crate::api::caller::Caller;
use crate::api::problem::Problem;
use crate::api::query::{Id, Parameters, Required, Whole, query};
use crate::converter::read_boundaries;
use crate::error::StoreError;
use crate::state::State;
use axum::extract;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::http::{HeaderMap, StatusCode};
use serde::Serialize;
use tramline_converter::protocol::ReadBoundaries;
use utoipa::ToSchema;
use uuid::Uuid;

/// Largest file of boundaries.
const BYTES: u64 = 256 << 20;

query! {
    /// Whose fields they are. Also as a part of the form.
    OwnerQuery {
        /// Id of the user whose fields they are. Also as a part of the form.
        user: Required<Id> = "leafUserId",
    }
}

query! {
    /// What all of the fields have.
    BoundaryFileQuery {
        /// Id of the farm of all of them: a number of yours. Also as a part of the form.
        farm: Whole = "farmId",
    }
}

/// A part of the upload that became no field.
#[derive(Serialize, ToSchema)]
#[schema(as = RefusedBoundary)]
pub(crate) struct Refused {
    /// Path in the zip.
    entry: String,
    /// Why no field was made of it.
    reason: String,
}

/// The fields that were made, and what was not.
#[derive(Serialize, ToSchema)]
#[schema(as = CreatedFields)]
pub(crate) struct BoundaryFile {
    /// Id of this upload.
    #[schema(format = "uuid")]
    id: String,
    /// Ids of the fields that were made.
    #[schema(value_type = Vec<uuid::Uuid>)]
    fields: Vec<String>,
    /// What was left out.
    refused: Vec<Refused>,
}

/// Makes fields of a file: a zip of shapefiles, GeoJSON, KML or KMZ, at most 100 fields
#[utoipa::path(post, path = "/services/uploadservice/api/upload", operation_id = "uploadBoundaries",
    tag = "fields", params(OwnerQuery, BoundaryFileQuery),
    request_body(description = "The file, and any of the parameters as a part.", content = crate::api::batches::uploads::UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "The fields that were made, and what was left out.", body = BoundaryFile),
        (status = 408, description = "The body stopped arriving.", body = Problem),
        (status = 413, description = "The file is larger than 256 MiB.", body = Problem),
        (status = 429, description = "Too many uploads at once.", body = Problem),
        (status = 507, description = "The service has no disk space; send it again later.", body = Problem),
    ))]
pub(crate) async fn create(
    extract::State(state): extract::State<State>,
    caller: Caller,
    mut query: Parameters,
    headers: HeaderMap,
    sent: Result<Multipart, MultipartRejection>,
) -> Result<(StatusCode, axum::Json<BoundaryFile>), Problem> {
    room::before(&state, room::announced(&headers)).await?;
    let sent = multipart(sent)?;
    let _slot = uploading(&state, &caller.account).await?;
    let form = form(&state, sent).await?;
    for (name, value) in form.parts {
        query.add(&name, value);
    }
    let owner = OwnerQuery::read(&query)?;
    let user = known_user(&state, &caller, &owner.user).await?.id;
    let farm = BoundaryFileQuery::read(&query)?.farm;
    let file = form.file;
    if file.size > BYTES {
        return Err(too_large(BYTES));
    }
    let task = ReadBoundaries {
        input: file.path.clone(),
        name: file.name.clone(),
        out: file.path.with_extension("boundaries"),
        upload_bytes: BYTES,
        memory_bytes: state.settings.convert_memory_bytes,
    };
    let turn = state.checks.acquire().await.map_err(Problem::internal)?;
    let read = read_boundaries(&state.converter()?, task).await;
    drop(turn);
    let found = read
        .map_err(|cause| StoreError::io("converter", cause))?
        .map_err(|message| refused(&file.name, &message))?;
    let faults = found.faults.into_iter();
    let mut made = BoundaryFile {
        id: Uuid::now_v7().to_string(),
        fields: Vec::new(),
        refused: faults
            .map(|(entry, reason)| Refused { entry, reason })
            .collect(),
    };
    for (name, entry, geometry) in found.fields {
        let boundary = match new_boundary(&geometry) {
            Ok((boundary, _)) => boundary,
            Err(problem) => {
                let name = name.unwrap_or_else(|| "a field without a name".to_owned());
                let reason = format!("{name}: {}", problem.detail());
                made.refused.push(Refused { entry, reason });
                continue;
            }
        };
        let name = name.map(|name| name.chars().filter(|c| !c.is_control()).take(100).collect());
        let id = Uuid::now_v7().to_string();
        store(&state, &caller, &user, id.clone(), name, farm, boundary).await?;
        made.fields.push(id);
    }
    if made.fields.is_empty() {
        let reasons: Vec<String> = made
            .refused
            .iter()
            .take(5)
            .map(|refused| format!("`{}`: {}", refused.entry, refused.reason))
            .collect();
        let detail = if reasons.is_empty() {
            "no shapefile, GeoJSON, KML or KMZ with a polygon was found".to_owned()
        } else {
            format!("no field could be made: {}", reasons.join("; "))
        };
        return Err(Problem::bad_request(detail).key("noFields"));
    }
    Ok((StatusCode::CREATED, axum::Json(made)))
}
