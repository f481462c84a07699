//! Exports of a machine file for other programs and for people, made for the asking and kept nowhere.
//!
//! Rule: all are made of what is stored, so that nothing is converted again. Few are made at once.

use super::export_files::{Content, Making};
use super::read::known_file;
use super::reports;
use super::stored::StoredFile;
use crate::api::caller::Caller;
use crate::api::documents::bytes::Binary;
use crate::api::documents::points::PointCollection;
use crate::api::entity::{body, disposition, private};
use crate::api::path::FileId;
use crate::api::problem::Problem;
use crate::api::query::{Parameter, Parameters, Required, Text, Word, Words, listed, query};
use crate::blocking::blocking;
use crate::error::StoreError;
use crate::state::State;
use crate::store::FileRow;
use axum::body::Body;
use axum::extract::{self, Path};
use axum::http::header;
use axum::response::Response;
use tokio_util::io::ReaderStream;
use tramline_convert::StoredOutput;
use tramline_convert::exports::StoredFormat;
use tramline_model::UnitSystem;
use tramline_outputs::export::{ExportOptions, bbox};
use utoipa::openapi::{RefOr, Schema};
use uuid::Uuid;

/// What an artifact is looked for.
/// Formats that are always of the whole file.
const ADAPT: &str = "adapt";
const REPORT: &str = "report";

/// Endings of formats, and the two that are always of the whole file.
pub(crate) struct FormatName;

impl Words for FormatName {
    type Word = &'static str;

    fn words() -> Vec<(&'static str, &'static str)> {
        let names = StoredFormat::all().map(StoredFormat::ending);
        let names: Vec<_> = names.chain([ADAPT, REPORT]).collect();
        listed(&names, |name| name)
    }
}

impl Words for StoredOutput {
    type Word = Self;

    fn words() -> Vec<(&'static str, Self)> {
        listed(&Self::ALL, Self::name)
    }
}

impl Words for UnitSystem {
    type Word = Self;

    fn words() -> Vec<(&'static str, Self)> {
        vec![("metric", Self::Metric), ("imperial", Self::Imperial)]
    }
}

/// Names with commas, also repeated; `None` where none is named.
pub(crate) struct Names;

impl Parameter for Names {
    type Value = Option<Vec<String>>;

    fn read(query: &Parameters, names: &[&'static str]) -> Result<Self::Value, Problem> {
        let lists = names.iter().flat_map(|name| query.all(name));
        let named: Vec<String> = lists
            .flat_map(|list| list.split(','))
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect();
        Ok(Some(named).filter(|named| !named.is_empty()))
    }

    fn schema() -> RefOr<Schema> {
        Text::schema()
    }
}

/// A box of degrees.
pub(crate) struct Degrees;

impl Parameter for Degrees {
    type Value = Option<[f64; 4]>;

    fn read(query: &Parameters, names: &[&'static str]) -> Result<Self::Value, Problem> {
        let name = names.first().copied().unwrap_or_default();
        let text = query.text(name);
        text.map(|text| bbox(text).map_err(|said| Problem::field("query", name, said)))
            .transpose()
    }

    fn schema() -> RefOr<Schema> {
        Text::schema()
    }
}

query! {
    /// What is exported.
    ExportQuery {
        /// The format: `shp` is a zip of a shapefile, `adapt` a zip of the ADAPT Standard, `report` a page for people.
        format: Required<Word<FormatName>> = "format",
        /// Names of the columns, separated by commas, in the order they are to have; all without it.
        columns: Names = "columns",
        /// Units of the numbers; those of the file without it.
        units: Word<UnitSystem> = "units",
        /// Only what touches this box: `west,south,east,north` in degrees (WGS 84).
        bbox: Degrees = "bbox",
        /// What is exported: the standard points (the default), the filtered ones, or the ground that the points cover.
        output: Word<StoredOutput> = "output",
    }
}

/// An export of the file for other programs
#[utoipa::path(get, path = "/services/operations/api/files/{id}/export", operation_id = "exportFile",
    tag = "files", params(FileId, ExportQuery),
    responses(
        (status = 200, description = "The export, as a file to keep, in the type of its `format`.", content(
            (Binary = "application/octet-stream"),
            (PointCollection = "application/geo+json"),
            (Binary = "application/zip"),
            (Binary = "application/vnd.apache.parquet"),
            (Binary = "application/geopackage+sqlite3"),
            (Binary = "application/flatgeobuf"),
            (Binary = "application/vnd.pmtiles"),
            (String = "text/csv"),
            (String = "text/html"),
        )),
    ))]
