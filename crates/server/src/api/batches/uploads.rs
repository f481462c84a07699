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
use tramline_formats::registry::file_format_codes;
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

/// Codes of formats.
pub(crate) struct FileFormat;

impl Words for FileFormat {
    type Word = &'static str;

    fn words() -> Vec<(&'static str, &'static str)> {
        listed(&file_format_codes(), |code| code)
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
        /// Id of the user whose files they are. Also as a part of the form.
        user: Sent<Id> = "leafUserId",
    }
}

query! {
    /// What is known about an upload. Each also as a part of the form.
    UploadQuery {
        /// Required: the maker whose display wrote the files, in any letter case; `Other` and `Leaf` let it be found out. Also as a
        /// part of the form.
        provider: Sent<Word<ProviderName>> = "provider",
        /// Extension: kind of work, where the file does not tell. Also as a part of the form.
        operation_type: Word<OperationType> = "operationType",
        /// Extension: name of the crop, where the file names none. Also as a part of the form.
        crop: Text = "crop",
        /// Extension: working width in metres, where the file has none. Also as a part of the form.
        width: Width = "width",
        /// Extension: what a column means, as `TITLE=PROPERTY` or `TITLE=PROPERTY:UNIT`; repeated for further columns.
        columns: Columns = "column",
        /// Looks for this format only, in any letter case; one that is named and not read becomes failed files. Also as a
        /// part of the form.
        file_format: Word<FileFormat> = "fileFormat",
        /// Extension: whether to convert again what is known already. Also as a part of the form.
        force: Flag = "force",
    }
}

/// Parameters with one value, however often they come. Columns are several.
const ONCE: [&str; 7] = [
    "leafUserId",
    "provider",
    "operationType",
    "crop",
    "width",
    "fileFormat",
    "force",
];

/// The form of an upload.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form")]
pub(crate) struct UploadForm {
    /// The zip as it comes from the display, or one machine file that stands alone; at most 3 GB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Uploads a zip (or one machine file that stands alone)
#[utoipa::path(post, path = "/services/operations/api/batch", operation_id = "uploadBatch", tag = "batches",
    params(SenderQuery, UploadQuery),
    request_body(description = "The zip, and any of the parameters as a part.", content = UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "The batch; its conversion follows.", body = Batch),
        (status = 403, description = "The account may store no more bytes or machine files (`quotaExceeded`), or it is disabled.", body = Problem),
        (status = 408, description = "The body stopped arriving.", body = Problem),
        (status = 413, description = "The upload is larger than the service takes.", body = Problem),
        (status = 429, description = "Too many uploads at once or on one day.", body = Problem),
        (status = 507, description = "The service has no disk space; send it again later.", body = Problem),
    ))]
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
    // What the query says can be judged before the body is taken in; the rest may come as parts of the form.
    let given = |name: &str| query.text(name).is_some();
    if given("leafUserId") && given("provider") {
        parameters(&state, &uploader, &query).await?;
    } else if given("leafUserId") {
        sender(&state, &uploader, &query).await?;
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

/// Whose files they are, if the account has that user.
async fn sender(state: &State, uploader: &Uploader, query: &Parameters) -> Result<String, Problem> {
    let user = SenderQuery::read(query)?.user;
    if !uploader.may_see(&user) {
        return Err(Problem::not_found("user"));
    }
    Ok(known_user(state, &uploader.caller, &user).await?.id)
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
    query.only_once(&ONCE)?;
    let user = sender(state, uploader, query).await?;
    if query.text("provider").is_none() {
        return Err(Problem::field("query", "provider", "is required")
            .hint("send `provider=Other` to let the format be found out"));
    }
    let query = UploadQuery::read(query)?;
    let provider = query.provider.to_owned();
    let given = Given {
        crop: query.crop,
        width: query.width,
        operation_type: query.operation_type.map(|kind| kind.name().to_owned()),
        columns: query.columns,
    };
    Ok(Wanted {
        user,
        provider,
        file_format: query.file_format.map(str::to_owned),
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
    use super::{ONCE, PROVIDERS, ProviderName, UploadQuery};
    use crate::api::query::{Parameters, Words};
    use tramline_formats::registry::file_format_codes;
    use tramline_model::Provider;

    #[test]
    fn a_provider_is_required_and_a_format_known_in_any_letter_case() {
        for query in ["", "provider=", "provider=%20"] {
            let read = UploadQuery::read(&Parameters::of(query));
            let refused = read.expect_err("a refusal");
            assert_eq!(refused.detail(), "`provider`: is required", "{query}");
        }
        for code in file_format_codes() {
            let query = format!("provider=leaf&fileFormat={}", code.to_lowercase());
            let read = UploadQuery::read(&Parameters::of(&query)).expect("a query");
            assert_eq!((read.provider, read.file_format), ("Leaf", Some(code)));
        }
    }

    #[test]
    fn a_parameter_may_come_twice_with_one_value() {
        for (query, refused) in [
            ("provider=Other&provider=other&crop=a&crop=%20A%20", None),
            ("provider=Other&provider=", None),
            ("column=a=area&column=b=area", None),
            (
                "provider=Other&crop=a&provider=Leaf",
                Some("`provider`: is given as `Other` and as `Leaf`"),
            ),
            (
                "width=3&width=4",
                Some("`width`: is given as `3` and as `4`"),
            ),
        ] {
            let checked = Parameters::of(query).only_once(&ONCE);
            let told = checked.as_ref().err().map(|problem| problem.detail());
            assert_eq!(told, refused, "{query}");
        }
    }

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
        let formats = format!(
            "`fileFormat`: is none of {}",
            file_format_codes().join(", ")
        );
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
            ("fileFormat=GIF&force=x", formats.as_str()),
        ] {
            let read = UploadQuery::read(&Parameters::of(&format!("provider=Other&{query}")));
            assert_eq!(read.expect_err("a refusal").detail(), expected, "{query}");
        }
    }
}
