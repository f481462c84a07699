//! What a conversion may change, and when.

use super::World;
use super::world::{FOUR, ONE, THREE, TWO, announced, converted, event, file, made, published};
use crate::bus::{Call, Topic};
use crate::error::StoreError;
use crate::store::{By, Converted, NewFile, NothingCame, Published, Run, UploadStatus};
use futures::{FutureExt, StreamExt};
use tramline_model::{Artifact, FileStatus, JobKind};

const PROCESSING: FileStatus = FileStatus::Processing;
const PROCESSED: FileStatus = FileStatus::Processed;

fn row(id: &str, status: FileStatus) -> (String, FileStatus) {
    (id.to_owned(), status)
}

pub(crate) async fn a_worker_that_wakes_up_late_writes_nothing(world: &World) {
    let db = &world.db;
    let upload = world.upload("one").await;
    // Leases that end at once: each worker takes the run from the one before.
    let (late, second) = (world.lease(0).await, world.lease(0).await);
    assert_eq!((late.attempt, second.attempt), (1, 2));
    let file = file(ONE, &second);
    let rows = announced(std::slice::from_ref(&file));
    let made = [published(file)];
    let lost = |refused| assert!(matches!(refused, Err(StoreError::LeaseLost(_))));
    lost(db.announce(&late, &rows).await);
    db.announce(&second, &rows).await.unwrap();
    lost(db.withdraw(&late, &[ONE.to_owned()]).await);
    lost(db.publish(&late, &made).await.map(drop));
    assert_eq!(db.publish(&second, &made).await.unwrap(), [ONE]);
    let end = converted(None);
    lost(db.finish_conversion(&late, &end).await);
    world.finish(&second, &end).await;
    lost(db.finish_conversion(&second, &end).await);
    lost(db.publish(&second, &made).await.map(drop));
    assert_eq!(world.files(&upload).await, [row(ONE, PROCESSED)]);
}

pub(crate) async fn a_second_conversion_changes_only_what_it_is_about(world: &World) {
    let db = &world.db;
    let upload = world.upload("one").await;
    let first = world.lease(60).await;
    let files = [ONE, TWO].map(|id| {
        let mut file = file(id, &first);
        if id == TWO {
            file.status = FileStatus::Failed;
        }
        file
    });
    world.convert(&first, files.to_vec()).await;
    let keys = async || {
        let rows = db.artifacts(&world.account, ONE).await.unwrap();
        let keys = rows.into_iter().map(|row| row.blob_key);
        keys.collect::<Vec<_>>()
    };
    let before = keys().await;
    let again = world.convert_of(&upload.id);
    let upload = world.now(&upload).await;
    db.retry_upload(&upload, &again, By::operator())
        .await
        .unwrap();
    let second = world.lease(60).await;
    // The conversion gives the finished file again, and nothing of the failed one.
    assert!(!world.publish(&second, &file(ONE, &second)).await);
    let only = converted(Some(vec![TWO.to_owned()]));
    world.finish(&second, &only).await;
    assert_eq!(keys().await, before);
    let two = db.file(&world.account, TWO).await.unwrap().unwrap();
    assert_eq!(two.status, FileStatus::Failed, "it waits for nothing");
    assert_eq!(world.now(&upload).await.status, UploadStatus::Processed);
    let groups = db
        .file_groups(&world.account, &upload.id, &[], Some(ALL))
        .await
        .unwrap();
    let failed = groups.files.iter().find(|(id, ..)| id == TWO).unwrap();
    assert_eq!(failed.2.as_deref(), Some("rawGeojson"));
    assert_eq!(failed.3.as_deref(), Some("nothing came of it"));
}

const ALL: crate::store::Page = crate::store::Page { page: 0, size: 99 };

pub(crate) async fn a_file_that_was_removed_meanwhile_does_not_come_back(world: &World) {
    let db = &world.db;
    let upload = world.upload("one").await;
    let first = world.lease(60).await;
    let file = file(ONE, &first);
    world.convert(&first, vec![file.clone()]).await;
    let again = world.convert_of(&upload.id);
    assert!(
        db.reprocess_file(&world.account, ONE, &again)
            .await
            .unwrap()
    );
    let second = world.lease(60).await;
    let keys = db.remove_file(&world.account, ONE).await.unwrap();
    let points = made(&first, &format!("{ONE}/standard.parquet"));
    assert_eq!(
        keys,
        Some(vec![points.to_string()]),
        "the upload's bytes stay"
    );
    assert!(!world.publish(&second, &file).await);
    world
        .finish(&second, &converted(Some(vec![ONE.to_owned()])))
        .await;
    assert!(db.file(&world.account, ONE).await.unwrap().is_none());
}

