//! Query parameters as clients write them, and the paging of lists.
//!
//! Rule: an unusable page or size falls back to its default; any other parameter that cannot be
//! read is a 400 that names it. Empty parameters count as absent.

use super::problem::Problem;
use crate::clock::{Micros, parse};
use crate::state::State;
use crate::store::Page;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use uuid::Uuid;

const DEFAULT_SIZE: u64 = 20;
const LARGEST_SIZE: u64 = 100;

/// The query, in order, as text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters {
    pairs: Vec<(String, String)>,
    path: String,
}

impl FromRequestParts<State> for Parameters {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Problem> {
        let read = Query::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let Ok(Query(pairs)) = read else {
            return Err(Problem::bad_request("the query is not `name=value&…`"));
        };
        Ok(Self {
            pairs,
            path: parts.uri.path().to_owned(),
        })
    }
}

impl Parameters {
    /// Adds what came as a form field, unless the query has it.
    pub(crate) fn add(&mut self, name: &str, value: String) {
        if self.text(name).is_none() {
            self.pairs.push((name.to_owned(), value));
        }
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().find(|(key, _)| key == name);
        found
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs
            .iter()
            .filter(move |(key, value)| key == name && !value.trim().is_empty())
            .map(|(_, value)| value.trim())
    }

    pub(crate) fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    pub(crate) fn required(&self, name: &str) -> Result<&str, Problem> {
        self.text(name)
            .ok_or_else(|| Problem::field("query", name, "is required"))
    }

    pub(crate) fn uuid(&self, name: &str) -> Result<Option<String>, Problem> {
        self.text(name)
            .map(|text| uuid(text).ok_or_else(|| Problem::field("query", name, "is not a UUID")))
            .transpose()
    }

    pub(crate) fn time(&self, names: &[&str]) -> Result<Option<Micros>, Problem> {
        for name in names {
            if let Some(text) = self.text(name) {
                return parse(text)
                    .map(Some)
                    .ok_or_else(|| Problem::field("query", name, "is not an ISO 8601 time"));
            }
        }
        Ok(None)
    }

    pub(crate) fn boolean(&self, name: &str) -> Result<Option<bool>, Problem> {
        match self.text(name) {
            None => Ok(None),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(_) => Err(Problem::field(
                "query",
                name,
                "is neither `true` nor `false`",
            )),
        }
    }

    pub(crate) fn number(&self, name: &str) -> Result<Option<f64>, Problem> {
        self.text(name)
            .map(|text| {
                let number = text.parse().ok().filter(|number: &f64| number.is_finite());
                number.ok_or_else(|| Problem::field("query", name, "is not a number"))
            })
            .transpose()
    }

    /// One of the names, in any letter case; the answer is in the case of the list.
    pub(crate) fn one_of(&self, name: &str, names: &[&str]) -> Result<Option<String>, Problem> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        let found = names.iter().find(|known| known.eq_ignore_ascii_case(text));
        found.map(|known| Some((*known).to_owned())).ok_or_else(|| {
            Problem::field("query", name, format!("is none of {}", names.join(", ")))
        })
    }

    /// One of the words of a list, in any letter case.
    pub(crate) fn word<T: Clone>(
        &self,
        name: &str,
        list: &[T],
        text: impl Fn(&T) -> &str,
    ) -> Result<Option<T>, Problem> {
        let names: Vec<&str> = list.iter().map(&text).collect();
        let found = self.one_of(name, &names)?;
        Ok(found.and_then(|found| list.iter().find(|word| text(word) == found).cloned()))
    }

    pub(crate) fn page(&self) -> Page {
        let whole = |name: &str| self.text(name).and_then(|text| text.parse::<u64>().ok());
        Page {
            page: whole("page").unwrap_or(0).min(1 << 40),
            size: whole("size")
                .filter(|size| *size > 0)
                .unwrap_or(DEFAULT_SIZE)
                .min(LARGEST_SIZE),
        }
    }

    /// `sort=field,desc`, repeated; `true` is ascending.
    pub(crate) fn sort<T: Copy>(&self, known: &[(&str, T)]) -> Result<Vec<(T, bool)>, Problem> {
        let mut list = Vec::new();
        for text in self.all("sort") {
            let (field, direction) = text.split_once(',').unwrap_or((text, "asc"));
            let found = known.iter().find(|(name, _)| *name == field.trim());
            let Some((_, sort)) = found else {
                let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
                let message = format!("`{field}` is none of {}", names.join(", "));
                return Err(Problem::field("query", "sort", message));
            };
            let ascending = match direction.trim() {
                d if d.eq_ignore_ascii_case("asc") => true,
                d if d.eq_ignore_ascii_case("desc") => false,
                _ => {
                    return Err(Problem::field(
                        "query",
                        "sort",
                        "the direction is `asc` or `desc`",
                    ));
                }
            };
            list.push((*sort, ascending));
        }
        Ok(list)
    }

    /// `X-Total-Count` and `Link` of a page.
    pub(crate) fn headers(&self, base: &str, page: Page, total: u64) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("x-total-count", HeaderValue::from(total));
        let last = total.saturating_sub(1) / page.size;
        let mut links = Vec::new();
        let mut link = |number: u64, relation: &str| {
            let mut query = String::new();
            for (key, value) in &self.pairs {
                if key != "page" && key != "size" {
                    query.push_str(&format!("{}={}&", escape(key), escape(value)));
                }
            }
            links.push(format!(
                "<{base}{}?{query}page={number}&size={}>; rel=\"{relation}\"",
                self.path, page.size
            ));
        };
        if page.page < last {
            link(page.page + 1, "next");
        }
        if page.page > 0 {
            link((page.page - 1).min(last), "prev");
        }
        link(last, "last");
        link(0, "first");
        if let Ok(value) = HeaderValue::from_str(&links.join(", ")) {
            headers.insert("link", value);
        }
        headers
    }
}

/// Percent-encodes all but what RFC 3986 leaves unreserved.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

/// Lower case with hyphens; other spellings of a UUID are not taken.
pub(crate) fn uuid(text: &str) -> Option<String> {
    (text.len() == 36)
        .then(|| Uuid::try_parse(text).ok())
        .flatten()
        .map(|id| id.hyphenated().to_string())
}

/// The id in a path, or 400.
pub(crate) fn path_id(text: &str) -> Result<String, Problem> {
    uuid(text).ok_or_else(|| Problem::field("path", "id", "is not a UUID"))
}
