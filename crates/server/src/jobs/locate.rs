//! Where the points of machine files lie: at conversion, and again when a boundary changes.

use super::leases::Held;
use crate::configuration::for_user;
use crate::db::{ActiveBoundary, FieldShare, Located, NewArtifact, NewFile, NewRun, Run};
use crate::error::{StoreError, Stored};
use crate::state::State;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use tramline_convert::Configuration;
use tramline_convert::fields::{Boundary, FieldSplit, split_by_fields};
use tramline_model::{Artifact, JobKind};
use tramline_outputs::FolderSink;
use uuid::Uuid;

const OUTSIDE_NAME: &str = "outside-field.geojson";

/// Files with points in these bounds are looked at again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LocateTask {
    pub(crate) bounds: [f64; 4],
}

impl LocateTask {
    /// A run for the files of a user.
    pub(crate) fn run(account: &str, user: &str, bounds: [f64; 4]) -> NewRun {
        NewRun {
            id: Uuid::now_v7().to_string(),
            account_id: account.to_owned(),
            user_id: user.to_owned(),
            kind: JobKind::Locate,
            subject: user.to_owned(),
            task: serde_json::json!(Self { bounds }).to_string(),
        }
    }
}

/// The boundaries of a user and what the configuration asks for.
struct Wanted {
    fields: Vec<String>,
    boundaries: Vec<Boundary>,
    least_percent: f64,
    outside: bool,
}

impl Wanted {
    fn new(active: Vec<ActiveBoundary>, configuration: &Configuration) -> Stored<Self> {
        let key = |name: &str| configuration.other.get(name);
        let flag = |name: &str, absent| {
            key(name)
                .and_then(serde_json::Value::as_bool)
                .unwrap_or(absent)
        };
        let split = flag("splitOperationsByField", true);
        let mut wanted = Self {
            fields: Vec::new(),
            boundaries: Vec::new(),
            least_percent: key("fieldsAttachIntersection")
                .and_then(serde_json::Value::as_f64)
                .unwrap_or(0.01),
            outside: split && flag("enableOutsideFieldGeojson", false),
        };
        for boundary in active {
            let shape = Boundary::from_wkb(&boundary.wkb)
                .ok_or_else(|| StoreError::document("boundary", &boundary.field_id))?;
            wanted.fields.push(boundary.field_id);
            wanted.boundaries.push(shape);
        }
        Ok(wanted)
    }

    fn split(&self, parquet: &Path, folder: &Path, name: &str) -> Stored<FieldSplit> {
        let mut sink = FolderSink::new(folder);
        let outside = self
            .outside
            .then_some((&mut sink as &mut dyn tramline_outputs::Sink, name));
        split_by_fields(parquet, &self.boundaries, self.least_percent, outside)
            .map_err(|cause| StoreError::document("standard points", cause))
    }

    fn shares(&self, split: &FieldSplit) -> Vec<FieldShare> {
        split
            .fields
            .iter()
            .filter_map(|share| {
                Some(FieldShare {
                    field_id: self.fields.get(share.boundary)?.clone(),
                    points: share.points,
                    area_m2: share.area_m2,
                })
            })
            .collect()
    }
}

/// An artifact that was written into a folder; `None` when it was not.
fn written(folder: &Path, name: &str, key: &str) -> Stored<Option<NewArtifact>> {
    let path = folder.join(name);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(StoreError::io(&path, cause)),
    };
    Ok(Some(NewArtifact {
        kind: Artifact::OutsideFieldGeojson,
        blob_key: format!("{key}/{name}"),
        size: bytes.len() as u64,
        sha256: crate::tokens::digest(&bytes),
    }))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Stored<T> + Send + 'static,
) -> Stored<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|cause| StoreError::document("work", cause))?
}

/// Fills in fields, bounds and outside points of files that a conversion left in `folder`, which
/// will be stored under `key`. The answer is the instant of the last change of boundaries.
pub(super) async fn locate_new(
    state: &State,
    run: &Run,
    mut files: Vec<NewFile>,
    folder: &Path,
    key: &str,
) -> Stored<(Vec<NewFile>, i64)> {
    let configuration = for_user(state, &run.account_id, &run.user_id).await?;
    let (active, changed) = state.db.active_boundaries(&run.user_id).await?;
    let wanted = Wanted::new(active, &configuration)?;
    let (folder, key) = (folder.to_owned(), key.to_owned());
    let files = blocking(move || {
        for file in &mut files {
            let prefix = format!("{key}/");
            let Some(name) = file
                .artifacts
                .iter()
                .find(|artifact| artifact.kind == Artifact::StandardGeoparquet)
                .and_then(|artifact| artifact.blob_key.strip_prefix(&prefix))
            else {
                continue;
            };
            let outside = Path::new(name).with_file_name(OUTSIDE_NAME);
            let outside = outside.to_string_lossy().into_owned();
            let split = wanted.split(&folder.join(name), &folder, &outside)?;
            file.fields = wanted.shares(&split);
            file.bounds = split.bounds;
            file.outside_points = Some(split.outside);
            let artifact = written(&folder, &outside, &key)?;
            file.artifacts.extend(artifact);
        }
        Ok(files)
    })
    .await?;
    Ok((files, changed))
}

/// A boundary may have come while the conversion went on: its files are looked at again.
pub(super) async fn locate_again(
    state: &State,
    run: &Run,
    files: &[NewFile],
    before: i64,
) -> Stored<()> {
    let (_, changed) = state.db.active_boundaries(&run.user_id).await?;
    if changed == before {
        return Ok(());
    }
    for bounds in files.iter().filter_map(|file| file.bounds) {
        let again = LocateTask::run(&run.account_id, &run.user_id, bounds);
        state.db.add_run(&again).await?;
    }
    state.work.notify_one();
    Ok(())
}

/// Does a run about the files of a user.
pub(super) async fn run(state: &State, run: &Run, held: &mut Held) -> Stored<()> {
    let task: LocateTask = serde_json::from_str(&run.task)
        .map_err(|cause| StoreError::document("task of a run", cause))?;
    if run.out_of_attempts(0) {
        return state.db.bury(run, "tried three times").await;
    }
    let configuration = for_user(state, &run.account_id, &run.user_id).await?;
    for file in state.db.files_within(&run.user_id, task.bounds).await? {
        if *held.lost.borrow() {
            return Ok(());
        }
        let parquet = state
            .db
            .artifact(&run.account_id, &file, Artifact::StandardGeoparquet)
            .await?;
        let Some(parquet) = parquet else { continue };
        let (active, _) = state.db.active_boundaries(&run.user_id).await?;
        let wanted = Wanted::new(active, &configuration)?;
        let folder: PathBuf = state
            .work_folder()
            .join(format!("{}-{}", run.id, run.fence));
        let key = format!("runs/{}/{}/{file}", run.id, run.fence);
        let (path, blobs) = (
            state.blobs.local_path(&parquet.blob_key),
            state.blobs.clone(),
        );
        let located = blocking(move || {
            let split = wanted.split(&path, &folder, OUTSIDE_NAME)?;
            let outside = written(&folder, OUTSIDE_NAME, &key)?;
            if outside.is_some() {
                blobs.adopt_folder(&folder, &key)?;
            }
            Ok(Located {
                file,
                shares: wanted.shares(&split),
                outside_points: split.outside,
                outside,
            })
        })
        .await?;
        state.db.set_located(run, &located).await?;
    }
    state.db.finish_run(run).await
}
