//! Uploads: when they are new, how they are listed, and what goes with them.

use super::World;
use super::world::{ONE, TWO, event, file};
use crate::bus::{Call, Topic};
use crate::store::{By, Page, UploadFilter, UploadSort, UploadStatus, Webhook};
use futures::{FutureExt, StreamExt};
use std::time::Duration;
use tramline_model::FileStatus;

const FINISHED: &str = "batchUploadProcessingFinished";

/// Batches that a webhook is told the end of, since the last time.
async fn told(world: &World) -> Vec<String> {
    world.db.spread_events().await.unwrap();
    let due = world
        .db
        .due_deliveries(99, 99, &[], Duration::from_secs(60));
    let bodies = due.await.unwrap().into_iter().map(|due| due.body);
    let batch = |body: String| {
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        body["batchId"].as_str().map(str::to_owned)
    };
    bodies.filter_map(batch).collect()
}

pub(crate) async fn the_same_bytes_are_one_upload_and_end_together(world: &World) {
    let db = &world.db;
    let hook = Webhook {
        id: "hook".to_owned(),
        name: "hook".to_owned(),
        secret: "secret".to_owned(),
        url: "https://example.org/".to_owned(),
        events: vec![FINISHED.to_owned()],
    };
    let confirmation = event("confirmation", "confirmation");
    let added = db
        .add_webhook(&world.account, &hook, &confirmation, By::operator())
        .await;
    added.unwrap().unwrap();
    let first = world.upload("one").await;
    let early = world.upload("one").await;
    assert_eq!(early.duplicate_of.as_deref(), Some(first.id.as_str()));
    assert_eq!(
        db.run_counts().await.unwrap(),
        (1, 0, 0),
        "no work of its own"
    );
    assert!(told(world).await.is_empty());
    let run = world.lease(60).await;
    world.convert(&run, vec![file(ONE, &run)]).await;
    // The first's own event comes with the end of its conversion.
    assert_eq!(told(world).await, std::slice::from_ref(&early.id));
    let shown = world.now(&early).await;
    assert_eq!(shown.status, UploadStatus::Processed, "as its first");
    let files = db.file_ids_of_upload(&world.account, &early.id).await;
    assert_eq!(files.unwrap(), [ONE]);
    let late = world.upload("one").await;
    assert_eq!(told(world).await, [&*late.id]);
    let forced = world.new_upload("one");
    let run = world.convert_of(&forced.id);
    let forced = db.add_upload(&forced, &run, true).await.unwrap();
    assert_eq!(forced.duplicate_of, None);
    let other = world.new_upload("one");
    let given = crate::store::NewUpload {
        given: r#"{"crop":"corn"}"#.to_owned(),
        ..other
    };
    let run = world.convert_of(&given.id);
    let given = db.add_upload(&given, &run, false).await.unwrap();
    assert_eq!(
        given.duplicate_of, None,
        "with other parameters it is other work"
    );
    db.remove_upload(&world.account, &first.id).await.unwrap();
    let gone = db.upload(&world.account, &late.id).await.unwrap();
    assert!(gone.is_none(), "what it showed is gone");
}

pub(crate) async fn a_key_of_the_client_is_one_upload(world: &World) {
    let with_key = |sha256: &str| crate::store::NewUpload {
        idempotency: Some("key".to_owned()),
        ..world.new_upload(sha256)
    };
    let add = async |new: crate::store::NewUpload| {
        let run = world.convert_of(&new.id);
        world.db.add_upload(&new, &run, true).await.unwrap()
    };
    let first = add(with_key("one")).await;
    let second = add(with_key("other bytes")).await;
    assert_eq!((second.id, second.sha256), (first.id, "one".to_owned()));
    assert_eq!(world.db.run_counts().await.unwrap(), (1, 0, 0));
    let mut theirs = with_key("one");
    theirs.user_id = world.another_user().await;
    assert_ne!(
        add(theirs).await.user_id,
        world.user,
        "keys are a user's own"
    );
}

