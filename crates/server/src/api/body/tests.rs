//! Bodies as clients send them, and what is said of those that cannot be used.

use super::{CONTAINERS, Input, VALUES, flag, is_bounded, read, whole};
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only read")]
struct Load {
    mass: f64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Colour {
    Red,
    Green,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only read")]
struct Everything {
    name: String,
    count: Option<i64>,
    small: Option<u8>,
    rate: Option<f64>,
    on: Option<bool>,
    colour: Option<Colour>,
    ids: Option<Vec<String>>,
    loads: Option<Vec<Load>>,
    keys: Option<Map<String, Value>>,
    #[serde(default, deserialize_with = "flag")]
    remember_me: Option<bool>,
    #[serde(default, deserialize_with = "whole")]
    farm_id: Option<i64>,
}

impl Input for Everything {
    const OBJECT: &'static str = "everything";
}

/// A list alone.
#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only read")]
struct List(Vec<String>);

impl Input for List {
    const OBJECT: &'static str = "list";
}

fn said<T: Input>(body: &str) -> String {
    let read = read::<T>(body.as_bytes());
    read.map_or_else(|problem| problem.detail().to_owned(), |_| "read".to_owned())
}

#[test]
fn a_member_that_cannot_be_used_is_named_in_plain_words() {
    for (members, expected) in [
        (r#""x": 1"#, "read"),
        (
            r#""count": 5, "rate": 5, "on": true, "colour": "red""#,
            "read",
        ),
        (
            r#""count": null, "ids": [], "loads": [{"mass": 1}]"#,
            "read",
        ),
        (
            r#""count": "5""#,
            "`count`: must be a whole number, not text",
        ),
        (
            r#""count": 1.5"#,
            "`count`: must be a whole number, not 1.5",
        ),
        (
            r#""count": true"#,
            "`count`: must be a whole number, not `true`",
        ),
        (
            r#""count": 99999999999999999999"#,
            "`count`: must be a whole number, not 100000000000000000000",
        ),
        (
            r#""small": 300"#,
            "`small`: must be a whole number in its range, not 300",
        ),
        (r#""rate": []"#, "`rate`: must be a number, not a list"),
        (
            r#""on": "true""#,
            "`on`: must be `true` or `false`, not text",
        ),
        (r#""ids": "a""#, "`ids`: must be a list, not text"),
        (r#""ids": ["a", 5]"#, "`ids[1]`: must be text, not 5"),
        (r#""ids": [null]"#, "`ids[0]`: must be text, not null"),
        (
            r#""colour": "blue""#,
            "`colour`: `blue` is none of red, green",
        ),
        (r#""colour": 5"#, "`colour`: must be text, not 5"),
        (r#""loads": {}"#, "`loads`: must be a list, not an object"),
        (
            r#""loads": [{"mass": 1}, {}]"#,
            "`loads[1].mass`: is required",
        ),
        (
            r#""loads": [{"mass": {}}]"#,
            "`loads[0].mass`: must be a number, not an object",
        ),
        // Serde would take the members in their order.
        (
            r#""loads": [[1]]"#,
            "`loads[0]`: must be an object, not a list",
        ),
        (r#""keys": []"#, "`keys`: must be an object, not a list"),
    ] {
        let body = format!(r#"{{"name": "a", {members}}}"#);
        assert_eq!(said::<Everything>(&body), expected, "{body}");
    }
    assert_eq!(said::<Everything>("{}"), "`name`: is required");
    let null = said::<Everything>(r#"{"name": null}"#);
    assert_eq!(null, "`name`: must be text, not null");
}

#[test]
fn the_whole_body_is_what_is_wanted() {
    for (body, expected) in [
        (r#"["a"]"#, "the body must be an object, not a list"),
        (r#""a""#, "the body must be an object, not text"),
        ("5", "the body must be an object, not 5"),
        ("null", "the body must be an object, not null"),
        ("false", "the body must be an object, not `false`"),
        ("", "the body is empty: it must be JSON"),
        (" \r\n", "the body is empty: it must be JSON"),
        (
            r#"{"name": }"#,
            "the body is not JSON: expected value at line 1 column 10",
        ),
        (
            "username=adviser",
            "the body is not JSON: expected value at line 1 column 1",
        ),
    ] {
        assert_eq!(said::<Everything>(body), expected, "{body}");
    }
    assert_eq!(said::<List>(r#"["a", "b"]"#), "read");
    let object = said::<List>(r#"{"ids": []}"#);
    assert_eq!(object, "the body must be a list, not an object");
}

#[test]
fn what_clients_send_as_text_is_read_all_the_same() {
    let read = |members: &str| {
        let body = format!(r#"{{"name": "a", {members}}}"#);
        super::read::<Everything>(body.as_bytes()).map(|read| (read.remember_me, read.farm_id))
    };
    for (members, expected) in [
        (
            r#""rememberMe": "True", "farmId": "7""#,
            (Some(true), Some(7)),
        ),
        (
            r#""rememberMe": false, "farmId": -7"#,
            (Some(false), Some(-7)),
        ),
        (r#""rememberMe": null, "farmId": """#, (None, None)),
        (r#""rememberMe": "", "farmId": null"#, (None, None)),
    ] {
        assert_eq!(read(members).ok(), Some(expected), "{members}");
    }
    for (members, expected) in [
        (
            r#""rememberMe": "yes""#,
            "`rememberMe`: must be `true` or `false`, not text",
        ),
        (
            r#""rememberMe": 1"#,
            "`rememberMe`: must be `true` or `false`, not 1",
        ),
        (
            r#""farmId": "x""#,
            "`farmId`: must be a whole number, not text",
        ),
        (
            r#""farmId": 1.5"#,
            "`farmId`: must be a whole number, not 1.5",
        ),
        (
            r#""farmId": 9999999999999999999"#,
            "`farmId`: must be a whole number in its range, not 9999999999999999999",
        ),
    ] {
        let problem = read(members).expect_err("a refusal");
        assert_eq!(problem.detail(), expected, "{members}");
    }
}

#[test]
fn what_would_be_a_large_tree_is_not_read() {
    let lists = |number: usize| format!("[{}]", "[],".repeat(number));
    assert!(is_bounded(lists(CONTAINERS - 1).as_bytes()));
    assert!(!is_bounded(lists(CONTAINERS).as_bytes()));
    assert!(!is_bounded("1,".repeat(VALUES + 1).as_bytes()));
    // Within a text they are letters.
    let text = format!(r#"["\"{}"]"#, "[,".repeat(VALUES + 1));
    assert!(is_bounded(text.as_bytes()));
    let refused = read::<List>(lists(CONTAINERS).as_bytes()).expect_err("a refusal");
    assert!(
        refused.detail().contains("lists and objects"),
        "{refused:?}"
    );
}
