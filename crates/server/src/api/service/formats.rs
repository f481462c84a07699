//! What is read: the same rows as the `formats` command and the table of the documentation.

use serde::Serialize;
use tramline_formats::descriptors;
use utoipa::ToSchema;

/// How sure it is that a format is read rightly: compared with the results of other programs, read in samples, reported
/// by users, or only recognised.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) enum SurenessWord {
    Proven,
    Sampled,
    Reported,
    #[schema(rename = "named, not read")]
    Named,
}

/// One provider's data in one format.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Format)]
pub(crate) struct FormatRow {
    /// The provider, as uploads name it.
    #[schema(example = "JohnDeere")]
    provider: &'static str,
    /// A format's id, or the `fileFormat` code of one that is only named.
    #[schema(example = "deere_gen4")]
    format: &'static str,
    /// The display, program or service that writes it.
    data: &'static str,
    /// How sure it is that it is read rightly.
    #[schema(value_type = SurenessWord)]
    sureness: &'static str,
    /// Whether it is read.
    read: bool,
    /// What that rests on, or what to do about a format that is not read.
    evidence: &'static str,
}

/// What is read, by provider, and on what evidence
#[utoipa::path(get, path = "/api/formats", operation_id = "listFormats", tag = "health", security(()),
    responses(
        (status = 200, description = "A row for each provider and format.", body = Vec<FormatRow>),
    ))]
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
