//! An account with a user, and uploads as the service leaves them.

use crate::blobs::{Key, Parts};
use crate::bus::Bus;
use crate::store::{
    Announced, By, Converted, Database, Event, NewArtifact, NewBoundary, NewField, NewFile, NewRun,
    NewUpload, NewUser, NothingCame, Published, Run, Upload,
};
use std::sync::Arc;
use std::time::Duration;
use tramline_model::{Artifact, FileStatus, JobKind};
use uuid::Uuid;

pub(crate) const ONE: &str = "00000000-0000-0000-0000-000000000001";
pub(crate) const TWO: &str = "00000000-0000-0000-0000-000000000002";
pub(crate) const THREE: &str = "00000000-0000-0000-0000-000000000003";
pub(crate) const FOUR: &str = "00000000-0000-0000-0000-000000000004";

/// A store with one account and one user.
pub(crate) struct World {
    pub(crate) db: Arc<dyn Database>,
    pub(crate) bus: Arc<dyn Bus>,
    pub(crate) account: String,
    pub(crate) user: String,
    /// What the store lies in, if anything.
    pub(crate) _ground: Option<tempfile::TempDir>,
}

impl World {
    pub(crate) async fn new(
        db: Arc<dyn Database>,
        bus: Arc<dyn Bus>,
        ground: Option<tempfile::TempDir>,
    ) -> Self {
        assert!(db.add_account("adviser", "no hash").await.unwrap());
        let account = db.account_by_name("adviser").await.unwrap().unwrap().id;
        let user = db
            .add_user(&account, &NewUser::default(), By::operator())
            .await
            .unwrap()
            .id;
        Self {
            db,
            bus,
            account,
            user,
            _ground: ground,
        }
    }

    pub(crate) async fn another_user(&self) -> String {
        let new = NewUser::default();
        let user = self.db.add_user(&self.account, &new, By::operator());
        user.await.unwrap().id
    }

    /// An upload of three bytes as it is stored.
    pub(crate) fn new_upload(&self, sha256: &str) -> NewUpload {
        let id = Uuid::now_v7().to_string();
        NewUpload {
            account_id: self.account.clone(),
            user_id: self.user.clone(),
            provider: "Other".to_owned(),
            file_format: None,
            file_name: "stick.zip".to_owned(),
            size: 3,
            sha256: sha256.to_owned(),
            given: "{}".to_owned(),
            blob_key: Key::Upload {
                user: self.user.clone(),
                upload: id.clone(),
            },
            parts: Parts::default(),
            findings: "[]".to_owned(),
            idempotency: None,
            by: By::operator().clone(),
            id,
        }
    }

    /// An upload with its run.
    pub(crate) async fn upload(&self, sha256: &str) -> Upload {
        let upload = self.new_upload(sha256);
        let run = self.convert_of(&upload.id);
        self.db.add_upload(&upload, &run, false).await.unwrap()
    }

    /// An upload as it stands now.
    pub(crate) async fn now(&self, upload: &Upload) -> Upload {
        let found = self.db.upload(&self.account, &upload.id).await;
        found.unwrap().unwrap()
    }

    /// A run of this kind.
    pub(crate) fn work(&self, kind: JobKind, subject: &str) -> NewRun {
        NewRun {
            id: Uuid::now_v7().to_string(),
            account_id: self.account.clone(),
            user_id: self.user.clone(),
            kind,
            subject: subject.to_owned(),
            task: "{}".to_owned(),
        }
    }

    pub(crate) fn convert_of(&self, upload: &str) -> NewRun {
        self.work(JobKind::Convert, upload)
    }

    /// A run that changes what boundaries a user's points are located with.
    pub(crate) fn change_of_fields(&self) -> NewRun {
        self.work(JobKind::Locate, &self.user)
    }