pub(crate) async fn uploads_are_listed_by_filter_and_order(world: &World) {
    let db = &world.db;
    let (one, two) = (world.upload("one").await, world.upload("two").await);
    let run = world.lease(60).await;
    world.convert(&run, vec![file(ONE, &run)]).await;
    let page = |page| Page { page, size: 1 };
    let list = async |filter: &UploadFilter, sort: &[(UploadSort, bool)], at| {
        let found = db.uploads(&world.account, filter, sort, page(at)).await;
        let found = found.unwrap();
        let ids = found.items.into_iter().map(|upload| upload.id);
        (ids.collect::<Vec<_>>(), found.total)
    };
    let all = UploadFilter::default();
    assert_eq!(list(&all, &[], 0).await, (vec![two.id.clone()], 2));
    assert_eq!(list(&all, &[], 1).await, (vec![one.id.clone()], 2));
    let by_time = [(UploadSort::UploadTimestamp, true)];
    assert_eq!(list(&all, &by_time, 0).await.0, [&*one.id]);
    let by_status = [(UploadSort::Status, true), (UploadSort::Id, true)];
    assert_eq!(list(&all, &by_status, 0).await.0, [&*run.subject]);
    let processed = UploadFilter {
        status: Some(UploadStatus::Processed),
        ..all.clone()
    };
    assert_eq!(
        list(&processed, &[], 0).await,
        (vec![run.subject.clone()], 1)
    );
    let later = UploadFilter {
        uploaded_from: Some(two.uploaded),
        ..all.clone()
    };
    assert_eq!(list(&later, &[], 0).await, (vec![two.id.clone()], 1));
    let nobodys = UploadFilter {
        user: Some("nobody".to_owned()),
        ..all
    };
    assert_eq!(list(&nobodys, &[], 0).await, (vec![], 0));
}

pub(crate) async fn a_duplicate_is_listed_where_its_first_stands(world: &World) {
    let db = &world.db;
    let (first, early) = (world.upload("one").await, world.upload("one").await);
    let waiting = world.upload("two").await;
    let list = async |status: Option<UploadStatus>, sort: &[(UploadSort, bool)]| {
        let filter = UploadFilter {
            status,
            ..UploadFilter::default()
        };
        let page = Page { page: 0, size: 9 };
        let found = db
            .uploads(&world.account, &filter, sort, page)
            .await
            .unwrap();
        let ids = found.items.into_iter().map(|upload| upload.id);
        (ids.collect::<Vec<_>>(), found.total)
    };
    let run = world.lease(60).await;
    assert_eq!(run.subject, first.id);
    world.convert(&run, vec![file(ONE, &run)]).await;
    let late = world.upload("one").await;
    let processed = vec![late.id.clone(), early.id.clone(), first.id.clone()];
    let done = Some(UploadStatus::Processed);
    assert_eq!(list(done, &[]).await, (processed.clone(), 3));
    let received = Some(UploadStatus::Received);
    assert_eq!(list(received, &[]).await, (vec![waiting.id.clone()], 1));
    let mut all = processed;
    all.insert(0, waiting.id.clone());
    let falling = [(UploadSort::Status, false)];
    assert_eq!(list(None, &falling).await, (all.clone(), 4));
    all.reverse();
    assert_eq!(list(None, &[(UploadSort::Status, true)]).await, (all, 4));
}

pub(crate) async fn a_removed_upload_stops_its_run(world: &World) {
    let db = &world.db;
    let (one, two) = (world.upload("one").await, world.upload("two").await);
    let running = world.lease(60).await;
    let mut stops = world.bus.listen(Topic::Run(running.id.clone())).await;
    let mut news = world.bus.listen(Topic::Subject(two.id.clone())).await;
    for upload in [&one, &two] {
        let keys = db.remove_upload(&world.account, &upload.id).await.unwrap();
        assert_eq!(keys, Some(vec![upload.blob_key.to_string()]));
    }
    assert!(stops.next().now_or_never().is_some(), "its worker is told");
    assert!(
        news.next().now_or_never().is_some(),
        "who follows it is told"
    );
    assert_eq!(db.run_counts().await.unwrap(), (0, 1, 0));
    assert!(
        db.lease_run("worker", Duration::ZERO)
            .await
            .unwrap()
            .is_none()
    );
    let again = db.remove_upload(&world.account, &one.id).await.unwrap();
    assert_eq!(again, None);
}

pub(crate) async fn a_retry_begins_what_failed(world: &World) {
    let db = &world.db;
    let upload = world.upload("one").await;
    let first = world.lease(60).await;
    let mut failed = file(TWO, &first);
    failed.status = FileStatus::Failed;
    world.convert(&first, vec![file(ONE, &first), failed]).await;
    let upload = world.now(&upload).await;
    let rung = world.bus.hear(Call::Work).await;
    let again = world.convert_of(&upload.id);
    db.retry_upload(&upload, &again, By::operator())
        .await
        .unwrap();
    assert_eq!(rung.now_or_never(), Some(()));
    assert_eq!(world.now(&upload).await.status, UploadStatus::Received);
    let expected = [(ONE, FileStatus::Processed), (TWO, FileStatus::Processing)];
    assert_eq!(
        world.files(&upload).await,
        expected.map(|(id, status)| (id.to_owned(), status))
    );
    db.retry_upload(&upload, &world.convert_of(&upload.id), By::operator())
        .await
        .unwrap();
    assert_eq!(db.run_counts().await.unwrap(), (1, 0, 0), "it is under way");
}
