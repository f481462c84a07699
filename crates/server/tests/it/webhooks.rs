//! Webhooks from registration to the last try, against a receiver that judges every signature.

use crate::http::{Client, HOOKS, Service, until};
use crate::receiver::{Receiver, SECRET};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Row;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;

const FAILED: &str = "/services/alerts/api/alerts/webhooks/failed-calls";
const CONFIRMATION: &str = r#"{"message": "confirmation of webhook upon registration"}"#;

fn hook(url: &str, events: &[&str]) -> Value {
    json!({"events": events, "name": "hook", "secret": SECRET, "url": url})
}

/// A field of a new user: events `fieldCreated` and `fieldBoundaryCreated`. The user and the field.
async fn new_field(client: &Client) -> (String, String) {
    let user = client.user().await;
    let ring = json!([
        [-93.63, 41.97],
        [-93.6, 41.97],
        [-93.6, 41.99],
        [-93.63, 41.97]
    ]);
    let body = json!({"geometry": {"type": "Polygon", "coordinates": [ring]}});
    let path = format!("/services/fields/api/users/{user}/fields");
    let (status, field) = client.post(&path, &body).await;
    assert!(status < 300, "{field}");
    (user, field["id"].as_str().unwrap().to_owned())
}

pub(crate) async fn database(folder: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(folder.join("tramline.db"))
        .busy_timeout(Duration::from_secs(10));
    SqlitePool::connect_with(options).await.unwrap()
}

/// Makes every waiting delivery due, and rings: an event of another account does.
async fn pass_time(database: &SqlitePool, other: &Client) {
    sqlx::query("UPDATE deliveries SET not_before = 0 WHERE state = 'waiting'")
        .execute(database)
        .await
        .unwrap();
    new_field(other).await;
}

async fn failed_calls(client: &Client, count: usize) -> Vec<Value> {
    until("failed calls", async || {
        let (_, body) = client.get(FAILED).await;
        let items = body["items"].as_array().unwrap().clone();
        (items.len() >= count).then_some(items)
    })
    .await
}

#[tokio::test]
async fn registration_reading_and_removal() {
    let service = Service::start(|_| {}).await;
    let client = service.client("adviser").await;
    let url = "https://example.org/hook";
    let twice = [
        "fieldCreated",
        "batchUploadProcessingFinished",
        "fieldCreated",
    ];
    let made = client.request(Method::POST, HOOKS).json(&hook(url, &twice));
    let made = made.send().await.unwrap();
    let place = made.headers()["location"].to_str().unwrap().to_owned();
    let (status, body) = crate::http::read(made).await;
    assert_eq!(status, 201);
    assert_eq!(place, format!("{HOOKS}/{}", body["id"].as_str().unwrap()));
    let mut members: Vec<&String> = body.as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(members, ["events", "id", "name", "secret", "url"]);
    assert_eq!(client.get(&place).await, (200, body.clone()));
    assert_eq!(client.get(HOOKS).await, (200, json!([body])));

    let (status, problem) = client
        .post(HOOKS, &hook(url, &["fieldUpdated", "fieldCreated"]))
        .await;
    assert_eq!(
        (status, &problem["errorKey"]),
        (400, &json!("eventRegisteredTwice"))
    );
    let cases = [
        (hook(url, &[]), "events"),
        (hook(url, &["somethingHappened"]), "events"),
        (hook("http://127.0.0.1/", &["fieldUpdated"]), "url"),
        (hook("ftp://example.org/", &["fieldUpdated"]), "url"),
        (
            json!({"events": ["fieldUpdated"], "name": "", "secret": "s", "url": url}),
            "name",
        ),
        (
            json!({"events": ["fieldUpdated"], "name": "n", "secret": "", "url": url}),
            "secret",
        ),
    ];
    for (body, field) in cases {
        let (status, problem) = client.post(HOOKS, &body).await;
        assert_eq!(status, 400, "{body}");
        assert_eq!(problem["fieldErrors"][0]["field"], field);
    }
    let stranger = service.client("other").await;
    assert_eq!(stranger.get(&place).await.0, 404);
    assert_eq!(stranger.delete(&place).await, 404);
    assert_eq!(stranger.get(HOOKS).await, (200, json!([])));
    let (status, _) = stranger.post(HOOKS, &hook(url, &["fieldCreated"])).await;
    assert_eq!(status, 201, "an event is registered once in each account");
    assert_eq!(client.delete(&place).await, 204);
    assert_eq!(client.delete(&place).await, 404);
    service.stop().await;
}

