//! A data folder with one account, one user and uploads as the service leaves them.

use std::sync::Arc;
use std::time::Duration;
use tramline_model::{Artifact, FileStatus, JobKind};
use tramline_server::db::{
    Accounts, Announced, Converted, Fields, NewArtifact, NewFile, NewRun, NewUpload, NewUser,
    NothingCame, Published, Run, Runs, Sqlite, Uploads,
};
use tramline_server::{Settings, State, open_database};
use uuid::Uuid;

pub(crate) struct Fixture {
    pub(crate) state: State,
    pub(crate) db: Sqlite,
    pub(crate) account: String,
    pub(crate) user: String,
    _folder: tempfile::TempDir,
}

impl Fixture {
    pub(crate) async fn new(sweep_safety_seconds: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = open_database(folder.path()).await.unwrap();
        db.add_account("adviser", "no hash").await.unwrap();
        let account = db.account_by_name("adviser").await.unwrap().unwrap().id;
        let user = db.add_user(&account, &NewUser::default()).await.unwrap().id;
        let settings = Settings {
            data: folder.path().to_owned(),
            sweep_safety_seconds,
            ..Settings::default()
        };
        let state = State::open(settings, Arc::new(db.clone())).await.unwrap();
        Self {
            state,
            db,
            account,
            user,
            _folder: folder,
        }
    }

    /// Bytes under a key, as a crash or a run left them.
    pub(crate) fn put(&self, key: &str, bytes: &[u8]) {
        let path = self.state.blobs.local_path(key);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.state.blobs.local_path(key).exists()
    }

    /// An upload of three bytes with its run; the key of its blob.
    pub(crate) async fn upload(&self, sha256: &str) -> (String, String) {
        let id = Uuid::now_v7().to_string();
        let key = format!("uploads/{}/{id}", self.user);
        self.put(&key, b"zip");
        let upload = NewUpload {
            id: id.clone(),
            account_id: self.account.clone(),
            user_id: self.user.clone(),
            provider: "Other".to_owned(),
            file_format: None,
            file_name: "stick.zip".to_owned(),
            size: 3,
            sha256: sha256.to_owned(),
            given: "{}".to_owned(),
            blob_key: key.clone(),
            findings: "[]".to_owned(),
            idempotency: None,
        };
        self.db
            .add_upload(&upload, &self.work(&id), false)
            .await
            .unwrap();
        (id, key)
    }

    /// Instant of the last change of the user's boundaries.
    pub(crate) async fn changed(&self) -> i64 {
        Fields::active_boundaries(&self.db, &self.user)
            .await
            .unwrap()
            .1
    }

    /// Files of a run with their rows, before anything is made of them.
    pub(crate) async fn announce<const N: usize>(
        &self,
        run: &Run,
        key: &str,
        ids: [&str; N],
    ) -> [NewFile; N] {
        let files = ids.map(|id| self.file(id, run, key).0);
        self.db.announce(run, &announced(&files)).await.unwrap();
        files
    }

    /// Publishes a file; whether that changed anything.
    pub(crate) async fn publish(&self, run: &Run, file: &NewFile) -> bool {
        let made = published(file.clone());
        self.db.publish_file(run, &made).await.unwrap()
    }

    /// A whole conversion that makes these files.
    pub(crate) async fn convert(&self, run: &Run, files: Vec<NewFile>) {
        self.db.announce(run, &announced(&files)).await.unwrap();
        for file in files {
            assert!(self.db.publish_file(run, &published(file)).await.unwrap());
        }
        let end = converted(None);
        self.db.finish_conversion(run, &end).await.unwrap();
    }

    pub(crate) fn work(&self, subject: &str) -> NewRun {
        NewRun {
            id: Uuid::now_v7().to_string(),
            account_id: self.account.clone(),
            user_id: self.user.clone(),
            kind: JobKind::Convert,
            subject: subject.to_owned(),
            task: "{}".to_owned(),
        }
    }

    pub(crate) async fn lease(&self, seconds: u64) -> Run {
        let lease = Duration::from_secs(seconds);
        self.db.lease_run("worker", lease).await.unwrap().unwrap()
    }

    /// A processed file with the upload's bytes and one artifact of a run; the artifact's key.
    pub(crate) fn file(&self, id: &str, run: &Run, upload_key: &str) -> (NewFile, String) {
        let key = format!("runs/{}/{}/{id}/standard.geojson", run.id, run.fence);
        self.put(&key, b"points");
        let artifact = |kind: Artifact, key: &str, size| NewArtifact {
            kind,
            blob_key: key.to_owned(),
            size,
            sha256: "hash".to_owned(),
        };
        let file = NewFile {
            artifacts: vec![
                artifact(Artifact::OriginalFile, upload_key, 3),
                artifact(Artifact::StandardGeojson, &key, 6),
            ],
            status: FileStatus::Processed,
            ..NewFile::merged(id, None)
        };
        (file, key)
    }
}

/// A file as it is published, with nothing beside it.
pub(crate) fn published(file: NewFile) -> Published {
    Published {
        file,
        made_with: "digest".to_owned(),
        located_with: 0,
        events: Vec::new(),
    }
}

/// The end of a conversion.
pub(crate) fn converted(only: Option<Vec<String>>) -> Converted {
    Converted {
        nothing_came: match only {
            Some(_) => NothingCame::Failed("nothing came of it"),
            None => NothingCame::Removed,
        },
        only,
        no_files: "no files",
        none_processed: "none processed",
        findings: "[]".to_owned(),
        ignored: "[]".to_owned(),
        given_up: false,
        events: Vec::new(),
        relocate: |run, bounds, files| NewRun {
            id: Uuid::now_v7().to_string(),
            account_id: run.account_id.clone(),
            user_id: run.user_id.clone(),
            kind: JobKind::Locate,
            subject: run.user_id.clone(),
            task: format!(r#"{{"bounds":{bounds:?},"again":{files:?}}}"#),
        },
    }
}

/// What is said of files before they are made.
pub(crate) fn announced(files: &[NewFile]) -> Vec<Announced> {
    let files = files.iter();
    files
        .map(|file| Announced {
            id: file.id.clone(),
            name: "a dataset".to_owned(),
            provider: file.provider.clone(),
            file_name: "stick.zip".to_owned(),
            file_format: None,
            size: 3,
        })
        .collect()
}
