//! Where the points of machine files lie: the fields that go into an order, and the run that locates
//! again when a boundary changes. Points are read by a child alone.

use super::child::{Answer, KnownFields, LocateStored, Order, Stored as StoredFile};
use super::files::read_answer;
use super::leases::Held;
use super::outcome::{Ended, follow, fresh_folder};
use crate::configuration::fields_for_user;
use crate::db::{FieldShare, Located, NewArtifact, NewFile, NewRun, Run};
use crate::error::{StoreError, Stored};
use crate::state::State;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::Duration;
use tramline_convert::fields::{Boundary, FieldSplit, Locate, OUTSIDE_NAME};
use tramline_model::{Artifact, JobKind};
use uuid::Uuid;

/// Files that one child looks at: what it found is published before the next ones are looked at.
const AT_ONCE: usize = 64;

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

/// The fields of a user as they stand now, and what a child is to do with them.
pub(super) async fn known_fields(
    state: &State,
    account: &str,
    user: &str,
) -> Stored<(KnownFields, Locate)> {
    let settings = fields_for_user(state, account, user).await?;
    let (active, changed) = state.db.active_boundaries(user).await?;
    let mut known = KnownFields {
        ids: Vec::with_capacity(active.len()),
        changed,
    };
    let mut locate = Locate {
        boundaries: Vec::with_capacity(active.len()),
        least_percent: settings.fields_attach_intersection,
        outside: settings.split_operations_by_field && settings.enable_outside_field_geojson,
    };
    for boundary in active {
        let shape = Boundary::from_wkb(&boundary.wkb)
            .ok_or_else(|| StoreError::document("boundary", &boundary.field_id))?;
        known.ids.push(boundary.field_id);
        locate.boundaries.push(shape);
    }
    Ok((known, locate))
}

/// The shares of fields, by the ids that an order was written with.
pub(super) fn shares(known: &KnownFields, split: &FieldSplit) -> Vec<FieldShare> {
    split
        .fields
        .iter()
        .filter_map(|share| {
            Some(FieldShare {
                field_id: known.ids.get(share.boundary)?.clone(),
                points: share.points,
                area_m2: share.area_m2,
            })
        })
        .collect()
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
    let files = state.db.files_within(&run.user_id, task.bounds).await?;
    for files in files.chunks(AT_ONCE) {
        let folder = fresh_folder(state, run).await?;
        let ended = some(state, run, held, files, &folder).await;
        let _ = tokio::fs::remove_dir_all(&folder).await;
        match ended? {
            Ended::Converted => {}
            Ended::Died { death, .. } => {
                let how = death.refusal.reason;
                return state
                    .db
                    .postpone(run, &run.task, &how, Duration::ZERO)
                    .await;
            }
            Ended::Refused(cause) | Ended::Trouble(cause) => {
                let wait = Duration::from_secs(5_u64.saturating_mul(u64::from(run.attempt)));
                tracing::warn!(run = run.id, cause, "locating put off");
                return state.db.postpone(run, &run.task, &cause, wait).await;
            }
            Ended::Stopped => return state.db.settle_cancelled(run).await,
        }
    }
    state.db.finish_run(run).await
}

/// Has a child locate some files, and publishes what it found.
async fn some(
    state: &State,
    run: &Run,
    held: &mut Held,
    files: &[String],
    folder: &Path,
) -> Stored<Ended> {
    let mut stored = Vec::with_capacity(files.len());
    let mut keys = Vec::with_capacity(files.len());
    for id in files {
        let parquet = state
            .db
            .artifact(&run.account_id, id, Artifact::StandardGeoparquet)
            .await?;
        let Some(parquet) = parquet else { continue };
        stored.push(StoredFile {
            id: id.clone(),
            parquet: state.blobs.local_path(&parquet.blob_key),
        });
        keys.push(parquet.blob_key);
    }
    if stored.is_empty() {
        return Ok(Ended::Converted);
    }
    let (known, locate) = known_fields(state, &run.account_id, &run.user_id).await?;
    let settings = &state.settings;
    let order = Order::Locate(Box::new(LocateStored {
        files: stored,
        out: folder.to_owned(),
        locate,
        cpu_seconds: settings.convert_cpu_seconds,
        memory_bytes: settings.convert_memory_bytes,
        file_bytes: settings.convert_file_bytes,
    }));
    let ended = follow(state, run, &order, held).await?;
    if matches!(ended, Ended::Converted) {
        publish(state, run, &known, &keys, folder).await?;
    }
    Ok(ended)
}

/// `keys` are those of the points that were read, in the order of the facts.
async fn publish(
    state: &State,
    run: &Run,
    known: &KnownFields,
    keys: &[String],
    folder: &Path,
) -> Stored<()> {
    let answer: Answer<()> = read_answer(folder)?;
    for (facts, standard_key) in answer.facts.iter().zip(keys) {
        let Some(split) = &facts.located else {
            continue;
        };
        let key = format!("runs/{}/{}/{}", run.id, run.fence, facts.id);
        let name = format!("{}/{OUTSIDE_NAME}", facts.id);
        let outside = answer
            .artifacts
            .get(&name)
            .map(|(size, sha256)| NewArtifact {
                kind: Artifact::OutsideFieldGeojson,
                blob_key: format!("{key}/{OUTSIDE_NAME}"),
                size: *size,
                sha256: sha256.clone(),
            });
        if outside.is_some() {
            let (blobs, made) = (state.blobs.clone(), folder.join(&facts.id));
            tokio::task::spawn_blocking(move || blobs.adopt_folder(&made, &key))
                .await
                .map_err(|cause| StoreError::document("blobs", cause))??;
        }
        let located = Located {
            file: facts.id.clone(),
            standard_key: standard_key.clone(),
            shares: shares(known, split),
            outside_points: split.outside,
            outside,
        };
        state.db.set_located(run, &located).await?;
    }
    Ok(())
}
