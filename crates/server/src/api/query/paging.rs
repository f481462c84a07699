//! Pages of lists: which one is asked for, and the links to the others.

use super::{Parameter, Parameters};
use crate::api::problem::Problem;
use crate::store::Page;
use axum::http::{HeaderMap, HeaderValue};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

const DEFAULT_SIZE: u64 = 20;
const LARGEST_SIZE: u64 = 100;
/// Bytes of `Link` at most: a proxy has a few thousand for all headers.
const LONGEST_LINK: usize = 8 << 10;

fn whole() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer)
}

/// `"page" | "size"`: whole numbers, pages from 0.
pub(crate) struct Paging;

impl Parameter for Paging {
    type Value = Paged;

    fn read(query: &Parameters, names: &[&'static str]) -> Result<Paged, Problem> {
        let whole = |place: usize| query.text(names.get(place)?)?.parse::<u64>().ok();
        let page = Page {
            page: whole(0).unwrap_or(0).min(1 << 40),
            size: whole(1)
                .filter(|size| *size > 0)
                .unwrap_or(DEFAULT_SIZE)
                .min(LARGEST_SIZE),
        };
        let others = query.pairs.iter();
        let others = others.filter(|(key, _)| !names.contains(&key.as_str()));
        let address = others.fold(format!("{}?", query.path), |address, (key, value)| {
            format!("{address}{}={}&", escape(key), escape(value))
        });
        Ok(Paged { page, address })
    }

    fn schema() -> RefOr<Schema> {
        whole().into()
    }

    fn described(name: &str) -> (RefOr<Schema>, &'static str) {
        if name == "page" {
            let schema = whole().minimum(Some(0)).default(Some(0.into()));
            let about = "Number of the page, counted from 0; anything else is taken for 0.";
            return (schema.into(), about);
        }
        let schema = whole()
            .minimum(Some(1))
            .maximum(Some(LARGEST_SIZE))
            .default(Some(DEFAULT_SIZE.into()));
        let about = "Items on a page; more than 100 are taken for 100, anything unusable for 20.";
        (schema.into(), about)
    }
}

/// A page of a list.
#[derive(Debug)]
pub(crate) struct Paged {
    pub(crate) page: Page,
    /// Path and query of all pages, ready for the number and the size of one.
    address: String,
}

impl Paged {
    /// `X-Total-Count` and `Link`.
    pub(crate) fn headers(&self, base: &str, total: u64) -> HeaderMap {
        let Page { page, size } = self.page;
        let last = total.saturating_sub(1) / size;
        let link = |number: u64, relation: &str| {
            let address = &self.address;
            format!("<{base}{address}page={number}&size={size}>; rel=\"{relation}\"")
        };
        let mut links = Vec::new();
        if page < last {
            links.push(link(page + 1, "next"));
        }
        if page > 0 {
            links.push(link((page - 1).min(last), "prev"));
        }
        links.push(link(last, "last"));
        links.push(link(0, "first"));
        headers(total, &links)
    }

    /// The same of an answer that has all pages: it is the last and the first one.
    pub(crate) fn headers_of_all(&self, base: &str, total: u64) -> HeaderMap {
        let address = self.address.trim_end_matches(['?', '&']);
        let link = |relation: &str| format!("<{base}{address}>; rel=\"{relation}\"");
        headers(total, &[link("last"), link("first")])
    }
}

fn headers(total: u64, links: &[String]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("x-total-count", HeaderValue::from(total));
    // What clients and proxies would not take is left out.
    let links = links.join(", ");
    if let Ok(value) = HeaderValue::from_str(&links)
        && links.len() <= LONGEST_LINK
    {
        headers.insert("link", value);
    }
    headers
}

/// Percent-encodes all but what RFC 3986 leaves unreserved.
pub(crate) fn escape(text: &str) -> String {
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
