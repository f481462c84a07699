//! Exports of a machine file for other programs, made for the asking and kept nowhere.
//!
//! Rule: an export is written below `incoming`, opened, and its folder removed before the first byte
//! is sent, so that a client that goes away leaves nothing. Few are made at once.

use super::artifacts::disposition;
use super::caller::Caller;
use super::files::known_file;
use super::parameters::Parameters;
use super::problem::Problem;
use crate::error::{StoreError, Stored};
use crate::state::State;
use axum::body::Body;
use axum::extract::{self, Path};
use axum::http::{StatusCode, header};
use axum::response::Response;
use std::fs::File;
use std::io::{Seek, Write};
use std::path::PathBuf;
use tokio::sync::Semaphore;
use tokio_util::io::ReaderStream;
use tramline_outputs::WriteError;
use tramline_outputs::export::{ExportFormat, ExportOptions, export};
use utoipa::IntoParams;
use uuid::Uuid;
use zip::write::SimpleFileOptions;

/// Exports that are made at once; further ones wait.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Name in the query and kind of the artifact.
pub(crate) const OUTPUTS: &[(&str, &str)] = &[
    ("standard", "standardGeoparquet"),
    ("filtered", "filteredGeoparquet"),
    ("polygon", "polygonGeoparquet"),
];

/// What is exported.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes the query")]
pub(crate) struct ExportQuery {
    /// `gpkg`, `fgb`, `csv`, `shp` (a zip), `geojson` or `parquet`.
    format: String,
    /// Names with commas, in the order they shall have; all without it.
    columns: Option<String>,
    /// `west,south,east,north` in degrees.
    bbox: Option<String>,
    /// `standard` (the default), `filtered` or `polygon`.
    output: Option<String>,
}

fn options(query: &Parameters) -> Result<ExportOptions, Problem> {
    let names: Vec<String> = query
        .all("columns")
        .flat_map(|list| list.split(','))
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect();
    let corners = |text: &str| -> Option<[f64; 4]> {
        let numbers: Result<Vec<f64>, _> = text
            .split(',')
            .map(|number| number.trim().parse())
            .collect();
        numbers.ok()?.try_into().ok()
    };
    let bbox = query.text("bbox").map(|text| {
        corners(text).ok_or_else(|| {
            Problem::field("query", "bbox", "is not `west,south,east,north` in degrees")
        })
    });
    Ok(ExportOptions {
        columns: Some(names).filter(|names| !names.is_empty()),
        bbox: bbox.transpose()?,
        layer: None,
    })
}