pub(crate) async fn download(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
    query: ExportQuery,
) -> Result<Response, Problem> {
    let format = query.format;
    let options = ExportOptions {
        columns: query.columns,
        bbox: query.bbox,
        layer: None,
        units: query.units.unwrap_or_default(),
    };
    let output = query.output.unwrap_or(StoredOutput::Standard);
    let file = known_file(&state, &caller, &id).await?;
    let Some(format) = StoredFormat::from_ending(format) else {
        let chosen = options != ExportOptions::default() || output == StoredOutput::Filtered;
        if chosen {
            let said = format!(
                "`{format}` is always of the whole file: leave `columns`, `bbox` and `units` out, \
                 and `output=filtered`"
            );
            return Err(Problem::field("query", "format", said));
        }
        if format == REPORT {
            return reports::attachment(&state, &caller, &file, &plain_name(&file.file_name)).await;
        }
        return adapt(&state, &caller, &file, output == StoredOutput::Polygon).await;
    };
    let stored = StoredFile::of(&state, &caller, &file).await?;
    let content = Content::Rows {
        stored: stored.artifact(output.for_export()).await?.1,
        format,
        options,
    };
    let ending = match format.ending() {
        "shp" => "zip",
        other => other,
    };
    sent(&state, &file, content, ending, format.content_type()).await
}

/// The ADAPT Standard as a zip.
async fn adapt(
    state: &State,
    caller: &Caller,
    file: &FileRow,
    covered: bool,
) -> Result<Response, Problem> {
    let stored = StoredFile::of(state, caller, file).await?;
    let path = |output: StoredOutput| stored.artifact(output.for_export());
    let (_, points) = path(StoredOutput::Standard).await?;
    let ground = match covered {
        true => Some(path(StoredOutput::Polygon).await?.1),
        false => None,
    };
    let content = Content::Adapt {
        points,
        ground,
        entry: reports::entry(file)?,
        summary: reports::parsed("summary", file.summary.as_deref())?,
    };
    sent(state, file, content, "zip", "application/zip").await
}

/// Makes an export and sends it.
async fn sent(
    state: &State,
    file: &FileRow,
    content: Content,
    ending: &str,
    content_type: &str,
) -> Result<Response, Problem> {
    let name = plain_name(&file.file_name);
    let making = Making {
        folder: state.incoming().join(format!("export-{}", Uuid::new_v4())),
        name: name.clone(),
        content,
    };
    let place = state.exports.acquire().await;
    let _place = place.map_err(|cause| StoreError::defect("export", cause))?;
    let (made, size) = blocking("export", move || making.make()).await??;
    let name = disposition(&format!("{name}.{ending}"));
    let response = private()
        .header(header::CONTENT_TYPE, content_type)
        .header(header::CONTENT_LENGTH, size)
        .header(header::CONTENT_DISPOSITION, name);
    let made = ReaderStream::with_capacity(tokio::fs::File::from_std(made), 1 << 16);
    body(response, Body::from_stream(made))
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

#[cfg(test)]
mod tests {
    use super::{ExportQuery, plain_name};
    use crate::api::query::Parameters;

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

    #[test]
    fn the_first_fault_of_a_query_is_named() {
        let known = "gpkg, fgb, csv, shp, geojson, parquet, pmtiles, adapt, report";
        for (query, expected) in [
            ("", "`format`: is required".to_owned()),
            ("format=x&units=x", format!("`format`: is none of {known}")),
            (
                "format=CSV&bbox=1&units=x&output=x",
                "`units`: is none of metric, imperial".to_owned(),
            ),
            (
                "format=csv&bbox=1&output=x",
                "`bbox`: `1` is no box: give west, south, east, north in degrees, with commas"
                    .to_owned(),
            ),
            (
                "format=csv&output=x",
                "`output`: is none of standard, filtered, polygon".to_owned(),
            ),
        ] {
            let read = ExportQuery::read(&Parameters::of(query));
            assert_eq!(read.expect_err("a refusal").detail(), expected, "{query}");
        }
        let query = "format=CSV&columns=b,,+a&columns=c&units=Metric&output=POLYGON";
        let read = ExportQuery::read(&Parameters::of(query)).expect("a query");
        let columns = read.columns.unwrap_or_default().join(" ");
        assert_eq!((read.format, columns.as_str()), ("csv", "b a c"));
    }
}