#[tokio::test]
async fn events_arrive_signed_and_spelt_as_python_does() {
    let receiver = Receiver::start().await;
    let service = Service::start(|settings| settings.webhooks_allow_private = true).await;
    let client = service.client("adviser").await;
    let body = hook(
        &receiver.url,
        &["fieldCreated", "batchUploadProcessingFinished"],
    );
    assert_eq!(client.post(HOOKS, &body).await.0, 201);
    assert_eq!(receiver.wait(1).await[0].body, CONFIRMATION);
    let (user, field) = new_field(&client).await;
    let call = receiver.wait(2).await.remove(1);
    let timestamp = call.json()["timestamp"].as_str().unwrap().to_owned();
    assert_eq!(timestamp.len(), "2026-01-01T00:00:00.000000Z".len());
    let mut parts = call.json().as_object().unwrap().clone();
    for (key, value) in [("fieldId", &field), ("leafUserId", &user)] {
        assert_eq!(parts.remove(key), Some(json!(value)));
    }
    assert_eq!(parts.remove("type"), Some(json!("fieldCreated")));
    assert!(
        call.body.starts_with("{\"")
            && !call.body.contains("\":\"")
            && !call.body.contains("\",\"")
    );
    service.stop().await;
}

/// All tries fail: each is listed, they stand at the contract's minutes, then it is given up.
#[tokio::test]
async fn a_call_is_tried_seven_times() {
    let receiver = Receiver::start().await;
    let service = Service::start(|settings| settings.webhooks_allow_private = true).await;
    let client = service.client("adviser").await;
    let (status, _) = client
        .post(HOOKS, &hook(&receiver.url, &["fieldCreated"]))
        .await;
    assert_eq!(status, 201);
    receiver.wait(1).await;
    let statuses = [500, 404, 307, 302, 429, 400, 503];
    receiver.answer(&statuses);
    let other = service.client("other").await;
    new_field(&client).await;
    let database = database(service.folder.path()).await;
    let minutes = [1, 29, 30, 180, 480, 720, 0];
    for (tries, minutes) in minutes.into_iter().enumerate() {
        let calls = receiver.wait(tries + 2).await;
        assert_eq!(calls[tries + 1].id, calls[1].id, "the same event");
        assert_eq!(calls[tries + 1].body, calls[1].body, "byte for byte");
        let list = failed_calls(&client, tries + 1).await;
        assert_eq!(list[0]["status"], statuses[tries]);
        assert_eq!(list[0]["requestBody"], calls[1].body);
        assert_eq!(list[0]["response"], "no thanks");
        assert_eq!(list[0]["apiOwner"], "adviser");
        assert_eq!(list[0]["url"], receiver.url);
        assert_eq!(list[0]["connectionError"], json!(null));
        let row = sqlx::query(
            "SELECT state, attempt, not_before - updated AS wait, id FROM deliveries
             WHERE attempt = ? AND state <> 'delivered'",
        )
        .bind(i64::try_from(tries + 1).unwrap())
        .fetch_one(&database)
        .await
        .unwrap();
        let state = if minutes == 0 { "given up" } else { "waiting" };
        assert_eq!(row.get::<String, _>("state"), state);
        assert_eq!(row.get::<i64, _>("wait"), minutes * 60_000_000);
        pass_time(&database, &other).await;
    }
    assert_eq!(receiver.calls().len(), 8, "no redirect was followed");
    service.stop().await;
}

