//! JSON bodies that cannot be used: every endpoint says which member is wrong, and how.

use crate::described::described;
use crate::http::{Client, HOOKS, KEYS, Service, USERS, read};
use reqwest::Method;
use serde_json::{Value, json};

async fn sent(client: &Client, method: &Method, path: &str, body: &str) -> (u16, Value) {
    let request = client.request(method.clone(), path);
    let request = request.header("content-type", "application/json");
    read(request.body(body.to_owned()).send().await.unwrap()).await
}

#[tokio::test]
async fn every_body_of_another_kind_is_refused_with_the_kind_that_is_wanted() {
    let service = Service::start(|_| {}).await;
    let client = service.client("adviser").await;
    let user = client.user().await;
    let (all, document) = described(&client).await;
    let mut bodies = 0;
    for one in &all {
        // A calibration speaks for itself: it is the same on the command line.
        let Some(schema) = one
            .body(&document)
            .filter(|_| !one.path.contains("calibrate"))
        else {
            continue;
        };
        bodies += 1;
        let path = one.filled(&user);
        let list = schema["type"] == "array";
        let other = if list {
            "{}"
        } else {
            r#"["a", "b", "c", "d"]"#
        };
        for body in [other, r#""text""#, "5", "true", "null", "", "{", "\u{0}"] {
            let (status, problem) = sent(&client, &one.method, &path, body).await;
            let what = format!("{} {path} with {body}: {problem}", one.method);
            assert_eq!(status, 400, "{what}");
            let detail = problem["detail"].as_str().unwrap();
            let wanted = if list { "list" } else { "object" };
            assert!(
                [wanted, "empty", "not JSON"]
                    .iter()
                    .any(|word| detail.contains(word)),
                "{what}"
            );
        }
    }
    assert!(bodies >= 15, "{bodies}");
}

/// A value that nothing of that type is read from.
fn another_kind(schema: &Value) -> Option<(Value, &'static str)> {
    let is = |wanted: &str| {
        let kinds = &schema["type"];
        kinds == wanted
            || kinds
                .as_array()
                .is_some_and(|kinds| kinds.contains(&json!(wanted)))
    };
    [
        ("string", json!(5), "must be text, not 5"),
        ("integer", json!("many"), "must be a whole number, not text"),
        ("number", json!([1]), "must be a number, not a list"),
        (
            "boolean",
            json!({}),
            "must be `true` or `false`, not an object",
        ),
        ("array", json!({}), "must be a list, not an object"),
    ]
    .into_iter()
    .find(|(kind, _, _)| is(kind))
    .map(|(_, value, message)| (value, message))
}

#[tokio::test]
async fn every_member_of_another_kind_is_named() {
    let service = Service::start(|_| {}).await;
    let client = service.client("adviser").await;
    let user = client.user().await;
    let (all, document) = described(&client).await;
    let mut members = 0;
    for one in &all {
        let properties = one
            .body(&document)
            .and_then(|schema| schema["properties"].as_object());
        for (name, schema) in properties.into_iter().flatten() {
            // A calibration and a configuration speak for themselves: they are the same on the command line.
            let own = one.path.contains("calibrate") || one.path.contains("/configs");
            let Some((value, message)) = another_kind(schema).filter(|_| !own) else {
                continue;
            };
            members += 1;
            let path = one.filled(&user);
            let body = json!({ name: value }).to_string();
            let (status, problem) = sent(&client, &one.method, &path, &body).await;
            let what = format!("{} {path} with {body}: {problem}", one.method);
            assert_eq!(status, 400, "{what}");
            assert_eq!(problem["message"], "error.validation", "{what}");
            let error = &problem["fieldErrors"][0];
            assert_eq!(error["field"], *name, "{what}");
            assert_eq!(error["message"], message, "{what}");
            assert!(
                error["objectName"]
                    .as_str()
                    .is_some_and(|name| !name.is_empty()),
                "{what}"
            );
        }
    }
    assert!(members >= 25, "{members}");
}

#[tokio::test]
async fn a_member_inside_others_and_one_that_lacks_are_named_by_their_place() {
    let service = Service::start(|_| {}).await;
    let client = service.client("adviser").await;
    for (path, body, object, field, message) in [
        (
            HOOKS,
            json!({"events": ["fieldCreated", 7]}),
            "webhook",
            "events[1]",
            "must be text, not 7",
        ),
        (
            HOOKS,
            json!({"events": []}),
            "webhook",
            "name",
            "is required",
        ),
        (KEYS, json!({}), "apiKey", "leafUserId", "is required"),
        (
            KEYS,
            json!({"leafUserId": "x", "expiresIn": 1.5}),
            "apiKey",
            "expiresIn",
            "must be a whole number, not 1.5",
        ),
        (
            USERS,
            json!({"name": ["Example Farm"]}),
            "user",
            "name",
            "must be text, not a list",
        ),
        (
            "/api/authenticate",
            json!({"username": "adviser"}),
            "credentials",
            "password",
            "is required",
        ),
        (
            "/api/authenticate",
            json!({"username": "adviser", "password": null}),
            "credentials",
            "password",
            "must be text, not null",
        ),
        (
            "/services/operations/api/files/merge",
            json!({"ids": [1, 2]}),
            "merge",
            "ids[0]",
            "must be text, not 1",
        ),
    ] {
        let (status, problem) = client.post(path, &body).await;
        assert_eq!(status, 400, "{path}: {problem}");
        let expected = json!([{"objectName": object, "field": field, "message": message}]);
        assert_eq!(problem["fieldErrors"], expected, "{path}");
        assert_eq!(problem["detail"], format!("`{field}`: {message}"), "{path}");
    }
}
