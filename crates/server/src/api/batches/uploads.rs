//! Uploading a batch: what query and form say, the bytes, the check, and the promise.

use super::body::Batch;
use super::receive::{form, multipart, refused, too_large, uploading};
use super::room;
use crate::api::accounts::users::known_user;
use crate::api::caller::Uploader;
use crate::api::problem::Problem;
use crate::api::query::{
    Flag, Id, Number, Parameter, Parameters, Sent, Text, Word, Words, listed, query,
};
use crate::api::quota::{More, admit};
use crate::blobs::Key;
use crate::converter::check;
use crate::error::StoreError;
use crate::failpoint::pass;
use crate::figures;
use crate::jobs::{Convert, Given, Job};
use crate::state::State;
use crate::store::NewUpload;
use axum::extract;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use std::collections::BTreeMap;
use tramline_converter::protocol::Check;
use tramline_model::{OperationType, Provider};
use utoipa::ToSchema;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use uuid::Uuid;

/// The providers, in the order in which a refusal lists them.
const PROVIDERS: [Provider; 11] = [
    Provider::Other,
    Provider::Leaf,
    Provider::ClimateFieldView,
    Provider::Cnhi,
    Provider::JohnDeere,
    Provider::Trimble,
    Provider::AgLeader,
    Provider::RavenSlingshot,
    Provider::Stara,
    Provider::Farmobile,
    Provider::PrecisionPlanting,
];
/// Names beside their codes: another one of `RavenSlingshot`, and one that no reader goes by, so that
/// the format is found out.
const OTHER_NAMES: [&str; 2] = ["Raven", "Panorama"];

/// Names that an upload may give as its provider.
pub(crate) struct ProviderName;

impl Words for ProviderName {
    type Word = &'static str;

    fn words() -> Vec<(&'static str, &'static str)> {
        let codes = PROVIDERS.into_iter().map(Provider::code);
        listed(&codes.chain(OTHER_NAMES).collect::<Vec<_>>(), |name| name)
    }
}

impl Words for OperationType {
    type Word = Self;

    fn words() -> Vec<(&'static str, Self)> {
        static WORDS: [OperationType; 4] = OperationType::FIELD_WORK;
        let words = WORDS.iter();
        words.map(|kind| (kind.name(), kind.clone())).collect()
    }
}

/// A working width in metres.
pub(crate) struct Width;

impl Parameter for Width {
    type Value = Option<f64>;

    fn read(query: &Parameters, names: &[&'static str]) -> Result<Self::Value, Problem> {
        let width = Number::read(query, names)?;
        if width.is_some_and(|width| width <= 0.0 || width > 200.0) {
            let name = names.first().copied().unwrap_or_default();
            let message = "is not above 0 and up to 200 metres";
            return Err(Problem::field("query", name, message));
        }
        Ok(width)
    }

    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Number)
            .exclusive_minimum(Some(0))
            .maximum(Some(200))
            .into()
    }
}

/// What columns mean: source title to `property[:unit]`.
pub(crate) struct Columns;

impl Parameter for Columns {
    type Value = BTreeMap<String, String>;

    fn read(query: &Parameters, names: &[&'static str]) -> Result<Self::Value, Problem> {
        let name = names.first().copied().unwrap_or_default();
        let mut columns = BTreeMap::new();
        for column in query.all(name) {
            let (title, meaning) = column
                .split_once('=')
                .ok_or_else(|| Problem::field("query", name, "is not TITLE=PROPERTY[:UNIT]"))?;
            columns.insert(title.trim().to_owned(), meaning.trim().to_owned());
        }
        match tramline_formats::columns::given::check(&columns) {
            Ok(_) => Ok(columns),
            Err(refused) => Err(Problem::field("query", name, refused.join("; "))),
        }
    }

    fn schema() -> RefOr<Schema> {
        ArrayBuilder::new().items(Text::schema()).into()
    }
}

query! {
    /// Whose files they are.
    SenderQuery {
        /// Whose files they are. Also as a part of the form.
        user: Sent<Id> = "leafUserId",
    }
}

query! {
    /// What is known about an upload. Each also as a part of the form.
    UploadQuery {
        /// `Other` lets the format be found out. Also as a part of the form.
        provider: Word<ProviderName> = "provider",
        /// Extension: kind of work, where the file does not tell.
        operation_type: Word<OperationType> = "operationType",
        /// Extension: crop, where the file names none.
        crop: Text = "crop",
        /// Extension: working width in metres, where the file has none.
        width: Width = "width",
        /// Extension: `TITLE=PROPERTY[:UNIT]`, repeated.
        columns: Columns = "column",
        /// Looks for this format only.
        file_format: Text = "fileFormat",
        /// Extension: convert again what is known already.
        force: Flag = "force",
    }
}

/// The form of an upload.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form")]
pub(crate) struct UploadForm {
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Uploads a zip (or one machine file that stands alone)
#[utoipa::path(post, path = "/services/operations/api/batch", tag = "batches", params(SenderQuery, UploadQuery),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 201, body = Batch), (status = 403, body = Problem), (status = 408, body = Problem),
        (status = 413, body = Problem), (status = 429, body = Problem), (status = 507, body = Problem)))]
