//! From the answer of a child to rows of machine files.

use super::child::{ANSWER, Answer, Hashes, KnownFields};
use super::locate::shares;
use crate::clock::parse;
use crate::db::{NewArtifact, NewFile};
use crate::error::{StoreError, Stored};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use tramline_convert::FileFacts;
use uuid::Uuid;

/// What a client gave beside the file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Given {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) crop: Option<String>,
    /// Metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) width: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) operation_type: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) columns: BTreeMap<String, String>,
}

/// The parts of a report that rows are made of.
#[derive(Debug, Deserialize)]
pub(super) struct Report {
    pub(super) files: Vec<ReportFile>,
    pub(super) unclaimed: Value,
    pub(super) findings: Value,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReportFile {
    id: String,
    dir: String,
    file_format: String,
    provider: String,
    name: String,
    operation_type: String,
    status: String,
    steps: serde_json::Map<String, Value>,
    entries: Value,
    records: Value,
    points: Value,
    artifacts: BTreeMap<String, String>,
    findings: Value,
}

/// The id of a machine file: of the upload and of its id in the report, so that doing the work
/// again finds the same row and two users never share one.
pub(crate) fn file_id(upload: &str, report_id: &str) -> String {
    Uuid::new_v5(
        &Uuid::NAMESPACE_URL,
        format!("{upload}/{report_id}").as_bytes(),
    )
    .to_string()
}

/// Square metres in a unit of area.
fn square_metres(unit: &str) -> Option<f64> {
    match unit {
        "m2" => Some(1.0),
        "ha" => Some(10_000.0),
        "ac" => Some(4_046.856_422_4),
        _ => None,
    }
}

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
    let path = folder.join(ANSWER);
    let bytes = std::fs::read(&path).map_err(|cause| StoreError::io(&path, cause))?;
    serde_json::from_slice(&bytes).map_err(|cause| StoreError::document(ANSWER, cause))
}

/// Where the artifacts of a run are and what they are.
pub(super) struct Made<'a> {
    pub(super) folder: &'a Path,
    /// Key under which the folder will be in the store.
    pub(super) key: &'a str,
    pub(super) hashes: &'a Hashes,
    pub(super) facts: &'a [FileFacts],
    pub(super) fields: &'a KnownFields,
}

impl ReportFile {
    /// The row of this machine file. `original` is the upload itself.
    pub(super) fn row(
        &self,
        id: String,
        file_name: &str,
        origin: &str,
        original: Option<NewArtifact>,
        made: &Made<'_>,
    ) -> Stored<NewFile> {
        let size = original.as_ref().map(|artifact| artifact.size);
        let mut artifacts: Vec<NewArtifact> = original.into_iter().collect();
        for (kind, name) in &self.artifacts {
            let (size, sha256) = made
                .hashes
                .get(name)
                .ok_or_else(|| StoreError::document("list of artifacts", name))?;
            artifacts.push(NewArtifact {
                kind: kind.clone(),
                blob_key: format!("{}/{name}", made.key),
                size: *size,
                sha256: sha256.clone(),
            });
        }
        let document = |kind: &str| self.artifacts.get(kind).map(|name| text(made.folder, name));
        let summary = document("summary").transpose()?.as_deref().map(compact);
        let units = document("units").transpose()?.as_deref().map(compact);
        let properties: Value = match &summary {
            None => Value::Null,
            Some(text) => serde_json::from_str::<Value>(text)
                .map_err(|cause| StoreError::document("summary", cause))?["properties"]
                .take(),
        };
        let instant = |key: &str| properties[key].as_str().and_then(parse);
        let area = &properties["totalArea"];
        let factor = area["unit"].as_str().and_then(square_metres);
        let facts = made.facts.iter().find(|facts| facts.id == self.id);
        let located = facts.and_then(|facts| facts.located.as_ref());
        let failed = self
            .steps
            .iter()
            .find(|(_, outcome)| outcome["status"] == "failed");
        let report = serde_json::json!({
            "name": self.name,
            "dir": self.dir,
            "entries": self.entries,
            "records": self.records,
            "points": self.points,
            "findings": self.findings,
        });
        Ok(NewFile {
            id,
            provider: self.provider.clone(),
            file_name: file_name.to_owned(),
            file_format: Some(self.file_format.clone()).filter(|code| code != "UNKNOWN"),
            status: self.status.clone(),
            origin: origin.to_owned(),
            operation_type: Some(self.operation_type.clone()).filter(|kind| kind != "unknown"),
            size,
            started: instant("startTime"),
            ended: instant("endTime"),
            area_m2: area["value"]
                .as_f64()
                .zip(factor)
                .map(|(value, factor)| value * factor),
            report: report.to_string(),
            steps: Value::Object(self.steps.clone()).to_string(),
            units: units.unwrap_or_else(|| "{}".to_owned()),
            summary,
            failed_step: failed.map(|(step, _)| step.clone()),
            failed_message: failed
                .map(|(_, outcome)| outcome["message"].as_str().unwrap_or_default().to_owned()),
            artifacts,
            fields: located.map_or_else(Vec::new, |split| shares(made.fields, split)),
            outside_points: located.map(|split| split.outside),
            bounds: located.and_then(|split| split.bounds),
        })
    }

    pub(super) fn report_id(&self) -> &str {
        &self.id
    }
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
