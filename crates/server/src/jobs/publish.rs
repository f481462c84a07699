//! The machine files of a run, published one by one while its child goes on: a row once a file is known
//! of, and one flip of that row when the file is complete.

use super::child::{ANSWER, Answer, FoundFile, KnownFields, Said};
use super::files::{Made, Origin, file_id, read_answer, row};
use super::keep::store;
use super::outcome::Listener;
use crate::db::{Announced, Event, NewArtifact, NewFile, Published, Run, Upload};
use crate::error::{StoreError, Stored};
use crate::events::{event, file_failed};
use crate::failpoint::pass;
use crate::state::State;
use async_trait::async_trait;
use tramline_convert::FileReport;
use tramline_model::{Artifact, FileOrigin, FileStatus};

/// A run whose child is at work.
pub(super) struct Publishing<'a> {
    pub(super) state: &'a State,
    pub(super) run: &'a Run,
    pub(super) upload: &'a Upload,
    /// Those that the child locates the points in.
    pub(super) fields: KnownFields,
    /// Digest of what the files are made with.
    pub(super) made_with: String,
    /// Rows may come into being; otherwise only those that wait for this run change.
    pub(super) new_rows: bool,
}

#[async_trait]
impl Listener for Publishing<'_> {
    async fn hear(&mut self, said: Said) -> Stored<()> {
        match said {
            Said::Progress(_) => Ok(()),
            Said::Found(_) | Said::Nothing(_) if !self.new_rows => Ok(()),
            Said::Nothing(id) => {
                let id = file_id(&self.upload.id, &id);
                self.state.db.withdraw(self.run, &id).await
            }
            Said::Found(files) => self.announce(&files).await,
            Said::Made(dir) => self.publish(&dir).await,
        }
    }
}

impl Publishing<'_> {
    async fn announce(&self, files: &[FoundFile]) -> Stored<()> {
        let upload = self.upload;
        let files: Vec<Announced> = files
            .iter()
            .map(|file| Announced {
                id: file_id(&upload.id, &file.id),
                name: file.name.clone(),
                provider: upload.provider.clone(),
                file_name: upload.file_name.clone(),
                file_format: file.file_format.clone().filter(|code| code != "UNKNOWN"),
                size: upload.size,
            })
            .collect();
        self.state.db.announce(self.run, &files).await?;
        pass("file.announced");
        Ok(())
    }

    /// First the bytes into the store, then the row that names them.
    async fn publish(&self, dir: &str) -> Stored<()> {
        let Self {
            state, run, upload, ..
        } = *self;
        let out = state.run_folder(run);
        // A child reads strangers' bytes: what it says leads nowhere but into its own folder.
        let own =
            |name: &str| !name.is_empty() && !name.split(['/', '\\']).any(|part| part == "..");
        let strange = |name: &str| StoreError::document("name of an artifact", name);
        if !own(dir) || dir.contains('/') {
            return Err(strange(dir));
        }
        let folder = out.join(dir);
        let answer: Answer<FileReport> = read_answer(&folder)?;
        let below = format!("{dir}/");
        let names = answer.report.artifacts.values();
        if let Some(name) = names
            .clone()
            .find(|name| !own(name) || !name.starts_with(&below))
        {
            return Err(strange(name));
        }
        let path = folder.join(ANSWER);
        std::fs::remove_file(&path).map_err(|cause| StoreError::io(&path, cause))?;
        let key = format!("runs/{}/{}", run.id, run.fence);
        let made = Made {
            folder: &out,
            key: &key,
            hashes: &answer.artifacts,
            facts: &answer.facts,
            fields: &self.fields,
        };
        let original = NewArtifact {
            kind: Artifact::OriginalFile,
            blob_key: upload.blob_key.clone(),
            size: upload.size,
            sha256: upload.sha256.clone(),
        };
        let origin = Origin {
            file_name: &upload.file_name,
            word: FileOrigin::Uploaded,
            original: Some(original),
        };
        let id = file_id(&upload.id, &answer.report.id);
        let file = row(&answer.report, id, origin, &made)?;
        let files = std::slice::from_ref(&file);
        store(state, files, &folder, &format!("{key}/{dir}")).await?;
        pass("file.adopted");
        let published = Published {
            made_with: self.made_with.clone(),
            events: vec![self.event(&file)],
            located_with: self.fields.changed,
            file,
        };
        let written = state.db.publish_file(run, &published).await?;
        pass("file.published");
        if written {
            state.events.notify_waiters();
            state.work.notify_one();
        }
        Ok(())
    }

    fn event(&self, file: &NewFile) -> Event {
        let (run, user) = (&self.run.id, &self.upload.user_id);
        if file.status == FileStatus::Failed {
            let message = file.failed_message.as_deref().unwrap_or_default();
            return file_failed(run, &file.id, user, message);
        }
        event(
            "uploadedFileProcessingFinished",
            run,
            ("fileId", &file.id),
            &[("leafUserId", user)],
        )
    }
}
