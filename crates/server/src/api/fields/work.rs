//! Machine files that have points in a field, as the contract's field service shows them: smaller than the files are.

use super::read::known_field;
use crate::api::batches::uploads::ProviderName;
use crate::api::caller::{BaseUrl, Caller};
use crate::api::files::words::FileOriginWord;
use crate::api::path::{FieldId, LeafUserId};
use crate::api::problem::Problem;
use crate::api::query::{Paging, Text, Time, Word, Words, path_id, query};
use crate::clock::iso;
use crate::state::State;
use crate::store::{FieldRow, FileRow};
use axum::extract::{self, Path};
use axum::http::HeaderMap;
use serde::Serialize;
use serde_json::Value;
use std::cmp::Reverse;
use tramline_model::{FileOrigin, OperationType};
use utoipa::ToSchema;

const OTHER: &str = "other";

/// A kind of work, or any that is none of the four.
pub(crate) struct Work;

impl Words for Work {
    type Word = &'static str;

    fn words() -> Vec<(&'static str, &'static str)> {
        let known = OperationType::words().into_iter().map(|(name, _)| name);
        known.chain([OTHER]).map(|name| (name, name)).collect()
    }
}

/// A machine file with points in the field.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FieldFile {
    /// The machine file's id.
    #[schema(format = "uuid")]
    id: String,
    /// The kind of work.
    #[serde(skip_serializing_if = "Option::is_none")]
    operation_type: Option<String>,
    /// Where the file comes from.
    #[schema(value_type = FileOriginWord)]
    origin: &'static str,
    /// When the work began; absent if the file does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    start_time: Option<String>,
    /// When the work ended; absent if the file does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    end_time: Option<String>,
    /// Names of the crops.
    crops: Vec<String>,
    /// Names of the varieties.
    varieties: Vec<String>,
    /// The file's id at the maker's service.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_file_id: Option<String>,
    /// Provider of the data.
    provider: String,
    /// Id of the user whose file it is.
    #[schema(format = "uuid")]
    leaf_user_id: String,
}

/// Names in a list of the summary, of texts or of objects with a `name`.
fn names(summary: &Value, key: &str) -> Vec<String> {
    let list = summary.pointer(&format!("/properties/{key}"));
    let list = list.and_then(Value::as_array).into_iter().flatten();
    let name = |one: &Value| {
        let name = one.as_str().or_else(|| one.get("name")?.as_str());
        name.map(str::to_owned)
    };
    list.filter_map(name).collect()
}

impl FieldFile {
    fn new(row: FileRow) -> Self {
        let summary = row.summary.as_deref().unwrap_or("null");
        let summary: Value = serde_json::from_str(summary).unwrap_or_default();
        Self {
            operation_type: row.operation_type.map(|kind| kind.name().to_owned()),
            origin: row.origin.name(),
            start_time: row.started.map(iso),
            end_time: row.ended.map(iso),
            crops: names(&summary, "crop"),
            varieties: names(&summary, "varieties"),
            provider_file_id: row.provider_file_id,
            provider: row.provider,
            leaf_user_id: row.user_id,
            id: row.id,
        }
    }
}

query! {
    /// The filters of the list; all that are given must hold.
    WorkQuery {
        /// The kind of work; `other` is any that is none of the four.
        kind: Word<Work> = "operationType",
        /// Files of this maker.
        provider: Word<ProviderName> = "provider" | "operationProvider",
        /// Where the file is from.
        origin: Word<FileOrigin> = "origin",
        /// Files with this crop.
        crop: Text = "crop" | "operationCrop",
        /// ISO 8601: work that began then or later.
        started_from: Time = "startTime" | "operationStartTime",
        /// ISO 8601: work that ended then or before.
        ended_to: Time = "endTime" | "operationEndTime",
        paging: Paging = "page" | "size",
    }
}

impl WorkQuery {
    fn has(&self, file: &FileRow) -> bool {
        let kind = file.operation_type.as_ref().map(OperationType::name);
        let is_kind = |wanted: &str| match wanted {
            OTHER => kind.is_some_and(|kind| !Work::words().iter().any(|(name, _)| *name == kind)),
            wanted => kind == Some(wanted),
        };
        let has_crop = |wanted: &String| {
            let summary = file.summary.as_deref().unwrap_or("null");
            let summary: Value = serde_json::from_str(summary).unwrap_or_default();
            names(&summary, "crop")
                .iter()
                .any(|crop| crop.eq_ignore_ascii_case(wanted))
        };
        self.kind.is_none_or(is_kind)
            && self.provider.is_none_or(|wanted| file.provider == wanted)
            && self.origin.is_none_or(|wanted| file.origin == wanted)
            && self
                .started_from
                .is_none_or(|from| file.started.is_some_and(|started| started >= from))
            && self
                .ended_to
                .is_none_or(|to| file.ended.is_some_and(|ended| ended <= to))
            && self.crop.as_ref().is_none_or(has_crop)
    }
}

/// Files with points in the field, the newest first.
async fn files_in(
    state: &State,
    caller: &Caller,
    field: &FieldRow,
) -> Result<Vec<FileRow>, Problem> {
    let mut files = Vec::with_capacity(field.files.len());
    for id in &field.files {
        files.extend(state.db.file(&caller.account, id).await?);
    }
    files.sort_by(|one, other| {
        let (one, other) = ((one.created, &one.id), (other.created, &other.id));
        Reverse(one).cmp(&Reverse(other))
    });
    Ok(files)
}

/// Machine files with points in the field, the newest first
#[utoipa::path(get, path = "/services/fields/api/users/{leafUserId}/fields/{id}/operations/files", tag = "fields",
    operation_id = "listFilesOfField", params(LeafUserId, FieldId, WorkQuery),
    responses((status = 200, body = [FieldFile], description = "A page of the files")))]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    Path((user, id)): Path<(String, String)>,
    query: WorkQuery,
) -> Result<(HeaderMap, axum::Json<Vec<FieldFile>>), Problem> {
    let field = known_field(&state, &caller, &user, &id).await?;
    let mut files = files_in(&state, &caller, &field).await?;
    files.retain(|file| query.has(file));
    let headers = query.paging.headers(&base, files.len() as u64);
    let page = query.paging.page;
    let begin = usize::try_from(page.page.saturating_mul(page.size)).unwrap_or(usize::MAX);
    let files = files.into_iter().skip(begin).take(page.size as usize);
    Ok((headers, axum::Json(files.map(FieldFile::new).collect())))
}

/// One machine file with points in the field
#[utoipa::path(get, path = "/services/fields/api/users/{leafUserId}/fields/{id}/operations/files/{fileId}",
    tag = "fields",
    operation_id = "getFileOfField",
    params(LeafUserId, FieldId, ("fileId" = String, Path, description = "Id of the machine file, a UUID.", format = "uuid")),
    responses((status = 200, body = FieldFile, description = "The file with this id.")))]
pub(crate) async fn read(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path((user, id, file)): Path<(String, String, String)>,
) -> Result<axum::Json<FieldFile>, Problem> {
    let wanted = path_id(&file)?;
    let field = known_field(&state, &caller, &user, &id).await?;
    let row = match field.files.contains(&wanted) {
        true => state.db.file(&caller.account, &wanted).await?,
        false => None,
    };
    let row = row.ok_or_else(|| Problem::not_found("file in this field"))?;
    Ok(axum::Json(FieldFile::new(row)))
}
