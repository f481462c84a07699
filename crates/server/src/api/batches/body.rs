//! A batch as it is sent.

use crate::api::documents::report::{Finding, IgnoredEntry};
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
    /// Id of the batch.
    #[schema(format = "uuid")]
    id: String,
    /// Id of the user whose files they are.
    #[schema(format = "uuid")]
    leaf_user_id: String,
    /// The provider, as given with the upload.
    provider: String,
    /// How the batch stands.
    status: UploadStatus,
    /// Why it failed, or what it waits for, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    status_details: Option<String>,
    /// Name of the upload.
    file_name: String,
    /// Bytes of the upload.
    size: u64,
    /// When it arrived.
    #[schema(format = DateTime)]
    upload_timestamp: String,
    /// Ids of its machine files; absent in the answers of an upload and a retry.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<uuid::Uuid>>)]
    leaf_files: Option<Vec<String>>,
    /// Extension: id of the first batch of the same bytes, whose files it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uuid")]
    duplicate_of: Option<String>,
    /// Extension: entries that no machine file was made of, with the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<IgnoredEntry>>)]
    ignored_entries: Option<Box<serde_json::value::RawValue>>,
    /// Extension: what was noticed about the batch as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Finding>>)]
    findings: Option<Box<serde_json::value::RawValue>>,
    /// Extension: SHA-256 of the bytes received, hexadecimal.
    #[schema(pattern = "^[0-9a-f]{64}$")]
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
