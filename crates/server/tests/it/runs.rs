//! Leases, fences, and what a second conversion may change.

use crate::fixture::{Fixture, announced, converted, published};
use tramline_model::{Artifact, FileStatus, JobKind};
use tramline_server::StoreError;
use tramline_server::db::{
    Converted, Event, Fields, FileFilter, Files, Located, NewArtifact, NewFile, NewRun,
    NothingCame, Page, Published, Run, Runs, UploadStatus, Uploads, Webhooks,
};

const ONE: &str = "00000000-0000-0000-0000-000000000001";
const TWO: &str = "00000000-0000-0000-0000-000000000002";
const THREE: &str = "00000000-0000-0000-0000-000000000003";
const FOUR: &str = "00000000-0000-0000-0000-000000000004";

#[tokio::test]
async fn a_worker_that_wakes_up_late_writes_nothing() {
    let fixture = Fixture::new(0).await;
    let (upload, key) = fixture.upload("one").await;
    // Leases that end at once: each worker takes the run from the one before.
    let late = fixture.lease(0).await;
    let second = fixture.lease(0).await;
    assert_eq!((late.attempt, second.attempt), (1, 2));
    assert!(second.fence > late.fence);
    let (file, _) = fixture.file(ONE, &second, &key);
    let rows = announced(std::slice::from_ref(&file));
    let made = published(file);
    let lost = |refused| assert!(matches!(refused, Err(StoreError::LeaseLost(_))));
    lost(fixture.db.announce(&late, &rows).await);
    fixture.db.announce(&second, &rows).await.unwrap();
    lost(fixture.db.publish_file(&late, &made).await.map(drop));
    assert!(fixture.db.publish_file(&second, &made).await.unwrap());
    let end = converted(None);
    lost(fixture.db.finish_conversion(&late, &end).await);
    fixture.db.finish_conversion(&second, &end).await.unwrap();
    lost(fixture.db.finish_conversion(&second, &end).await);
    lost(fixture.db.publish_file(&second, &made).await.map(drop));
    let files = fixture.db.file_ids_of_upload(&fixture.account, &upload);
    assert_eq!(files.await.unwrap(), [ONE]);
}

#[tokio::test]
async fn a_second_conversion_changes_only_what_it_is_about() {
    let fixture = Fixture::new(0).await;
    let (upload, key) = fixture.upload("one").await;
    let first = fixture.lease(60).await;
    let files = [ONE, TWO].map(|id| {
        let (mut file, _) = fixture.file(id, &first, &key);
        if id == TWO {
            file.status = FileStatus::Failed;
        }
        file
    });
    fixture.convert(&first, files.to_vec()).await;
    let before = fixture.db.artifacts(&fixture.account, ONE).await.unwrap();
    let stored = fixture.db.upload(&fixture.account, &upload).await.unwrap();
    let again = fixture.work(&upload);
    fixture
        .db
        .retry_upload(&stored.unwrap(), &again)
        .await
        .unwrap();
    let second = fixture.lease(60).await;
    // The conversion gives the finished file again, and nothing of the failed one.
    let (given, _) = fixture.file(ONE, &second, &key);
    let given = published(given);
    assert!(!fixture.db.publish_file(&second, &given).await.unwrap());
    let end = converted(Some(vec![TWO.to_owned()]));
    fixture.db.finish_conversion(&second, &end).await.unwrap();
    let after = fixture.db.artifacts(&fixture.account, ONE).await.unwrap();
    let keys = |rows: &[tramline_server::db::ArtifactRow]| -> Vec<String> {
        rows.iter().map(|row| row.blob_key.clone()).collect()
    };
    assert_eq!(keys(&before), keys(&after));
    let two = fixture.db.file(&fixture.account, TWO).await.unwrap();
    assert_eq!(
        two.unwrap().status,
        FileStatus::Failed,
        "it waits for nothing"
    );
    let stored = fixture.db.upload(&fixture.account, &upload).await.unwrap();
    assert_eq!(stored.unwrap().status, UploadStatus::Processed);
}

#[tokio::test]
async fn a_file_that_was_removed_meanwhile_does_not_come_back() {
    let fixture = Fixture::new(0).await;
    let (upload, key) = fixture.upload("one").await;
    let first = fixture.lease(60).await;
    let (file, _) = fixture.file(ONE, &first, &key);
    let only = Some(vec![ONE.to_owned()]);
    fixture.convert(&first, vec![file.clone()]).await;
    let again = fixture.work(&upload);
    fixture
        .db
        .reprocess_file(&fixture.account, ONE, &again)
        .await
        .unwrap();
    let second = fixture.lease(60).await;
    fixture.db.remove_file(&fixture.account, ONE).await.unwrap();
    let written = fixture.db.publish_file(&second, &published(file)).await;
    assert!(!written.unwrap());
    let end = converted(only);
    fixture.db.finish_conversion(&second, &end).await.unwrap();
    let found = fixture.db.file(&fixture.account, ONE).await.unwrap();
    assert!(found.is_none());
}

