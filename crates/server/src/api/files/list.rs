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
use axum::http::HeaderMap;
use serde::Serialize;
use std::collections::BTreeMap;
use tramline_model::{FileOrigin, FileStatus, OperationType};
use utoipa::ToSchema;

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
    responses((status = 200, body = ListedFiles)))]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    query: FileQuery,
) -> Result<(HeaderMap, axum::Json<ListedFiles>), Problem> {
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
    let wrapped = query.envelope.is_some() || state.settings.files_envelope;
    let body = match wrapped {
        true => ListedFiles::Wrapped(Envelope {
            message: "SUCCESS",
            operations: files,
        }),
        false => ListedFiles::Bare(files),
    };
    Ok((headers, axum::Json(body)))
}

/// The files, as `envelope` has it.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum ListedFiles {
    Bare(Vec<MachineFile>),
    Wrapped(Envelope),
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Envelope {
    message: &'static str,
    operations: Vec<MachineFile>,
}

#[cfg(test)]
mod tests {
    use super::FileQuery;
    use crate::api::query::Parameters;
    use crate::store::FileFilter;
    use tramline_model::{FileOrigin, FileStatus, OperationType};

    const ID: &str = "00000000-0000-4000-8000-00000000000a";

    #[test]
    fn queries_become_filters() {
        let none = FileFilter::default;
        let by_ids =
            format!("leafUserId={ID}&batchId={ID}&fileId={ID}&organizationId=o&providerFileId=p");
        let id = || Some(ID.to_owned());
        for (query, expected) in [
            ("page=1&sort=id", none()),
            (
                by_ids.as_str(),
                FileFilter {
                    user: id(),
                    upload: id(),
                    file: id(),
                    organization_id: Some("o".to_owned()),
                    provider_file_id: Some("p".to_owned()),
                    ..none()
                },
            ),
            (
                "provider=cnhi&status=PROCESSED&origin=Merged&fileFormat=isoxml&operationType=harvested",
                FileFilter {
                    provider: Some("CNHI".to_owned()),
                    status: Some(FileStatus::Processed),
                    origin: Some(FileOrigin::Merged),
                    file_format: Some("ISOXML".to_owned()),
                    operation_type: Some(OperationType::Harvested),
                    ..none()
                },
            ),
            (
                "createdTime=1970-01-01&updatedTime=1970-01-02&operationStartTime=1970-01-03&endTime=1970-01-04",
                FileFilter {
                    created_from: Some(0),
                    updated_from: Some(86_400_000_000),
                    started_from: Some(2 * 86_400_000_000),
                    ended_to: Some(3 * 86_400_000_000),
                    ..none()
                },
            ),
            (
                "minArea=1e3&standard=False",
                FileFilter {
                    min_area_m2: Some(1_000.0),
                    standard: Some(false),
                    ..none()
                },
            ),
        ] {
            let read = FileQuery::read(&Parameters::of(query)).expect("a query");
            assert_eq!(
                format!("{:?}", read.filter()),
                format!("{expected:?}"),
                "{query}"
            );
        }
    }

    #[test]
    fn the_first_fault_of_a_query_is_named() {
        for (query, expected) in [
            ("status=x&leafUserId=x", "`leafUserId`: is not a UUID"),
            (
                "origin=x&status=x",
                "`status`: is none of processed, failed, processing",
            ),
            (
                "sort=x&standard=x",
                "`standard`: is neither `true` nor `false`",
            ),
            (
                "envelope=x&sort=id,up",
                "`sort`: the direction is `asc` or `desc`",
            ),
            ("envelope=x", "`envelope`: is none of operations"),
        ] {
            let read = FileQuery::read(&Parameters::of(query));
            assert_eq!(read.expect_err("a refusal").detail(), expected, "{query}");
        }
    }
}