pub(crate) async fn create(
    extract::State(state): extract::State<State>,
    uploader: Uploader,
    mut query: Parameters,
    headers: HeaderMap,
    sent: Result<Multipart, MultipartRejection>,
) -> Result<impl IntoResponse, Problem> {
    let limit = state.settings.upload_bytes;
    let announced = room::announced(&headers);
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    let account = &uploader.caller.account;
    admit(&state, account, More::Upload(announced.unwrap_or(0))).await?;
    room::before(&state, announced).await?;
    let sent = multipart(sent)?;
    // What the query says can be judged before the body is taken in.
    if query.text("leafUserId").is_some() {
        parameters(&state, &uploader, &query).await?;
    }
    let _slot = uploading(&state, &uploader.caller.account).await?;
    let form = form(&state, sent).await?;
    for (name, value) in form.parts {
        query.add(&name, value);
    }
    let parameters = parameters(&state, &uploader, &query).await?;
    let file = form.file;
    uploader.still_may(&state).await?;
    // Others may have come meanwhile, and not every client says how much it sends.
    admit(&state, account, More::Upload(file.size)).await?;
    let program = state.converter()?;
    let order = Check {
        input: file.path.clone(),
        out: file.path.with_extension("check"),
        name: file.name.clone(),
        column_map: parameters.columns.clone(),
        upload_bytes: limit,
        memory_bytes: state.settings.convert_memory_bytes,
    };
    let turn = state.checks.acquire().await.map_err(Problem::internal)?;
    let checked = check(&program, order)
        .await
        .map_err(|cause| StoreError::io("converter", cause))?;
    drop(turn);
    if let Err(message) = checked {
        return Err(refused(&file.name, &message));
    }
    let id = Uuid::now_v7().to_string();
    let upload = NewUpload {
        blob_key: Key::Upload {
            user: parameters.user.clone(),
            upload: id.clone(),
        },
        parts: file.parts.clone(),
        account_id: uploader.caller.account.clone(),
        user_id: parameters.user.clone(),
        provider: parameters.provider,
        file_format: parameters.file_format,
        file_name: file.name.clone(),
        size: file.size,
        sha256: file.sha256.clone(),
        given: parameters.given,
        findings: "[]".to_owned(),
        idempotency: key(&headers)?,
        by: uploader.caller.by.clone(),
        id,
    };
    let job = Convert::default();
    let run = job.queued(&upload.account_id, &upload.user_id, &upload.id);
    pass("upload.checked");
    let kept = state.blobs.put_file(&file.path, &upload.blob_key).await;
    kept.inspect_err(|cause| {
        if cause.is_full() {
            state.disk.failed("stored files");
        }
    })?;
    pass("upload.adopted");
    let stored = state.db.add_upload(&upload, &run, parameters.force).await?;
    pass("upload.committed");
    figures::count(figures::UPLOAD_ACCEPTED);
    figures::add(figures::UPLOAD_BYTES, upload.size);
    if stored.id != upload.id || stored.duplicate_of.is_some() {
        // The first upload has the bytes already.
        state.blobs.remove(&[upload.blob_key.to_string()]).await;
    }
    let location = format!("/services/operations/api/batch/{}", stored.id);
    Ok((
        StatusCode::CREATED,
        [("location", location)],
        axum::Json(Batch::new(&state, stored, None)),
    ))
}

/// What query and form say.
struct Wanted {
    user: String,
    provider: String,
    file_format: Option<String>,
    /// Source title to `property[:unit]`; in `given` too.
    columns: BTreeMap<String, String>,
    given: String,
    force: bool,
}

async fn parameters(
    state: &State,
    uploader: &Uploader,
    query: &Parameters,
) -> Result<Wanted, Problem> {
    let user = SenderQuery::read(query)?.user;
    if !uploader.may_see(&user) {
        return Err(Problem::not_found("user"));
    }
    let user = known_user(state, &uploader.caller, &user).await?.id;
    let query = UploadQuery::read(query)?;
    let provider = query.provider.unwrap_or(Provider::Other.code()).to_owned();
    let given = Given {
        crop: query.crop,
        width: query.width,
        operation_type: query.operation_type.map(|kind| kind.name().to_owned()),
        columns: query.columns,
    };
    Ok(Wanted {
        user,
        provider,
        file_format: query.file_format,
        given: serde_json::to_string(&given)
            .map_err(|cause| StoreError::defect("parameters of an upload", cause))?,
        columns: given.columns,
        force: query.force.unwrap_or(false),
    })
}

fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(text) if (1..=255).contains(&text.len()) => Ok(Some(text.to_owned())),
        _ => Err(Problem::bad_request(
            "the `Idempotency-Key` header is not 1 to 255 plain characters",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{PROVIDERS, ProviderName, UploadQuery};
    use crate::api::query::{Parameters, Words};
    use tramline_model::Provider;

    #[test]
    fn every_provider_can_be_named() {
        for provider in Provider::ALL {
            assert!(PROVIDERS.contains(provider), "{provider:?}");
        }
        for (name, _) in ProviderName::words() {
            let known = Provider::from_code(name);
            assert_eq!(known.is_none(), name == "Panorama", "{name}: {known:?}");
        }
    }

    #[test]
    fn the_first_fault_of_an_upload_is_named() {
        let width = "`width`: is not above 0 and up to 200 metres";
        let column = "`column`: is not TITLE=PROPERTY[:UNIT]";
        for (query, expected) in [
            (
                "operationType=x&width=0",
                "`operationType`: is none of applied, planted, harvested, tillage",
            ),
            ("column=x&width=0", width),
            ("width=200.1", width),
            ("width=x&force=x", "`width`: is not a number"),
            ("force=x&column=x", column),
            ("column=a=yieldVolume&column=x", column),
            ("force=x", "`force`: is neither `true` nor `false`"),
        ] {
            let read = UploadQuery::read(&Parameters::of(query));
            assert_eq!(read.expect_err("a refusal").detail(), expected, "{query}");
        }
    }
}
