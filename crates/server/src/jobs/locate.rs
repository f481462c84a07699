//! Where the points of machine files lie: the fields that go into an order, and the run that locates
//! again when a boundary changes. Points are read by a child alone.

use super::follow::{Nobody, follow};
use super::job::{Job, Work};
use super::made::{made_key, read_answer};
use crate::blobs::Key;
use crate::configuration::fields_for_user;
use crate::converter::Ended;
use crate::error::{StoreError, Stored};
use crate::state::State;
use crate::store::{FieldShare, Located, NewArtifact, NewFile, NewRun, Relocate, Run};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::path::Path;
use tramline_convert::fields::{Boundary, FieldSplit, Locate as Wanted, OUTSIDE_NAME};
use tramline_converter::protocol::{
    Answer, KnownFields, LocateStored, Order, Stored as StoredFile,
};
use tramline_model::{Artifact, JobKind, Place};

/// Files that one child looks at: what it found is published before the next ones are looked at.
const AT_ONCE: usize = 16;

/// Which files are looked at again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Locate {
    /// Those with points in these bounds.
    pub(crate) bounds: [f64; 4],
    /// Repeats the work of a conversion during which a boundary changed, for these files alone. Such
    /// a run is no change of boundaries itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    again: Option<Vec<String>>,
}

impl Locate {
    /// A run for the files of a user, after a boundary changed.
    pub(crate) fn after_change(account: &str, user: &str, bounds: [f64; 4]) -> NewRun {
        let job = Self {
            bounds,
            again: None,
        };
        job.queued(account, user, user)
    }

    /// A run that repeats the work of a conversion for these files.
    pub(super) fn again(run: &Run, bounds: [f64; 4], files: Vec<String>) -> NewRun {
        let job = Self {
            bounds,
            again: Some(files),
        };
        job.queued(&run.account_id, &run.user_id, &run.user_id)
    }
}

/// The fields of a user as they stand now, and what a child is to do with them.
pub(super) async fn known_fields(
    state: &State,
    account: &str,
    user: &str,
) -> Stored<(KnownFields, Wanted)> {
    let settings = fields_for_user(state, account, user).await?;
    let (active, changed) = state.db.active_boundaries(user).await?;
    let mut known = KnownFields {
        ids: Vec::with_capacity(active.len()),
        changed,
    };
    let mut locate = Wanted {
        boundaries: Vec::with_capacity(active.len()),
        least_percent: settings.fields_attach_intersection,
        tolerance_m: settings.fields_boundary_tolerance,
        outside: settings.shows_outside(),
    };
    for boundary in active {
        let shape = Boundary::from_wkb(&boundary.wkb)
            .ok_or_else(|| StoreError::corrupt("boundary", &boundary.field_id))?;
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
        run: Locate::again(run, file.bounds?, vec![file.id.clone()]),
    })
}

#[async_trait]
impl Job for Locate {
    const KIND: JobKind = JobKind::Locate;

    async fn run(self, work: &mut Work<'_>) -> Stored<()> {
        let (db, run) = (&work.state.db, work.run);
        if run.out_of_attempts(0) {
            return work.bury("tried three times").await;
        }
        let mut left = match &self.again {
            Some(files) => files.clone(),
            None => db.files_within(&run.user_id, self.bounds).await?,
        };
        while !left.is_empty() {
            let rest = left.split_off(left.len().min(AT_ONCE));
            let files = std::mem::replace(&mut left, rest);
            let (ended, stale) = some(work, &files).await?;
            match ended {
                // Boundaries changed meanwhile: the change that comes last is the one that counts.
                Ended::Converted => left.extend(stale),
                Ended::Died { death, .. } => {
                    return work.begin_again(&self, &death.refusal.reason).await;
                }
                Ended::Refused(cause) | Ended::Trouble(cause) => return work.put_off(&cause).await,
                Ended::Stopped => return work.stopped().await,
            }
        }
        db.finish_run(run).await
    }
}

/// Has a converter locate some files, and publishes what it found; beside the end the files during which a
/// boundary changed.
async fn some(work: &mut Work<'_>, files: &[String]) -> Stored<(Ended, Vec<String>)> {
    let (state, run) = (work.state, work.run);
    let folder = work.folder().await?;
    let mut stored = Vec::with_capacity(files.len());
    // The copies are there until the converter has ended.
    let mut points = Vec::with_capacity(files.len());
    for id in files {
        let row = state
            .db
            .artifact(&run.account_id, id, Artifact::StandardGeoparquet)
            .await?;
        let Some(row) = row else { continue };
        let copy = state.blobs.local(&row.blob(), None).await?;
        stored.push(StoredFile {
            id: id.clone(),
            parquet: copy.path().to_owned(),
        });
        points.push((id.clone(), row.blob_key, copy));
    }
    if stored.is_empty() {
        return Ok((Ended::Converted, Vec::new()));
    }
    let (known, locate) = known_fields(state, &run.account_id, &run.user_id).await?;
    let tolerance_m = locate.tolerance_m;
    let settings = &state.settings;
    let order = Order::Locate(Box::new(LocateStored {
        files: stored,
        out: folder.path().to_owned(),
        locate,
        cpu_seconds: settings.convert_cpu_seconds,
        memory_bytes: settings.convert_memory_bytes,
        file_bytes: settings.convert_file_bytes,
    }));
    let ended = follow(work, &order, &mut Nobody).await?;
    let stale = match ended {
        Ended::Converted => {
            let asked = points.into_iter().map(|(id, key, _)| (id, key));
            publish(work, (&known, tolerance_m), asked, folder.path()).await?
        }
        _ => Vec::new(),
    };
    Ok((ended, stale))
}

/// `asked` are the files, with the keys of the points that were read, in the order of the facts. The answer is
/// the files that were located with boundaries of before.
async fn publish(
    work: &Work<'_>,
    (known, tolerance_m): (&KnownFields, f64),
    asked: impl Iterator<Item = (String, Key)>,
    folder: &Path,
) -> Stored<Vec<String>> {
    let (state, run) = (work.state, work.run);
    let answer: Answer<()> = read_answer(folder)?;
    let mut folders = Vec::new();
    let mut found = Vec::with_capacity(answer.facts.len());
    for (facts, (id, standard_key)) in answer.facts.iter().zip(asked) {
        if facts.id != id {
            return Err(StoreError::corrupt("answer of the converter", &facts.id));
        }
        let Some(split) = &facts.located else {
            continue;
        };
        let name = format!("{}/{OUTSIDE_NAME}", facts.id);
        let outside = answer.artifacts.get(&name);
        let outside = match outside {
            None => None,
            Some((size, sha256)) => {
                folders.push((folder.join(&facts.id), made_key(run, &facts.id)?));
                Some(NewArtifact {
                    kind: Artifact::OutsideFieldGeoparquet,
                    blob_key: made_key(run, &name)?,
                    size: *size,
                    sha256: sha256.clone(),
                })
            }
        };
        found.push(Located {
            file: facts.id.clone(),
            standard_key,
            fields_changed: known.changed,
            shares: shares(known, split),
            outside_points: split.outside,
            outside,
            tolerated: split
                .told(tolerance_m, Place::default())
                .map(|finding| serde_json::json!(finding)),
        });
    }
    if !folders.is_empty() {
        state.blobs.put_folders(folders).await?;
    }
    let mut stale = Vec::new();
    for located in found {
        if !state.db.set_located(run, &located).await? {
            stale.push(located.file);
        }
    }
    Ok(stale)
}
