//! A machine file as it is sent: what does not exist is left out, documents go through as they
//! were written.

use super::addresses::artifact_url;
use super::words::{FileOriginWord, FileStatusWord};
use crate::api::documents::report::FileReport;
use crate::api::documents::summary::FileSummary;
use crate::clock::iso;
use crate::store::FileRow;
use serde::Serialize;
use serde_json::value::RawValue;
use tramline_model::Artifact;
use utoipa::ToSchema;

/// A machine file: the work of one machine, as it was logged. What does not exist is left out.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MachineFile {
    /// Id of the file.
    #[schema(format = "uuid")]
    id: String,
    /// Id of the user whose file it is.
    #[schema(format = "uuid")]
    leaf_user_id: String,
    /// Name of the account.
    api_owner_username: String,
    /// The provider that the upload was given with, as its batch says it; `Leaf` of a merged file.
    provider: String,
    /// Extension: the maker that was recognised, as a `provider` code; absent where none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    detected_provider: Option<String>,
    /// Extension: what the display or the source calls the work, as in `report`.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Extension: path in the upload of the main entry that the file was made of, as the first of `entries` in
    /// `report`.
    #[serde(skip_serializing_if = "Option::is_none")]
    source_entry: Option<String>,
    /// Name of the upload.
    file_name: String,
    /// Format of its log.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "ISO11783")]
    file_format: Option<String>,
    /// How it stands.
    #[schema(value_type = FileStatusWord)]
    status: &'static str,
    /// Where it comes from.
    #[schema(value_type = FileOriginWord)]
    origin: &'static str,
    /// Kind of work: `applied`, `planted`, `harvested`, `tillage`, or another word where it is none of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "harvested")]
    operation_type: Option<String>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_time: String,
    /// When it was changed last.
    #[schema(format = DateTime)]
    updated_time: String,
    /// When the work began.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    operation_start_time: Option<String>,
    /// When the work ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    operation_end_time: Option<String>,
    /// Bytes of the upload.
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
    /// Ids, any text, of the fields that it has points in.
    fields: Vec<String>,
    /// Id of the batch that it came with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uuid")]
    batch_id: Option<String>,
    /// Ids of the files that it was merged of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<uuid::Uuid>)]
    sources: Vec<String>,
    /// Id of the organisation at the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    organization_id: Option<String>,
    /// Id of the file at the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_file_id: Option<String>,
    /// Address of the upload, as it was received.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    original_file: Option<String>,
    /// The same address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    download_original_file: Option<String>,
    /// Address of the records as the machine logged them, as GeoJSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    raw_geojson: Option<String>,
    /// The same address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    download_raw_geojson: Option<String>,
    /// Address of the standard points as GeoJSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    standard_geojson: Option<String>,
    /// The same address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    download_standard_geojson: Option<String>,
    /// Address of the standard points without slow ones and outliers, as GeoJSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    filtered_geojson: Option<String>,
    /// The same address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    download_filtered_geojson: Option<String>,
    /// Address of all images in one zip.
    #[serde(skip_serializing_if = "Option::is_none", rename = "zippedPNGs")]
    #[schema(format = "uri")]
    zipped_pngs: Option<String>,
    /// The same address.
    #[serde(skip_serializing_if = "Option::is_none", rename = "downloadZippedPNGs")]
    #[schema(format = "uri")]
    download_zipped_pngs: Option<String>,
    /// Address of the standard points as GeoParquet, with `enableGeoparquetOutput`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    download_standard_geoparquet: Option<String>,
    /// Address of the ground that each point covers, as GeoParquet, with `enableGeoparquetOutput` or `enablePolygonOutput`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    download_polygon_geoparquet: Option<String>,
    /// Totals, averages and the worked area.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<FileSummary>)]
    summary: Option<Box<RawValue>>,
    /// Extension: entries, counts of points with the reasons of dropped ones, findings.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<FileReport>)]
    report: Option<Box<RawValue>>,
}

impl MachineFile {
    pub(crate) fn new(row: FileRow, owner: &str, base: &str, parquet: bool) -> Self {
        let url = |kind: Artifact| row.has(kind).then(|| artifact_url(base, &row, kind));
        let original = url(Artifact::OriginalFile);
        let raw_points = url(Artifact::RawGeojson);
        let standard = url(Artifact::StandardGeojson);
        let filtered = url(Artifact::FilteredGeojson);
        let images = url(Artifact::ZippedPngs);
        let columns = |kind| url(kind).filter(|_| parquet);
        let standard_columns = columns(Artifact::StandardGeoparquet);
        let polygon_columns = columns(Artifact::PolygonGeoparquet);
        let raw = |text: String| RawValue::from_string(text).ok();
        Self {
            api_owner_username: owner.to_owned(),
            created_time: iso(row.created),
            updated_time: iso(row.updated),
            operation_start_time: row.started.map(iso),
            operation_end_time: row.ended.map(iso),
            summary: row.summary.and_then(raw),
            report: raw(row.report).filter(|raw| raw.get() != "{}"),
            id: row.id,
            leaf_user_id: row.user_id,
            provider: row.provider,
            detected_provider: row.detected_provider,
            name: row.name,
            source_entry: row.source_entry,
            file_name: row.file_name,
            file_format: row.file_format,
            status: row.status.name(),
            origin: row.origin.name(),
            operation_type: row.operation_type.map(|kind| kind.name().to_owned()),
            size_in_bytes: row.size,
            fields: row.fields,
            batch_id: row.upload_id,
            sources: row.sources,
            organization_id: row.organization_id,
            provider_file_id: row.provider_file_id,
            original_file: original.clone(),
            download_original_file: original,
            raw_geojson: raw_points.clone(),
            download_raw_geojson: raw_points,
            standard_geojson: standard.clone(),
            download_standard_geojson: standard,
            filtered_geojson: filtered.clone(),
            download_filtered_geojson: filtered,
            zipped_pngs: images.clone(),
            download_zipped_pngs: images,
            download_standard_geoparquet: standard_columns,
            download_polygon_geoparquet: polygon_columns,
        }
    }
}
