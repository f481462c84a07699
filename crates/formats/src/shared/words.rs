//! Parts of texts for people.

use std::fmt::Display;
use tramline_model::ReadError;

/// `1 record`, `2 records`: the regular plural.
pub(crate) fn counted(count: impl Display, one: &str) -> String {
    let count = count.to_string();
    let ending = if count == "1" { "" } else { "s" };
    format!("{count} {one}{ending}")
}

/// What an error says, without its place.
pub(crate) fn what(error: &ReadError) -> String {
    match error {
        ReadError::Malformed { what, .. }
        | ReadError::Unsupported { what, .. }
        | ReadError::Io { what, .. } => what.clone(),
        ReadError::Limit { limit, allowed, .. } => format!("limit `{limit}` of {allowed} reached"),
        ReadError::Stopped(stop) => stop.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tramline_model::Place;

    #[test]
    fn one_has_no_plural() {
        assert_eq!(counted(1, "record"), "1 record");
        assert_eq!(counted(0_u64, "record"), "0 records");
    }

    #[test]
    fn errors_say_what_without_where() {
        let place = Place::entry("farm of a person/log.bin");
        assert_eq!(
            what(&ReadError::malformed(place.clone(), "cut off", "")),
            "cut off"
        );
        let limit = ReadError::Limit {
            place,
            limit: "points",
            allowed: 5,
        };
        assert_eq!(what(&limit), "limit `points` of 5 reached");
    }
}
