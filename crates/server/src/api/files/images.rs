//! The images of a file's properties: their list, and each of them read out of the stored zip, where
//! they lie unpacked.

use super::missing::missing;
use super::read::known_file;
use crate::api::caller::{BaseUrl, Caller};
use crate::api::documents::bytes::Binary;
use crate::api::documents::images::Image;
use crate::api::entity::{body, private};
use crate::api::path::{FileId, ImageName};
use crate::api::problem::Problem;
use crate::state::State;
use axum::body::Body;
use axum::extract::{self, Path};
use axum::http::header;
use axum::response::Response;
use serde_json::{Value, json};
use tramline_model::Artifact;

/// Bytes of the list at most: a few kilobytes for each property.
const LIST_BYTES: u64 = 1 << 20;

/// The list as the conversion wrote it; empty for a file without images.
pub(super) async fn list(
    state: &State,
    caller: &Caller,
    file: &str,
) -> Result<Vec<Value>, Problem> {
    let artifact = state
        .db
        .artifact(&caller.account, file, Artifact::Images)
        .await?;
    let Some(artifact) = artifact.filter(|artifact| artifact.size <= LIST_BYTES) else {
        return Ok(Vec::new());
    };
    let stream = state
        .blobs
        .read(&artifact.blob_key, 0..artifact.size)
        .await?;
    let bytes = axum::body::to_bytes(Body::from_stream(stream), LIST_BYTES as usize)
        .await
        .map_err(Problem::internal)?;
    Ok(serde_json::from_slice(&bytes).unwrap_or_default())
}

/// Images of the file's properties
#[utoipa::path(get, path = "/services/operations/api/files/{id}/images", operation_id = "listImages",
    tag = "files", params(FileId),
    responses(
        (status = 200, description = "An entry for each property that has an image.", body = [Image]),
    ))]
pub(crate) async fn images(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<String>,
) -> Result<axum::Json<Vec<Value>>, Problem> {
    let file = known_file(&state, &caller, &id).await?;
    let images = list(&state, &caller, &file.id).await?;
    if images.is_empty() {
        return Err(missing(&state, &caller, &file, Artifact::Images).await);
    }
    let shown = images
        .into_iter()
        .map(|image| {
            let property = image["property"].as_str().unwrap_or_default();
            let url = format!(
                "{base}/services/operations/api/files/{}/images/{property}.png",
                file.id
            );
            json!({
                "property": property,
                "ramp": image["ramp"],
                "url": url,
                "downloadUrl": url,
                "legend": image["legend"],
                "extent": image["extent"],
            })
        })
        .collect();
    Ok(axum::Json(shown))
}

/// One image, `PROPERTY.png`, or its georeference, `PROPERTY.png.aux.xml`
#[utoipa::path(get, path = "/services/operations/api/files/{id}/images/{name}",
    operation_id = "downloadImage", tag = "files", params(FileId, ImageName),
    responses(
        (status = 200, description = "The image, or its georeference.", content_type = "image/png", body = Binary),
    ))]
pub(crate) async fn image(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path((id, name)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let file = known_file(&state, &caller, &id).await?;
    let missing = || Problem::not_found("image of this file");
    let (property, key, content) = match name.strip_suffix(".png.aux.xml") {
        Some(property) => (property, "sidecarInZip", "application/xml"),
        None => {
            let property = name.strip_suffix(".png").ok_or_else(missing)?;
            (property, "inZip", "image/png")
        }
    };
    let images = list(&state, &caller, &file.id).await?;
    if images.is_empty() {
        return Err(super::missing::missing(&state, &caller, &file, Artifact::Images).await);
    }
    let entry = images.iter().find(|image| image["property"] == property);
    let place = entry.map(|image| &image[key]).ok_or_else(missing)?;
    let (Some(offset), Some(size)) = (place["offset"].as_u64(), place["size"].as_u64()) else {
        return Err(missing());
    };
    let zip = state
        .db
        .artifact(&caller.account, &file.id, Artifact::ZippedPngs)
        .await?;
    let zip = zip.ok_or_else(missing)?;
    let end = offset.saturating_add(size);
    if end > zip.size {
        return Err(missing());
    }
    let stream = state.blobs.read(&zip.blob_key, offset..end).await?;
    let response = private()
        .header(header::CONTENT_TYPE, content)
        .header(header::CONTENT_LENGTH, size);
    body(response, Body::from_stream(stream))
}