    /// A boundary of the user changes.
    pub(crate) async fn change_fields(&self) {
        let new = field(&Uuid::now_v7().to_string());
        let run = self.change_of_fields();
        let added = self
            .db
            .add_field(&self.account, &self.user, &new, &run, &[]);
        assert!(added.await.unwrap());
    }

    pub(crate) async fn lease(&self, seconds: u64) -> Run {
        let lease = Duration::from_secs(seconds);
        let run = self.db.lease_run("worker", lease).await;
        run.unwrap().unwrap()
    }

    /// Instant of the last change of the user's boundaries.
    pub(crate) async fn changed(&self) -> i64 {
        self.db.active_boundaries(&self.user).await.unwrap().1
    }

    /// Files of a run with their rows, before anything is made of them.
    pub(crate) async fn announce<const N: usize>(&self, run: &Run, ids: [&str; N]) -> [NewFile; N] {
        let files = ids.map(|id| file(id, run));
        self.db.announce(run, &announced(&files)).await.unwrap();
        files
    }

    /// Publishes a file; whether that changed anything.
    pub(crate) async fn publish(&self, run: &Run, file: &NewFile) -> bool {
        let written = self.db.publish(run, &[published(file.clone())]).await;
        !written.unwrap().is_empty()
    }

    /// A whole conversion that makes these files.
    pub(crate) async fn convert(&self, run: &Run, files: Vec<NewFile>) {
        self.db.announce(run, &announced(&files)).await.unwrap();
        for file in &files {
            assert!(self.publish(run, file).await);
        }
        self.finish(run, &converted(None)).await;
    }

    pub(crate) async fn finish(&self, run: &Run, converted: &Converted) {
        self.db.finish_conversion(run, converted).await.unwrap();
    }

    /// Ids and states of the files of an upload.
    pub(crate) async fn files(&self, upload: &Upload) -> Vec<(String, FileStatus)> {
        let files = self.db.file_progress(&self.account, &upload.id, None).await;
        let files = files.unwrap().unwrap().1.into_iter();
        files.map(|file| (file.id, file.status)).collect()
    }
}

/// A key of what a run made.
pub(crate) fn made(run: &Run, name: &str) -> Key {
    Key::Made {
        run: run.id.clone(),
        fence: run.fence,
        name: name.to_owned(),
    }
}

pub(crate) fn artifact(kind: Artifact, blob_key: Key, size: u64) -> NewArtifact {
    NewArtifact {
        kind,
        blob_key,
        size,
        sha256: "hash".to_owned(),
    }
}

/// A processed file with its points.
pub(crate) fn file(id: &str, run: &Run) -> NewFile {
    let points = made(run, &format!("{id}/standard.parquet"));
    NewFile {
        artifacts: vec![artifact(Artifact::StandardGeoparquet, points, 6)],
        status: FileStatus::Processed,
        origin: tramline_model::FileOrigin::Uploaded,
        ..NewFile::merged(id, None)
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
        progress: Some(r#"{"files":1}"#.to_owned()),
        relocate: |run, bounds, files| NewRun {
            id: Uuid::now_v7().to_string(),
            account_id: run.account_id.clone(),
            user_id: run.user_id.clone(),
            kind: JobKind::Locate,
            subject: run.user_id.clone(),
            task: serde_json::json!({ "bounds": bounds, "again": files }).to_string(),
        },
    }
}

pub(crate) fn event(id: &str, kind: &'static str) -> Event {
    Event {
        id: id.to_owned(),
        kind,
        body: format!(r#"{{"id": "{id}"}}"#),
    }
}

pub(crate) fn boundary(west: f64) -> NewBoundary {
    NewBoundary {
        id: Uuid::now_v7().to_string(),
        wkb: vec![1, 2, 3],
        area_ha: 12.5,
        bounds: [west, 50.0, west + 0.1, 50.1],
    }
}

pub(crate) fn field(id: &str) -> NewField {
    NewField {
        id: id.to_owned(),
        name: Some(format!("field {id}")),
        farm_id: None,
        boundary: boundary(8.0),
    }
}
