//! Downloads: streamed from the store, with ranges and entity tags.

use super::addresses::{artifact_name, named_artifact, names};
use super::missing::missing;
use super::outside::shows_outside;
use super::read::known_file;
use crate::api::caller::Caller;
use crate::api::documents::bytes::{Binary, Document};
use crate::api::documents::points::PointCollection;
use crate::api::entity::{body, disposition, held, tagged, unchanged};
use crate::api::path::{ArtifactKind, FileId};
use crate::api::problem::Problem;
use crate::blobs::Opened;
use crate::cache::{self, NotMade, Reader};
use crate::error::StoreError;
use crate::state::State;
use crate::store::ArtifactRow;
use axum::body::Body;
use axum::extract::{self, Path};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use std::convert::Infallible;
use std::ops::Range;
use tramline_model::Artifact;

/// An artifact of the file
///
/// Points are stored as GeoParquet; their GeoJSON is rendered when it is asked for. Ranges of a rendering
/// are served once it is complete: `Accept-Ranges` tells. Until then it is sent whole, as it grows.
#[utoipa::path(get, path = "/services/operations/api/files/{id}/artifacts/{kind}",
    operation_id = "downloadArtifact", tag = "files", params(FileId, ArtifactKind),
    responses(
        (status = 200, description = "The whole artifact.", content(
            (Binary = "application/octet-stream"),
            (PointCollection = "application/geo+json"),
            (Binary = "application/vnd.apache.parquet"),
            (Binary = "application/zip"),
            (Document = "application/json"),
        )),
        (status = 206, description = "The bytes of the range.", content(
            (Binary = "application/octet-stream"),
            (PointCollection = "application/geo+json"),
            (Binary = "application/vnd.apache.parquet"),
            (Binary = "application/zip"),
            (Document = "application/json"),
        )),
        (status = 304, description = "The client has these bytes already."),
        (status = 416, description = "The range lies outside the artifact.", body = Problem),
        (status = 503, description = "Too many renderings at once; ask again.", body = Problem),
    ))]
pub(crate) async fn download(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path((id, kind)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let file = known_file(&state, &caller, &id).await?;
    let unknown = || {
        let known = names(&file.file_name).join(", ");
        Problem::not_found("artifact of this file").hint(format!("there are: {known}"))
    };
    let kind = named_artifact(&file.file_name, &kind).ok_or_else(unknown)?;
    let outside = [
        Artifact::OutsideFieldGeojson,
        Artifact::OutsideFieldGeoparquet,
    ];
    if outside.contains(&kind) && !shows_outside(&state, &caller.account, &file.user_id).await? {
        return Err(missing(&state, &caller, &file, kind).await);
    }
    let mut artifact = find(&state, &caller, &file.id, kind).await?;
    let mut tries = 0;
    let content = loop {
        let Some(found) = artifact.as_ref() else {
            return Err(missing(&state, &caller, &file, kind).await);
        };
        if held(&headers, &found.tag(kind)) {
            return unchanged(&found.tag(kind));
        }
        match found.open(&state, kind, &method).await {
            Ok(content) => break content,
            // The file was converted anew since its row was read.
            Err(cause @ NotMade::Failed(_)) if tries < 3 => {
                tries += 1;
                let now = find(&state, &caller, &file.id, kind).await?;
                if now
                    .as_ref()
                    .is_some_and(|now| now.row.blob_key == found.row.blob_key)
                {
                    return Err(cause.into());
                }
                artifact = now;
            }
            Err(cause) => return Err(cause.into()),
        }
    };
    let tag = artifact.map(|found| found.tag(kind)).unwrap_or_default();
    let name = match kind.ending() {
        "" => file.file_name.clone(),
        _ => artifact_name(&file.file_name, kind),
    };
    let response = tagged(&tag)
        .header(header::CONTENT_TYPE, kind.content_type())
        .header(header::CONTENT_DISPOSITION, disposition(&name));
    let Some(size) = content.size() else {
        return body(response, Body::from_stream(content.stream(0..u64::MAX)));
    };
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let conditional = text(header::IF_RANGE).is_none_or(|given| given == tag);
    // Only GET has parts (RFC 9110, section 14.2).
    let asked = text(header::RANGE).filter(|_| conditional && method == Method::GET);
    let mut response = response.header(header::ACCEPT_RANGES, "bytes");
    let range = match asked.map(|asked| range(asked, size)) {
        None | Some(Asked::All) => 0..size,
        Some(Asked::Part(range)) => {
            let shown = format!("bytes {}-{}/{size}", range.start, range.end - 1);
            response = response
                .status(StatusCode::PARTIAL_CONTENT)
                .header(header::CONTENT_RANGE, shown);
            range
        }
        Some(Asked::Impossible) => {
            let detail = format!("the range lies outside the {size} bytes");
            let problem = Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, detail);
            let mut answer = problem.into_response();
            if let Ok(all) = HeaderValue::from_str(&format!("bytes */{size}")) {
                answer.headers_mut().insert(header::CONTENT_RANGE, all);
            }
            return Ok(answer);
        }
    };
    response = response.header(header::CONTENT_LENGTH, range.end - range.start);
    let stream = if range.is_empty() {
        Body::empty()
    } else {
        Body::from_stream(content.stream(range))
    };
    body(response, stream)
}

