//! Headers of answers. They follow from what an operation is: a list has pages, what is made has an address,
//! bytes have a tag.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Response};

/// Operations whose answer names the address of what they made.
const LOCATED: [&str; 5] = [
    "createField",
    "createUser",
    "createUserConfiguration",
    "createWebhook",
    "uploadBatch",
];
/// Operations that answer a token.
const GRANTS: [&str; 2] = ["authenticate", "changePassword"];
/// Operations that answer bytes with a tag.
const TAGGED: [&str; 4] = [
    "downloadArtifact",
    "downloadClassMap",
    "downloadGeotiff",
    "getTile",
];

/// A header: its name, what it holds, and its description.
struct Line(&'static str, Type, Option<&'static str>, &'static str);

const REQUEST_ID: Line = Line(
    "X-Request-Id",
    Type::String,
    None,
    "Id of the request, as the log has it: the client's own, if it sent one of up to 64 letters, digits, `-`, `_` and `.`.",
);
const TOTAL: Line = Line(
    "X-Total-Count",
    Type::Integer,
    None,
    "Number of items on all pages together.",
);
const LINK: Line = Line(
    "Link",
    Type::String,
    None,
    "Addresses of the `next`, `prev`, `last` and `first` page (RFC 8288); `next` and `prev` only where there is one.",
);
const LOCATION: Line = Line(
    "Location",
    Type::String,
    Some("uri-reference"),
    "Path of what was made.",
);
const TAG: Line = Line(
    "ETag",
    Type::String,
    None,
    "Tag of the bytes, for `If-None-Match` and `If-Range`: the same tag, the same bytes.",
);
const RANGES: Line = Line(
    "Accept-Ranges",
    Type::String,
    None,
    "`bytes` where `Range` is obeyed; absent while a rendering is not complete.",
);
const CONTENT_RANGE: Line = Line(
    "Content-Range",
    Type::String,
    None,
    "Which bytes of how many, such as `bytes 0-9/1000`.",
);
const DISPOSITION: Line = Line(
    "Content-Disposition",
    Type::String,
    None,
    "Name of the file to be kept (RFC 6266).",
);
const CHALLENGE: Line = Line(
    "WWW-Authenticate",
    Type::String,
    None,
    "`Bearer`: how to authenticate.",
);
const AFTER: Line = Line(
    "Retry-After",
    Type::Integer,
    None,
    "Seconds after which the same request makes sense again.",
);

const AFTER_SOME: Line = Line(
    "Retry-After",
    Type::Integer,
    None,
    "Seconds after which the same request makes sense again; only with 409, 429, 503 and 507.",
);
const BEARER: Line = Line(
    "Authorization",
    Type::String,
    None,
    "`Bearer` and the token, as requests have it.",
);

/// Adds the headers of all answers of an operation.
pub(super) fn describe(operation: &mut Operation) {
    let id = operation.operation_id.clone().unwrap_or_default();
    let mut parameters = operation.parameters.iter().flatten();
    let paged = parameters.any(|one| matches!(one, RefOr::T(one) if one.name == "page"));
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else {
            continue;
        };
        let mut lines = vec![REQUEST_ID];
        match status.as_str() {
            "200" if paged => lines.extend([TOTAL, LINK]),
            "200" if id == "exportFile" => lines.push(DISPOSITION),
            "200" if GRANTS.contains(&id.as_str()) => lines.push(BEARER),
            "201" if LOCATED.contains(&id.as_str()) => lines.push(LOCATION),
            "401" => lines.push(CHALLENGE),
            "409" | "429" | "503" | "507" => lines.push(AFTER),
            "4XX" | "5XX" => lines.push(AFTER_SOME),
            "416" => lines.push(CONTENT_RANGE),
            _ => {}
        }
        if TAGGED.contains(&id.as_str()) && ["200", "204", "206", "304"].contains(&status.as_str())
        {
            lines.push(TAG);
        }
        if id == "downloadArtifact" && status.starts_with("20") {
            lines.extend([RANGES, DISPOSITION]);
            if status == "206" {
                lines.push(CONTENT_RANGE);
            }
        }
        add(response, lines);
    }
}

fn add(response: &mut Response, lines: Vec<Line>) {
    for Line(name, kind, format, about) in lines {
        let format = format.map(|format| SchemaFormat::Custom(format.to_owned()));
        let schema = ObjectBuilder::new().schema_type(kind).format(format);
        let header = HeaderBuilder::new()
            .schema(Some(schema))
            .description(Some(about))
            .build();
        response.headers.insert(name.to_owned(), header.into());
    }
}
