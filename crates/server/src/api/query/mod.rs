//! Queries: each endpoint declares its parameters once with [`query!`], which reads and describes them.
//!
//! Rules: an unusable page or size falls back to its default; any other parameter that cannot be
//! read is a 400 that names it, and of several the first in the order of declaration. Empty
//! parameters count as absent; of a repeated one the first value counts.

mod kinds;
mod paging;

pub(crate) use kinds::{
    Flag, Id, IfAsked, Listed, NamedWords, Number, Required, Sent, Sort, Text, Time, Whole, Word,
    Words, Written, enumeration, listed,
};
pub(crate) use paging::{Paging, escape};

use super::problem::Problem;
use crate::state::State;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::{self, RefOr, Schema};
use uuid::Uuid;

/// The query, in order, as text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters {
    pairs: Vec<(String, String)>,
    path: String,
    /// A parameter that is not read: something else decides.
    overruled: Option<&'static str>,
}

impl FromRequestParts<State> for Parameters {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, Problem> {
        let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri) else {
            return Err(Problem::bad_request("the query is not `name=value&…`"));
        };
        Ok(Self {
            pairs,
            path: parts.uri.path().to_owned(),
            overruled: None,
        })
    }
}

impl Parameters {
    /// Those of `name=value&…` at the path `/things`.
    #[cfg(test)]
    pub(crate) fn of(query: &str) -> Self {
        let address = format!("/things?{query}").parse().expect("an address");
        let Query(pairs) = Query::try_from_uri(&address).expect("a query");
        Self {
            pairs,
            path: "/things".to_owned(),
            overruled: None,
        }
    }

    /// Adds what came as a form field; it takes the place of empty ones.
    pub(crate) fn add(&mut self, name: &str, value: String) {
        let empty = |(key, value): &(String, String)| key == name && value.trim().is_empty();
        self.pairs.retain(|pair| !empty(pair));
        self.pairs.push((name.to_owned(), value));
    }

    /// Refuses several values of one parameter; the same one may come again.
    pub(crate) fn only_once(&self, names: &[&str]) -> Result<(), Problem> {
        for name in names {
            let mut values = self.all(name);
            let Some(first) = values.next() else { continue };
            if let Some(other) = values.find(|value| !value.eq_ignore_ascii_case(first)) {
                let shown = |text: &str| text.chars().take(100).collect::<String>();
                let message = format!("is given as `{}` and as `{}`", shown(first), shown(other));
                return Err(Problem::field("query", name, message)
                    .hint("send it once, in the query or as a part of the form"));
            }
        }
        Ok(())
    }

    /// Leaves a parameter unread.
    pub(crate) fn overrule(&mut self, name: &'static str) {
        self.overruled = Some(name);
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().find(|(key, _)| key == name);
        found
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty() && self.overruled != Some(name))
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs
            .iter()
            .filter(move |(key, value)| key == name && !value.trim().is_empty())
            .map(|(_, value)| value.trim())
    }
}

/// A kind of parameter: how it is read and how it is described.
pub(crate) trait Parameter {
    type Value;
    /// Whether it is described as required.
    const REQUIRED: openapi::Required = openapi::Required::False;

    /// Reads it under the first of its names that is given.
    fn read(query: &Parameters, names: &[&'static str]) -> Result<Self::Value, Problem>;

    fn schema() -> RefOr<Schema>;

    /// How it is described under one of its names, and what is to be said where the endpoint says nothing.
    fn described(_: &str) -> (RefOr<Schema>, &'static str) {
        (Self::schema(), "")
    }
}

/// Declares a query: `field: Kind = "name"`, or `= "name" | "otherName"`. The struct holds the values of the
/// kinds, is an extractor, and describes itself. `read` is for handlers that read it later than other things.
macro_rules! query {
    (
        $(#[$about:meta])*
        $query:ident {
            $( $(#[doc = $doc:literal])* $field:ident: $kind:ty = $($name:literal)|+, )*
        }
    ) => {
        $(#[$about])*
        #[derive(Debug)]
        pub(crate) struct $query {
            $( $(#[doc = $doc])* $field: <$kind as $crate::api::query::Parameter>::Value, )*
        }

        impl $query {
            pub(crate) fn read(
                query: &$crate::api::query::Parameters,
            ) -> Result<Self, $crate::api::problem::Problem> {
                Ok(Self {
                    $( $field: <$kind as $crate::api::query::Parameter>::read(query, &[$($name),+])?, )*
                })
            }
        }

        impl axum::extract::FromRequestParts<$crate::state::State> for $query {
            type Rejection = $crate::api::problem::Problem;

            async fn from_request_parts(
                parts: &mut axum::http::request::Parts,
                state: &$crate::state::State,
            ) -> Result<Self, Self::Rejection> {
                Self::read(&$crate::api::query::Parameters::from_request_parts(parts, state).await?)
            }
        }

        impl utoipa::IntoParams for $query {
            fn into_params(
                _: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
            ) -> Vec<utoipa::openapi::path::Parameter> {
                [$( $crate::api::query::described::<$kind>(&[$($name),+], &[$($doc),*]), )*]
                    .into_iter()
                    .flatten()
                    .collect()
            }
        }
    };
}
pub(crate) use query;

/// The description of a parameter under each of its names.
pub(crate) fn described<P: Parameter>(
    names: &[&str],
    docs: &[&str],
) -> Vec<utoipa::openapi::path::Parameter> {
    let docs: Vec<&str> = docs.iter().map(|line| line.trim()).collect();
    let docs = docs.join("\n");
    let one = |name: &&str| {
        let (schema, own) = P::described(name);
        let docs = if docs.is_empty() { own } else { &docs };
        ParameterBuilder::new()
            .name(*name)
            .parameter_in(ParameterIn::Query)
            .required(P::REQUIRED)
            .description(Some(docs).filter(|docs| !docs.is_empty()))
            .schema(Some(schema))
            .build()
    };
    names.iter().map(one).collect()
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

#[cfg(test)]
mod tests;