/// An artifact that is there.
struct Found {
    /// Of its bytes, or of the columns that it is rendered from.
    row: ArtifactRow,
}

/// The artifact of that kind as it is stored, else what it is rendered from.
async fn find(
    state: &State,
    caller: &Caller,
    file: &str,
    kind: Artifact,
) -> Result<Option<Found>, Problem> {
    for kind in std::iter::once(kind).chain(kind.rendered_from()) {
        let row = state.db.artifact(&caller.account, file, kind).await?;
        if let Some(row) = row {
            return Ok(Some(Found { row }));
        }
    }
    Ok(None)
}

impl Found {
    fn tag(&self, kind: Artifact) -> String {
        if self.row.kind == kind {
            format!("\"{}\"", self.row.sha256)
        } else {
            cache::tag(&self.row.sha256, kind)
        }
    }

    /// Opens it: from then on it stays as it is, whatever becomes of the file.
    async fn open(
        &self,
        state: &State,
        kind: Artifact,
        method: &Method,
    ) -> Result<Content, NotMade<Infallible>> {
        let bytes = state.blobs.open(&self.row.blob()).await?;
        if self.row.kind == kind {
            return Ok(Content::Stored(bytes));
        }
        if method == Method::HEAD {
            let size = state.renderings.known_size(&self.row.sha256, kind);
            return Ok(Content::Head(size));
        }
        let columns = bytes.into_file();
        let reader = state.renderings.get(&self.row.sha256, kind, columns)?;
        let begun = reader.begun().await;
        let begun = begun.map_err(|cause| StoreError::io(self.row.blob_key.to_string(), cause))?;
        Ok(Content::Rendered(begun))
    }
}

/// The bytes of an artifact.
enum Content {
    Stored(Opened),
    Rendered(Reader),
    /// Nothing but how much there is.
    Head(Option<u64>),
}

impl Content {
    /// `None` while it is not known.
    fn size(&self) -> Option<u64> {
        match self {
            Self::Stored(bytes) => Some(bytes.size()),
            Self::Rendered(reader) => reader.size(),
            Self::Head(size) => *size,
        }
    }

    fn stream(self, range: Range<u64>) -> BoxStream<'static, Result<Bytes, std::io::Error>> {
        match self {
            Self::Stored(bytes) => bytes.stream(range),
            Self::Rendered(reader) => reader.stream(range),
            Self::Head(_) => futures::stream::empty().boxed(),
        }
    }
}

enum Asked {
    All,
    Part(Range<u64>),
    Impossible,
}

/// One range of bytes; several at once, or another unit, are answered with everything.
fn range(text: &str, size: u64) -> Asked {
    let Some(spec) = text.trim().strip_prefix("bytes=") else {
        return Asked::All;
    };
    let Some((first, last)) = spec.split_once('-') else {
        return Asked::All;
    };
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let range = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Some(first), None) if last.trim().is_empty() => first..size,
        (None, Some(last)) if first.trim().is_empty() => size.saturating_sub(last)..size,
        _ => return Asked::All,
    };
    if range.is_empty() {
        Asked::Impossible
    } else {
        Asked::Part(range)
    }
}
