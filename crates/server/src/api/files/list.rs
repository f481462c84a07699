//! The list of machine files, with the contract's filters.

use super::body::MachineFile;
use super::read::shows_parquet;
use crate::api::batches::uploads::ProviderName;
use crate::api::caller::{BaseUrl, Caller};
use crate::api::problem::Problem;
use crate::api::query::{Flag, Id, Number, Paging, Sort, Text, Time, Word, Words, listed, query};
use crate::state::State;
use crate::store::{FileFilter, FileSort};
use axum::extract;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::collections::BTreeMap;
use tramline_model::{FileOrigin, FileStatus, OperationType};

impl Words for FileStatus {
    type Word = Self;

    fn words() -> Vec<(&'static str, Self)> {
        listed(
            &[Self::Processed, Self::Failed, Self::Processing],
            Self::name,
        )
    }
}

impl Words for FileOrigin {
    type Word = Self;

    fn words() -> Vec<(&'static str, Self)> {
        listed(Self::ALL, Self::name)
    }
}

impl Words for FileSort {
    type Word = Self;

    fn words() -> Vec<(&'static str, Self)> {
        vec![
            ("id", Self::Id),
            ("fileName", Self::FileName),
            ("createdTime", Self::CreatedTime),
            ("updatedTime", Self::UpdatedTime),
            ("origin", Self::Origin),
            ("leafUserId", Self::LeafUserId),
            ("sizeInBytes", Self::SizeInBytes),
            ("provider", Self::Provider),
            ("organizationId", Self::OrganizationId),
            ("fileFormat", Self::FileFormat),
        ]
    }
}

/// The list as older clients expect it.
pub(crate) struct Operations;

impl Words for Operations {
    type Word = ();

    fn words() -> Vec<(&'static str, ())> {
        vec![("operations", ())]
    }
}

query! {
    /// The filters of the list; all that are given must hold.
    FileQuery {
        user: Id = "leafUserId",
        provider: Word<ProviderName> = "provider",
        status: Word<FileStatus> = "status",
        origin: Word<FileOrigin> = "origin",
        organization: Text = "organizationId",
        batch: Id = "batchId",
        file: Id = "fileId",
        file_format: Text = "fileFormat",
        created_from: Time = "createdTime",
        updated_from: Time = "updatedTime",
        started_from: Time = "startTime" | "operationStartTime",
        ended_to: Time = "endTime" | "operationEndTime",
        operation_type: Word<OperationType> = "operationType",
        /// Square metres.
        min_area_m2: Number = "minArea",
        provider_file: Text = "providerFileId",
        /// Only files with (or without) a standardGeojson.
        standard: Flag = "standard",
        sort: Sort<FileSort> = "sort",
        paging: Paging = "page" | "size",
        /// Extension: `operations` wraps the list as older clients expect it.
        envelope: Word<Operations> = "envelope",
    }
}

impl FileQuery {
    fn filter(&self) -> FileFilter {
        FileFilter {
            user: self.user.clone(),
            provider: self.provider.map(str::to_owned),
            status: self.status,
            origin: self.origin,
            organization_id: self.organization.clone(),
            upload: self.batch.clone(),
            file: self.file.clone(),
            file_format: self
                .file_format
                .as_ref()
                .map(|text| text.to_ascii_uppercase()),
            created_from: self.created_from,
            updated_from: self.updated_from,
            started_from: self.started_from,
            ended_to: self.ended_to,
            operation_type: self.operation_type.clone(),
            min_area_m2: self.min_area_m2,
            provider_file_id: self.provider_file.clone(),
            standard: self.standard,
            artifact: None,
        }
    }
}

/// Machine files of the account
#[utoipa::path(get, path = "/services/operations/api/files", tag = "files", params(FileQuery),
    responses((status = 200, body = [MachineFile])))]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    query: FileQuery,
) -> Result<Response, Problem> {
    let found = state
        .db
        .files(
            &caller.account,
            &query.filter(),
            &query.sort,
            query.paging.page,
        )
        .await?;
    let headers = query.paging.headers(&base, found.total);
    let mut parquet: BTreeMap<String, bool> = BTreeMap::new();
    let mut files = Vec::with_capacity(found.items.len());
    for row in found.items {
        let shown = match parquet.get(&row.user_id) {
            Some(shown) => *shown,
            None => {
                let shown = shows_parquet(&state, &caller.account, &row.user_id).await?;
                parquet.insert(row.user_id.clone(), shown);
                shown
            }
        };
        files.push(MachineFile::new(row, &caller.username, &base, shown));
    }
    if query.envelope.is_some() || state.settings.files_envelope {
        let body = Envelope {
            message: "SUCCESS",
            operations: files,
        };
        return Ok((headers, axum::Json(body)).into_response());
    }
    Ok((headers, axum::Json(files)).into_response())
}

#[derive(Serialize)]
struct Envelope {
    message: &'static str,
    operations: Vec<MachineFile>,
}
