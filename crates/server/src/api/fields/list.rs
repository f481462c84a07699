//! The list of fields.

use super::body::Field;
use crate::api::batches::uploads::ProviderName;
use crate::api::caller::{BaseUrl, Caller};
use crate::api::problem::Problem;
use crate::api::query::{
    Id, Listed, NamedWords, Paging, Sort, Text, Time, Whole, Word, Words, listed, query,
};
use crate::state::State;
use crate::store::{FieldFilter, FieldSort};
use axum::extract;
use axum::http::HeaderMap;
use tramline_model::{BoundaryStatus, FieldKind, FieldStatus, Provider};

impl Words for FieldKind {
    type Word = Self;

    fn words() -> Vec<(&'static str, Self)> {
        listed(Self::ALL, Self::name)
    }
}

/// The words of it, for bodies.
pub(crate) type FieldKindWord = Listed<FieldKind>;
/// The words of it, for bodies.
pub(crate) type FieldStatusWord = Listed<FieldStatus>;
/// The words of it, for bodies.
pub(crate) type BoundaryStatusWord = Listed<BoundaryStatus>;

impl NamedWords for FieldKind {
    const NAME: &'static str = "FieldKind";
    const ABOUT: &'static str = "Whether a field was made as it is, or by merging others.";
}

impl NamedWords for FieldStatus {
    const NAME: &'static str = "FieldStatus";
    const ABOUT: &'static str = "How a field stands: those made by clients are always `PROCESSED`.";
}

impl Words for BoundaryStatus {
    type Word = Self;

    fn words() -> Vec<(&'static str, Self)> {
        listed(Self::ALL, Self::name)
    }
}

impl NamedWords for BoundaryStatus {
    const NAME: &'static str = "BoundaryStatus";
    const ABOUT: &'static str = "Whether a boundary is the one that holds.";
}

impl Words for FieldStatus {
    type Word = Self;

    fn words() -> Vec<(&'static str, Self)> {
        listed(Self::ALL, Self::name)
    }
}

impl Words for FieldSort {
    type Word = Self;

    fn words() -> Vec<(&'static str, Self)> {
        vec![
            ("id", Self::Id),
            ("name", Self::Name),
            ("type", Self::Type),
            ("status", Self::Status),
            ("farmId", Self::FarmId),
            ("leafUserId", Self::LeafUserId),
            ("createdTime", Self::CreatedTime),
            ("updatedTime", Self::UpdatedTime),
        ]
    }
}

query! {
    /// The filters of the list; all that are given must hold.
    FieldQuery {
        /// Only fields of the farm with this id.
        farm: Whole = "farmId",
        /// Only fields of this user.
        user: Id = "leafUserId",
        /// Only the field with this id: a UUID, or any text that a client chose.
        id: Text = "id",
        /// Only fields of exactly this name.
        name: Text = "name",
        /// Only fields that were made as they are, or by merging.
        kind: Word<FieldKind> = "type",
        /// Only fields of this provider: those that clients made are of `Leaf`, and there are no others yet.
        provider: Word<ProviderName> = "provider",
        /// Only fields that stand so.
        status: Word<FieldStatus> = "status",
        /// Made at this time or later, ISO 8601 (without an offset: UTC).
        created_from: Time = "afterCreatedTime",
        /// Made at this time or earlier, ISO 8601 (without an offset: UTC).
        created_to: Time = "beforeCreatedTime",
        /// Changed at this time or later, ISO 8601 (without an offset: UTC).
        updated_from: Time = "afterUpdatedTime",
        /// Changed at this time or earlier, ISO 8601 (without an offset: UTC).
        updated_to: Time = "beforeUpdatedTime",
        sort: Sort<FieldSort> = "sort",
        paging: Paging = "page" | "size",
    }
}

/// Fields of the account
#[utoipa::path(get, path = "/services/fields/api/fields", operation_id = "listFields", tag = "fields",
    params(FieldQuery),
    responses((status = 200, description = "A page of the fields.", body = [Field])))]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    query: FieldQuery,
) -> Result<(HeaderMap, axum::Json<Vec<Field>>), Problem> {
    if query
        .provider
        .is_some_and(|name| name != Provider::Leaf.code())
    {
        return Ok((query.paging.headers(&base, 0), axum::Json(Vec::new())));
    }
    let filter = FieldFilter {
        sort: query.sort,
        user: query.user,
        id: query.id,
        name: query.name,
        kind: query.kind,
        status: query.status,
        farm_id: query.farm,
        created_from: query.created_from,
        created_to: query.created_to,
        updated_from: query.updated_from,
        updated_to: query.updated_to,
    };
    let page = query.paging.page;
    let found = state.db.fields(&caller.account, &filter, page).await?;
    let headers = query.paging.headers(&base, found.total);
    let fields = found
        .items
        .into_iter()
        .map(Field::new)
        .collect::<Result<_, _>>()?;
    Ok((headers, axum::Json(fields)))
}
