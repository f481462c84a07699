//! Leases, fences, and who is next.

use super::World;
use super::world::ONE;
use crate::error::StoreError;
use crate::store::{Beat, GivenUp, Run, RunState, UploadStatus};
use std::time::Duration;
use tramline_model::{FileStatus, JobKind};

const MINUTE: Duration = Duration::from_secs(60);

pub(crate) async fn the_user_with_the_least_work_is_next(world: &World) {
    let db = &world.db;
    let other = world.another_user().await;
    for number in 0..3 {
        world.upload(&format!("mine {number}")).await;
    }
    let mut theirs = world.convert_of("theirs");
    theirs.user_id.clone_from(&other);
    db.add_run(&theirs).await.unwrap();
    let users = async || {
        let run = world.lease(60).await;
        run.user_id
    };
    let first = users().await;
    assert_eq!((first, users().await), (world.user.clone(), other));
    assert_eq!(users().await, world.user);
    assert_eq!(db.run_counts().await.unwrap(), (1, 3, 0));
}

pub(crate) async fn a_lease_is_one_workers_until_it_ends(world: &World) {
    let db = &world.db;
    world.upload("one").await;
    let first = world.lease(60).await;
    assert!(db.lease_run("other", MINUTE).await.unwrap().is_none());
    // The server died: what runs is nobody's, and no attempt of its own.
    assert_eq!(db.release_all().await.unwrap(), 1);
    let second = world.lease(0).await;
    assert_eq!((second.id.as_str(), second.attempt), (first.id.as_str(), 1));
    assert!(second.fence > first.fence);
    let third = world.lease(60).await;
    assert_eq!(third.attempt, 2, "the lease has ended");
    assert!(third.fence > second.fence);
    assert!(!third.out_of_attempts(0));
}

fn beat(run: &Run, progress: Option<&str>) -> Beat {
    Beat {
        run: run.id.clone(),
        fence: run.fence,
        progress: progress.map(str::to_owned),
    }
}

