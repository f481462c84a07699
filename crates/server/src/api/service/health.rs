//! Whether the process lives, whether it can work, and figures for Prometheus.

use crate::api::problem::Problem;
use crate::state::State;
use axum::extract;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

/// `live`: the process answers; `ready`: it can work.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) enum HealthWord {
    Live,
    Ready,
}

/// How the service is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// Which question is answered with yes.
    #[schema(value_type = HealthWord)]
    status: &'static str,
}

/// The process answers
#[utoipa::path(get, path = "/health/live", operation_id = "getLiveness", tag = "health", security(()),
    responses((status = 200, description = "The process answers.", body = Health)))]
pub(crate) async fn live() -> axum::Json<Health> {
    axum::Json(Health { status: "live" })
}

/// Database and storage take writes, and there is space; if not, `reasons` says what is missing
#[utoipa::path(get, path = "/health/ready", operation_id = "getReadiness", tag = "health", security(()),
    responses(
        (status = 200, description = "The service can work.", body = Health),
        (status = 503, description = "The service cannot work; `reasons` says what it lacks.", body = Problem),
    ))]
pub(crate) async fn ready(
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<Health>, Problem> {
    let reasons = state.readiness.reasons().await;
    if reasons.is_empty() {
        return Ok(axum::Json(Health { status: "ready" }));
    }
    let detail = reasons.join("; ");
    let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail);
    Err(problem.key("notReady").reasons(reasons).after(5))
}
