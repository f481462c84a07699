//! The machine files of a run, published while its converter goes on: a row once a file is known of, and one
//! flip of that row when the file is complete. What was made while others were published goes together.

use crate::blobs::is_inner;
use crate::error::{StoreError, Stored};
use crate::events::{event, file_failed};
use crate::failpoint::pass;
use crate::jobs::follow::Listener;
use crate::jobs::keep::{MadeFile, keep};
use crate::jobs::made::{Made, Origin, read_answer, row};
use crate::state::State;
use crate::store::{Announced, Event, NewArtifact, NewFile, Published, Run, Upload};
use async_trait::async_trait;
use tramline_convert::FileReport;
use tramline_converter::protocol::{ANSWER, Answer, FoundFile, KnownFields, Said, machine_file_id};
use tramline_model::{Artifact, FileOrigin, FileStatus};

/// Files that become rows at once.
const ANNOUNCED: usize = 500;

/// A run whose converter is at work.
pub(super) struct Publishing<'a> {
    pub(super) state: &'a State,
    pub(super) run: &'a Run,
    pub(super) upload: &'a Upload,
    /// Those that the converter locates the points in.
    pub(super) fields: KnownFields,
    /// Digest of what the files are made with.
    pub(super) made_with: String,
    /// Rows may come into being; otherwise only those that wait for this run change.
    pub(super) new_rows: bool,
}

#[async_trait]
impl Listener for Publishing<'_> {
    async fn hear(&mut self, said: Vec<Said>) -> Stored<()> {
        let (mut found, mut nothing, mut made) = (Vec::new(), Vec::new(), Vec::new());
        for said in said {
            match said {
                Said::Progress(_) => {}
                Said::Found(files) => found.extend(files),
                Said::Nothing(id) => nothing.push(machine_file_id(&self.upload.id, &id)),
                Said::Made(dir) => made.push(dir),
            }
        }
        if self.new_rows {
            for files in found.chunks(ANNOUNCED) {
                self.announce(files).await?;
            }
            if !nothing.is_empty() {
                self.state.db.withdraw(self.run, &nothing).await?;
            }
        }
        self.publish(&made).await
    }
}

impl Publishing<'_> {
    async fn announce(&self, files: &[FoundFile]) -> Stored<()> {
        let upload = self.upload;
        let files: Vec<Announced> = files
            .iter()
            .map(|file| Announced {
                id: machine_file_id(&upload.id, &file.id),
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

    /// First the bytes into the store, then the rows that name them.
    async fn publish(&self, dirs: &[String]) -> Stored<()> {
        if dirs.is_empty() {
            return Ok(());
        }
        // Those before one that cannot be used are published all the same.
        let mut failed = None;
        let mut made: Vec<MadeFile> = Vec::with_capacity(dirs.len());
        for dir in dirs {
            match self.made(dir) {
                Ok(new) => {
                    // The last of the same machine file counts.
                    made.retain(|known| known.file.id != new.file.id);
                    made.push(new);
                }
                Err(cause) => {
                    failed = Some(cause);
                    break;
                }
            }
        }
        keep(self.state, self.run, &made).await?;
        pass("file.adopted");
        let published = made.into_iter().map(|made| Published {
            made_with: self.made_with.clone(),
            events: vec![self.event(&made.file)],
            located_with: self.fields.changed,
            file: made.file,
        });
        let published: Vec<Published> = published.collect();
        self.state.db.publish(self.run, &published).await?;
        pass("file.published");
        failed.map_or(Ok(()), Err)
    }

    /// A machine file by the answer in its folder.
    fn made(&self, dir: &str) -> Stored<MadeFile> {
        let out = self.state.run_folder(self.run);
        // A converter reads strangers' bytes: what it says leads nowhere but into its own folder.
        let strange = |name: &str| StoreError::corrupt("name of an artifact", name);
        if !is_inner(dir) || dir.contains('/') {
            return Err(strange(dir));
        }
        let folder = out.join(dir);
        let answer: Answer<FileReport> = read_answer(&folder)?;
        if answer.report.dir != dir {
            return Err(strange(&answer.report.dir));
        }
        let path = folder.join(ANSWER);
        std::fs::remove_file(&path).map_err(|cause| StoreError::io(&path, cause))?;
        let made = Made {
            folder: &out,
            run: self.run,
            hashes: &answer.artifacts,
            facts: &answer.facts,
            fields: &self.fields,
        };
        let upload = self.upload;
        let original = NewArtifact {
            kind: Artifact::OriginalFile,
            blob_key: upload.blob_key.clone(),
            size: upload.size,
            sha256: upload.sha256.clone(),
        };
        let origin = Origin {
            file_name: &upload.file_name,
            provider: &upload.provider,
            word: FileOrigin::Uploaded,
            original: Some(original),
        };
        let id = machine_file_id(&upload.id, &answer.report.id);
        Ok(MadeFile {
            file: row(&answer.report, id, origin, &made)?,
            dir: dir.to_owned(),
        })
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
