//! The page about a machine file for people, made of what is stored when it is asked for.
//!
//! Rule: the same page as that of the command line. It has no script and loads nothing, and its
//! headers forbid both.

use super::images;
use super::read::known_file;
use super::stored::StoredFile;
use crate::api::caller::Caller;
use crate::api::entity::{body, disposition, private};
use crate::api::path::FileId;
use crate::api::problem::Problem;
use crate::blobs::LocalCopy;
use crate::blocking::blocking;
use crate::error::StoreError;
use crate::state::State;
use crate::store::FileRow;
use axum::extract::{self, Path};
use axum::http::response::Builder;
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde_json::Value;
use std::io::{Read, Seek, SeekFrom};
use tramline_convert::maps::{ClassColours, main_map};
use tramline_model::{Artifact, OperationType};
use tramline_outputs::page::{POLICY, StoredPage};

/// Bytes of an image at most: one of 4,096 by 4,096 has some megabytes.
const IMAGE_BYTES: u64 = 64 << 20;

/// A page about the file for people
///
/// HTML that holds all it needs, for the screen and for one sheet of paper.
#[utoipa::path(get, path = "/services/operations/api/files/{id}/report", operation_id = "getFileReport",
    tag = "files", params(FileId),
    responses((status = 200, description = "The page about this file.", content_type = "text/html", body = String)))]
pub(crate) async fn read(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let file = known_file(&state, &caller, &id).await?;
    let html = html(&state, &caller, &file).await?;
    answer(private(), html)
}

/// The page as a file to keep.
pub(super) async fn attachment(
    state: &State,
    caller: &Caller,
    file: &FileRow,
    name: &str,
) -> Result<Response, Problem> {
    let html = html(state, caller, file).await?;
    let name = disposition(&format!("{name}.html"));
    answer(private().header(header::CONTENT_DISPOSITION, name), html)
}

fn answer(response: Builder, html: String) -> Result<Response, Problem> {
    let response = response
        .header(header::CONTENT_TYPE, "text/html; charset=utf-8")
        .header(
            header::CONTENT_SECURITY_POLICY,
            format!("{POLICY}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
        );
    body(response, html)
}

/// A document of a row; `null` where there is none.
pub(super) fn parsed(what: &'static str, text: Option<&str>) -> Result<Value, StoreError> {
    let parsed = text.map(serde_json::from_str).transpose();
    let parsed = parsed.map_err(|cause| StoreError::corrupt(what, cause))?;
    Ok(parsed.unwrap_or_default())
}

/// The file's entry in the report of its conversion, or 404 before there is one.
pub(super) fn entry(file: &FileRow) -> Result<Value, Problem> {
    let mut entry = parsed("report", Some(&file.report))?;
    if entry["points"].is_null() {
        let detail = format!("the file is {} and has no report yet", file.status);
        return Err(Problem::new(StatusCode::NOT_FOUND, detail));
    }
    let operation_type = file.operation_type.as_ref().map(OperationType::name);
    for (key, text) in [
        ("status", Some(file.status.name())),
        ("provider", Some(file.provider.as_str())),
        ("detectedProvider", file.detected_provider.as_deref()),
        ("fileFormat", file.file_format.as_deref()),
        ("operationType", operation_type),
    ] {
        if let Some(text) = text {
            entry[key] = Value::from(text);
        }
    }
    Ok(entry)
}

async fn html(state: &State, caller: &Caller, file: &FileRow) -> Result<String, Problem> {
    let own = crate::configuration::for_user(state, &caller.account, &file.user_id).await?;
    let mut making = Making {
        entry: entry(file)?,
        summary: parsed("summary", file.summary.as_deref())?,
        units: parsed("units", Some(&file.units))?,
        images: Value::Array(images::list(state, caller, &file.id).await?),
        zip: None,
        points: None,
        ground: None,
        colours: own.image_ramp.into(),
    };
    let stored = StoredFile::of(state, caller, file).await?;
    making.zip = stored.local(Artifact::ZippedPngs).await?;
    making.ground = stored.local(Artifact::PolygonGeoparquet).await?;
    making.points = stored.for_page().await?;
    let place = state.exports.acquire().await;
    let _place = place.map_err(|cause| StoreError::defect("report", cause))?;
    Ok(blocking("report", move || making.html()).await??)
}

/// What is stored.
struct Making {
    entry: Value,
    summary: Value,
    units: Value,
    images: Value,
    zip: Option<LocalCopy>,
    points: Option<LocalCopy>,
    ground: Option<LocalCopy>,
    colours: ClassColours,
}

impl Making {
    /// Blocks.
    fn html(&self) -> Result<String, StoreError> {
        let operation = self.entry["operationType"].as_str().unwrap_or_default();
        // Without one the page has the image, or the covered ground.
        let points = self.points.as_ref().map(LocalCopy::path);
        let classes = points.and_then(|points| {
            let ground = self.ground.as_ref().map(LocalCopy::path);
            let map = main_map(points, ground, operation, &self.units, self.colours);
            map.inspect_err(|cause| tracing::info!(%cause, "a page has no map of classes"))
                .ok()?
        });
        let page = StoredPage {
            file: &self.entry,
            summary: &self.summary,
            units: &self.units,
            images: &self.images,
            png: &|entry| self.png(entry),
            classes: classes.as_ref(),
            points,
            version: env!("CARGO_PKG_VERSION"),
        };
        page.html()
            .map_err(|cause| StoreError::corrupt("points", cause))
    }

    /// An image out of the zip, where it lies unpacked.
    fn png(&self, entry: &Value) -> std::io::Result<Option<Vec<u8>>> {
        let place = &entry["inZip"];
        let (Some(zip), Some(offset), Some(size)) = (
            &self.zip,
            place["offset"].as_u64(),
            place["size"].as_u64().filter(|size| *size <= IMAGE_BYTES),
        ) else {
            return Ok(None);
        };
        let mut file = zip.open()?;
        file.seek(SeekFrom::Start(offset))?;
        let mut png = Vec::new();
        file.take(size).read_to_end(&mut png)?;
        Ok(Some(png))
    }
}