#[tokio::test]
async fn files_are_rows_from_their_recognition_on_and_a_run_begun_again_keeps_what_it_published() {
    let fixture = Fixture::new(0).await;
    let (upload, key) = fixture.upload("one").await;
    let first = fixture.lease(0).await;
    let files = fixture
        .announce(&first, &key, [ONE, TWO, THREE, FOUR])
        .await;
    let list = async || {
        let files = fixture
            .db
            .file_progress(&fixture.account, &upload, None)
            .await;
        let files = files.unwrap().unwrap().1.into_iter();
        files.map(|file| (file.id, file.status)).collect::<Vec<_>>()
    };
    let row = |id: &str, status| (id.to_owned(), status);
    let (processing, processed) = (FileStatus::Processing, FileStatus::Processed);
    assert_eq!(
        list().await,
        [ONE, TWO, THREE, FOUR].map(|id| row(id, processing))
    );
    let one = published(files[0].clone());
    assert!(fixture.db.publish_file(&first, &one).await.unwrap());
    fixture.db.remove_file(&fixture.account, TWO).await.unwrap();

    // The worker died. The next one knows what is there, and the removed file stays away.
    let second = fixture.lease(60).await;
    fixture
        .db
        .announce(&second, &announced(&files))
        .await
        .unwrap();
    let rest = [
        row(ONE, processed),
        row(THREE, processing),
        row(FOUR, processing),
    ];
    assert_eq!(list().await, rest);
    let kept = async |digest: &str| -> Vec<String> {
        let files = fixture.db.published_files(&second, digest).await.unwrap();
        files.into_iter().map(|file| file.id).collect()
    };
    assert_eq!(kept("digest").await, [ONE]);
    assert!(kept("another configuration").await.is_empty());
    let two = published(files[1].clone());
    assert!(!fixture.db.publish_file(&second, &two).await.unwrap());
    let three = published(files[2].clone());
    assert!(fixture.db.publish_file(&second, &three).await.unwrap());

    // A file that is being made anew by its owner's wish is that run's.
    let again = fixture.work(&upload);
    let begun = fixture
        .db
        .reprocess_file(&fixture.account, ONE, &again)
        .await;
    assert!(begun.unwrap());
    assert!(!fixture.db.publish_file(&second, &one).await.unwrap());
    // No work came of the fourth.
    let end = converted(None);
    fixture.db.finish_conversion(&second, &end).await.unwrap();
    assert_eq!(list().await, [row(ONE, processing), row(THREE, processed)]);
    let stored = fixture.db.upload(&fixture.account, &upload).await.unwrap();
    let status = stored.unwrap().status;
    assert_eq!(status, UploadStatus::Received, "its owner's wish waits");
}

#[tokio::test]
async fn totals_of_lists_follow_every_change() {
    let fixture = Fixture::new(0).await;
    let (_, key) = fixture.upload("one").await;
    let run = fixture.lease(60).await;
    let files = [ONE, TWO].map(|id| fixture.file(id, &run, &key).0);
    fixture.convert(&run, files.to_vec()).await;
    let page = Page { page: 0, size: 1 };
    let list = async || {
        let all = FileFilter::default();
        let found = fixture.db.files(&fixture.account, &all, &[], page).await;
        let found = found.unwrap();
        (found.items.len(), found.total)
    };
    assert_eq!(list().await, (1, 2));
    assert_eq!(list().await, (1, 2));
    fixture.db.remove_file(&fixture.account, ONE).await.unwrap();
    assert_eq!(list().await, (1, 1));
    let user = &fixture.user;
    tramline_server::db::Accounts::remove_user(&fixture.db, &fixture.account, user)
        .await
        .unwrap();
    assert_eq!(list().await, (0, 0));
}

#[tokio::test]
async fn what_was_located_of_points_that_are_gone_is_not_written() {
    let fixture = Fixture::new(0).await;
    let (_, key) = fixture.upload("one").await;
    let run = fixture.lease(60).await;
    let (mut file, _) = fixture.file(ONE, &run, &key);
    file.artifacts.push(NewArtifact {
        kind: Artifact::StandardGeoparquet,
        blob_key: "runs/second/standard.parquet".to_owned(),
        size: 6,
        sha256: "hash".to_owned(),
    });
    fixture.convert(&run, vec![file]).await;
    let locate = NewRun {
        kind: JobKind::Locate,
        ..fixture.work(&fixture.user)
    };
    fixture.db.add_run(&locate).await.unwrap();
    let run = fixture.lease(60).await;
    for (points, written) in [("first", None), ("second", Some(7))] {
        let located = Located {
            file: ONE.to_owned(),
            standard_key: format!("runs/{points}/standard.parquet"),
            fields_changed: fixture.changed().await,
            shares: Vec::new(),
            outside_points: 7,
            outside: None,
            tolerated: None,
        };
        assert!(fixture.db.set_located(&run, &located).await.unwrap());
        let row = fixture.db.file(&fixture.account, ONE).await.unwrap();
        assert_eq!(row.unwrap().outside_points, written, "{points}");
    }
}

