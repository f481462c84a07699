//! The list of fields.

use super::body::Field;
use crate::api::caller::{BaseUrl, Caller};
use crate::api::problem::Problem;
use crate::api::query::Parameters;
use crate::state::State;
use crate::store::FieldFilter;
use axum::extract;
use axum::http::HeaderMap;
use tramline_model::{FieldKind, FieldStatus};
use utoipa::IntoParams;

#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes the query")]
pub(crate) struct FieldQuery {
    leaf_user_id: Option<String>,
    id: Option<String>,
    name: Option<String>,
    /// `ORIGINAL`, `MERGED`.
    r#type: Option<String>,
    farm_id: Option<i64>,
    provider: Option<String>,
    status: Option<String>,
    after_created_time: Option<String>,
    before_created_time: Option<String>,
    after_updated_time: Option<String>,
    before_updated_time: Option<String>,
    page: Option<u64>,
    size: Option<u64>,
}

/// Fields of the account
#[utoipa::path(get, path = "/services/fields/api/fields", tag = "fields", params(FieldQuery),
    responses((status = 200, body = [Field]), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    query: Parameters,
) -> Result<(HeaderMap, axum::Json<Vec<Field>>), Problem> {
    let farm = query.number("farmId")?;
    let filter = FieldFilter {
        user: query.uuid("leafUserId")?,
        id: query.owned("id"),
        name: query.owned("name"),
        kind: query.word("type", FieldKind::ALL, |kind| kind.name())?,
        status: query.word("status", FieldStatus::ALL, |status| status.name())?,
        farm_id: farm.map(|id| id as i64),
        created_from: query.time(&["afterCreatedTime"])?,
        created_to: query.time(&["beforeCreatedTime"])?,
        updated_from: query.time(&["afterUpdatedTime"])?,
        updated_to: query.time(&["beforeUpdatedTime"])?,
    };
    let page = query.page();
    let found = state.db.fields(&caller.account, &filter, page).await?;
    let headers = query.headers(&base, page, found.total);
    let fields = found
        .items
        .into_iter()
        .map(Field::new)
        .collect::<Result<_, _>>()?;
    Ok((headers, axum::Json(fields)))
}
