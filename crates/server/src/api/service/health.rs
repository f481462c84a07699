//! Whether the process lives, whether it can work, and figures for Prometheus.

use crate::api::problem::Problem;
use crate::state::State;
use axum::extract;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    status: &'static str,
}

/// The process answers
#[utoipa::path(get, path = "/health/live", tag = "health", security(()), responses((status = 200, body = Health)))]
pub(crate) async fn live() -> axum::Json<Health> {
    axum::Json(Health { status: "live" })
}

/// Database and storage take writes, and there is space; if not, `reasons` says what is missing
#[utoipa::path(get, path = "/health/ready", tag = "health", security(()),
    responses((status = 200, body = Health), (status = 503, body = Problem)))]
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
