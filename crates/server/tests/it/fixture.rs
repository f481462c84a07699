//! A data folder with one account, one user and uploads as the service leaves them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tramline_model::{Artifact, FileStatus, JobKind};
use tramline_server::blobs::{Key, Parts};
use tramline_server::store::{
    Accounts, Announced, By, Conversions, Converted, NewArtifact, NewFile, NewRun, NewUpload,
    NewUser, NothingCame, Published, Queue, Run, Sqlite, Uploads,
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
        let user = db
            .add_user(&account, &NewUser::default(), By::operator())
            .await
            .unwrap()
            .id;
        let settings = Settings {
            data: folder.path().to_owned(),
            sweep_safety_seconds,
            free_bytes_min: 0,
            ..Settings::default()
        };
        let state = State::open(settings, Arc::new(db.clone()), db.bus())
            .await
            .unwrap();
        Self {
            state,
            db,
            account,
            user,
            _folder: folder,
        }
    }

    /// Where a blob lies.
    pub(crate) fn path(&self, key: &str) -> PathBuf {
        self.state.settings.data.join("blobs").join(key)
    }

    /// Bytes under a key, as a crash or a run left them.
    pub(crate) fn put(&self, key: &str, bytes: &[u8]) {
        let path = self.path(key);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.path(key).exists()
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
            blob_key: Key::parse(&key).unwrap(),
            parts: Parts::default(),
            findings: "[]".to_owned(),
            idempotency: None,
            by: By::operator().clone(),
        };
        self.db
            .add_upload(&upload, &self.work(&id), false)
            .await
            .unwrap();
        (id, key)
    }

    /// A whole conversion that makes these files.
    pub(crate) async fn convert(&self, run: &Run, files: Vec<NewFile>) {
        self.db.announce(run, &announced(&files)).await.unwrap();
        let made: Vec<Published> = files.into_iter().map(published).collect();
        let written = self.db.publish(run, &made).await.unwrap();
        assert_eq!(written.len(), made.len());
        self.db.finish_conversion(run, &converted()).await.unwrap();
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
            blob_key: Key::parse(key).unwrap(),
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
fn published(file: NewFile) -> Published {
    Published {
        file,
        made_with: "digest".to_owned(),
        located_with: 0,
        events: Vec::new(),
    }
}

/// The end of a conversion.
fn converted() -> Converted {
    Converted {
        nothing_came: NothingCame::Removed,
        only: None,
        no_files: "no files",
        none_processed: "none processed",
        findings: "[]".to_owned(),
        ignored: "[]".to_owned(),
        given_up: false,
        events: Vec::new(),
        progress: None,
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
fn announced(files: &[NewFile]) -> Vec<Announced> {
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