pub(crate) async fn a_run_begun_again_keeps_what_it_published(world: &World) {
    let db = &world.db;
    let upload = world.upload("one").await;
    let first = world.lease(0).await;
    let files = world.announce(&first, [ONE, TWO, THREE, FOUR]).await;
    let expected = [ONE, TWO, THREE, FOUR].map(|id| row(id, PROCESSING));
    assert_eq!(world.files(&upload).await, expected);
    let original = db
        .artifact(&world.account, TWO, Artifact::OriginalFile)
        .await;
    assert_eq!(original.unwrap().unwrap().blob_key, upload.blob_key);
    assert!(world.publish(&first, &files[0]).await);
    db.remove_file(&world.account, TWO).await.unwrap();

    // The worker died. The next one knows what is there, and the removed file stays away.
    let second = world.lease(60).await;
    db.announce(&second, &announced(&files)).await.unwrap();
    let rest = [
        row(ONE, PROCESSED),
        row(THREE, PROCESSING),
        row(FOUR, PROCESSING),
    ];
    assert_eq!(world.files(&upload).await, rest);
    let kept = async |digest: &str| -> Vec<String> {
        let files = db.published_files(&second, digest).await.unwrap();
        files.into_iter().map(|file| file.id).collect()
    };
    assert_eq!(kept("digest").await, [ONE]);
    assert!(kept("another configuration").await.is_empty());
    assert_eq!(db.files_of_others(&second).await.unwrap(), [TWO]);
    assert!(!world.publish(&second, &files[1]).await);
    assert!(world.publish(&second, &files[2]).await);

    // A file that is being made anew by its owner's wish is that run's.
    let again = world.convert_of(&upload.id);
    assert!(
        db.reprocess_file(&world.account, ONE, &again)
            .await
            .unwrap()
    );
    assert!(!world.publish(&second, &files[0]).await);
    // No work came of the fourth.
    world.finish(&second, &converted(None)).await;
    let rest = [row(ONE, PROCESSING), row(THREE, PROCESSED)];
    assert_eq!(world.files(&upload).await, rest);
    let status = world.now(&upload).await.status;
    assert_eq!(status, UploadStatus::Received, "its owner's wish waits");
}

