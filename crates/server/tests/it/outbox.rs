//! Events as they are written with a change, and when they are forgotten.

use crate::fixture::Fixture;
use serde_json::Value;
use sqlx::Row;
use std::path::Path;
use tramline_server::db::{Event, Webhook, Webhooks};

/// Batches that an event was written about, in order.
async fn told(folder: &Path) -> Vec<String> {
    let database = crate::webhooks::database(folder).await;
    let rows = sqlx::query("SELECT body FROM events WHERE kind = ? ORDER BY created, rowid")
        .bind("batchUploadProcessingFinished")
        .fetch_all(&database)
        .await
        .unwrap();
    let batch = |row: &sqlx::sqlite::SqliteRow| {
        let body: Value = serde_json::from_str(row.get(0)).unwrap();
        body["batchId"].as_str().unwrap().to_owned()
    };
    rows.iter().map(batch).collect()
}

/// Each batch of the same bytes has its own event.
#[tokio::test]
async fn a_duplicate_is_finished_with_the_first_or_at_once() {
    let fixture = Fixture::new(0).await;
    let folder = fixture.state.settings.data.clone();
    let (_, key) = fixture.upload("one").await;
    let (early, _) = fixture.upload("one").await;
    assert!(told(&folder).await.is_empty());
    let run = fixture.lease(60).await;
    let (file, _) = fixture.file("00000000-0000-0000-0000-000000000001", &run, &key);
    fixture.convert(&run, vec![file]).await;
    assert_eq!(
        told(&folder).await,
        std::slice::from_ref(&early),
        "the first's own comes from the worker"
    );
    let (late, _) = fixture.upload("one").await;
    assert_eq!(told(&folder).await, [early, late]);
}

#[tokio::test]
async fn events_are_forgotten_when_nobody_waits_for_them() {
    let fixture = Fixture::new(0).await;
    let webhook = Webhook {
        id: "hook".to_owned(),
        name: "hook".to_owned(),
        secret: "secret".to_owned(),
        url: "https://example.org/".to_owned(),
        events: vec!["batchUploadProcessingFinished".to_owned()],
    };
    let confirmation = Event {
        id: "confirmation".to_owned(),
        kind: "confirmation",
        body: "{}".to_owned(),
    };
    let added = fixture
        .db
        .add_webhook(&fixture.account, &webhook, &confirmation);
    added.await.unwrap().unwrap();
    fixture.upload("one").await;
    fixture.upload("one").await;
    let run = fixture.lease(60).await;
    fixture.convert(&run, Vec::new()).await;
    // Neither spread nor delivered, however old.
    assert_eq!(fixture.db.forget(i64::MAX, i64::MAX).await.unwrap(), 0);
    assert_eq!(fixture.db.spread_events().await.unwrap(), 1);
    assert_eq!(fixture.db.forget(i64::MAX, i64::MAX).await.unwrap(), 0);
    let hold = std::time::Duration::from_secs(60);
    let due = |each, busy: &'static [&str]| {
        let busy: Vec<String> = busy.iter().map(|id| (*id).to_owned()).collect();
        let db = fixture.db.clone();
        async move { db.due_deliveries(9, each, &busy, hold).await.unwrap() }
    };
    assert!(due(9, &["hook"]).await.is_empty(), "it has enough to do");
    let mut found = due(1, &[]).await;
    found.extend(due(9, &["another"]).await);
    assert_eq!(found.len(), 2);
    assert!(due(9, &[]).await.is_empty(), "they are held");
    for due in &found {
        fixture.db.delivered(&due.id).await.unwrap();
    }
    assert_eq!(fixture.db.forget(0, 0).await.unwrap(), 0, "not old yet");
    assert_eq!(fixture.db.forget(i64::MAX, i64::MAX).await.unwrap(), 2);
}
