//! The kinds of parameters that several endpoints have. An endpoint may add its own.

use super::{Parameter, Parameters, uuid};
use crate::api::problem::Problem;
use crate::clock::{Micros, parse};
use std::borrow::Cow;
use std::marker::PhantomData;
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{self, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

fn refused(name: &str, message: impl Into<String>) -> Problem {
    Problem::field("query", name, message)
}

/// The first of the names that is given, with its text.
fn given<'a>(query: &'a Parameters, names: &[&'static str]) -> Option<(&'static str, &'a str)> {
    names
        .iter()
        .find_map(|name| Some((*name, query.text(name)?)))
}

fn simple(kind: Type, format: Option<SchemaFormat>) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(kind).format(format).into()
}

/// Any text.
pub(crate) struct Text;

impl Parameter for Text {
    type Value = Option<String>;

    fn read(query: &Parameters, names: &[&'static str]) -> Result<Self::Value, Problem> {
        Ok(given(query, names).map(|(_, text)| text.to_owned()))
    }

    fn schema() -> RefOr<Schema> {
        simple(Type::String, None)
    }
}

/// A UUID.
pub(crate) struct Id;

impl Parameter for Id {
    type Value = Option<String>;

    fn read(query: &Parameters, names: &[&'static str]) -> Result<Self::Value, Problem> {
        given(query, names)
            .map(|(name, text)| uuid(text).ok_or_else(|| refused(name, "is not a UUID")))
            .transpose()
    }

    fn schema() -> RefOr<Schema> {
        simple(Type::String, Some(SchemaFormat::Custom("uuid".to_owned())))
    }
}

/// A time in any of the forms that [`parse`] reads.
pub(crate) struct Time;

impl Parameter for Time {
    type Value = Option<Micros>;

    fn read(query: &Parameters, names: &[&'static str]) -> Result<Self::Value, Problem> {
        given(query, names)
            .map(|(name, text)| parse(text).ok_or_else(|| refused(name, "is not an ISO 8601 time")))
            .transpose()
    }

    fn schema() -> RefOr<Schema> {
        simple(
            Type::String,
            Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)),
        )
    }
}

/// `true` or `false`, in any letter case.
pub(crate) struct Flag;

impl Parameter for Flag {
    type Value = Option<bool>;

    fn read(query: &Parameters, names: &[&'static str]) -> Result<Self::Value, Problem> {
        match given(query, names) {
            None => Ok(None),
            Some((_, text)) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some((_, text)) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some((name, _)) => Err(refused(name, "is neither `true` nor `false`")),
        }
    }

    fn schema() -> RefOr<Schema> {
        simple(Type::Boolean, None)
    }
}

/// A finite number.
pub(crate) struct Number;

impl Parameter for Number {
    type Value = Option<f64>;

    fn read(query: &Parameters, names: &[&'static str]) -> Result<Self::Value, Problem> {
        given(query, names)
            .map(|(name, text)| {
                let number = text.parse().ok().filter(|number: &f64| number.is_finite());
                number.ok_or_else(|| refused(name, "is not a number"))
            })
            .transpose()
    }

    fn schema() -> RefOr<Schema> {
        simple(
            Type::Number,
            Some(SchemaFormat::KnownFormat(KnownFormat::Double)),
        )
    }
}

/// A whole number; of any other the part before the point counts.
pub(crate) struct Whole;

impl Parameter for Whole {
    type Value = Option<i64>;

    fn read(query: &Parameters, names: &[&'static str]) -> Result<Self::Value, Problem> {
        Ok(Number::read(query, names)?.map(|number| number as i64))
    }

    fn schema() -> RefOr<Schema> {
        simple(
            Type::Integer,
            Some(SchemaFormat::KnownFormat(KnownFormat::Int64)),
        )
    }
}

/// A closed list of words, in the order in which a refusal lists them.
pub(crate) trait Words {
    type Word;
    /// Whether a word may be written in any letter case.
    const ANY_CASE: bool = true;

