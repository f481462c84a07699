//! Where the points of machine files lie: the fields that go into an order, and the run that locates
//! again when a boundary changes. Points are read by a child alone.

use super::child::{Answer, KnownFields, LocateStored, Order, Stored as StoredFile};
use super::files::read_answer;
use super::leases::Held;
use super::outcome::{Ended, Nobody, follow, fresh_folder};
use crate::configuration::fields_for_user;
use crate::db::{FieldShare, Located, NewArtifact, NewFile, NewRun, Relocate, Run};
use crate::error::{StoreError, Stored};
use crate::state::State;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::Duration;
use tramline_convert::fields::{Boundary, FieldSplit, Locate, OUTSIDE_NAME};
use tramline_model::{Artifact, JobKind, Place};
use uuid::Uuid;

/// Files that one child looks at: what it found is published before the next ones are looked at.
const AT_ONCE: usize = 16;

/// Which files are looked at again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LocateTask {
    /// Those with points in these bounds.
    pub(crate) bounds: [f64; 4],
    /// Repeats the work of a conversion during which a boundary changed, for these files alone. Such
    /// a run is no change of boundaries itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    again: Option<Vec<String>>,
}

impl LocateTask {
    /// A run for the files of a user, after a boundary changed.
    pub(crate) fn run(account: &str, user: &str, bounds: [f64; 4]) -> NewRun {
        Self {
            bounds,
            again: None,
        }
        .of(account, user)
    }

    /// A run that repeats the work of a conversion for these files.
    pub(super) fn again(run: &Run, bounds: [f64; 4], files: Vec<String>) -> NewRun {
        let task = Self {
            bounds,
            again: Some(files),
        };
        task.of(&run.account_id, &run.user_id)
    }

    fn of(&self, account: &str, user: &str) -> NewRun {
        NewRun {
            id: Uuid::now_v7().to_string(),
            account_id: account.to_owned(),
            user_id: user.to_owned(),
            kind: JobKind::Locate,
            subject: user.to_owned(),
            task: serde_json::json!(self).to_string(),
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
        tolerance_m: settings.fields_boundary_tolerance,
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

/// What locates a file again, should a boundary have changed since its order was written. `None`
/// without points.
pub(super) fn relocate(run: &Run, file: &NewFile, since: i64) -> Option<Relocate> {
    Some(Relocate {
        since,
        run: LocateTask::again(run, file.bounds?, vec![file.id.clone()]),
    })
}

/// Does a run about the files of a user.
pub(super) async fn run(state: &State, run: &Run, held: &mut Held) -> Stored<()> {
    let task: LocateTask = serde_json::from_str(&run.task)
        .map_err(|cause| StoreError::document("task of a run", cause))?;
    if run.out_of_attempts(0) {
        return state.db.bury(run, "tried three times").await;
    }
    let mut left = match task.again {
        Some(files) => files,
        None => state.db.files_within(&run.user_id, task.bounds).await?,
    };
    while !left.is_empty() {
        let rest = left.split_off(left.len().min(AT_ONCE));
        let files = std::mem::replace(&mut left, rest);
        let folder = fresh_folder(state, run).await?;
        let ended = some(state, run, held, &files, &folder).await;
        let _ = tokio::fs::remove_dir_all(&folder).await;
        let (ended, stale) = ended?;
        match ended {
            // Boundaries changed meanwhile: the change that comes last is the one that counts.
            Ended::Converted => left.extend(stale),
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

/// Has a child locate some files, and publishes what it found; beside the end the files during
/// which a boundary changed.
async fn some(
    state: &State,
    run: &Run,
    held: &mut Held,
    files: &[String],
    folder: &Path,
) -> Stored<(Ended, Vec<String>)> {
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
        return Ok((Ended::Converted, Vec::new()));
    }
    let (known, locate) = known_fields(state, &run.account_id, &run.user_id).await?;
    let tolerance_m = locate.tolerance_m;
    let settings = &state.settings;
    let order = Order::Locate(Box::new(LocateStored {
        files: stored,
        out: folder.to_owned(),
        locate,
        cpu_seconds: settings.convert_cpu_seconds,
        memory_bytes: settings.convert_memory_bytes,
        file_bytes: settings.convert_file_bytes,
    }));
    let ended = follow(state, run, &order, held, &mut Nobody).await?;
    let stale = match ended {
        Ended::Converted => publish(state, run, (&known, tolerance_m), &keys, folder).await?,
        _ => Vec::new(),
    };
    Ok((ended, stale))
}

/// `keys` are those of the points that were read, in the order of the facts. The answer is the files
/// that were located with boundaries of before.
async fn publish(
    state: &State,
    run: &Run,
    (known, tolerance_m): (&KnownFields, f64),
    keys: &[String],
    folder: &Path,
) -> Stored<Vec<String>> {
    let mut stale = Vec::new();
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
                kind: Artifact::OutsideFieldGeoparquet,
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
            fields_changed: known.changed,
            shares: shares(known, split),
            outside_points: split.outside,
            outside,
            tolerated: split
                .told(tolerance_m, Place::default())
                .map(|finding| serde_json::json!(finding)),
        };
        if !state.db.set_located(run, &located).await? {
            stale.push(located.file);
        }
    }
    Ok(stale)
}
