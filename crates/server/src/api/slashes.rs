//! Slashes too many: `//services/…/files/` is `/services/…/files`. Base addresses are often written with a slash at
//! their end.
//!
//! Rule: it goes before the routes are looked up. An escaped slash (`%2F`) is part of a name and stays.

use axum::extract::Request;
use axum::http::Uri;
use axum::http::uri::PathAndQuery;

/// The request with one slash wherever there are several, and none at its end.
pub(crate) fn tidied(mut request: Request) -> Request {
    if let Some(uri) = tidy(request.uri()) {
        *request.uri_mut() = uri;
    }
    request
}

/// A better address, unless it is good.
fn tidy(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    if !path.contains("//") && (path == "/" || !path.ends_with('/')) {
        return None;
    }
    let parts = path.split('/').filter(|part| !part.is_empty());
    let mut address = parts.fold(String::with_capacity(path.len()), |path, part| {
        path + "/" + part
    });
    if address.is_empty() {
        address.push('/');
    }
    if let Some(query) = uri.query() {
        address.push('?');
        address.push_str(query);
    }
    let mut all = uri.clone().into_parts();
    all.path_and_query = Some(PathAndQuery::try_from(address).ok()?);
    Uri::from_parts(all).ok()
}

#[cfg(test)]
mod tests {
    use super::tidy;

    #[test]
    fn slashes_are_as_many_as_are_needed() {
        for (address, expected) in [
            ("/", None),
            ("/files", None),
            ("/files?at=a//b/", None),
            ("/files/", Some("/files")),
            ("//files//?a=b//", Some("/files?a=b//")),
            ("//", Some("/")),
            ("///?a", Some("/?a")),
            ("/a//b///c/", Some("/a/b/c")),
            ("/a/%2F%2F/", Some("/a/%2F%2F")),
            ("http://here/a//b/", Some("http://here/a/b")),
            ("*", None),
        ] {
            let uri = address.parse().expect("an address");
            let tidied = tidy(&uri).map(|uri| uri.to_string());
            assert_eq!(tidied.as_deref(), expected, "{address}");
        }
    }
}
