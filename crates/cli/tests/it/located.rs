//! Fields of converted files: a boundary that comes while a conversion runs counts, and children
//! alone read points.

use crate::program::write_program;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::pipe;
use tramline_convert::fields::Boundary;
use tramline_model::{Artifact, FileStatus, JobKind};
use tramline_samples::{Operation, Plan, Simulated, simulate, write, zip};
use tramline_server::blobs::{Key, Parts};
use tramline_server::store::{
    Accounts, ArtifactRow, Before, By, Configurations, Event, Fields, FileRow, Files, NewBoundary,
    NewField, NewRun, NewUpload, NewUser, Queue, Sqlite, Uploads,
};
use tramline_server::{Settings, State, jobs, open_database};

/// A converter that keeps its order, says that it was started, and waits until it may begin.
struct Converter {
    started: BufReader<pipe::Receiver>,
    go: pipe::Sender,
    order: std::path::PathBuf,
}

impl Converter {
    fn new(folder: &Path, settings: &mut Settings) -> Self {
        let [started, go, order, script] =
            ["started", "go", "order", "converter"].map(|name| folder.join(name));
        let made = Command::new("mkfifo").args([&started, &go]).status();
        assert!(made.unwrap().success());
        let text = format!(
            "#!/bin/sh\ncat > {order}\necho > {started}\nread _ < {go}\nexec {own} \"$@\" < {order}\n",
            order = order.display(),
            started = started.display(),
            go = go.display(),
            own = env!("CARGO_BIN_EXE_tramline"),
        );
        write_program(&script, &text);
        settings.converter = Some(script);
        let mut options = pipe::OpenOptions::new();
        options.read_write(true);
        Self {
            started: BufReader::new(options.open_receiver(&started).unwrap()),
            go: options.open_sender(&go).unwrap(),
            order,
        }
    }

    /// The order of the next child, once it was started.
    async fn next_order(&mut self) -> Value {
        let mut line = String::new();
        let read = self.started.read_line(&mut line);
        let long = Duration::from_secs(120);
        tokio::time::timeout(long, read).await.unwrap().unwrap();
        serde_json::from_slice(&std::fs::read(&self.order).unwrap()).unwrap()
    }

    async fn go_on(&mut self) {
        self.go.write_all(b"\n").await.unwrap();
    }
}

struct Service {
    state: State,
    db: Sqlite,
    account: String,
    user: String,
}

impl Service {
    async fn new(settings: Settings) -> Self {
        let db = open_database(&settings.data).await.unwrap();
        db.add_account("adviser", "no hash").await.unwrap();
        let account = db.account_by_name("adviser").await.unwrap().unwrap().id;
        let user = db
            .add_user(&account, &NewUser::default(), By::operator())
            .await
            .unwrap()
            .id;
        let state = State::open(settings, Arc::new(db.clone()), db.bus())
            .await
            .unwrap();
        Self {
            state,
            db,
            account,
            user,
        }
    }

    fn work(&self, id: &str, kind: JobKind, subject: &str, task: String) -> NewRun {
        NewRun {
            id: format!("00000000-0000-0000-0000-0000000000{id}"),
            account_id: self.account.clone(),
            user_id: self.user.clone(),
            kind,
            subject: subject.to_owned(),
            task,
        }
    }

    /// Where a blob lies.
    fn path(&self, key: &str) -> std::path::PathBuf {
        self.state.settings.data.join("blobs").join(key)
    }

    async fn upload(&self, bytes: &[u8]) -> String {
        let id = "00000000-0000-0000-0000-000000000001".to_owned();
        let key = format!("uploads/{}/{id}", self.user);
        let path = self.path(&key);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        let upload = NewUpload {
            id: id.clone(),
            account_id: self.account.clone(),
            user_id: self.user.clone(),
            provider: "Other".to_owned(),
            file_format: None,
            file_name: "stick.zip".to_owned(),
            size: bytes.len() as u64,
            sha256: "one".to_owned(),
            given: "{}".to_owned(),
            blob_key: Key::parse(&key).unwrap(),
            parts: Parts::default(),
            findings: "[]".to_owned(),
            idempotency: None,
            by: By::operator().clone(),
        };
        let run = self.work("11", JobKind::Convert, &id, "{}".to_owned());
        self.db.add_upload(&upload, &run, false).await.unwrap();
        id
    }

    /// A field with its locate run, as the API adds them.
    async fn add_field(&self, id: &str, boundary: &Boundary) {
        let bounds = boundary.bounds();
        let field = NewField {
            id: id.to_owned(),
            name: None,
            farm_id: None,
            boundary: NewBoundary {
                id: format!("boundary of {id}"),
                wkb: boundary.to_wkb(),
                area_ha: boundary.area_ha(),
                bounds,
            },
        };
        let task = json!({ "bounds": bounds }).to_string();
        let run = self.work("12", JobKind::Locate, &self.user, task);
        let events: [Event; 0] = [];
        let added = self
            .db
            .add_field(&self.account, &self.user, &field, &run, &events);
        assert!(added.await.unwrap());
    }

