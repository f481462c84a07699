//! From the answer of a converter to rows of machine files.

use super::locate::shares;
use crate::blobs::{Key, is_inner};
use crate::clock::{Micros, SECOND};
use crate::converter;
use crate::error::{StoreError, Stored};
use crate::store::{NewArtifact, NewFile, Run};
use serde::de::DeserializeOwned;
use std::path::Path;
use tramline_convert::{FileFacts, FileReport, StepStatus};
use tramline_converter::protocol::{ANSWER, Answer, Hashes, KnownFields};
use tramline_model::{Artifact, FileOrigin, Provider};

fn text(folder: &Path, name: &str) -> Stored<String> {
    let path = folder.join(name);
    std::fs::read_to_string(&path).map_err(|cause| StoreError::io(&path, cause))
}

/// JSON without the white space between its tokens; numbers stay as they were written.
fn compact(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    let (mut inside, mut escaped) = (false, false);
    for c in json.chars() {
        if inside {
            inside = escaped || c != '"';
            escaped = !escaped && c == '\\';
            text.push(c);
        } else if !c.is_ascii_whitespace() {
            inside = c == '"';
            text.push(c);
        }
    }
    text
}

/// What a child left in its output folder.
pub(super) fn read_answer<R: DeserializeOwned>(folder: &Path) -> Stored<Answer<R>> {
    let bytes = converter::answer(folder).map_err(|cause| match cause.kind() {
        std::io::ErrorKind::InvalidData => StoreError::corrupt(ANSWER, cause),
        _ => StoreError::io(folder.join(ANSWER), cause),
    })?;
    serde_json::from_slice(&bytes).map_err(|cause| StoreError::corrupt(ANSWER, cause))
}

/// Key of a file that a run made, by its name in the run's folder. A converter reads strangers' bytes: what it
/// names leads nowhere but into that folder.
pub(super) fn made_key(run: &Run, name: &str) -> Stored<Key> {
    if !is_inner(name) {
        return Err(StoreError::corrupt("name of an artifact", name));
    }
    Ok(Key::Made {
        run: run.id.clone(),
        fence: run.fence,
        name: name.to_owned(),
    })
}

/// Where the artifacts of a run are and what they are.
pub(super) struct Made<'a> {
    pub(super) folder: &'a Path,
    /// Whose results they are: the artifacts lie under its key.
    pub(super) run: &'a Run,
    pub(super) hashes: &'a Hashes,
    pub(super) facts: &'a [FileFacts],
    pub(super) fields: &'a KnownFields,
}

/// A machine file that comes of an upload or of others.
pub(super) struct Origin<'a> {
    pub(super) file_name: &'a str,
    /// As the upload was given.
    pub(super) provider: &'a str,
    pub(super) word: FileOrigin,
    /// The upload itself.
    pub(super) original: Option<NewArtifact>,
}

/// The row of a machine file that was made.
pub(super) fn row(
    report: &FileReport,
    id: String,
    origin: Origin<'_>,
    made: &Made<'_>,
) -> Stored<NewFile> {
    let below = format!("{}/", report.dir);
    let strange = |name: &String| !is_inner(name) || !name.starts_with(&below);
    if let Some(name) = report.artifacts.values().find(|name| strange(name)) {
        return Err(StoreError::corrupt("name of an artifact", name));
    }
    let size = origin.original.as_ref().map(|artifact| artifact.size);
    let mut artifacts: Vec<NewArtifact> = origin.original.into_iter().collect();
    for (kind, name) in &report.artifacts {
        let (size, sha256) = made
            .hashes
            .get(name)
            .ok_or_else(|| StoreError::corrupt("list of artifacts", name))?;
        // Equal outputs are stored once.
        let equal = artifacts
            .iter()
            .find(|other| other.sha256 == *sha256 && other.kind != Artifact::OriginalFile);
        let blob_key = match equal {
            Some(other) => other.blob_key.clone(),
            None => made_key(made.run, name)?,
        };
        artifacts.push(NewArtifact {
            kind: *kind,
            blob_key,
            size: *size,
            sha256: sha256.clone(),
        });
    }
    let document = |kind: Artifact| {
        let name = report.artifacts.get(&kind)?;
        Some(text(made.folder, name))
    };
    let summary = document(Artifact::Summary).transpose()?;
    let units = document(Artifact::Units).transpose()?;
    let facts = made.facts.iter().find(|facts| facts.id == report.id);
    let located = facts.and_then(|facts| facts.located.as_ref());
    let mut steps = report.steps.iter();
    let failed = steps.find(|(_, outcome)| outcome.status == StepStatus::Failed);
    let mut own = serde_json::json!({
        "name": report.name,
        "dir": report.dir,
        "entries": report.entries,
        "records": report.records,
        "points": report.points,
        "findings": report.findings,
    });
    if !report.missing.is_empty() {
        own["missing"] = serde_json::json!(report.missing);
    }
    Ok(NewFile {
        id,
        provider: origin.provider.to_owned(),
        detected_provider: recognised(report, origin.provider),
        file_name: origin.file_name.to_owned(),
        file_format: Some(report.file_format.clone()).filter(|code| code != "UNKNOWN"),
        status: report.status,
        origin: origin.word,
        operation_type: Some(report.operation_type.clone()).filter(|kind| kind.name() != "unknown"),
        size,
        started: facts.and_then(|facts| micros(facts.started_ms)),
        ended: facts.and_then(|facts| micros(facts.ended_ms)),
        area_m2: facts.and_then(|facts| facts.area_m2),
        report: own.to_string(),
        steps: serde_json::to_string(&report.steps)
            .map_err(|cause| StoreError::defect("steps", cause))?,
        units: units.map_or_else(|| "{}".to_owned(), |text| compact(&text)),
        summary: summary.map(|text| compact(&text)),
        failed_step: failed.map(|(step, _)| step.name().to_owned()),
        failed_message: failed.map(|(_, outcome)| outcome.message.clone()),
        artifacts,
        fields: located.map_or_else(Vec::new, |split| shares(made.fields, split)),
        outside_points: located.map(|split| split.outside),
        bounds: located.and_then(|split| split.bounds),
    })
}

/// The maker that was recognised. The report has it as its provider, unless a maker was given.
fn recognised(report: &FileReport, given: &str) -> Option<String> {
    let claimed = Provider::from_code(given).is_some_and(Provider::is_maker);
    let recognised = match claimed {
        true => report.detected_provider,
        false => Some(report.provider),
    };
    let maker = recognised.filter(|provider| provider.is_maker());
    maker.map(|maker| maker.code().to_owned())
}

/// Milliseconds as the service keeps time.
fn micros(ms: Option<i64>) -> Option<Micros> {
    ms?.checked_mul(SECOND / 1_000)
}

#[cfg(test)]
mod tests {
    //! What stands between quotes stays.

    use super::compact;

    #[test]
    fn only_white_space_between_tokens_goes() {
        let json = "{ \"a b\" : [ 1.50 ,\n \"x \\\" y \\\\\" , null ] }";
        assert_eq!(compact(json), r#"{"a b":[1.50,"x \" y \\",null]}"#);
    }
}
