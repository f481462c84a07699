//! Machine files, their artifacts, and what they are filtered by.

use super::{Listed, NewRun, Page};
use crate::blobs::{Blob, Key, Parts};
use crate::clock::Micros;
use crate::error::Stored;
use async_trait::async_trait;
use std::collections::HashMap;
use tramline_model::{Artifact, FileOrigin, FileStatus, OperationType, Provider};

/// A machine file as it is listed. Documents are JSON text as they were written.
#[derive(Clone, Debug)]
pub struct FileRow {
    pub id: String,
    pub user_id: String,
    pub upload_id: Option<String>,
    /// As the upload was given; of a merged file `Leaf`.
    pub provider: String,
    /// The maker that was recognised.
    pub detected_provider: Option<String>,
    /// What the display or the source calls the work.
    pub name: Option<String>,
    /// Path in the upload of its main entry.
    pub source_entry: Option<String>,
    pub file_name: String,
    pub file_format: Option<String>,
    pub status: FileStatus,
    pub origin: FileOrigin,
    pub operation_type: Option<OperationType>,
    pub organization_id: Option<String>,
    pub provider_file_id: Option<String>,
    pub size: Option<u64>,
    pub started: Option<Micros>,
    pub ended: Option<Micros>,
    pub report: String,
    pub steps: String,
    pub units: String,
    pub outside_points: Option<u64>,
    pub created: Micros,
    pub updated: Micros,
    pub summary: Option<String>,
    /// Kinds of stored artifacts.
    pub artifacts: Vec<Artifact>,
    pub fields: Vec<String>,
    pub sources: Vec<String>,
}

impl FileRow {
    /// Whether there is such an artifact: stored, or rendered from what is stored.
    pub fn has(&self, kind: Artifact) -> bool {
        let stored = |kind: Artifact| self.artifacts.contains(&kind);
        stored(kind) || kind.rendered_from().is_some_and(stored)
    }
}

/// An artifact that can be served.
#[derive(Clone, Debug)]
pub struct ArtifactRow {
    pub kind: Artifact,
    pub blob_key: Key,
    pub size: u64,
    pub sha256: String,
}

impl ArtifactRow {
    /// Its bytes.
    pub(crate) fn blob(&self) -> Blob {
        Blob {
            key: self.blob_key.clone(),
            size: self.size,
            sha256: self.sha256.clone(),
            parts: Parts::default(),
        }
    }
}

/// An artifact of a run, to be published.
#[derive(Clone, Debug)]
pub struct NewArtifact {
    pub kind: Artifact,
    pub blob_key: Key,
    pub size: u64,
    pub sha256: String,
}

/// A field that a file's points lie in.
#[derive(Clone, Debug)]
pub struct FieldShare {
    pub field_id: String,
    pub points: u64,
    pub area_m2: f64,
}

/// A machine file as a run made it.
#[derive(Clone, Debug)]
pub struct NewFile {
    pub id: String,
    pub provider: String,
    pub detected_provider: Option<String>,
    pub file_name: String,
    pub file_format: Option<String>,
    pub status: FileStatus,
    pub origin: FileOrigin,
    pub operation_type: Option<OperationType>,
    pub size: Option<u64>,
    pub started: Option<Micros>,
    pub ended: Option<Micros>,
    pub area_m2: Option<f64>,
    pub report: String,
    pub steps: String,
    pub units: String,
    pub summary: Option<String>,
    pub failed_step: Option<String>,
    pub failed_message: Option<String>,
    pub artifacts: Vec<NewArtifact>,
    pub fields: Vec<FieldShare>,
    pub outside_points: Option<u64>,
    /// West, south, east, north of the standard points.
    pub bounds: Option<[f64; 4]>,
}

impl NewFile {
    /// A merged file before its work is done.
    pub fn merged(id: &str, operation_type: Option<OperationType>) -> Self {
        Self {
            id: id.to_owned(),
            provider: Provider::Leaf.code().to_owned(),
            detected_provider: None,
            file_name: "mergedFile".to_owned(),
            file_format: None,
            status: FileStatus::Processing,
            origin: FileOrigin::Merged,
            operation_type,
            size: None,
            started: None,
            ended: None,
            area_m2: None,
            report: "{}".to_owned(),
            steps: "{}".to_owned(),
            units: "{}".to_owned(),
            summary: None,
            failed_step: None,
            failed_message: None,
            artifacts: Vec::new(),
            fields: Vec::new(),
            outside_points: None,
            bounds: None,
        }
    }
}

