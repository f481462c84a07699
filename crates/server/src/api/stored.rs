//! What is stored of a machine file, and what maps, exports, tiles and pages are made of: chosen by
//! [`StoredOutputs`], as on the command line.

use super::caller::Caller;
use super::problem::Problem;
use crate::db::{ArtifactRow, FileRow};
use crate::error::StoreError;
use crate::state::State;
use axum::http::StatusCode;
use std::path::PathBuf;
use tramline_convert::{StoredOutput, StoredOutputs};
use tramline_model::{Artifact, FileStatus};

/// The artifacts of a machine file.
pub(super) struct StoredFile {
    rows: Vec<ArtifactRow>,
    outputs: StoredOutputs,
    status: FileStatus,
}

impl StoredFile {
    pub(super) async fn of(
        state: &State,
        caller: &Caller,
        file: &FileRow,
    ) -> Result<Self, Problem> {
        let rows = state.db.artifacts(&caller.account, &file.id).await?;
        let outputs = rows
            .iter()
            .map(|row| (row.kind, state.blobs.local_path(&row.blob_key)))
            .collect();
        Ok(Self {
            rows,
            outputs,
            status: file.status,
        })
    }

    pub(super) fn outputs(&self) -> &StoredOutputs {
        &self.outputs
    }

    /// The row of an artifact, and where it lies; 404 without it, where `use_of` is what it is for.
    pub(super) fn artifact(
        &self,
        kind: Artifact,
        use_of: &str,
    ) -> Result<(&ArtifactRow, PathBuf), Problem> {
        let row = self.rows.iter().find(|row| row.kind == kind);
        let path = self.outputs.path(kind).map(std::path::Path::to_owned);
        row.zip(path).ok_or_else(|| {
            let detail = format!("the file is {} and has no {kind} {use_of}", self.status);
            let problem = |detail: String| Problem::new(StatusCode::NOT_FOUND, detail);
            if kind != Artifact::PolygonGeoparquet || self.status != FileStatus::Processed {
                return problem(detail);
            }
            problem(format!(
                "{detail}: it was converted without `enablePolygonOutput`"
            ))
            .hint("set `enablePolygonOutput` to true in the configuration and reprocess the file")
        })
    }

    /// What a map is made of; reads the schema of the points.
    pub(super) async fn for_map(
        &self,
        chosen: Option<StoredOutput>,
    ) -> Result<(&ArtifactRow, PathBuf), Problem> {
        let outputs = self.outputs.clone();
        let found =
            tokio::task::spawn_blocking(move || outputs.for_map(chosen).map(|(kind, _)| kind));
        let found = found
            .await
            .map_err(|cause| StoreError::document("map", cause))?;
        let kind = found.ok_or_else(|| {
            let detail = format!("the file is {} and has no points to paint", self.status);
            Problem::new(StatusCode::NOT_FOUND, detail)
        })?;
        self.artifact(kind, "to paint")
    }
}
