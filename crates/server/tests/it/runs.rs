//! Leases, fences, and what a second conversion may change.

use crate::fixture::{Fixture, converted};
use tramline_model::{Artifact, FileStatus, JobKind};
use tramline_server::StoreError;
use tramline_server::db::{
    Converted, Fields, FileFilter, Files, Located, NewArtifact, NewRun, Page, Relocate, Runs,
    UploadStatus, Uploads,
};

const ONE: &str = "00000000-0000-0000-0000-000000000001";
const TWO: &str = "00000000-0000-0000-0000-000000000002";

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
    let made = converted(vec![file], None);
    let refused = fixture.db.finish_conversion(&late, &made).await;
    assert!(matches!(refused, Err(StoreError::LeaseLost(_))));
    fixture.db.finish_conversion(&second, &made).await.unwrap();
    let again = fixture.db.finish_conversion(&second, &made).await;
    assert!(matches!(again, Err(StoreError::LeaseLost(_))), "once");
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
    fixture
        .db
        .finish_conversion(&first, &converted(files.to_vec(), None))
        .await
        .unwrap();
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
    let mut made = converted(vec![given], Some(vec![TWO.to_owned()]));
    made.status = UploadStatus::Failed;
    fixture.db.finish_conversion(&second, &made).await.unwrap();
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
    fixture
        .db
        .finish_conversion(&first, &converted(vec![file.clone()], None))
        .await
        .unwrap();
    let again = fixture.work(&upload);
    fixture
        .db
        .reprocess_file(&fixture.account, ONE, &again)
        .await
        .unwrap();
    let second = fixture.lease(60).await;
    fixture.db.remove_file(&fixture.account, ONE).await.unwrap();
    fixture
        .db
        .finish_conversion(&second, &converted(vec![file], only))
        .await
        .unwrap();
    let found = fixture.db.file(&fixture.account, ONE).await.unwrap();
    assert!(found.is_none());
}

#[tokio::test]
async fn totals_of_lists_follow_every_change() {
    let fixture = Fixture::new(0).await;
    let (_, key) = fixture.upload("one").await;
    let run = fixture.lease(60).await;
    let files = [ONE, TWO].map(|id| fixture.file(id, &run, &key).0);
    fixture
        .db
        .finish_conversion(&run, &converted(files.to_vec(), None))
        .await
        .unwrap();
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
    let made = converted(vec![file], None);
    fixture.db.finish_conversion(&run, &made).await.unwrap();
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
    let made = converted(vec![file], None);
    fixture.db.finish_conversion(&run, &made).await.unwrap();
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
async fn a_boundary_that_changed_meanwhile_adds_a_run_with_the_publication() {
    for changes in [false, true] {
        let fixture = Fixture::new(0).await;
        let (_, key) = fixture.upload("one").await;
        let run = fixture.lease(60).await;
        let (file, _) = fixture.file(ONE, &run, &key);
        let again = NewRun {
            kind: JobKind::Locate,
            task: format!(r#"{{"bounds":[0,0,1,1],"again":["{ONE}"]}}"#),
            ..fixture.work(&fixture.user)
        };
        let made = Converted {
            relocate: Some(Relocate {
                since: fixture.changed().await,
                run: again.clone(),
            }),
            ..converted(vec![file], None)
        };
        if changes {
            let change = NewRun {
                kind: JobKind::Locate,
                ..fixture.work(&fixture.user)
            };
            fixture.db.add_run(&change).await.unwrap();
        }
        fixture.db.finish_conversion(&run, &made).await.unwrap();
        let (queued, _, _) = fixture.db.run_counts().await.unwrap();
        assert_eq!(queued, if changes { 2 } else { 0 });
    }
}