#[tokio::test]
async fn what_was_located_with_boundaries_of_before_is_not_written() {
    let fixture = Fixture::new(0).await;
    let (_, key) = fixture.upload("one").await;
    let run = fixture.lease(60).await;
    let (mut file, _) = fixture.file(ONE, &run, &key);
    file.artifacts.push(NewArtifact {
        kind: Artifact::StandardGeoparquet,
        blob_key: "runs/one/standard.parquet".to_owned(),
        size: 6,
        sha256: "hash".to_owned(),
    });
    fixture.convert(&run, vec![file]).await;
    let change = |task: &str| NewRun {
        kind: JobKind::Locate,
        task: task.to_owned(),
        ..fixture.work(&fixture.user)
    };
    fixture.db.add_run(&change("{}")).await.unwrap();
    let run = fixture.lease(60).await;
    let known = fixture.changed().await;
    let located = |outside_points, fields_changed| Located {
        file: ONE.to_owned(),
        standard_key: "runs/one/standard.parquet".to_owned(),
        fields_changed,
        shares: Vec::new(),
        outside_points,
        outside: None,
        tolerated: None,
    };
    let set = async |located: Located| fixture.db.set_located(&run, &located).await.unwrap();
    let outside = async || {
        let row = fixture.db.file(&fixture.account, ONE).await.unwrap();
        row.unwrap().outside_points
    };
    // A run that repeats the work of others is no change of boundaries.
    fixture
        .db
        .add_run(&change(r#"{"again":[]}"#))
        .await
        .unwrap();
    assert!(set(located(1, known)).await);
    assert_eq!(outside().await, Some(1));
    fixture.db.add_run(&change("{}")).await.unwrap();
    assert!(!set(located(2, known)).await);
    assert_eq!(outside().await, Some(1));
    assert!(set(located(3, fixture.changed().await)).await);
    assert_eq!(outside().await, Some(3));
}

#[tokio::test]
async fn boundaries_that_changed_meanwhile_add_one_run_for_all_files() {
    for changes in [false, true] {
        let fixture = Fixture::new(0).await;
        let (_, key) = fixture.upload("one").await;
        let run = fixture.lease(60).await;
        let files = [ONE, TWO, THREE].map(|id| {
            let (mut file, _) = fixture.file(id, &run, &key);
            // The third has no points that could lie anywhere.
            file.bounds = (id != THREE).then_some([0.0, 0.0, 1.0, 1.0]);
            file
        });
        fixture.db.announce(&run, &announced(&files)).await.unwrap();
        for file in files {
            let made = Published {
                located_with: fixture.changed().await,
                ..published(file)
            };
            assert!(fixture.db.publish_file(&run, &made).await.unwrap());
        }
        if changes {
            let change = NewRun {
                kind: JobKind::Locate,
                ..fixture.work(&fixture.user)
            };
            fixture.db.add_run(&change).await.unwrap();
        }
        fixture
            .db
            .finish_conversion(&run, &converted(None))
            .await
            .unwrap();
        let (queued, _, _) = fixture.db.run_counts().await.unwrap();
        assert_eq!(queued, if changes { 2 } else { 0 });
        if changes {
            fixture.lease(60).await;
            let again = fixture.lease(60).await;
            let files = format!("\"again\":[\"{ONE}\", \"{TWO}\"]");
            assert!(again.task.contains(&files), "{}", again.task);
        }
    }
}

#[tokio::test]
async fn the_last_conversion_of_an_upload_that_ends_says_how_it_stands() {
    let fixture = Fixture::new(0).await;
    let (upload, key) = fixture.upload("one").await;
    let first = fixture.lease(60).await;
    let files = fixture.announce(&first, &key, [ONE, TWO]).await;
    assert!(fixture.publish(&first, &files[0]).await);
    let again = fixture.work(&upload);
    let begun = fixture
        .db
        .reprocess_file(&fixture.account, ONE, &again)
        .await;
    assert!(begun.unwrap());
    let second = fixture.lease(60).await;
    assert!(fixture.publish(&second, &files[0]).await);
    let told = |run: &Run| Converted {
        events: vec![Event {
            id: format!("end of {}", run.id),
            kind: "batchUploadProcessingFinished",
            body: "{}".to_owned(),
        }],
        findings: format!("[\"{}\"]", run.id),
        ..converted(None)
    };
    let state = async || {
        let stored = fixture.db.upload(&fixture.account, &upload).await.unwrap();
        let stored = stored.unwrap();
        (stored.status, stored.findings)
    };
    let only = Converted {
        only: Some(vec![ONE.to_owned()]),
        nothing_came: NothingCame::Failed("nothing came of it"),
        ..told(&second)
    };
    fixture.db.finish_conversion(&second, &only).await.unwrap();
    assert_eq!(state().await, (UploadStatus::Received, "[]".to_owned()));
    assert!(fixture.publish(&first, &files[1]).await);
    fixture
        .db
        .finish_conversion(&first, &told(&first))
        .await
        .unwrap();
    let findings = format!("[\"{}\"]", first.id);
    assert_eq!(state().await, (UploadStatus::Processed, findings));
    assert_eq!(fixture.db.spread_events().await.unwrap(), 1, "told once");
}

#[tokio::test]
async fn what_its_owner_removed_stays_away_after_a_conversion_that_was_given_up() {
    let fixture = Fixture::new(0).await;
    let (upload, key) = fixture.upload("one").await;
    let first = fixture.lease(60).await;
    let files = fixture.announce(&first, &key, [ONE, TWO]).await;
    assert!(fixture.publish(&first, &files[0]).await);
    let given_up = Converted {
        nothing_came: NothingCame::Failed("it was given up"),
        given_up: true,
        ..converted(None)
    };
    fixture
        .db
        .finish_conversion(&first, &given_up)
        .await
        .unwrap();
    let stored = fixture
        .db
        .upload(&fixture.account, &upload)
        .await
        .unwrap()
        .unwrap();
    assert!(stored.given_up && stored.status == UploadStatus::Processed);
    let two = fixture
        .db
        .file(&fixture.account, TWO)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(two.status, FileStatus::Failed);
    fixture.db.remove_file(&fixture.account, ONE).await.unwrap();
    fixture
        .db
        .retry_upload(&stored, &fixture.work(&upload))
        .await
        .unwrap();
    let second = fixture.lease(60).await;
    assert_eq!(fixture.db.files_of_others(&second).await.unwrap(), [ONE]);
    fixture
        .db
        .announce(&second, &announced(&files))
        .await
        .unwrap();
    assert!(!fixture.publish(&second, &files[0]).await);
    assert!(fixture.publish(&second, &files[1]).await);
    fixture
        .db
        .finish_conversion(&second, &converted(None))
        .await
        .unwrap();
    let stored = fixture
        .db
        .upload(&fixture.account, &upload)
        .await
        .unwrap()
        .unwrap();
    assert!(!stored.given_up);
    assert_eq!(
        fixture
            .db
            .file_ids_of_upload(&fixture.account, &upload)
            .await
            .unwrap(),
        [TWO]
    );

    // The last file goes while it is made anew: the upload stays as it was.
    let begun = fixture
        .db
        .reprocess_file(&fixture.account, TWO, &fixture.work(&upload))
        .await;
    assert!(begun.unwrap());
    let third = fixture.lease(60).await;
    fixture.db.remove_file(&fixture.account, TWO).await.unwrap();
    let only = converted(Some(vec![TWO.to_owned()]));
    fixture.db.finish_conversion(&third, &only).await.unwrap();
    let stored = fixture
        .db
        .upload(&fixture.account, &upload)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(stored.status, UploadStatus::Processed);
}

#[tokio::test]
async fn a_merged_file_that_was_removed_does_not_come_back_and_stops_do_not_count() {
    let fixture = Fixture::new(0).await;
    let merge = NewRun {
        kind: JobKind::Merge,
        ..fixture.work(ONE)
    };
    let file = NewFile::merged(ONE, None);
    fixture
        .db
        .add_merged_file(&fixture.account, &file, &[], &merge)
        .await
        .unwrap();
    for _ in 0..5 {
        let run = fixture.lease(60).await;
        assert_eq!(run.attempt, 1, "the server stopped in order");
        fixture.db.give_back(&run).await.unwrap();
    }
    let run = fixture.lease(60).await;
    fixture.db.remove_file(&fixture.account, ONE).await.unwrap();
    let made = NewFile {
        status: FileStatus::Processed,
        ..file
    };
    fixture
        .db
        .finish_file(&run, &made, &[], None)
        .await
        .unwrap();
    assert!(
        fixture
            .db
            .file(&fixture.account, ONE)
            .await
            .unwrap()
            .is_none()
    );
}
