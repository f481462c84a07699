//! A batch as it is sent.

use crate::clock::iso;
use crate::disk::WAITS;
use crate::state::State;
use crate::store::{Upload, UploadStatus};
use serde::Serialize;
use utoipa::ToSchema;

/// A batch. `leafFiles` stands only where one is read.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Batch {
    id: String,
    leaf_user_id: String,
    provider: String,
    status: UploadStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_details: Option<String>,
    file_name: String,
    size: u64,
    upload_timestamp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    leaf_files: Option<Vec<String>>,
    /// Extension: the first batch of the same bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    duplicate_of: Option<String>,
    /// Extension: entries that no machine file was made of, with the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    ignored_entries: Option<Box<serde_json::value::RawValue>>,
    /// Extension: what was noticed about the batch as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    findings: Option<Box<serde_json::value::RawValue>>,
    /// Extension: SHA-256 of the bytes received.
    sha256: String,
}

fn document(text: String) -> Option<Box<serde_json::value::RawValue>> {
    serde_json::value::RawValue::from_string(text)
        .ok()
        .filter(|raw| raw.get() != "[]")
}

/// What an upload waits for, if anything keeps all of them waiting.
pub(super) fn waits_for(state: &State, upload: &Upload) -> Option<&'static str> {
    let waits = upload.status == UploadStatus::Received && state.disk.is_short();
    waits.then_some(WAITS)
}

impl Batch {
    pub(super) fn new(state: &State, upload: Upload, files: Option<Vec<String>>) -> Self {
        let waits = waits_for(state, &upload);
        Self {
            id: upload.id,
            leaf_user_id: upload.user_id,
            provider: upload.provider,
            status: upload.status,
            status_details: waits.map(str::to_owned).or(upload.status_details),
            file_name: upload.file_name,
            size: upload.size,
            upload_timestamp: iso(upload.uploaded),
            leaf_files: files,
            duplicate_of: upload.duplicate_of,
            ignored_entries: document(upload.ignored),
            findings: document(upload.findings),
            sha256: upload.sha256,
        }
    }
}
