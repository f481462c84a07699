//! Vector tiles of a file's points or footprints, made when they are asked for.
//!
//! Rule: the features of the files looked at lately stay in memory, within a bound. Whoever asks for
//! what is being loaded waits for that one loading.

use super::artifacts::{body, held};
use super::caller::Caller;
use super::exports::chosen;
use super::files::known_file;
use super::kept::Kept;
use super::parameters::Parameters;
use super::problem::Problem;
use crate::error::StoreError;
use crate::state::State;
use axum::body::Body;
use axum::extract::{self, Path};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use tramline_convert::StoredOutput;
use tramline_model::Artifact;
use tramline_tiles::{MEDIA_TYPE, Options, Pick, Source, TileError, read_parquet, tile};

/// Bytes of memory of one file's features while they are loaded, and of all that are kept.
const SOURCE_BYTES: usize = 512 << 20;
const KEPT_BYTES: usize = 512 << 20;
/// Files in memory at most.
const KEPT: usize = 16;
/// Changes when the same features make other tiles.
const EDITION: u32 = 1;

/// Loaded features by the hash of the bytes and the columns.
pub(crate) type TileSources = Kept<(String, Pick), Source>;

pub(crate) fn no_tile_sources() -> TileSources {
    Kept::new(KEPT, KEPT_BYTES, Source::memory_bytes)
}

fn refused(blob_key: &str, cause: TileError) -> Problem {
    match cause {
        TileError::NoColumn(name) => {
            Problem::field("query", "columns", format!("there is no column `{name}`"))
        }
        TileError::Memory { .. } => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, cause.to_string())
                .hint("ask for some `columns` only")
        }
        cause => StoreError::Blob {
            key: blob_key.to_owned(),
            cause: cause.to_string(),
        }
        .into(),
    }
}

/// The kind of artifact that is asked for: by `artifact`, or by `output` as exports are.
fn kind(query: &Parameters) -> Result<Artifact, Problem> {
    let output = chosen(query)?;
    let Some(artifact) = query.text("artifact") else {
        return Ok(output.unwrap_or(StoredOutput::Standard).for_export());
    };
    let kinds = StoredOutput::ALL.map(StoredOutput::for_export);
    let found = kinds.into_iter().find(|kind| kind.name() == artifact);
    found.ok_or_else(|| {
        let known = format!("is none of {}", kinds.map(Artifact::name).join(", "));
        Problem::field("query", "artifact", known)
    })
}

fn missing(kind: Artifact) -> Problem {
    if kind != Artifact::PolygonGeoparquet {
        return Problem::not_found("artifact of this file");
    }
    let detail =
        "the file has no polygonGeoparquet: it was converted without `enablePolygonOutput`";
    Problem::new(StatusCode::NOT_FOUND, detail)
        .hint("set `enablePolygonOutput` to true in the configuration and reprocess the file")
}

/// A vector tile of the points or footprints of a file
///
/// `y` ends in `.mvt`. The layer is `points`, of polygons `swaths`; `columns` names the attributes,
/// separated by commas (all without it), `artifact` the features: `standardGeoparquet`,
/// `filteredGeoparquet` or `polygonGeoparquet`; or `output` does: `standard`, `filtered` or `polygon`.
#[utoipa::path(get, path = "/services/operations/api/files/{id}/tiles/{z}/{x}/{y}", tag = "files",
    params(("id" = String, Path), ("z" = u8, Path), ("x" = u32, Path), ("y" = String, Path, example = "5595.mvt"),
        ("columns" = Option<String>, Query), ("artifact" = Option<String>, Query),
        ("output" = Option<String>, Query)),
    responses((status = 200, content_type = "application/vnd.mapbox-vector-tile"), (status = 204), (status = 304),
        (status = 400, body = Problem), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn read(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path((id, z, x, y)): Path<(String, String, String, String)>,
    query: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let file = known_file(&state, &caller, &id).await?;
    let row = y.strip_suffix(".mvt").and_then(|y| y.parse::<u32>().ok());
    let place = z.parse::<u8>().ok().zip(x.parse::<u32>().ok()).zip(row);
    let ((z, x), y) = place.ok_or_else(|| Problem::not_found("tile"))?;
    let kind = kind(&query)?;
    let artifact = state.db.artifact(&caller.account, &file.id, kind).await?;
    let artifact = artifact.ok_or_else(|| missing(kind))?;
    let tag = format!("\"{}-{EDITION}\"", artifact.sha256);
    let response = Response::builder()
        .header(header::ETAG, &tag)
        .header(header::CACHE_CONTROL, "private, no-cache")
        .header("x-content-type-options", "nosniff");
    if held(&headers, &tag) {
        return body(response.status(StatusCode::NOT_MODIFIED), Body::empty());
    }
    let pick = query.text("columns").map_or(Pick::All, |names| {
        let names = names.split(',').map(|name| name.trim().to_owned());
        Pick::Named(names.filter(|name| !name.is_empty()).collect())
    });
    let path = state.blobs.local_path(&artifact.blob_key);
    let (key, blob_key) = ((artifact.sha256, pick.clone()), artifact.blob_key.clone());
    let read =
        move || read_parquet(&path, &pick, SOURCE_BYTES).map_err(|cause| refused(&blob_key, cause));
    let source = state.tile_sources.get(key, read).await?;
    let made = tokio::task::spawn_blocking(move || tile(&source, z, x, y, &Options::default()));
    let made = made.await.map_err(|cause| StoreError::Blob {
        key: artifact.blob_key,
        cause: cause.to_string(),
    })?;
    match made {
        Some(bytes) => body(
            response.header(header::CONTENT_TYPE, MEDIA_TYPE),
            Body::from(bytes),
        ),
        None => body(response.status(StatusCode::NO_CONTENT), Body::empty()),
    }
}
