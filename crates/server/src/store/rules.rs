//! What holds whatever the driver: pure functions from what a driver read to what it has to write.

use super::{Before, Change, Converted, Event, Keys, Located, NewFile, Run, UploadStatus, Webhook};
use crate::error::{StoreError, Stored};
use crate::events::{batch_finished, file_failed};
use std::time::Duration;
use tramline_convert::Step;
use tramline_convert::findings::WITHIN_TOLERANCE;
use tramline_model::Artifact;

/// How often a run may begin before it is given up.
const ATTEMPTS: u32 = 3;
/// Bytes of a stored configuration.
const LARGEST_CONFIGURATION: usize = 64 << 10;

impl Run {
    /// Whether this beginning is one too many; `forgiven` beginnings do not count.
    pub fn out_of_attempts(&self, forgiven: usize) -> bool {
        let most = u64::from(ATTEMPTS).saturating_add(forgiven as u64);
        u64::from(self.attempt) > most
    }

    /// How long the run waits after trouble that may pass.
    pub(crate) fn wait(&self) -> Duration {
        Duration::from_secs(5_u64.saturating_mul(u64::from(self.attempt)))
    }
}

impl NewFile {
    /// Whether it has standard points.
    pub(crate) fn has_standard(&self) -> bool {
        let mut kinds = self.artifacts.iter().map(|artifact| artifact.kind);
        kinds.any(|kind| kind == Artifact::StandardGeoparquet)
    }
}

/// What becomes of an upload that arrives.
#[derive(Debug)]
pub(super) struct Arrival<'a> {
    /// The upload whose files it shows, if it is no upload of its own.
    pub(super) duplicate_of: Option<&'a str>,
    /// Whether its run is added.
    pub(super) runs: bool,
    pub(super) events: Vec<Event>,
}

/// The same bytes as a `first` upload with the same parameters are no new work, unless that is forced. They
/// end with the first, or at once where that has ended.
pub(super) fn arrival<'a>(
    first: Option<&'a (String, UploadStatus)>,
    force: bool,
    told: impl Fn() -> Event,
) -> Arrival<'a> {
    let first = first.filter(|_| !force);
    let ended = first.is_some_and(|(_, status)| *status != UploadStatus::Received);
    Arrival {
        duplicate_of: first.map(|(id, _)| id.as_str()),
        runs: first.is_none(),
        events: ended.then(told).into_iter().collect(),
    }
}

/// The step at which a file fails that its conversion never came to.
pub(super) fn unfinished_step() -> &'static str {
    Step::RawGeojson.name()
}

/// Events about files that a conversion left unfinished.
pub(super) fn unfinished_told(run: &Run, files: &[String], message: &str) -> Vec<Event> {
    let files = files.iter();
    files
        .map(|file| file_failed(&run.id, file, &run.user_id, message))
        .collect()
}

/// How an upload stands when a conversion of it ends and its unfinished files are settled.
#[derive(Debug)]
pub(super) struct Standing {
    /// Its files, and those of them that are processed.
    pub(super) files: u64,
    pub(super) processed: u64,
    /// `None` when the upload is gone.
    pub(super) status: Option<UploadStatus>,
    /// Another conversion of it has not ended.
    pub(super) others_at_work: bool,
    /// Uploads of the same bytes, each with its user.
    pub(super) duplicates: Vec<(String, String)>,
}

/// What the end of a conversion says of its upload.
#[derive(Debug)]
pub(super) struct Ending {
    /// `None`: it stays as it is.
    pub(super) status: Option<(UploadStatus, Option<&'static str>)>,
    pub(super) events: Vec<Event>,
}

/// The last conversion that ends says how the upload stands, and tells of it and of its duplicates.
pub(super) fn conversion_end(run: &Run, converted: &Converted, standing: &Standing) -> Ending {
    if standing.others_at_work {
        return Ending {
            status: None,
            events: Vec::new(),
        };
    }
    let ended = standing
        .status
        .is_some_and(|status| status != UploadStatus::Received);
    let status = match (standing.files, standing.processed) {
        // The only file was removed while it was made anew.
        (0, _) if converted.only.is_some() && ended => None,
        (0, _) => Some((UploadStatus::Failed, Some(converted.no_files))),
        (_, 0) => Some((UploadStatus::Failed, Some(converted.none_processed))),
        _ => Some((UploadStatus::Processed, None)),
    };
    let duplicates = standing.duplicates.iter();
    let duplicates = duplicates.map(|(id, user)| batch_finished(&run.id, id, user));
    Ending {
        status,
        events: converted.events.iter().cloned().chain(duplicates).collect(),
    }
}

/// The keys that are stored after a change: those of before, and over them the new ones.
pub(super) fn changed_keys(stored: Option<Keys>, before: Before, new: &Keys) -> Stored<Change> {
    match (before, &stored) {
        (Before::Nothing, Some(_)) => return Ok(Change::Exists),
        (Before::Something, None) => return Ok(Change::Missing),
        _ => {}
    }
    let mut merged = stored.unwrap_or_default();
    merged.extend(new.clone());
    let text = serde_json::to_string(&merged)
        .map_err(|cause| StoreError::defect("configuration", cause))?;
    Ok(if text.len() > LARGEST_CONFIGURATION {
        Change::TooLarge
    } else {
        Change::Done(merged)
    })
}

/// An event of a new webhook that is registered with a known one: an account has one webhook for each.
pub(super) fn registered_twice(known: &[Webhook], new: &Webhook) -> Option<String> {
    let twice = |webhook: &Webhook| {
        let mut events = new.events.iter();
        events.find(|event| webhook.events.contains(event)).cloned()
    };
    known.iter().find_map(twice)
}

/// The webhooks that an event goes to.
pub(super) fn receivers<'a>(
    webhooks: &'a [Webhook],
    kind: &str,
) -> impl Iterator<Item = &'a Webhook> {
    webhooks
        .iter()
        .filter(move |webhook| webhook.events.iter().any(|event| event == kind))
}

/// The report of a file with the finding of points that count as inside in place of the one of before; `None`
/// where it stays as it is.
pub(super) fn retold(report: &str, located: &Located) -> Stored<Option<String>> {
    if located.tolerated.is_none() && !report.contains(WITHIN_TOLERANCE.name) {
        return Ok(None);
    }
    let mut report: serde_json::Value =
        serde_json::from_str(report).map_err(|cause| StoreError::corrupt("report", cause))?;
    let mut tolerated = located.tolerated.clone();
    if let Some(finding) = &mut tolerated {
        finding["place"] = report["entries"][0].clone();
    }
    if let Some(findings) = report["findings"].as_array_mut() {
        findings.retain(|finding| finding["code"] != WITHIN_TOLERANCE.name);
        findings.extend(tolerated);
    }
    Ok(Some(report.to_string()))
}
