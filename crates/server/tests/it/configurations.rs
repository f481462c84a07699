//! Configurations over HTTP: two levels, inheritance of each key, what is refused.

use crate::http::{CONFIGS, Client, Service, until};
use reqwest::Method;
use serde_json::{Value, json};

const UNKNOWN: &str = "00000000-0000-4000-8000-000000000001";

fn of(user: &str) -> String {
    format!("{CONFIGS}/{user}")
}

async fn owner(client: &Client) -> Value {
    let (status, body) = client.get(CONFIGS).await;
    assert_eq!(status, 200);
    body
}

#[tokio::test]
async fn the_owner_has_the_complete_set() {
    let service = Service::start(|_| {}).await;
    let client = service.client("adviser").await;
    let all = owner(&client).await;
    let expected = [
        ("apiOwnerUsername", json!("adviser")),
        ("leafUserId", json!("")),
        ("cleanupStandardGeojson", json!(true)),
        ("unitMeasurement", json!("DEFAULT")),
        ("cropOptional", json!("required")),
        ("operationsOutliersLimit", json!(3)),
        ("operationsMergeRangeHarvested", json!(21)),
        ("fieldsAttachIntersection", json!(0.01)),
        ("organizationDataSync", json!("ALL")),
        ("geoimagesResolution", json!(0.000_01)),
    ];
    for (key, value) in expected {
        assert_eq!(all[key], value, "{key}");
    }
    assert_eq!(all["cleanupRules"].as_object().unwrap().len(), 11);
    assert_eq!(
        all["operationsImageAttributeCreation"]["tillage"]["speed"],
        json!(false)
    );

    let change =
        json!({"unitMeasurement": "metric", "outofStandardOperations": true, "newOne": [1]});
    let (status, changed) = client.patch(CONFIGS, &change).await;
    assert_eq!(status, 200);
    assert_eq!(changed["unitMeasurement"], "METRIC");
    assert_eq!(changed["outOfStandardOperations"], true);
    assert_eq!(changed["newOne"], json!([1]));
    assert_eq!(owner(&client).await, changed, "it is stored");
    let other = owner(&service.client("other").await).await;
    assert_eq!(other["unitMeasurement"], "DEFAULT", "of this account only");
    service.stop().await;
}

/// Method, path with `USER`, body, and the status: one user's life in order.
#[tokio::test]
async fn a_user_has_a_configuration_or_none() {
    let service = Service::start(|_| {}).await;
    let client = service.client("adviser").await;
    let user = client.user().await;
    let rules = json!({"cleanupRules": {"wetMass": [{"operator": "GT", "value": 5}]}});
    let steps = [
        (Method::GET, json!(null), 404),
        (Method::PATCH, json!({"unitMeasurement": "METRIC"}), 404),
        (Method::DELETE, json!(null), 404),
        (Method::POST, json!({"unitMeasurement": "METRIC"}), 201),
        (Method::POST, json!({"unitMeasurement": "METRIC"}), 400),
        (Method::GET, json!(null), 200),
        (Method::PATCH, rules, 200),
        (Method::PATCH, json!({"unitMeasurement": null}), 400),
        (Method::DELETE, json!(null), 204),
        (Method::GET, json!(null), 404),
        (Method::POST, json!({}), 201),
        (Method::GET, json!(null), 200),
    ];
    for (method, body, expected) in steps {
        let body = (!body.is_null()).then_some(body);
        let (status, answer) = client.send(method.clone(), &of(&user), body.as_ref()).await;
        assert_eq!(status, expected, "{method} {body:?}: {answer}");
    }
    let (_, empty) = client.get(&of(&user)).await;
    let own = json!({"apiOwnerUsername": "adviser", "leafUserId": user});
    assert_eq!(empty, own, "only what is the user's own");
    let stranger = service.client("other").await;
    for id in [user.as_str(), UNKNOWN] {
        for method in [Method::GET, Method::POST, Method::PATCH, Method::DELETE] {
            let body = json!({});
            let (status, _) = stranger.send(method.clone(), &of(id), Some(&body)).await;
            assert_eq!(status, 404, "{method}");
        }
    }
    assert_eq!(client.get(&of("not-an-id")).await.0, 400);
    assert_eq!(client.remove_user(&user).await, 204);
    assert_eq!(client.get(&of(&user)).await.0, 404);
    service.stop().await;
}

#[tokio::test]
async fn a_stored_answer_has_its_place_and_what_is_wrong_its_key() {
    let service = Service::start(|_| {}).await;
    let client = service.client("adviser").await;
    let user = client.user().await;
    let made = client.request(Method::POST, &of(&user)).json(&json!({}));
    let made = made.send().await.unwrap();
    assert_eq!(made.headers()["location"].to_str().unwrap(), of(&user));
    let rule = json!({"cleanupRules": {"speed": [{"operator": "GT", "value": 1}]}});
    let cases = [
        (json!({"unitMeasurement": "FURLONGS"}), "unitMeasurement"),
        (
            json!({"splitOperationsByField": 1}),
            "splitOperationsByField",
        ),
        (
            json!({"fieldsMergeIntersection": 101}),
            "fieldsMergeIntersection",
        ),
        (rule, "cleanupRules"),
        (json!({"anything": null}), "anything"),
    ];
    for path in [CONFIGS.to_owned(), of(&user)] {
        for (body, key) in &cases {
            let (status, problem) = client.patch(&path, body).await;
            assert_eq!(status, 400, "{body}");
            assert_eq!(problem["fieldErrors"][0]["field"], *key, "{problem}");
        }
        for body in [
            json!([]),
            json!("text"),
            json!({"long": "x".repeat(70_000)}),
        ] {
            assert_eq!(client.patch(&path, &body).await.0, 400);
        }
    }
    let before = owner(&client).await;
    let (_, read_only) = client
        .patch(
            CONFIGS,
            &json!({"apiOwnerUsername": "x", "leafUserId": "y"}),
        )
        .await;
    assert_eq!(read_only, before);
    assert_eq!(service.anybody().get(CONFIGS).await.0, 401);
    service.stop().await;
}

/// Changes at once to different keys: each is there in the end.
#[tokio::test]
async fn changes_at_once_do_not_undo_each_other() {
    let service = Service::start(|_| {}).await;
    let client = service.client("adviser").await;
    let changes = (0..20).map(|number| {
        let client = client.clone();
        async move {
            let body = json!({ format!("key{number}"): number });
            // One that waits for long is told to come again.
            until("a change", async || {
                let (status, _) = client.patch(CONFIGS, &body).await;
                (status != 503).then_some(status)
            })
            .await
        }
    });
    let done = futures::future::join_all(changes).await;
    assert_eq!(done, [200; 20]);
    let all = owner(&client).await;
    for number in 0..20 {
        assert_eq!(all[format!("key{number}")], number);
    }
    service.stop().await;
}
