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

/// Database and storage answer
#[utoipa::path(get, path = "/health/ready", tag = "health", security(()),
    responses((status = 200, body = Health), (status = 503, body = Problem)))]
pub(crate) async fn ready(
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<Health>, Problem> {
    let unready = |what: &str, cause: &dyn std::fmt::Display| {
        tracing::warn!(what, %cause, "not ready");
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            format!("{what} does not answer"),
        )
        .after(5)
    };
    state
        .db
        .run_counts()
        .await
        .map_err(|cause| unready("the database", &cause))?;
    let folder = state.incoming();
    tokio::fs::metadata(&folder)
        .await
        .map_err(|cause| unready("the storage", &cause))?;
    Ok(axum::Json(Health { status: "ready" }))
}
