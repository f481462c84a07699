//! Webhooks and deliveries.

use super::World;
use super::world::{event, field};
use crate::store::{By, Due, FailedCall, Webhook};
use std::time::Duration;

const HOLD: Duration = Duration::from_secs(60);

pub(crate) fn hook(id: &str, events: &[&str]) -> Webhook {
    Webhook {
        id: id.to_owned(),
        name: id.to_owned(),
        secret: "secret".to_owned(),
        url: format!("https://example.org/{id}"),
        events: events.iter().map(|event| (*event).to_owned()).collect(),
    }
}

pub(crate) async fn register(world: &World, hook: &Webhook) -> Result<(), String> {
    let confirmation = event(&format!("confirmation of {}", hook.id), "confirmation");
    let added = world
        .db
        .add_webhook(&world.account, hook, &confirmation, By::operator());
    added.await.unwrap()
}

async fn due(world: &World, each: u64, busy: &[&str]) -> Vec<Due> {
    let busy: Vec<String> = busy.iter().map(|id| (*id).to_owned()).collect();
    world.db.due_deliveries(9, each, &busy, HOLD).await.unwrap()
}

pub(crate) async fn an_event_has_one_webhook(world: &World) {
    let db = &world.db;
    register(world, &hook("first", &["fieldCreated", "fieldUpdated"]))
        .await
        .unwrap();
    let refused = register(
        world,
        &hook("second", &["fieldBoundaryCreated", "fieldUpdated"]),
    )
    .await;
    assert_eq!(refused, Err("fieldUpdated".to_owned()));
    register(world, &hook("third", &["fieldBoundaryCreated"]))
        .await
        .unwrap();
    let list = db.webhooks(&world.account).await.unwrap();
    let names: Vec<&str> = list.iter().map(|hook| hook.id.as_str()).collect();
    assert_eq!(names, ["first", "third"]);
    assert_eq!(
        due(world, 9, &[]).await.len(),
        2,
        "each is told that it is registered"
    );
    assert!(db.webhook("another", "first").await.unwrap().is_none());
    assert!(
        !db.remove_webhook("another", "first", By::operator())
            .await
            .unwrap()
    );
    assert!(
        db.remove_webhook(&world.account, "first", By::operator())
            .await
            .unwrap()
    );
    register(world, &hook("fourth", &["fieldUpdated"]))
        .await
        .unwrap();
}

/// Two events of which one has a webhook.
async fn new_field(world: &World, id: &str) {
    let events = ["fieldCreated", "fieldBoundaryCreated"];
    let events = events.map(|kind| event(&format!("{kind} {id}"), kind));
    let run = world.change_of_fields();
    let new = field(id);
    let added = world
        .db
        .add_field(&world.account, &world.user, &new, &run, &events);
    assert!(added.await.unwrap());
}

pub(crate) async fn events_are_delivered_and_forgotten(world: &World) {
    let db = &world.db;
    register(world, &hook("hook", &["fieldCreated"]))
        .await
        .unwrap();
    new_field(world, "north").await;
    let forget = async |before| db.forget(before, before).await.unwrap();
    // Neither spread nor delivered, however old.
    assert_eq!(forget(i64::MAX).await, 0);
    assert_eq!(db.spread_events().await.unwrap(), 2);
    assert_eq!(db.spread_events().await.unwrap(), 0);
    assert_eq!(forget(i64::MAX).await, 1, "the one that nobody waits for");
    assert!(
        due(world, 9, &["hook"]).await.is_empty(),
        "it has enough to do"
    );
    let mut found = due(world, 1, &[]).await;
    assert_eq!(found.len(), 1, "no more than each may have");
    found.extend(due(world, 9, &["another"]).await);
    let bodies: Vec<&str> = found.iter().map(|due| due.body.as_str()).collect();
    assert_eq!(
        bodies,
        [
            r#"{"id": "confirmation of hook"}"#,
            r#"{"id": "fieldCreated north"}"#
        ]
    );
    assert!(due(world, 9, &[]).await.is_empty(), "they are held");
    for due in &found {
        db.delivered(&due.id).await.unwrap();
    }
    assert_eq!(forget(0).await, 0, "not old yet");
    assert_eq!(forget(i64::MAX).await, 2);
}

pub(crate) async fn a_failed_call_is_tried_again_or_given_up(world: &World) {
    let db = &world.db;
    register(world, &hook("hook", &["fieldCreated"]))
        .await
        .unwrap();
    let call = |status| FailedCall {
        url: "https://example.org/hook".to_owned(),
        status,
        response: None,
        request_body: "{}".to_owned(),
        connection_error: None,
        created: i64::from(status.unwrap_or(1)),
    };
    let first = due(world, 9, &[]).await.remove(0);
    assert_eq!(first.attempt, 0);
    db.not_delivered(&first, &call(Some(500)), Some(Duration::ZERO))
        .await
        .unwrap();
    let second = due(world, 9, &[]).await.remove(0);
    assert_eq!((second.id.as_str(), second.attempt), (first.id.as_str(), 1));
    db.not_delivered(&second, &call(None), Some(HOLD))
        .await
        .unwrap();
    assert!(due(world, 9, &[]).await.is_empty(), "not yet");
    db.not_delivered(&second, &call(Some(404)), None)
        .await
        .unwrap();
    assert!(due(world, 9, &[]).await.is_empty(), "never");
    let calls = db.failed_calls(&world.account, 2).await.unwrap();
    let states: Vec<_> = calls.iter().map(|call| call.status).collect();
    assert_eq!(states, [Some(500), Some(404)], "the newest first");
    assert!(db.failed_calls("another", 9).await.unwrap().is_empty());
}

pub(crate) async fn a_webhooks_secret_is_replaced_as_it_was(world: &World) {
    let db = &world.db;
    register(world, &hook("hook", &["fieldCreated"]))
        .await
        .unwrap();
    let secrets = async || db.webhook_secrets().await.unwrap();
    let pair = |secret: &str| vec![("hook".to_owned(), secret.to_owned())];
    assert_eq!(secrets().await, pair("secret"));
    let replaced = db.replace_webhook_secret("hook", "secret", "sealed");
    replaced.await.unwrap();
    assert_eq!(secrets().await, pair("sealed"));
    let late = db.replace_webhook_secret("hook", "secret", "late");
    late.await.unwrap();
    assert_eq!(secrets().await, pair("sealed"));
    let read = db.webhook(&world.account, "hook").await.unwrap().unwrap();
    assert_eq!(read.secret, "sealed");
    assert_eq!(due(world, 9, &[]).await[0].secret, "sealed");
}

pub(crate) async fn forgotten_secrets_take_their_webhooks_along(world: &World) {
    let db = &world.db;
    register(world, &hook("hook", &["fieldCreated"]))
        .await
        .unwrap();
    db.secret("name", b"secret".to_vec()).await.unwrap();
    assert_eq!(db.forget_secrets().await.unwrap(), 1);
    assert_eq!(db.known_secret("name").await.unwrap(), None);
    assert!(db.webhooks(&world.account).await.unwrap().is_empty());
    assert!(due(world, 9, &[]).await.is_empty());
}
