//! Uploads (batches at the HTTP edge).

use super::{By, Listed, NewRun, Page};
use crate::blobs::{Blob, Key, Parts};
use crate::clock::Micros;
use crate::error::Stored;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// How an upload stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum UploadStatus {
    Received,
    Processed,
    Failed,
}

impl UploadStatus {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Received, Self::Processed, Self::Failed];

    /// The word in the database and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Received => "RECEIVED",
            Self::Processed => "PROCESSED",
            Self::Failed => "FAILED",
        }
    }

    /// Reads the word in any letter case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|s| s.name().eq_ignore_ascii_case(name))
    }
}

/// An upload as it is listed.
#[derive(Clone, Debug)]
pub struct Upload {
    pub id: String,
    pub account_id: String,
    pub user_id: String,
    pub provider: String,
    pub file_format: Option<String>,
    pub file_name: String,
    pub size: u64,
    pub sha256: String,
    /// JSON of what the client gave beside the file.
    pub given: String,
    pub blob_key: Key,
    /// Hashes of its parts; none for uploads of before.
    pub parts: Parts,
    pub status: UploadStatus,
    pub status_details: Option<String>,
    pub duplicate_of: Option<String>,
    /// JSON arrays.
    pub findings: String,
    pub ignored: String,
    pub uploaded: Micros,
    pub processed: Option<Micros>,
    /// The last conversion of the whole did not come to its end: files may be missing.
    pub given_up: bool,
}

impl Upload {
    /// Its bytes.
    pub(crate) fn blob(&self) -> Blob {
        Blob {
            key: self.blob_key.clone(),
            size: self.size,
            sha256: self.sha256.clone(),
            parts: self.parts.clone(),
        }
    }
}

/// An upload to be stored.
#[derive(Clone, Debug)]
pub struct NewUpload {
    pub id: String,
    pub account_id: String,
    pub user_id: String,
    pub provider: String,
    pub file_format: Option<String>,
    pub file_name: String,
    pub size: u64,
    pub sha256: String,
    pub given: String,
    pub blob_key: Key,
    pub parts: Parts,
    pub findings: String,
    /// The client's own key for this upload.
    pub idempotency: Option<String>,
    /// Who sends it.
    pub by: By,
}

/// What uploads are filtered by; all that are given must hold.
#[derive(Clone, Debug, Default)]
pub struct UploadFilter {
    pub user: Option<String>,
    pub status: Option<UploadStatus>,
    pub uploaded_from: Option<Micros>,
    pub uploaded_to: Option<Micros>,
    pub processed_from: Option<Micros>,
    pub processed_to: Option<Micros>,
}

/// Columns that a list of uploads can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadSort {
    Id,
    FileName,
    Size,
    Status,
    Provider,
    UploadTimestamp,
}

/// Uploads.
#[async_trait]
pub trait Uploads: Send + Sync {
    /// Row and run in one transaction: an upload exists if and only if its work does.
    ///
    /// The same bytes, user and parameters as before, unless `force`: a row that points at the
    /// first, and no work. The same key of the client's: the upload that has it.
    async fn add_upload(&self, upload: &NewUpload, run: &NewRun, force: bool) -> Stored<Upload>;
    /// An upload of the account.
    async fn upload(&self, account: &str, id: &str) -> Stored<Option<Upload>>;
    /// Uploads of the account, a page at a time; the newest first, if `sort` is empty.
    async fn uploads(
        &self,
        account: &str,
        filter: &UploadFilter,
        sort: &[(UploadSort, bool)],
        page: Page,
    ) -> Stored<Listed<Upload>>;
    /// Removes the upload with its files; the keys of blobs that nobody needs any more.
    async fn remove_upload(&self, account: &str, id: &str) -> Stored<Option<Vec<String>>>;
    /// Failed files back to `processing`, the upload back to `RECEIVED`, a run: one transaction.
    /// Does nothing when the upload is being processed.
    async fn retry_upload(&self, upload: &Upload, run: &NewRun, by: &By) -> Stored<()>;
}
