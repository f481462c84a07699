//! API keys: what they open, for whom, and how they end.

use crate::http::{BATCH, Client, KEYS, Service, read};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use std::path::PathBuf;

/// A converter that finds nothing wrong with any upload.
pub(crate) fn content(settings: &mut tramline_server::Settings) {
    settings.converter = Some(PathBuf::from("/bin/true"));
}

async fn new_key(client: &Client, user: &str) -> (String, String) {
    let body = json!({"leafUserId": user, "description": "a page"});
    let (status, key) = client.post(KEYS, &body).await;
    assert_eq!(status, 201);
    assert_eq!(key["valid"], true);
    let text = |name: &str| key[name].as_str().unwrap().to_owned();
    (text("id"), text("key"))
}

fn with_key(service: &Service, key: &str) -> Client {
    let mut client = service.anybody();
    client.headers.push(("x-api-key", key.to_owned()));
    client
}

pub(crate) async fn upload(
    client: &Client,
    user: &str,
    bytes: &str,
    idempotency: &str,
) -> (u16, Value) {
    let part = Part::bytes(bytes.as_bytes().to_vec()).file_name("stick.zip");
    let request = client
        .request(
            Method::POST,
            &format!("{BATCH}?leafUserId={user}&provider=Other"),
        )
        .header("idempotency-key", idempotency)
        .multipart(Form::new().part("file", part));
    read(request.send().await.unwrap()).await
}

#[tokio::test]
async fn a_key_uploads_and_reads_batches_of_its_user_only() {
    let service = Service::start(content).await;
    let client = service.client("adviser").await;
    let (own, other) = (client.user().await, client.user().await);
    let (_, theirs) = upload(&client, &other, "their bytes", "one").await;
    let (_, key) = new_key(&client, &own).await;
    let keyed = with_key(&service, &key);

    let (status, batch) = upload(&keyed, &own, "own bytes", "one").await;
    assert_eq!(status, 201, "{batch}");
    assert_ne!(
        batch["id"], theirs["id"],
        "another user's idempotency key shows nothing"
    );
    assert_eq!(
        upload(&keyed, &own, "own bytes", "one").await.1["id"],
        batch["id"]
    );
    assert_eq!(upload(&keyed, &other, "own bytes", "two").await.0, 404);

    let place = |batch: &Value| format!("{BATCH}/{}", batch["id"].as_str().unwrap());
    for (batch, expected) in [(&batch, 200), (&theirs, 404)] {
        for rest in ["", "/status"] {
            let path = format!("{}{rest}", place(batch));
            assert_eq!(keyed.get(&path).await.0, expected, "{path}");
        }
    }
    let path = format!("{}/progress", place(&theirs));
    assert_eq!(keyed.get(&path).await.0, 404);
    let path = format!("{}/progress", place(&batch));
    let stream = keyed.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(stream.status(), 200);
    drop(stream);
    for query in ["", &format!("?leafUserId={other}")] {
        let (_, list) = keyed.get(&format!("{BATCH}{query}")).await;
        let ids: Vec<&Value> = list.as_array().unwrap().iter().map(|b| &b["id"]).collect();
        assert_eq!(ids, [&batch["id"]]);
    }
    // Nothing else, whatever the method.
    let id = batch["id"].as_str().unwrap();
    for (method, path) in [
        (Method::DELETE, format!("{BATCH}/{id}")),
        (Method::PUT, format!("{BATCH}/{id}/retry")),
        (Method::GET, "/services/operations/api/files".to_owned()),
        (Method::GET, "/services/usermanagement/api/users".to_owned()),
        (Method::GET, "/services/config/api/configs".to_owned()),
        (Method::GET, crate::http::HOOKS.to_owned()),
        (Method::GET, KEYS.to_owned()),
        (Method::POST, KEYS.to_owned()),
    ] {
        let (status, _) = keyed.send(method.clone(), &path, Some(&json!({}))).await;
        assert_eq!(status, 401, "{method} {path}");
    }
    service.stop().await;
}

#[tokio::test]
async fn a_key_is_shown_once_and_ends_when_it_is_removed() {
    let service = Service::start(content).await;
    let client = service.client("adviser").await;
    let (user, other) = (client.user().await, client.user().await);
    let (id, key) = new_key(&client, &user).await;
    new_key(&client, &other).await;
    let list = format!("{KEYS}?leafUserId={user}");
    let (_, keys) = client.get(&list).await;
    assert_eq!(keys.as_array().unwrap().len(), 1);
    let listed = &keys[0];
    assert_eq!(
        (&listed["id"], &listed["leafUserId"]),
        (&json!(id), &json!(user))
    );
    assert_eq!(
        (&listed["valid"], &listed["description"]),
        (&json!(true), &json!("a page"))
    );
    assert!(!keys.to_string().contains(&key));
    assert_eq!(client.get(KEYS).await.1.as_array().unwrap().len(), 2);

    let keyed = with_key(&service, &key);
    assert_eq!(keyed.get(BATCH).await.0, 200);
    let mut changed = key.clone();
    changed.pop();
    assert_eq!(with_key(&service, &changed).get(BATCH).await.0, 401);
    assert_eq!(with_key(&service, "").get(BATCH).await.0, 401);
    let stranger = service.client("other").await;
    let place = format!("{KEYS}/{id}");
    assert_eq!(stranger.delete(&place).await, 404);
    assert_eq!(stranger.get(&list).await, (200, json!([])));
    assert_eq!(client.delete(&place).await, 204);
    assert_eq!(keyed.get(BATCH).await.0, 401);
    let (_, keys) = client.get(&list).await;
    assert_eq!(keys[0]["valid"], false);
    assert!(keys[0]["revokedAt"].is_string());

    let cases = [
        (json!({"leafUserId": user, "expiresIn": 899}), 400),
        (json!({"leafUserId": user, "expiresIn": 900}), 201),
        (json!({"leafUserId": "x"}), 400),
        (
            json!({"leafUserId": "00000000-0000-4000-8000-000000000001"}),
            404,
        ),
        (json!({}), 400),
    ];
    for (body, expected) in cases {
        assert_eq!(client.post(KEYS, &body).await.0, expected, "{body}");
    }
    service.stop().await;
}

/// A key whose time is over, and one whose user is gone.
#[tokio::test]
async fn a_key_ends_with_its_time_and_with_its_user() {
    let service = Service::start(content).await;
    let client = service.client("adviser").await;
    let (user, other) = (client.user().await, client.user().await);
    let (id, key) = new_key(&client, &user).await;
    let (_, second) = new_key(&client, &other).await;
    let database = crate::webhooks::database(service.folder.path()).await;
    sqlx::query("UPDATE api_keys SET expires = 1 WHERE id = ?")
        .bind(&id)
        .execute(&database)
        .await
        .unwrap();
    assert_eq!(with_key(&service, &key).get(BATCH).await.0, 401);
    let row = sqlx::query("SELECT 1 FROM api_keys WHERE digest = ? OR masked = ?");
    let found = row
        .bind(&key)
        .bind(&key)
        .fetch_all(&database)
        .await
        .unwrap();
    assert!(found.is_empty(), "the key itself is nowhere");
    let keyed = with_key(&service, &second);
    assert_eq!(keyed.get(BATCH).await.0, 200);
    assert_eq!(client.remove_user(&other).await, 204);
    assert_eq!(keyed.get(BATCH).await.0, 401);
    service.stop().await;
}