    /// The only file of the upload.
    async fn file(&self, upload: &str) -> FileRow {
        let ids = self.db.file_ids_of_upload(&self.account, upload);
        let [id] = ids.await.unwrap().try_into().unwrap();
        self.db.file(&self.account, &id).await.unwrap().unwrap()
    }

    async fn outside(&self, file: &FileRow) -> Option<ArtifactRow> {
        let kind = Artifact::OutsideFieldGeoparquet;
        let row = self.db.artifact(&self.account, &file.id, kind);
        row.await.unwrap()
    }
}

/// The first half of the passes' rectangle.
fn half_of(field: &Simulated) -> Boundary {
    let corners = field.boundary();
    let [a, b, c, d, _] = corners[..] else {
        panic!("{corners:?}")
    };
    let between = |p: (f64, f64), q: (f64, f64)| (f64::midpoint(p.0, q.0), f64::midpoint(p.1, q.1));
    let ring: Vec<[f64; 2]> = [a, between(a, b), between(d, c), d, a]
        .map(|(x, y)| [x, y])
        .to_vec();
    Boundary::from_geojson(&json!({"type": "Polygon", "coordinates": [ring]})).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_boundary_that_comes_while_a_conversion_runs_is_looked_at_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings {
        data: folder.path().join("data"),
        workers: 1,
        free_bytes_min: 0,
        ..Settings::default()
    };
    std::fs::create_dir_all(&settings.data).unwrap();
    let mut converter = Converter::new(folder.path(), &mut settings);
    let service = Service::new(settings).await;
    let keys = json!({"enableOutsideFieldGeojson": true, "fileImages": false});
    let keys = keys.as_object().unwrap();
    service
        .db
        .change_configuration(&service.account, None, Before::Either, keys, By::operator())
        .await
        .unwrap();
    let field = simulate(&Plan::new(Operation::Harvest));
    let bytes = zip(&write::isoxml::task_set(&[&field]));
    let upload = service.upload(&bytes).await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut workers = jobs::start(&service.state, &stopped).unwrap();

    let order = converter.next_order().await;
    assert_eq!(order["convert"]["locate"]["boundaries"], json!([]));
    service.add_field("north", &half_of(&field)).await;
    converter.go_on().await;

    // The run that came with the field; the conversion is published by now.
    let order = converter.next_order().await;
    let file = service.file(&upload).await;
    assert_eq!(order["locate"]["files"][0]["id"], file.id);
    assert_eq!(order["locate"]["locate"]["outside"], true);
    assert_eq!(file.status, FileStatus::Processed);
    assert!(file.fields.is_empty(), "{:?}", file.fields);
    let all = file.outside_points.unwrap();
    assert!(all > 0 && service.outside(&file).await.is_none());
    assert!(file.started.is_some() && file.ended > file.started);
    converter.go_on().await;

    // The conversion knew other boundaries than there were when it ended: once more.
    let order = converter.next_order().await;
    assert_eq!(order["locate"]["files"][0]["id"], file.id);
    let located = service.file(&upload).await;
    assert_eq!(located.fields, ["north"]);
    let points = located.outside_points.unwrap();
    assert!(points > 0 && points < all, "{points} of {all}");
    let outside = service.outside(&located).await.unwrap();
    let columns = std::fs::File::open(service.path(&outside.blob_key.to_string())).unwrap();
    assert_eq!(outside.size, columns.metadata().unwrap().len());
    let kind = Artifact::OutsideFieldGeojson;
    let text = tramline_outputs::geojson::render(columns, kind, Vec::new()).unwrap();
    let collection: Value = serde_json::from_slice(&text).unwrap();
    let features = collection["features"].as_array().unwrap();
    assert_eq!(features.len() as u64, points);
    converter.go_on().await;

    // A conversion that knows the field finds what the located file says.
    let again = service.work("13", JobKind::Convert, &upload, "{}".to_owned());
    let reprocessed = service
        .db
        .reprocess_file(&service.account, &located.id, &again);
    assert!(reprocessed.await.unwrap());
    let order = converter.next_order().await;
    assert_eq!(order["convert"]["fields"]["ids"], json!(["north"]));
    converter.go_on().await;
    let last = service.work(
        "14",
        JobKind::Locate,
        &service.user,
        json!({"bounds": half_of(&field).bounds()}).to_string(),
    );
    service.db.add_run(&last).await.unwrap();
    converter.next_order().await;
    let converted = service.file(&upload).await;
    assert_eq!(converted.fields, located.fields);
    assert_eq!(converted.outside_points, located.outside_points);
    let same = service.outside(&converted).await.unwrap();
    assert_ne!(same.blob_key, outside.blob_key);
    assert_eq!(same.sha256, outside.sha256);

    stop.send(true).unwrap();
    while workers.join_next().await.is_some() {}
}
