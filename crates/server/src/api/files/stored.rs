//! What is stored of a machine file, and what maps, exports, tiles and pages are made of: chosen by
//! [`StoredOutputs`], as on the command line.

use super::missing::missing;
use crate::api::caller::Caller;
use crate::api::problem::Problem;
use crate::blobs::LocalCopy;
use crate::blocking::blocking;
use crate::error::Stored;
use crate::state::State;
use crate::store::{ArtifactRow, FileRow};
use std::collections::BTreeMap;
use tramline_convert::{StoredOutput, StoredOutputs};
use tramline_model::Artifact;

/// The artifacts of a machine file.
pub(super) struct StoredFile<'a> {
    state: &'a State,
    caller: &'a Caller,
    file: &'a FileRow,
    rows: Vec<ArtifactRow>,
}

impl<'a> StoredFile<'a> {
    pub(super) async fn of(
        state: &'a State,
        caller: &'a Caller,
        file: &'a FileRow,
    ) -> Result<Self, Problem> {
        let rows = state.db.artifacts(&caller.account, &file.id).await?;
        Ok(Self {
            state,
            caller,
            file,
            rows,
        })
    }

    /// An artifact as a file of this machine, if there is one.
    pub(super) async fn local(&self, kind: Artifact) -> Stored<Option<LocalCopy>> {
        let Some(row) = self.rows.iter().find(|row| row.kind == kind) else {
            return Ok(None);
        };
        self.state.blobs.local(&row.blob(), None).await.map(Some)
    }

    /// The row of an artifact, and its file; 404 without it.
    pub(super) async fn artifact(
        &self,
        kind: Artifact,
    ) -> Result<(&ArtifactRow, LocalCopy), Problem> {
        match self.rows.iter().find(|row| row.kind == kind) {
            Some(row) => Ok((row, self.state.blobs.local(&row.blob(), None).await?)),
            None => Err(missing(self.state, self.caller, self.file, kind).await),
        }
    }

    /// The points that the page for people shows.
    pub(super) async fn for_page(&self) -> Stored<Option<LocalCopy>> {
        for kind in StoredOutput::PAGE.map(StoredOutput::for_export) {
            if let Some(copy) = self.local(kind).await? {
                return Ok(Some(copy));
            }
        }
        Ok(None)
    }

    /// What a map is made of; reads the schema of the points.
    pub(super) async fn for_map(
        &self,
        chosen: Option<StoredOutput>,
    ) -> Result<(&ArtifactRow, LocalCopy), Problem> {
        let mut copies = BTreeMap::new();
        for kind in StoredOutput::ALL.map(StoredOutput::for_export) {
            if let Some(copy) = self.local(kind).await? {
                copies.insert(kind, copy);
            }
        }
        let found = blocking("map", move || {
            let paths = copies.iter();
            let paths = paths.map(|(kind, copy)| (*kind, copy.path().to_owned()));
            let outputs: StoredOutputs = paths.collect();
            outputs.for_map(chosen).map(|(kind, _)| kind)
        });
        let standard = StoredOutput::Standard.for_export();
        let kind = found
            .await?
            .unwrap_or(chosen.map_or(standard, StoredOutput::for_export));
        self.artifact(kind).await
    }
}