pub(crate) async fn a_beat_says_what_is_lost_and_keeps_progress(world: &World) {
    let db = &world.db;
    let (one, _) = (world.upload("one").await, world.upload("two").await);
    let late = world.lease(0).await;
    let first = world.lease(60).await;
    let (first, second) = if first.id == late.id {
        (first, world.lease(60).await)
    } else {
        (world.lease(60).await, first)
    };
    assert_eq!(first.id, late.id);
    let beats = [
        beat(&late, Some(r#"{"late":1}"#)),
        beat(&first, Some(r#"{"points":7}"#)),
        beat(&second, None),
    ];
    assert_eq!(db.renew(&beats, MINUTE).await.unwrap(), [&*late.id]);
    let found = db.run_of_subject(&first.subject).await.unwrap().unwrap();
    assert_eq!(found.state, RunState::Running);
    assert_eq!(found.progress, r#"{"points":7}"#);
    db.renew(&beats[2..], MINUTE).await.unwrap();
    db.renew(&[beat(&first, None)], MINUTE).await.unwrap();
    let found = db.run_of_subject(&first.subject).await.unwrap().unwrap();
    assert_eq!(found.progress, r#"{"points":7}"#, "nothing new to say");
    db.remove_upload(&world.account, &first.subject)
        .await
        .unwrap();
    let lost = db.renew(&[beat(&first, None)], MINUTE).await.unwrap();
    assert_eq!(lost, [&*first.id], "its upload was removed");
    db.settle_cancelled(&second).await.unwrap();
    assert!(
        db.renew(&[beat(&second, None)], MINUTE)
            .await
            .unwrap()
            .is_empty()
    );
    db.settle_cancelled(&first).await.unwrap();
    assert_eq!(db.run_counts().await.unwrap(), (0, 1, 0));
    assert_eq!(one.user_id, world.user);
}

pub(crate) async fn stops_do_not_count_as_attempts(world: &World) {
    world.upload("one").await;
    for _ in 0..5 {
        let run = world.lease(60).await;
        assert_eq!(run.attempt, 1, "the server stopped in order");
        world.db.give_back(&run).await.unwrap();
    }
    for attempt in 1..=3 {
        let run = world.lease(60).await;
        assert_eq!((run.attempt, run.out_of_attempts(0)), (attempt, false));
        let again = world.db.postpone(&run, "{}", "trouble", Duration::ZERO);
        again.await.unwrap();
    }
    let run = world.lease(60).await;
    assert!(run.out_of_attempts(0) && !run.out_of_attempts(1));
}

pub(crate) async fn what_is_put_off_waits(world: &World) {
    let db = &world.db;
    let upload = world.upload("one").await;
    let run = world.lease(60).await;
    db.postpone(&run, r#"{"kept":[]}"#, "disk full", MINUTE)
        .await
        .unwrap();
    assert!(db.lease_run("worker", MINUTE).await.unwrap().is_none());
    let found = db.run_of_subject(&upload.id).await.unwrap().unwrap();
    assert_eq!((found.state, found.before), (RunState::Queued, 0));
    let refused = db.postpone(&run, "{}", "again", MINUTE).await;
    assert!(matches!(refused, Err(StoreError::LeaseLost(_))));
    world.upload("two").await;
    let second = world.lease(60).await;
    assert_ne!(second.id, run.id);
    let task = r#"{"kept":["1"]}"#;
    db.postpone(&second, task, "died", Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(world.lease(60).await.task, task);
}

pub(crate) async fn what_is_put_back_counts_as_no_attempt(world: &World) {
    let db = &world.db;
    world.upload("one").await;
    for _ in 0..5 {
        let run = world.lease(60).await;
        assert_eq!(run.attempt, 1, "the disk was full");
        let back = db.put_back(&run, "waits for disk space", Duration::ZERO);
        back.await.unwrap();
        let late = db.put_back(&run, "again", Duration::ZERO).await;
        assert!(matches!(late, Err(StoreError::LeaseLost(_))));
    }
    let run = world.lease(60).await;
    db.put_back(&run, "waits for disk space", MINUTE)
        .await
        .unwrap();
    assert!(db.lease_run("worker", MINUTE).await.unwrap().is_none());
}

pub(crate) async fn what_is_given_up_ends_with_all_that_waits_for_it(world: &World) {
    let db = &world.db;
    let upload = world.upload("one").await;
    let same = world.upload("one").await;
    assert_eq!(same.duplicate_of.as_ref(), Some(&upload.id));
    let run = world.lease(60).await;
    world.announce(&run, [ONE]).await;
    let given_up = GivenUp {
        reason: "stored summary cannot be read",
        details: "Internal error",
        findings: r#"[{"code":"convert.given-up"}]"#,
        events: &[],
    };
    db.abandon(&run, &given_up).await.unwrap();
    let late = db.abandon(&run, &given_up).await;
    assert!(matches!(late, Err(StoreError::LeaseLost(_))));
    assert_eq!(db.run_counts().await.unwrap(), (0, 0, 1));
    for id in [&upload.id, &same.id] {
        let found = db.upload(&world.account, id).await.unwrap().unwrap();
        assert_eq!(found.status, UploadStatus::Failed);
        assert_eq!(found.status_details.as_deref(), Some("Internal error"));
        assert!(found.findings.contains("given-up"));
    }
    let file = db.file(&world.account, ONE).await.unwrap().unwrap();
    assert_eq!(file.status, FileStatus::Failed);
}

pub(crate) async fn runs_end_once(world: &World) {
    let db = &world.db;
    for _ in 0..2 {
        db.add_run(&world.work(JobKind::Locate, &world.user))
            .await
            .unwrap();
    }
    let (first, second) = (world.lease(60).await, world.lease(60).await);
    db.finish_run(&first).await.unwrap();
    let lost = |refused| assert!(matches!(refused, Err(StoreError::LeaseLost(_))));
    lost(db.finish_run(&first).await);
    db.bury(&second, "tried three times").await.unwrap();
    lost(db.bury(&second, "again").await);
    db.give_back(&second).await.unwrap();
    assert_eq!(db.run_counts().await.unwrap(), (0, 0, 1));
    let names = [first.id, second.id, "another".to_owned()];
    assert_eq!(db.idle_runs(&names).await.unwrap(), names);
}
