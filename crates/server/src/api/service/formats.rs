//! What is read: the same rows as the `formats` command and the table of the documentation.

use serde::Serialize;
use tramline_formats::descriptors;
use utoipa::ToSchema;

/// One provider's data in one format.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FormatRow {
    #[schema(example = "JohnDeere")]
    provider: &'static str,
    /// A format's id, or the `fileFormat` code of one that is only named
    #[schema(example = "deere_gen4")]
    format: &'static str,
    /// The display, program or service that writes it
    data: &'static str,
    /// `proven`, `sampled`, `reported`, or `named, not read`
    #[schema(example = "proven")]
    sureness: &'static str,
    read: bool,
    /// What it rests on, or what to do about a format that is not read
    evidence: &'static str,
}

/// What is read, by provider, and on what evidence
#[utoipa::path(get, path = "/api/formats", tag = "health", security(()),
    responses((status = 200, body = Vec<FormatRow>)))]
pub(crate) async fn list() -> axum::Json<Vec<FormatRow>> {
    let rows = descriptors::rows().into_iter().map(|row| FormatRow {
        provider: row.provider.code(),
        format: row.format,
        data: row.data,
        sureness: row.sureness.word(),
        read: row.sureness != tramline_formats::Sureness::Named,
        evidence: row.evidence,
    });
    axum::Json(rows.collect())
}
