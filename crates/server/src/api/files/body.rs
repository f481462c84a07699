//! A machine file as it is sent: what does not exist is left out, documents go through as they
//! were written.

use crate::clock::iso;
use crate::store::FileRow;
use serde::Serialize;
use serde_json::value::RawValue;
use tramline_model::Artifact;
use utoipa::ToSchema;

/// Kinds of artifacts that have a bare key and a `download…` key with the same address.
const PAIRS: [Artifact; 5] = [
    Artifact::OriginalFile,
    Artifact::RawGeojson,
    Artifact::StandardGeojson,
    Artifact::FilteredGeojson,
    Artifact::ZippedPngs,
];
/// Kinds that have only the `download…` key, where the configuration shows GeoParquet.
const DOWNLOADS: [Artifact; 2] = [Artifact::StandardGeoparquet, Artifact::PolygonGeoparquet];

/// A machine file.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MachineFile {
    id: String,
    leaf_user_id: String,
    api_owner_username: String,
    provider: String,
    file_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_format: Option<String>,
    /// `processing`, `processed`, `failed`.
    status: &'static str,
    /// `uploaded`, `merged`.
    origin: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation_type: Option<String>,
    created_time: String,
    updated_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation_start_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation_end_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
    fields: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    batch_id: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sources: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    organization_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_file_id: Option<String>,
    /// Addresses of the artifacts, as `standardGeojson` and `downloadStandardGeojson` and so on.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    artifacts: serde_json::Map<String, serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    summary: Option<Box<RawValue>>,
    /// Extension: entries, counts of points with the reasons of dropped ones, findings.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    report: Option<Box<RawValue>>,
}

/// Where an artifact is downloaded.
pub(crate) fn artifact_url(base: &str, file: &str, kind: Artifact) -> String {
    format!("{base}/services/operations/api/files/{file}/artifacts/{kind}")
}

/// The key of an artifact's address, such as `downloadStandardGeojson`.
fn download_key(kind: Artifact) -> String {
    let (first, rest) = kind.name().split_at(1);
    format!("download{}{rest}", first.to_ascii_uppercase())
}

impl MachineFile {
    pub(crate) fn new(row: FileRow, owner: &str, base: &str, parquet: bool) -> Self {
        let mut artifacts = serde_json::Map::new();
        let has = |kind: &Artifact| row.has(*kind);
        for kind in PAIRS.into_iter().filter(has) {
            let url = artifact_url(base, &row.id, kind);
            artifacts.insert(kind.name().to_owned(), url.clone().into());
            artifacts.insert(download_key(kind), url.into());
        }
        for kind in DOWNLOADS.into_iter().filter(|kind| parquet && has(kind)) {
            let url = artifact_url(base, &row.id, kind);
            artifacts.insert(download_key(kind), url.into());
        }
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
            artifacts,
        }
    }
}
