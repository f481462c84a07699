//! Vector tiles of a file's points or footprints, made when they are asked for.
//!
//! Rule: the features of the files looked at lately stay in memory, within a bound. Whoever asks for
//! what is being loaded waits for that one loading.

use super::read::known_file;
use super::stored::StoredFile;
use crate::api::caller::Caller;
use crate::api::documents::bytes::Binary;
use crate::api::entity::{body, held, tagged, unchanged};
use crate::api::path::{FileId, TileColumn, TileRow, TileZoom};
use crate::api::problem::Problem;
use crate::api::query::{Parameters, Text, Word, Words, listed, query};
use crate::blocking::blocking;
use crate::error::StoreError;
use crate::state::State;
use axum::body::Body;
use axum::extract::{self, Path};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use tramline_convert::StoredOutput;
use tramline_model::Artifact;
use tramline_tiles::{MEDIA_TYPE, Options, Pick, TileError, read_parquet, tile};

/// Changes when the same features make other tiles.
const EDITION: u32 = 1;

impl From<TileError> for Problem {
    fn from(cause: TileError) -> Self {
        match cause {
            TileError::NoColumn(name) => {
                Self::field("query", "columns", format!("there is no column `{name}`"))
            }
            TileError::Memory { .. } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, cause.to_string()).hint(
                    "ask for some `columns` only, or have the operator raise `memory_cache_bytes`",
                )
            }
            cause => StoreError::corrupt("points", cause).into(),
        }
    }
}

/// Artifacts that tiles are made of.
pub(crate) struct Tiled;

impl Words for Tiled {
    type Word = Artifact;
    const ANY_CASE: bool = false;

    fn words() -> Vec<(&'static str, Artifact)> {
        listed(
            &StoredOutput::ALL.map(StoredOutput::for_export),
            Artifact::name,
        )
    }
}

query! {
    /// What a tile shows.
    TileQuery {
        /// What is shown, where `artifact` is not given: the standard points (the default), the filtered ones, or the
        /// ground that the points cover.
        output: Word<StoredOutput> = "output",
        /// The same by the name of the artifact.
        artifact: Word<Tiled> = "artifact",
        /// Names of the attributes that features have, separated by commas; all without it.
        columns: Text = "columns",
    }
}

impl TileQuery {
    fn kind(&self) -> Artifact {
        let output = || self.output.unwrap_or(StoredOutput::Standard).for_export();
        self.artifact.unwrap_or_else(output)
    }

    fn pick(&self) -> Pick {
        self.columns.as_ref().map_or(Pick::All, |names| {
            let names = names.split(',').map(|name| name.trim().to_owned());
            Pick::Named(names.filter(|name| !name.is_empty()).collect())
        })
    }
}

/// A vector tile of the points or footprints of a file
///
/// `y` ends in `.mvt`. The layer is `points`, of polygons `swaths`.
#[utoipa::path(get, path = "/services/operations/api/files/{id}/tiles/{z}/{x}/{y}",
    operation_id = "getTile", tag = "files",
    params(FileId, TileZoom, TileColumn, TileRow, TileQuery),
    responses(
        (status = 200, description = "The tile as protocol buffers.", content_type = "application/vnd.mapbox-vector-tile", body = Binary),
        (status = 204, description = "Nothing lies in this tile."),
        (status = 304, description = "The client has these bytes already."),
        (status = 422, description = "The file is too large to be tiled with these columns.", body = Problem),
    ))]
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
    let query = TileQuery::read(&query)?;
    let stored = StoredFile::of(&state, &caller, &file).await?;
    let (artifact, points) = stored.artifact(query.kind()).await?;
    let tag = format!("\"{}-{EDITION}\"", artifact.sha256);
    if held(&headers, &tag) {
        return unchanged(&tag);
    }
    let pick = query.pick();
    let columns = pick.clone();
    let most = state.kept.most_bytes();
    let read = move || read_parquet(points.path(), &columns, most);
    let source = state
        .kept
        .tiles(artifact.sha256.clone(), pick, read)
        .await?;
    let made = blocking("tile", move || tile(&source, z, x, y, &Options::default())).await?;
    let response = tagged(&tag);
    match made {
        Some(bytes) => body(response.header(header::CONTENT_TYPE, MEDIA_TYPE), bytes),
        None => body(response.status(StatusCode::NO_CONTENT), Body::empty()),
    }
}
