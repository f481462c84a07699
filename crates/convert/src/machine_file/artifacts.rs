//! The artifacts that a machine file has: each kind with its name in the sink.

use crate::error::RunError;
use crate::writers::ArtifactWriter;
use std::collections::BTreeMap;
use tramline_model::Artifact;

/// Names by kind.
#[derive(Default)]
pub(crate) struct Artifacts(BTreeMap<Artifact, String>);

impl Artifacts {
    /// Waits for a writer, if there is one, and keeps what it wrote.
    pub(crate) fn keep(
        &mut self,
        kind: Artifact,
        writer: Option<ArtifactWriter>,
    ) -> Result<(), RunError> {
        if let Some(writer) = writer {
            let name = writer.finish()?;
            self.0.insert(kind, name);
        }
        Ok(())
    }

    /// Keeps an artifact that is written.
    pub(crate) fn insert(&mut self, kind: Artifact, name: String) {
        self.0.insert(kind, name);
    }

    /// Keeps an artifact unless there is one of the kind.
    pub(crate) fn insert_first(&mut self, kind: Artifact, name: String) {
        self.0.entry(kind).or_insert(name);
    }

    pub(crate) fn get(&self, kind: Artifact) -> Option<&str> {
        self.0.get(&kind).map(String::as_str)
    }

    /// For the report.
    pub(crate) fn into_names(self) -> BTreeMap<Artifact, String> {
        self.0
    }
}
