//! The list of machine files, with the contract's filters.

use super::body::MachineFile;
use super::read::shows_parquet;
use crate::api::batches::uploads::{FileFormat, ProviderName};
use crate::api::caller::{BaseUrl, Caller};
use crate::api::problem::Problem;
use crate::api::query::{Flag, Id, Number, Paging, Sort, Text, Time, Word, Words, query};
use crate::state::State;
use crate::store::{FileFilter, FileSort};
use axum::extract;
use axum::http::HeaderMap;
use serde::Serialize;
use std::collections::BTreeMap;
use tramline_model::{FileOrigin, FileStatus, OperationType};
use utoipa::ToSchema;

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
        /// Only files of this user.
        user: Id = "leafUserId",
        /// Only files whose `provider` this is.
        provider: Word<ProviderName> = "provider",
        /// Only files that stand so.
        status: Word<FileStatus> = "status",
        /// Only files that come from there.
        origin: Word<FileOrigin> = "origin",
        /// Only files of this organisation at the provider.
        organization: Text = "organizationId",
        /// Only files of this batch.
        batch: Id = "batchId",
        /// Only this file.
        file: Id = "fileId",
        /// Only files of this format, in any letter case.
        file_format: Word<FileFormat> = "fileFormat",
        /// Made at this time or later, ISO 8601 (without an offset: UTC).
        created_from: Time = "createdTime",
        /// Changed at this time or later, ISO 8601 (without an offset: UTC).
        updated_from: Time = "updatedTime",
        /// Work that begins at this time or later, ISO 8601 (without an offset: UTC).
        started_from: Time = "startTime" | "operationStartTime",
        /// Work that ends at this time or earlier, ISO 8601 (without an offset: UTC).
        ended_to: Time = "endTime" | "operationEndTime",
        /// Only work of this kind.
        operation_type: Word<OperationType> = "operationType",
        /// Only files of at least this worked area, always in square metres.
        min_area_m2: Number = "minArea",
        /// Only the file with this id at the provider.
        provider_file: Text = "providerFileId",
        /// `true`: only files with a standardGeojson; `false`: only files without one.
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
            users: None,
            provider: self.provider.map(str::to_owned),
            status: self.status,
            origin: self.origin,
            organization_id: self.organization.clone(),
            upload: self.batch.clone(),
            file: self.file.clone(),
            file_format: self.file_format.map(str::to_owned),
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
#[utoipa::path(get, path = "/services/operations/api/files", operation_id = "listFiles", tag = "files",
    params(FileQuery),
    responses((status = 200, description = "A page of the files.", body = ListedFiles)))]
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

/// The list as older clients expect it.
#[derive(Serialize, ToSchema)]
#[schema(as = OperationsEnvelope)]
pub(crate) struct Envelope {
    /// Always `SUCCESS` in this answer.
    #[schema(example = "SUCCESS")]
    message: &'static str,
    /// The machine files of the page.
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
                "provider=cnhi&status=PROCESSED&origin=Merged&fileFormat=iso11783&operationType=harvested",
                FileFilter {
                    provider: Some("CNHI".to_owned()),
                    status: Some(FileStatus::Processed),
                    origin: Some(FileOrigin::Merged),
                    file_format: Some("ISO11783".to_owned()),
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
                "envelope=x&sort=up",
                "`sort`: `up` is none of id, fileName, createdTime, updatedTime, origin, leafUserId, sizeInBytes, \
                 provider, organizationId, fileFormat",
            ),
            ("envelope=x", "`envelope`: is none of operations"),
        ] {
            let read = FileQuery::read(&Parameters::of(query));
            assert_eq!(read.expect_err("a refusal").detail(), expected, "{query}");
        }
    }
}