/// Documents that a file is served with, as JSON text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileDocument {
    Summary,
    Units,
    Steps,
}

/// Some of the users of an account.
#[derive(Clone, Debug)]
pub enum Users {
    Only(Vec<String>),
    AllBut(Vec<String>),
}

/// The filters of `GET /files`; all that are given must hold.
#[derive(Clone, Debug, Default)]
pub struct FileFilter {
    pub user: Option<String>,
    pub users: Option<Users>,
    pub provider: Option<String>,
    pub status: Option<FileStatus>,
    pub origin: Option<FileOrigin>,
    pub organization_id: Option<String>,
    pub upload: Option<String>,
    pub file: Option<String>,
    pub file_format: Option<String>,
    pub created_from: Option<Micros>,
    pub updated_from: Option<Micros>,
    pub started_from: Option<Micros>,
    pub ended_to: Option<Micros>,
    pub operation_type: Option<OperationType>,
    pub min_area_m2: Option<f64>,
    pub provider_file_id: Option<String>,
    pub standard: Option<bool>,
    /// Only files that have an artifact of this kind, stored or rendered.
    pub artifact: Option<Artifact>,
}

/// Columns that `GET /files` can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileSort {
    Id,
    FileName,
    CreatedTime,
    UpdatedTime,
    Origin,
    LeafUserId,
    SizeInBytes,
    Provider,
    OrganizationId,
    FileFormat,
}

/// The files of an upload by how they stand: id, status, failed step, message.
#[derive(Clone, Debug)]
pub struct FileGroups {
    pub files: Vec<(String, FileStatus, Option<String>, Option<String>)>,
    pub total: u64,
}

/// How far a machine file is.
#[derive(Clone, Debug)]
pub struct FileProgress {
    pub id: String,
    pub status: FileStatus,
    pub name: Option<String>,
    /// Points read, once it is done.
    pub points: Option<u64>,
}

/// Machine files and their artifacts.
#[async_trait]
pub trait Files: Send + Sync {
    /// A file of the account.
    async fn file(&self, account: &str, id: &str) -> Stored<Option<FileRow>>;
    /// One document of a file with the file's status, without the rest of it.
    async fn file_document(
        &self,
        account: &str,
        id: &str,
        document: FileDocument,
    ) -> Stored<Option<(FileStatus, Option<String>)>>;
    /// Files of the account, a page at a time; the newest first, if `sort` is empty.
    async fn files(
        &self,
        account: &str,
        filter: &FileFilter,
        sort: &[(FileSort, bool)],
        page: Page,
    ) -> Stored<Listed<FileRow>>;
    /// Ids of the files of an upload, in the order in which they were made.
    async fn file_ids_of_upload(&self, account: &str, upload: &str) -> Stored<Vec<String>>;
    /// The same for several uploads; those without files are left out.
    async fn file_ids_of_uploads(
        &self,
        account: &str,
        uploads: &[String],
    ) -> Stored<HashMap<String, Vec<String>>>;
    /// The files of an upload by how they stand, or a page of them; in the order in which they were made, if
    /// `sort` is empty.
    async fn file_groups(
        &self,
        account: &str,
        upload: &str,
        sort: &[(FileSort, bool)],
        page: Option<Page>,
    ) -> Stored<FileGroups>;
    /// How far each file of an upload is, with a version of the account's files; `None` while that is
    /// the one that is known.
    async fn file_progress(
        &self,
        account: &str,
        upload: &str,
        known: Option<i64>,
    ) -> Stored<Option<(i64, Vec<FileProgress>)>>;
    /// An artifact of a file.
    async fn artifact(
        &self,
        account: &str,
        file: &str,
        kind: Artifact,
    ) -> Stored<Option<ArtifactRow>>;
    /// Artifacts of a file, by kind.
    async fn artifacts(&self, account: &str, file: &str) -> Stored<Vec<ArtifactRow>>;
    /// Removes a file; the keys of its blobs, `None` when there is none.
    async fn remove_file(&self, account: &str, id: &str) -> Stored<Option<Vec<String>>>;
    /// The file back to `processing`, and a run: one transaction.
    async fn reprocess_file(&self, account: &str, file: &str, run: &NewRun) -> Stored<bool>;
    /// A file in `processing` made from others, and its run: one transaction.
    async fn add_merged_file(
        &self,
        account: &str,
        file: &NewFile,
        sources: &[String],
        run: &NewRun,
    ) -> Stored<()>;
    /// Processed files of a user that no field holds.
    async fn uncovered_files(&self, account: &str, user: &str) -> Stored<Vec<String>>;
}