pub(crate) async fn the_last_conversion_that_ends_says_how_the_upload_stands(world: &World) {
    let db = &world.db;
    let upload = world.upload("one").await;
    let first = world.lease(60).await;
    let files = world.announce(&first, [ONE, TWO]).await;
    assert!(world.publish(&first, &files[0]).await);
    let again = world.convert_of(&upload.id);
    assert!(
        db.reprocess_file(&world.account, ONE, &again)
            .await
            .unwrap()
    );
    let second = world.lease(60).await;
    assert!(world.publish(&second, &files[0]).await);
    let told = |run: &Run| Converted {
        events: vec![event(&run.id, "batchUploadProcessingFinished")],
        findings: format!("[\"{}\"]", run.id),
        ..converted(None)
    };
    let state = async || {
        let now = world.now(&upload).await;
        (now.status, now.findings)
    };
    let only = Converted {
        only: Some(vec![ONE.to_owned()]),
        nothing_came: NothingCame::Failed("nothing came of it"),
        ..told(&second)
    };
    world.finish(&second, &only).await;
    assert_eq!(state().await, (UploadStatus::Received, "[]".to_owned()));
    assert!(world.publish(&first, &files[1]).await);
    world.finish(&first, &told(&first)).await;
    let findings = format!("[\"{}\"]", first.id);
    assert_eq!(state().await, (UploadStatus::Processed, findings));
    assert_eq!(db.spread_events().await.unwrap(), 1, "told once");
    let run = db.run_of_subject(&upload.id).await.unwrap().unwrap();
    assert_eq!(run.progress, r#"{"files":1}"#, "how far it came");
}

pub(crate) async fn what_its_owner_removed_stays_away_after_a_conversion_that_was_given_up(
    world: &World,
) {
    let db = &world.db;
    let upload = world.upload("one").await;
    let first = world.lease(60).await;
    let files = world.announce(&first, [ONE, TWO]).await;
    assert!(world.publish(&first, &files[0]).await);
    let given_up = Converted {
        nothing_came: NothingCame::Failed("it was given up"),
        given_up: true,
        ..converted(None)
    };
    world.finish(&first, &given_up).await;
    let stored = world.now(&upload).await;
    assert!(stored.given_up && stored.status == UploadStatus::Processed);
    let two = db.file(&world.account, TWO).await.unwrap().unwrap();
    assert_eq!(two.status, FileStatus::Failed);
    assert_eq!(
        db.spread_events().await.unwrap(),
        1,
        "of the file that failed"
    );
    db.remove_file(&world.account, ONE).await.unwrap();
    db.retry_upload(&stored, &world.convert_of(&upload.id), By::operator())
        .await
        .unwrap();
    let second = world.lease(60).await;
    assert_eq!(db.files_of_others(&second).await.unwrap(), [ONE]);
    db.announce(&second, &announced(&files)).await.unwrap();
    assert!(!world.publish(&second, &files[0]).await);
    assert!(world.publish(&second, &files[1]).await);
    world.finish(&second, &converted(None)).await;
    assert!(!world.now(&upload).await.given_up);
    assert_eq!(world.files(&upload).await, [row(TWO, PROCESSED)]);

    // The last file goes while it is made anew: the upload stays as it was.
    let again = world.convert_of(&upload.id);
    assert!(
        db.reprocess_file(&world.account, TWO, &again)
            .await
            .unwrap()
    );
    let third = world.lease(60).await;
    db.remove_file(&world.account, TWO).await.unwrap();
    world
        .finish(&third, &converted(Some(vec![TWO.to_owned()])))
        .await;
    assert_eq!(world.now(&upload).await.status, UploadStatus::Processed);
}

/// All that a file has goes with it, however many there are, and again when it is written again.
pub(crate) async fn many_files_are_published_together(world: &World) {
    let db = &world.db;
    let upload = world.upload("one").await;
    let run = world.lease(60).await;
    let ids: Vec<String> = (0..300).map(|number| format!("{number:036}")).collect();
    let file = |id: &String| NewFile {
        summary: (id != &ids[7]).then(|| format!("{{\"of\":\"{id}\"}}")),
        area_m2: Some(0.1 + 0.2),
        bounds: Some([8.1, 50.0, 8.3, 50.1]),
        started: Some(5),
        size: Some(3),
        ..file(id, &run)
    };
    let files: Vec<NewFile> = ids.iter().map(file).collect();
    db.announce(&run, &announced(&files)).await.unwrap();
    for _ in 0..2 {
        let made = files.iter().map(|file| Published {
            events: vec![event(&file.id, "uploadedFileProcessingFinished")],
            ..published(file.clone())
        });
        let written = db.publish(&run, &made.collect::<Vec<_>>()).await.unwrap();
        assert_eq!(written, ids);
    }
    world.finish(&run, &converted(None)).await;
    assert_eq!(db.spread_events().await.unwrap(), 300, "each is told once");
    for (id, summary) in [(&ids[6], true), (&ids[7], false)] {
        let found = db.file(&world.account, id).await.unwrap().unwrap();
        let expected = summary.then(|| format!("{{\"of\":\"{id}\"}}"));
        assert_eq!(found.summary, expected);
        assert_eq!((found.started, found.size), (Some(5), Some(3)));
        assert_eq!(found.artifacts, [Artifact::StandardGeoparquet]);
    }
    let within = db.files_within(&world.user, [8.3, 50.0, 9.0, 50.0]).await;
    assert_eq!(within.unwrap().len(), 300, "bounds are exact");
    let large = crate::store::FileFilter {
        min_area_m2: Some(0.1 + 0.2),
        ..crate::store::FileFilter::default()
    };
    let found = db.files(&world.account, &large, &[], ALL).await.unwrap();
    assert_eq!(found.total, 300, "areas are exact");
    assert_eq!(world.now(&upload).await.status, UploadStatus::Processed);
}

/// However many files there are, they end, and are listed as they were recognised.
pub(crate) async fn thousands_of_files_end_with_their_run(world: &World) {
    let db = &world.db;
    let upload = world.upload("one").await;
    let run = world.lease(60).await;
    // Ids are hashes: they say nothing of the order.
    let ids: Vec<String> = (0..7_000_u32)
        .map(|number| format!("{:08x}-{number:027}", number.wrapping_mul(2_654_435_761)))
        .collect();
    let files: Vec<NewFile> = ids.iter().map(|id| file(id, &run)).collect();
    for files in files.chunks(3_500) {
        db.announce(&run, &announced(files)).await.unwrap();
    }
    assert!(world.publish(&run, &files[1]).await);
    let given_up = Converted {
        nothing_came: NothingCame::Failed("it was given up"),
        ..converted(None)
    };
    world.finish(&run, &given_up).await;
    let listed = db.file_ids_of_upload(&world.account, &upload.id).await;
    assert!(listed.unwrap() == ids);
    let mut told = 0;
    while let events @ 1.. = db.spread_events().await.unwrap() {
        told += events;
    }
    assert_eq!(told, 6_999);
    let mut much = file(ONE, &run);
    much.fields = (0..9_000)
        .map(|number| crate::store::FieldShare {
            field_id: number.to_string(),
            points: 1,
            area_m2: 1.0,
        })
        .collect();
    let again = world.upload("two").await;
    let run = world.lease(60).await;
    assert_eq!(run.subject, again.id);
    world.convert(&run, vec![much]).await;
}

pub(crate) async fn datasets_without_work_are_no_rows_any_more(world: &World) {
    let db = &world.db;
    let upload = world.upload("one").await;
    let run = world.lease(60).await;
    let files = world.announce(&run, [ONE, TWO, THREE]).await;
    assert!(world.publish(&run, &files[0]).await);
    let nothing = [ONE, TWO].map(str::to_owned);
    db.withdraw(&run, &nothing).await.unwrap();
    let rest = [row(ONE, PROCESSED), row(THREE, PROCESSING)];
    assert_eq!(world.files(&upload).await, rest, "what is published stays");
    world.finish(&run, &converted(None)).await;
    assert_eq!(world.files(&upload).await, [row(ONE, PROCESSED)]);
    // Another conversion may find work in them: nobody has removed them.
    db.remove_file(&world.account, ONE).await.unwrap();
    let upload = world.now(&upload).await;
    db.retry_upload(&upload, &world.convert_of(&upload.id), By::operator())
        .await
        .unwrap();
    let second = world.lease(60).await;
    assert!(
        db.files_of_others(&second).await.unwrap().is_empty(),
        "all is wanted anew"
    );
    db.announce(&second, &announced(&files)).await.unwrap();
    assert_eq!(world.files(&upload).await.len(), 3);
    world.finish(&second, &converted(None)).await;
    let now = world.now(&upload).await;
    assert_eq!(now.status, UploadStatus::Failed);
    assert_eq!(now.status_details.as_deref(), Some("no files"));
}

pub(crate) async fn a_merged_file_that_was_removed_does_not_come_back(world: &World) {
    let db = &world.db;
    let merge = world.work(JobKind::Merge, ONE);
    let file = NewFile::merged(ONE, None);
    let sources = [THREE, TWO].map(str::to_owned);
    let added = db.add_merged_file(&world.account, &file, &sources, &merge);
    added.await.unwrap();
    let row = db.file(&world.account, ONE).await.unwrap().unwrap();
    assert_eq!(row.sources, sources, "in their order");
    let run = world.lease(60).await;
    db.remove_file(&world.account, ONE).await.unwrap();
    let made = NewFile {
        status: PROCESSED,
        ..file
    };
    db.finish_file(&run, &made, &[], None).await.unwrap();
    assert!(db.file(&world.account, ONE).await.unwrap().is_none());
    let again = db.finish_file(&run, &made, &[], None).await;
    assert!(matches!(again, Err(StoreError::LeaseLost(_))));
}

pub(crate) async fn what_a_commit_makes_ready_is_rung_and_nothing_before(world: &World) {
    let db = &world.db;
    let hear = async || {
        let calls = [Call::Work, Call::Events].map(|call| world.bus.hear(call));
        let [work, events] = calls;
        (work.await, events.await)
    };
    let (work, events) = hear().await;
    let upload = world.upload("one").await;
    assert_eq!(
        (work.now_or_never(), events.now_or_never()),
        (Some(()), None)
    );
    let late = world.lease(0).await;
    let run = world.lease(60).await;
    let files = world.announce(&run, [ONE]).await;
    let topic = Topic::Subject(upload.id.clone());
    let mut news = world.bus.listen(topic).await;
    let (_, events) = hear().await;
    let made = [Published {
        events: vec![event("one", "uploadedFileProcessingFinished")],
        ..published(files[0].clone())
    }];
    assert!(db.publish(&late, &made).await.is_err());
    assert!(news.next().now_or_never().is_none(), "nothing was written");
    db.publish(&run, &made).await.unwrap();
    assert!(news.next().now_or_never().is_some());
    assert_eq!(events.now_or_never(), Some(()));
}
