//! Downloads: streamed from the store, with ranges and entity tags.

use super::caller::Caller;
use super::files::known_file;
use super::problem::Problem;
use crate::state::State;
use axum::body::Body;
use axum::extract::{self, Path};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use std::ops::Range;
use tramline_model::Artifact;

/// An artifact of the file
#[utoipa::path(get, path = "/services/operations/api/files/{id}/artifacts/{kind}", tag = "files",
    params(("id" = String, Path), ("kind" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = 206), (status = 304),
        (status = 400, body = Problem), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 416, body = Problem)))]
pub(crate) async fn download(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path((id, kind)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let file = known_file(&state, &caller, &id).await?;
    let missing = || Problem::not_found("artifact of this file");
    let kind = Artifact::from_name(&kind).filter(|kind| kind.is_served());
    let kind = kind.ok_or_else(missing)?;
    let artifact = state.db.artifact(&caller.account, &file.id, kind).await?;
    let artifact = artifact.ok_or_else(missing)?;
    let tag = format!("\"{}\"", artifact.sha256);
    let mut response = Response::builder()
        .header(header::ETAG, &tag)
        .header(header::ACCEPT_RANGES, "bytes")
        .header(header::CACHE_CONTROL, "private, no-cache")
        .header("x-content-type-options", "nosniff");
    if held(&headers, &tag) {
        return body(response.status(StatusCode::NOT_MODIFIED), Body::empty());
    }
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let conditional = text(header::IF_RANGE).is_none_or(|given| given == tag);
    let asked = text(header::RANGE).filter(|_| conditional);
    let range = match asked.map(|asked| range(asked, artifact.size)) {
        None | Some(Asked::All) => 0..artifact.size,
        Some(Asked::Part(range)) => {
            let shown = format!("bytes {}-{}/{}", range.start, range.end - 1, artifact.size);
            response = response
                .status(StatusCode::PARTIAL_CONTENT)
                .header(header::CONTENT_RANGE, shown);
            range
        }
        Some(Asked::Impossible) => {
            let detail = format!("the range lies outside the {} bytes", artifact.size);
            return Err(Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, detail));
        }
    };
    let name = match kind.ending() {
        "" => file.file_name.clone(),
        ending => format!("{kind}{ending}"),
    };
    response = response
        .header(header::CONTENT_TYPE, kind.content_type())
        .header(header::CONTENT_LENGTH, range.end - range.start)
        .header(header::CONTENT_DISPOSITION, disposition(&name));
    let stream = if range.is_empty() {
        Body::empty()
    } else {
        Body::from_stream(state.blobs.read(&artifact.blob_key, range).await?)
    };
    body(response, stream)
}

/// Whether the client has what has this entity tag.
pub(super) fn held(headers: &HeaderMap, tag: &str) -> bool {
    let given = headers.get(header::IF_NONE_MATCH);
    given
        .and_then(|value| value.to_str().ok())
        .is_some_and(|list| {
            list.split(',').any(|one| {
                let one = one.trim();
                one == "*" || one.trim_start_matches("W/") == tag
            })
        })
}

pub(super) fn body(
    response: axum::http::response::Builder,
    body: Body,
) -> Result<Response, Problem> {
    response.body(body).map_err(Problem::internal)
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

/// RFC 6266, with the name in both forms.
pub(super) fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_graphic() && !"\"\\".contains(c) || c == ' ' {
                c
            } else {
                '_'
            }
        })
        .collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}
