//! How the steps of a machine file ended.

use utoipa::ToSchema;

/// How a step ended.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) enum StepStatus {
    Processed,
    Failed,
    Skipped,
}

/// How a step ended, and why.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct StepOutcome {
    /// How it ended; `skipped` after a failure, or because the configuration switches it off.
    status: StepStatus,
    /// `ok`, or the reason in the contract's words.
    #[schema(example = "missing required properties: seedRate")]
    message: String,
    /// Extension: where it failed and why.
    detail: Option<String>,
    /// Extension: what to do about it.
    hint: Option<String>,
}

/// The steps that a file has come to, in the order in which they run; a step that it has not reached is absent.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct FileSteps {
    /// The upload is kept as it was received.
    original_file: Option<StepOutcome>,
    /// The machine's records are read.
    raw_geojson: Option<StepOutcome>,
    /// Records become standard points, with the cleanup.
    standard_geojson: Option<StepOutcome>,
    /// Slow points and outliers are taken out.
    filtered_geojson: Option<StepOutcome>,
    /// Totals, averages and the worked area.
    summary: Option<StepOutcome>,
    /// The unit of each property.
    units: Option<StepOutcome>,
    /// An image of each property.
    #[schema(rename = "propertiesPNGs")]
    properties_pngs: Option<StepOutcome>,
    /// All images in one zip.
    #[schema(rename = "zippedPNGs")]
    zipped_pngs: Option<StepOutcome>,
}
