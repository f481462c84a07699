//! The OpenAPI 3.1 document: made of the handlers' own descriptions, completed by what all of them have in common.
//!
//! Rule: nothing in it is without a description, closed lists are enumerations, and its names are those that a
//! generated client has: an operation says its `operation_id`, a body is a named schema.

mod absent;
mod headers;
mod refusals;
#[cfg(test)]
mod tests;

use super::documents::progress::BatchProgress;
use super::router::routes;
use utoipa::openapi::info::{ContactBuilder, LicenseBuilder};
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::server::ServerBuilder;
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{InfoBuilder, OpenApi};
use utoipa::{PartialSchema, ToSchema};

const ABOUT: &str = "From the files of farm machines to standard points, totals and maps. The paths under \
    `/services` are those of the public \"Machine Files & Upload\" contract: a client of it changes the base URL.\n\n\
    Lists are paged by `page` and `size` and answer `X-Total-Count` and `Link`. Times are ISO 8601 in UTC, \
    coordinates are degrees in WGS 84, areas of filters are square metres. Every failure is a problem document \
    (RFC 9457) that says what went wrong and what to do.";

/// Groups of operations, in the order in which a reader meets them.
const TAGS: [(&str, &str); 13] = [
    ("authentication", "A token for a name and a password."),
    (
        "users",
        "Whose files they are, and keys that upload for one of them.",
    ),
    (
        "batches",
        "Uploads: one zip each, as it comes from the machine's display.",
    ),
    (
        "files",
        "Machine files: what was made of the uploads, and everything that can be made of it.",
    ),
    (
        "operations",
        "Field operations: the work on a field in a season, over all of its machine files.",
    ),
    (
        "fields",
        "Fields, their boundaries, and which of them a geometry meets.",
    ),
    (
        "farms",
        "Farms and growers: this version keeps none, and lists are empty.",
    ),
    (
        "machines",
        "Machines, implements and operators: this version keeps none, and lists are empty.",
    ),
    (
        "configurations",
        "How files are converted: for the account, and for single users.",
    ),
    (
        "webhooks",
        "Calls of the service when something has happened.",
    ),
    (
        "account",
        "The account itself: its use, password, tokens, log and end.",
    ),
    (
        "health",
        "Whether the service works, and which formats it reads.",
    ),
    ("reference", "This description of the API."),
];

/// The OpenAPI 3.1 document.
pub fn description() -> OpenApi {
    let (_, mut api) = routes().split_for_parts();
    api.info = InfoBuilder::new()
        .title("Tramline")
        .description(Some(ABOUT))
        .version(env!("CARGO_PKG_VERSION"))
        .contact(Some(
            ContactBuilder::new()
                .name(Some("The operator of this Tramline service"))
                .build(),
        ))
        .license(Some(
            LicenseBuilder::new()
                .name("Apache-2.0 OR MIT")
                .identifier(Some("Apache-2.0 OR MIT"))
                .build(),
        ))
        .build();
    api.servers = Some(vec![
        ServerBuilder::new()
            .url("/")
            .description(Some("The service that serves this document."))
            .build(),
    ]);
    let tags = TAGS.map(|(name, about)| {
        TagBuilder::new()
            .name(name)
            .description(Some(about))
            .build()
    });
    api.tags = Some(tags.into());
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("The `id_token` of `POST /api/authenticate`."))
        .build();
    let key = ApiKeyValue::with_description(
        "X-Api-Key",
        "A key that uploads for one user and reads that user's batches.",
    );
    let components = api.components.get_or_insert_default();
    // What events hold is no body, so that no operation brings it here.
    let mut events = vec![(BatchProgress::name().into_owned(), BatchProgress::schema())];
    BatchProgress::schemas(&mut events);
    components.schemas.extend(events);
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    components.add_security_scheme("apiKey", SecurityScheme::ApiKey(ApiKey::Header(key)));
    absent::describe(&mut api);
    for operation in operations(&mut api) {
        // A choice with an empty requirement is what generators take for a token that may be left out.
        if operation.security.is_some() {
            operation.security = Some(Vec::new());
        }
        refusals::describe(operation);
        headers::describe(operation);
    }
    let none = Vec::<String>::new();
    api.security = Some(vec![SecurityRequirement::new("bearer", none)]);
    api
}

/// All operations of the document.
fn operations(api: &mut OpenApi) -> impl Iterator<Item = &mut Operation> {
    api.paths.paths.values_mut().flat_map(|item| {
        [
            &mut item.get,
            &mut item.post,
            &mut item.put,
            &mut item.patch,
            &mut item.delete,
        ]
        .into_iter()
        .filter_map(Option::as_mut)
    })
}