#[tokio::test]
async fn what_failed_once_arrives_later_and_what_was_removed_never() {
    let receiver = Receiver::start().await;
    let service = Service::start(|settings| settings.webhooks_allow_private = true).await;
    let client = service.client("adviser").await;
    let (_, first) = client
        .post(HOOKS, &hook(&receiver.url, &["fieldCreated"]))
        .await;
    receiver.wait(1).await;
    receiver.answer(&[500]);
    new_field(&client).await;
    failed_calls(&client, 1).await;
    let database = database(service.folder.path()).await;
    pass_time(&database, &service.client("other").await).await;
    let calls = receiver.wait(3).await;
    assert_eq!(calls[1].id, calls[2].id);
    until("the note of the second delivery", async || {
        let row = sqlx::query("SELECT COUNT(*) FROM deliveries WHERE state = 'delivered'");
        let row = row.fetch_one(&database).await.unwrap();
        (row.get::<i64, _>(0) == 2).then_some(())
    })
    .await;

    receiver.answer(&[500]);
    new_field(&client).await;
    failed_calls(&client, 2).await;
    let place = format!("{HOOKS}/{}", first["id"].as_str().unwrap());
    assert_eq!(client.delete(&place).await, 204);
    let rows = sqlx::query("SELECT id FROM deliveries")
        .fetch_all(&database)
        .await;
    assert!(rows.unwrap().is_empty());
    assert_eq!(failed_calls(&client, 2).await.len(), 2, "the list stays");
    service.stop().await;
}

/// A receiver that takes every connection and says nothing: its address, and how many it has taken.
async fn tarpit() -> (String, Arc<AtomicUsize>) {
    let silent = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let taken = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&taken);
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok(connection) = silent.accept().await {
            held.push(connection);
            counted.fetch_add(1, Ordering::Relaxed);
        }
    });
    (url, taken)
}

/// A silent receiver with many events, each of which it costs ten seconds, has few calls at once; another is called
/// long before all of them were.
#[tokio::test]
async fn a_silent_receiver_keeps_no_other_waiting() {
    let (tarpit, taken) = tarpit().await;
    let receiver = Receiver::start().await;
    let service = Service::start(|settings| settings.webhooks_allow_private = true).await;
    let client = service.client("adviser").await;
    client.post(HOOKS, &hook(&tarpit, &["fieldCreated"])).await;
    for _ in 0..40 {
        new_field(&client).await;
    }
    let other = service.client("other").await;
    other
        .post(HOOKS, &hook(&receiver.url, &["fieldBoundaryCreated"]))
        .await;
    new_field(&other).await;
    let calls = receiver.wait(2).await;
    assert_eq!(calls[1].kind(), "fieldBoundaryCreated");
    let taken = taken.load(Ordering::Relaxed);
    let failed = failed_calls(&client, 0).await.len();
    assert!(
        failed < 41,
        "all events of the silent one were tried before"
    );
    assert!(taken <= failed + 4, "{taken} calls, {failed} of them ended");
    service.stop().await;
}

/// An address that was taken while private ones were allowed is judged again at the connection.
#[tokio::test]
async fn a_private_address_is_never_called() {
    let receiver = Receiver::start().await;
    let service = Service::start(|settings| settings.webhooks_allow_private = true).await;
    let client = service.client("adviser").await;
    let named = receiver.url.replace("127.0.0.1", "localhost");
    client
        .post(HOOKS, &hook(&receiver.url, &["fieldCreated"]))
        .await;
    client
        .post(HOOKS, &hook(&named, &["fieldBoundaryCreated"]))
        .await;
    receiver.wait(2).await;
    let folder = service.stop().await;

    let service = Service::start_again(folder, |_| {}).await;
    let client = service.client("adviser").await;
    new_field(&client).await;
    for call in failed_calls(&client, 2).await {
        let cause = call["connectionError"].as_str().unwrap();
        assert!(cause.starts_with("the address is"), "{cause}");
        assert_eq!(call["status"], json!(null));
    }
    assert_eq!(receiver.calls().len(), 2, "only the confirmations");
    service.stop().await;
}

#[tokio::test]
async fn an_event_outlives_the_server() {
    let receiver = Receiver::start().await;
    let service = Service::start(|settings| settings.webhooks_allow_private = true).await;
    let client = service.client("adviser").await;
    receiver.answer(&[503, 503]);
    client
        .post(HOOKS, &hook(&receiver.url, &["fieldCreated"]))
        .await;
    new_field(&client).await;
    failed_calls(&client, 2).await;
    let folder = service.stop().await;
    let database = database(folder.path()).await;
    let due = "UPDATE deliveries SET not_before = 0 WHERE state = 'waiting'";
    sqlx::query(due).execute(&database).await.unwrap();
    database.close().await;
    let service = Service::start_again(folder, |settings| {
        settings.webhooks_allow_private = true;
    })
    .await;
    let calls = receiver.wait(4).await;
    let mut ids: Vec<&str> = calls.iter().map(|call| call.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 2, "each twice under its own id");
    service.stop().await;
}