    fn words() -> Vec<(&'static str, Self::Word)>;
}

/// The words of an enum.
pub(crate) fn listed<T: Clone>(
    list: &[T],
    name: impl Fn(T) -> &'static str,
) -> Vec<(&'static str, T)> {
    let words = list.iter().cloned();
    words.map(|word| (name(word.clone()), word)).collect()
}

fn names<T>(words: &[(&'static str, T)]) -> Vec<&'static str> {
    words.iter().map(|(name, _)| *name).collect()
}

/// One of the words of a closed list.
pub(crate) struct Word<W>(PhantomData<W>);

impl<W: Words> Parameter for Word<W> {
    type Value = Option<W::Word>;

    fn read(query: &Parameters, names_: &[&'static str]) -> Result<Self::Value, Problem> {
        let Some((name, text)) = given(query, names_) else {
            return Ok(None);
        };
        let words = W::words();
        let known = names(&words).join(", ");
        let is = |word: &str| word == text || W::ANY_CASE && word.eq_ignore_ascii_case(text);
        let found = words.into_iter().find(|(word, _)| is(word));
        let found = found.ok_or_else(|| refused(name, format!("is none of {known}")))?;
        Ok(Some(found.1))
    }

    fn schema() -> RefOr<Schema> {
        enumeration(&names(&W::words()))
    }
}

/// The schema of a closed list.
pub(crate) fn enumeration(words: &[&str]) -> RefOr<Schema> {
    closed(words).into()
}

fn closed(words: &[&str]) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(words.to_vec()))
}

/// A closed list that bodies have, too.
pub(crate) trait NamedWords: Words {
    /// The name of its schema.
    const NAME: &'static str;
    /// What its words mean.
    const ABOUT: &'static str;
}

/// The schema of a closed list, for members of bodies.
pub(crate) struct Listed<W>(PhantomData<W>);

impl<W: NamedWords> PartialSchema for Listed<W> {
    fn schema() -> RefOr<Schema> {
        closed(&names(&W::words()))
            .description(Some(W::ABOUT))
            .into()
    }
}

impl<W: NamedWords> ToSchema for Listed<W> {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed(W::NAME)
    }
}

/// Members and directions of one `sort`.
const SORT_PARTS: usize = 40;

/// What a list is sorted by, and whether each rises: `field`, `field,desc`, `field,otherField,desc`, repeated. A
/// direction goes for all fields before it that have none of their own. `field desc` is read as well.
pub(crate) struct Sort<W>(PhantomData<W>);

impl<W: Words<Word: Copy>> Sort<W> {
    /// The keys of one value.
    fn keys(name: &str, text: &str) -> Result<Vec<(W::Word, bool)>, Problem> {
        let words = W::words();
        if text.split(',').count() > SORT_PARTS {
            let message = format!(
                "has more than {SORT_PARTS} parts, and there are {} members",
                words.len()
            );
            return Err(refused(name, message));
        }
        let field = |part: &str| words.iter().find(|(word, _)| *word == part);
        let mut keys = Vec::new();
        // From here on they have no direction yet.
        let mut open = 0;
        for part in text.split(',').map(str::trim) {
            if let Some(rises) = direction(part).filter(|_| open < keys.len()) {
                let without = keys.iter_mut().skip(open);
                without.for_each(|(_, ascending)| *ascending = rises);
                open = keys.len();
                continue;
            }
            let (first, own) = part
                .split_once(char::is_whitespace)
                .and_then(|(first, last)| Some((first, Some(direction(last.trim())?))))
                .unwrap_or((part, None));
            let (_, key) = field(first).ok_or_else(|| {
                let known = names(&words).join(", ");
                let or = if keys.is_empty() {
                    ""
                } else {
                    ", and neither `asc` nor `desc`"
                };
                refused(name, format!("`{part}` is none of {known}{or}"))
            })?;
            keys.push((*key, own.unwrap_or(true)));
            if own.is_some() {
                open = keys.len();
            }
        }
        Ok(keys)
    }
}

/// Whether `asc`, which rises, or `desc`.
fn direction(text: &str) -> Option<bool> {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    is("asc").then_some(true).or(is("desc").then_some(false))
}

impl<W: Words<Word: Copy>> Parameter for Sort<W> {
    type Value = Vec<(W::Word, bool)>;

    fn read(query: &Parameters, names: &[&'static str]) -> Result<Self::Value, Problem> {
        let mut list = Vec::new();
        for name in names {
            for text in query.all(name) {
                list.extend(Self::keys(name, text)?);
            }
        }
        Ok(list)
    }

    fn schema() -> RefOr<Schema> {
        let fields = names(&W::words()).join("|");
        let one = ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(format!(
                "^({fields})(,(asc|desc))?(,({fields})(,(asc|desc))?)*$"
            )));
        ArrayBuilder::new().items(one).into()
    }

    fn described(_: &str) -> (RefOr<Schema>, &'static str) {
        let about = "Member to sort by, with `,asc` (the default) or `,desc` behind it. It may be repeated: the first \
                     has priority. Equal items follow their ids.";
        (Self::schema(), about)
    }
}

/// A parameter that must be given.
pub(crate) struct Required<P>(PhantomData<P>);

impl<T, P: Parameter<Value = Option<T>>> Parameter for Required<P> {
    type Value = T;
    const REQUIRED: openapi::Required = openapi::Required::True;

    fn read(query: &Parameters, names: &[&'static str]) -> Result<T, Problem> {
        let name = names.first().copied().unwrap_or_default();
        P::read(query, names)?.ok_or_else(|| refused(name, "is required"))
    }

    fn schema() -> RefOr<Schema> {
        P::schema()
    }

    fn described(name: &str) -> (RefOr<Schema>, &'static str) {
        P::described(name)
    }
}

/// A parameter that must be given, in the query or as a part of the form, but not with two values.
pub(crate) struct Sent<P>(PhantomData<P>);

impl<T, P: Parameter<Value = Option<T>>> Parameter for Sent<P> {
    type Value = T;

    fn read(query: &Parameters, names: &[&'static str]) -> Result<T, Problem> {
        query.only_once(names)?;
        Required::<P>::read(query, names)
    }

    fn schema() -> RefOr<Schema> {
        P::schema()
    }
}

/// Parameters, and whether any of them is given.
pub(crate) struct IfAsked<P>(PhantomData<P>);

/// What [`IfAsked`] reads.
#[derive(Debug)]
pub(crate) struct Asked<T> {
    pub(crate) asked: bool,
    pub(crate) value: T,
}

impl<P: Parameter> Parameter for IfAsked<P> {
    type Value = Asked<P::Value>;

    fn read(query: &Parameters, names: &[&'static str]) -> Result<Self::Value, Problem> {
        Ok(Asked {
            asked: given(query, names).is_some(),
            value: P::read(query, names)?,
        })
    }

    fn schema() -> RefOr<Schema> {
        P::schema()
    }

    fn described(name: &str) -> (RefOr<Schema>, &'static str) {
        P::described(name)
    }
}

/// A parameter with the text that it was read from.
pub(crate) struct Written<P>(PhantomData<P>);

impl<T, P: Parameter<Value = Option<T>>> Parameter for Written<P> {
    type Value = Option<(String, T)>;

    fn read(query: &Parameters, names: &[&'static str]) -> Result<Self::Value, Problem> {
        let value = P::read(query, names)?;
        let text = given(query, names).map(|(_, text)| text.to_owned());
        Ok(text.zip(value))
    }

    fn schema() -> RefOr<Schema> {
        P::schema()
    }

    fn described(name: &str) -> (RefOr<Schema>, &'static str) {
        P::described(name)
    }
}
