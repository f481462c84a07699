//! The list of fields.

use super::body::Field;
use crate::api::caller::{BaseUrl, Caller};
use crate::api::problem::Problem;
use crate::api::query::{Id, Paging, Text, Time, Whole, Word, Words, listed, query};
use crate::state::State;
use crate::store::FieldFilter;
use axum::extract;
use axum::http::HeaderMap;
use tramline_model::{FieldKind, FieldStatus};

impl Words for FieldKind {
    type Word = Self;

    fn words() -> Vec<(&'static str, Self)> {
        listed(Self::ALL, Self::name)
    }
}

impl Words for FieldStatus {
    type Word = Self;

    fn words() -> Vec<(&'static str, Self)> {
        listed(Self::ALL, Self::name)
    }
}

query! {
    /// The filters of the list; all that are given must hold.
    FieldQuery {
        farm: Whole = "farmId",
        user: Id = "leafUserId",
        id: Text = "id",
        name: Text = "name",
        kind: Word<FieldKind> = "type",
        status: Word<FieldStatus> = "status",
        created_from: Time = "afterCreatedTime",
        created_to: Time = "beforeCreatedTime",
        updated_from: Time = "afterUpdatedTime",
        updated_to: Time = "beforeUpdatedTime",
        paging: Paging = "page" | "size",
    }
}

/// Fields of the account
#[utoipa::path(get, path = "/services/fields/api/fields", tag = "fields", params(FieldQuery),
    responses((status = 200, body = [Field])))]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    query: FieldQuery,
) -> Result<(HeaderMap, axum::Json<Vec<Field>>), Problem> {
    let filter = FieldFilter {
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