/// An export of the file for other programs
#[utoipa::path(get, path = "/services/operations/api/files/{id}/export", tag = "files",
    params(("id" = String, Path), ExportQuery),
    responses((status = 200, content_type = "application/octet-stream"), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn download(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
    query: Parameters,
) -> Result<Response, Problem> {
    let endings = ExportFormat::ALL.map(ExportFormat::ending);
    query.required("format")?;
    let format = query.one_of("format", &endings)?;
    let format = format.and_then(|ending| ExportFormat::from_ending(&ending));
    let format = format.ok_or_else(|| Problem::field("query", "format", "is required"))?;
    let options = options(&query)?;
    let names: Vec<&str> = OUTPUTS.iter().map(|(name, _)| *name).collect();
    let output = query.one_of("output", &names)?;
    let output = output.as_deref().unwrap_or("standard");
    let file = known_file(&state, &caller, &id).await?;
    let kind = OUTPUTS.iter().find(|(name, _)| *name == output);
    let kind = kind.map_or("standardGeoparquet", |(_, kind)| *kind);
    let artifact = state.db.artifact(&caller.account, &file.id, kind).await?;
    let artifact = artifact.ok_or_else(|| {
        let detail = format!("the file is {} and has no {kind} to export", file.status);
        Problem::new(StatusCode::NOT_FOUND, detail)
    })?;
    let name = plain_name(&file.file_name);
    let task = Making {
        stored: state.blobs.local_path(&artifact.blob_key),
        folder: state.incoming().join(format!("export-{}", Uuid::new_v4())),
        name: name.clone(),
        format,
        options,
    };
    let _permit = AT_ONCE
        .acquire()
        .await
        .map_err(|cause| StoreError::document("export", cause))?;
    let (made, size) = tokio::task::spawn_blocking(move || task.make())
        .await
        .map_err(|cause| StoreError::document("export", cause))??;
    let ending = match format {
        ExportFormat::Shapefile => "zip",
        other => other.ending(),
    };
    Response::builder()
        .header(header::CACHE_CONTROL, "private, no-cache")
        .header("x-content-type-options", "nosniff")
        .header(header::CONTENT_TYPE, format.content_type())
        .header(header::CONTENT_LENGTH, size)
        .header(
            header::CONTENT_DISPOSITION,
            disposition(&format!("{name}.{ending}")),
        )
        .body(Body::from_stream(ReaderStream::with_capacity(
            tokio::fs::File::from_std(made),
            1 << 16,
        )))
        .map_err(|cause| StoreError::document("export", cause).into())
}

/// Letters, digits, `-` and `_` of a name without its ending.
fn plain_name(name: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let plain: String = stem
        .chars()
        .take(60)
        .map(|c| {
            if c.is_ascii_alphanumeric() || "-_".contains(c) {
                c
            } else {
                '-'
            }
        })
        .collect();
    if plain.is_empty() {
        "export".to_owned()
    } else {
        plain
    }
}

struct Making {
    stored: PathBuf,
    folder: PathBuf,
    name: String,
    format: ExportFormat,
    options: ExportOptions,
}

impl Making {
    /// Makes the export and opens it; its folder is gone either way. Blocks.
    fn make(&self) -> Result<(File, u64), Problem> {
        let made = self.open();
        if let Err(cause) = std::fs::remove_dir_all(&self.folder)
            && cause.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%cause, "the folder of an export is left to the sweeper");
        }
        made
    }

    fn open(&self) -> Result<(File, u64), Problem> {
        let files = export(
            &self.stored,
            self.format,
            &self.options,
            &self.folder,
            &self.name,
        )
        .map_err(|cause| match cause {
            WriteError::Refused(text) => Problem::bad_request(text),
            other => StoreError::document("points", other).into(),
        })?;
        let opened = if self.format == ExportFormat::Shapefile {
            self.zipped(&files)
        } else {
            let first = files.first().map(String::as_str).unwrap_or_default();
            let path = self.folder.join(first);
            File::open(&path).map_err(|cause| StoreError::io(&path, cause))
        };
        let file = opened?;
        let size = file
            .metadata()
            .map_err(|cause| StoreError::io(&self.folder, cause))?
            .len();
        Ok((file, size))
    }

    /// The parts of a shapefile in one zip.
    fn zipped(&self, files: &[String]) -> Stored<File> {
        let trouble = |cause: std::io::Error| StoreError::io(&self.folder, cause);
        let path = self.folder.join("export.zip");
        let file = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(path)
            .map_err(trouble)?;
        let mut zip = zip::ZipWriter::new(file);
        for name in files {
            zip.start_file(name.as_str(), SimpleFileOptions::default())
                .map_err(|cause| trouble(std::io::Error::other(cause)))?;
            let mut part = File::open(self.folder.join(name)).map_err(trouble)?;
            std::io::copy(&mut part, &mut zip).map_err(trouble)?;
        }
        let mut file = zip
            .finish()
            .map_err(|cause| trouble(std::io::Error::other(cause)))?;
        file.flush().and_then(|()| file.rewind()).map_err(trouble)?;
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::plain_name;

    #[test]
    fn names_of_files_are_plain() {
        for (name, plain) in [
            ("Süd feld.zip", "S-d-feld"),
            ("../../x.y.zip", "------x-y"),
            ("", "export"),
            (".zip", "export"),
        ] {
            assert_eq!(plain_name(name), plain);
        }
    }
}
