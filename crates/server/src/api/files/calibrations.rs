//! `/files/{id}/calibrate`: what a scale weighed of a harvest. It stays with the file and is used
//! whenever the file is converted.

use super::body::MachineFile;
use super::documents::json;
use super::read::{known_file, shown};
use super::reprocess::conversion;
use crate::api::body::{Input, Json};
use crate::api::caller::{BaseUrl, Caller};
use crate::api::path::FileId;
use crate::api::problem::Problem;
use crate::error::StoreError;
use crate::state::State;
use crate::store::FileRow;
use axum::extract::{self, Path};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;
use tramline_convert::{Calibration, CalibrationError};
use tramline_model::OperationType;
use utoipa::ToSchema;

/// A calibration: exactly one of the three members.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes the body")]
pub(crate) struct CalibrationInput {
    /// Every mass and volume is multiplied by this, from 0.2 to 5.
    #[schema(minimum = 0.2, maximum = 5)]
    factor: Option<f64>,
    /// The whole file weighed this.
    scale_mass: Option<ScaleMass>,
    /// What was harvested in each span of time weighed this; spans must not overlap.
    loads: Option<Vec<CalibrationLoad>>,
}

/// Units of masses.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "describes the body")]
pub(crate) enum MassUnit {
    Kg,
    T,
    Lb,
    Ton,
}

/// A mass by the scale.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body")]
pub(crate) struct ScaleMass {
    /// The mass, in `unit`.
    #[schema(exclusive_minimum = 0)]
    value: f64,
    /// Kilograms, tonnes, pounds, or short tons.
    #[schema(value_type = MassUnit)]
    unit: String,
}

/// A load of a harvest.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes the body")]
pub(crate) struct CalibrationLoad {
    /// When it begins: ISO 8601 with an offset from UTC.
    #[schema(format = DateTime)]
    start_time: String,
    /// When it ends: ISO 8601 with an offset from UTC.
    #[schema(format = DateTime)]
    end_time: String,
    /// What it weighed.
    scale_mass: ScaleMass,
}

/// Whatever was sent: the calibration says itself what is wrong with it.
impl Input for Value {
    const OBJECT: &'static str = "calibration";
}

fn refused(error: CalibrationError) -> Problem {
    let field = Some(error.field.as_str()).filter(|field| !field.is_empty());
    Problem::field("calibration", field.unwrap_or("calibration"), error.what)
        .hint(error.hint)
        .key("calibrationInvalid")
}

/// Why a file has no harvest of its own that could be calibrated.
fn no_harvest(row: &FileRow) -> Option<Problem> {
    if row.upload_id.is_none() {
        let detail = "the file is made of others, whose masses it has";
        let problem = Problem::bad_request(detail).hint("calibrate its sources and reprocess it");
        return Some(problem.key("fileMerged"));
    }
    if row.operation_type != Some(OperationType::Harvested) {
        let kind = row.operation_type.as_ref().map(OperationType::name);
        let kind = kind.unwrap_or("not known");
        let detail = format!("the file's operation is {kind} and no harvest");
        let hint = "only harvest files have a mass to be calibrated";
        let problem = Problem::bad_request(detail).hint(hint);
        return Some(problem.key("fileNotHarvested"));
    }
    None
}

/// Stores or removes, and has the file converted again.
async fn change(
    state: &State,
    caller: &Caller,
    base: &str,
    row: &FileRow,
    calibration: Option<&str>,
) -> Result<axum::Json<MachineFile>, Problem> {
    let run = conversion(caller, row);
    let begun = state
        .db
        .calibrate_file(&caller.account, &row.id, calibration, &run)
        .await?;
    if !begun {
        let detail = "the file is being processed";
        return Err(Problem::new(StatusCode::CONFLICT, detail)
            .hint("calibrate it when it is processed")
            .key("fileProcessing")
            .after(5));
    }
    let row = known_file(state, caller, &row.id).await?;
    shown(state, caller, base, row).await
}

/// Sets the harvest right by a factor or by what the scale weighed, and converts the file again
#[utoipa::path(post, path = "/services/operations/api/files/{id}/calibrate", operation_id = "calibrateFile",
    tag = "files", params(FileId),
    request_body(content = CalibrationInput, description = "A factor, the mass of the whole file, or the masses of its loads."),
    responses(
        (status = 200, description = "The file, which is `processing` until it is converted again.", body = MachineFile),
        (status = 409, description = "The file is being processed.", body = Problem),
    ))]
pub(crate) async fn calibrate(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<String>,
    Json(body): Json<Value>,
) -> Result<axum::Json<MachineFile>, Problem> {
    let row = known_file(&state, &caller, &id).await?;
    let calibration = Calibration::from_value(&body).map_err(refused)?;
    if let Some(problem) = no_harvest(&row) {
        return Err(problem);
    }
    if let Some(summary) = &row.summary {
        let summary: Value =
            serde_json::from_str(summary).map_err(|cause| StoreError::corrupt("summary", cause))?;
        calibration.check(&summary["properties"]).map_err(refused)?;
    }
    let text = Value::from(calibration).to_string();
    change(&state, &caller, &base, &row, Some(&text)).await
}

/// The calibration of the file
#[utoipa::path(get, path = "/services/operations/api/files/{id}/calibrate", operation_id = "getCalibration",
    tag = "files", params(FileId),
    responses((status = 200, description = "The calibration, as it was sent.", body = CalibrationInput)))]
pub(crate) async fn read(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let row = known_file(&state, &caller, &id).await?;
    let found = state.db.calibration(&caller.account, &row.id).await?;
    found
        .map(json)
        .ok_or_else(|| Problem::not_found("calibration"))
}

/// Takes the calibration back, and converts the file again
#[utoipa::path(delete, path = "/services/operations/api/files/{id}/calibrate",
    operation_id = "deleteCalibration", tag = "files", params(FileId),
    responses(
        (status = 200, description = "The file, which is `processing` until it is converted again.", body = MachineFile),
        (status = 409, description = "The file is being processed.", body = Problem),
    ))]
pub(crate) async fn remove(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<String>,
) -> Result<axum::Json<MachineFile>, Problem> {
    let row = known_file(&state, &caller, &id).await?;
    let found = state.db.calibration(&caller.account, &row.id).await?;
    if found.is_none() {
        return Err(Problem::not_found("calibration"));
    }
    change(&state, &caller, &base, &row, None).await
}
