//! The order of a conversion: what the upload, its user and its owner say, as it is now.

use super::task::Convert;
use crate::clock::{SECOND, now};
use crate::error::{StoreError, Stored};
use crate::jobs::locate::known_fields;
use crate::state::State;
use crate::store::Upload;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tramline_converter::protocol::{KnownFields, Task};
use tramline_model::Provider;

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

/// What the converter is to do; `input` is where the upload lies.
pub(super) async fn order(
    state: &State,
    upload: &Upload,
    job: &Convert,
    input: &Path,
    out: &Path,
) -> Stored<Task> {
    let given: Given = serde_json::from_str(&upload.given)
        .map_err(|cause| StoreError::corrupt("parameters of an upload", cause))?;
    let configuration =
        crate::configuration::for_user(state, &upload.account_id, &upload.user_id).await?;
    let mut calibrations = BTreeMap::new();
    let stored = state
        .db
        .calibrations_of_upload(&upload.account_id, &upload.id)
        .await?;
    for (file, text) in stored {
        // What other files are made of now does not change: their masses need not be summed.
        if job.only.as_ref().is_none_or(|only| only.contains(&file)) {
            let calibration = serde_json::from_str(&text)
                .map_err(|cause| StoreError::corrupt("calibration of a file", cause))?;
            calibrations.insert(file, calibration);
        }
    }
    let (mut fields, mut locate) = known_fields(state, &upload.account_id, &upload.user_id).await?;
    if job.unlocated {
        fields = KnownFields::NONE_YET;
        locate.boundaries.clear();
    }
    let settings = &state.settings;
    // `Other` and `Leaf` mean: find out.
    let none = [Provider::Other, Provider::Leaf].map(Provider::code);
    let provider = Some(upload.provider.clone()).filter(|name| !none.contains(&name.as_str()));
    Ok(Task {
        input: input.to_owned(),
        upload: upload.id.clone(),
        name: upload.file_name.clone(),
        sha256: upload.sha256.clone(),
        size: upload.size,
        out: out.to_owned(),
        configuration,
        provider,
        file_format: upload.file_format.clone(),
        crop: given.crop,
        width_m: given.width,
        operation_type: given.operation_type,
        column_map: given.columns,
        latest_instant_ms: (now() + 86_400 * SECOND) / 1_000,
        refused: job.refused.clone(),
        refused_before: BTreeSet::new(),
        only: job.only.as_ref().map(|only| only.iter().cloned().collect()),
        kept: BTreeSet::new(),
        bridges: settings.bridges.clone(),
        calibrations,
        fields,
        locate,
        upload_bytes: settings.upload_bytes,
        cpu_seconds: settings.convert_cpu_seconds,
        memory_bytes: settings.convert_memory_bytes,
        file_bytes: settings.convert_file_bytes,
    })
}
