//! Transactions that fail at each of their steps, and locks that others hold: the store goes on.

#![allow(clippy::unwrap_used)]

use super::{Sqlite, pool};
use crate::bus::LocalBus;
use crate::error::StoreError;
use crate::faults::Faults;
use crate::store::conformance::World;
use crate::store::{By, NewUser, Page, UserFilter};
use sqlx::sqlite::SqliteConnectOptions;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
/// More than anybody waits, also on a slow machine with other work.
const LONG: Duration = Duration::from_secs(300);

async fn open(folder: &Path, faults: &str) -> (Sqlite, Faults) {
    let faults: Faults = faults.parse().unwrap();
    let (path, bus) = (folder.join("tramline.db"), Arc::new(LocalBus::default()));
    let db = Sqlite::open_with(&path, bus, faults.clone()).await;
    (db.unwrap(), faults)
}

/// What a full disk says, and a broken one.
fn as_told(error: &str, cause: &StoreError) -> bool {
    match error {
        "EIO" => cause.may_pass() && !cause.is_full(),
        _ => cause.is_full(),
    }
}

/// Does it for each step that may fail, until none does. What failed has changed nothing and goes well the
/// next time.
async fn each_step<T>(
    set_up: impl AsyncFn(&World),
    work: impl AsyncFn(&World) -> Result<T, StoreError>,
    count: impl AsyncFn(&World) -> u64,
) -> u64 {
    let mut failed = 0;
    for number in 1.. {
        let error = ["ENOSPC", "EIO", "EDQUOT"][number as usize % 3];
        let folder = tempfile::tempdir().unwrap();
        // What sets the world up passes too: the fault begins behind it.
        let (first, _) = open(folder.path(), "db:1000000:EIO").await;
        let bus = first.bus();
        let world = World::new(Arc::new(first.clone()), bus, None).await;
        set_up(&world).await;
        let before = count(&world).await;
        first.close().await;
        let (db, faults) = open(folder.path(), &format!("db:{number}:{error}")).await;
        let bus = db.bus();
        let world = World {
            db: Arc::new(db),
            bus,
            ..world
        };
        let done = work(&world).await;
        if !faults.are_over() {
            assert!(done.is_ok(), "step {number} did not fail");
            break;
        }
        failed += 1;
        let Err(cause) = done else {
            panic!("step {number} failed and nobody said so");
        };
        assert!(as_told(error, &cause), "step {number}: {error}: {cause}");
        assert_eq!(count(&world).await, before, "step {number} left something");
        work(&world).await.unwrap();
        assert_ne!(count(&world).await, before);
    }
    failed
}

async fn users(world: &World) -> u64 {
    let (all, page) = (UserFilter::default(), Page { page: 0, size: 1 });
    let users = world.db.users(&world.account, &all, page).await;
    users.unwrap().total
}

async fn open_runs(world: &World) -> u64 {
    let (queued, running, _) = world.db.run_counts().await.unwrap();
    queued * 100 + running
}

#[tokio::test]
async fn a_user_and_the_log_of_it_fail_at_each_step_and_leave_nothing() {
    let add = async |world: &World| {
        let new = NewUser::default();
        world
            .db
            .add_user(&world.account, &new, By::operator())
            .await
    };
    // The beginning, two statements, the commit.
    assert_eq!(each_step(async |_| (), add, users).await, 4);
}

#[tokio::test]
async fn an_upload_fails_at_each_step_and_leaves_nothing() {
    let add = async |world: &World| {
        let upload = world.new_upload("one");
        let run = world.convert_of(&upload.id);
        world.db.add_upload(&upload, &run, false).await
    };
    let steps = each_step(async |_| (), add, open_runs).await;
    assert!(steps >= 5, "{steps} steps");
}

#[tokio::test]
async fn a_run_that_is_leased_fails_at_each_step_and_stays_queued() {
    let set_up = async |world: &World| {
        world.upload("one").await;
    };
    let lease = async |world: &World| world.db.lease_run("worker", MINUTE).await;
    assert_eq!(each_step(set_up, lease, open_runs).await, 3);
}

#[tokio::test]
async fn a_run_that_ends_fails_at_each_step_and_goes_on() {
    let set_up = async |world: &World| {
        world.upload("one").await;
        world.lease(3_600).await;
    };
    let end = async |world: &World| {
        let run = world.db.release_all().await.map(|_| ());
        run?;
        let Some(run) = world.db.lease_run("worker", MINUTE).await? else {
            return Ok(());
        };
        world.db.bury(&run, "it is over").await
    };
    let dead = async |world: &World| world.db.run_counts().await.unwrap().2;
    let steps = each_step(set_up, end, dead).await;
    assert!(steps >= 8, "{steps} steps");
}

/// SQLite's own trouble, not one that we make up: the database may not grow.
#[tokio::test]
async fn a_database_that_may_not_grow_is_full_and_goes_on_when_it_may() {
    let folder = tempfile::tempdir().unwrap();
    let (db, _) = open(folder.path(), "db:1000000:EIO").await;
    let bus = db.bus();
    let world = World::new(Arc::new(db.clone()), bus, None).await;
    let limit = async |pages: u32| {
        let sql = format!("PRAGMA max_page_count = {pages}");
        let sql = sqlx::AssertSqlSafe(sql);
        sqlx::query(sql).execute(&db.write).await.unwrap();
    };
    let mut cause = None;
    for number in 0..1_000 {
        // Again each time: where another store of this process meets trouble, the connection goes with its limit.
        limit(1).await;
        let upload = world.new_upload(&number.to_string());
        let run = world.convert_of(&upload.id);
        if let Err(full) = world.db.add_upload(&upload, &run, false).await {
            cause = Some(full);
            break;
        }
    }
    let cause = cause.expect("a database that cannot grow");
    assert!(cause.is_full(), "{cause}");
    // The connection went with its limit.
    world.upload("more").await;
}

/// Somebody else writes for long: who waits is told so in time, readers are not, and all goes on afterwards.
#[tokio::test]
async fn a_lock_that_another_holds_is_said_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let (db, _) = open(folder.path(), "db:1000000:EIO").await;
    let bus = db.bus();
    let world = World::new(Arc::new(db), bus, None).await;
    let options = SqliteConnectOptions::new().filename(folder.path().join("tramline.db"));
    let other = pool(1).connect_with(options).await.unwrap();
    let held = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let new = NewUser::default();
    let waiting = (0..3).map(|_| world.db.add_user(&world.account, &new, By::operator()));
    let waiting = futures::future::join_all(waiting);
    let all = futures::future::join(waiting, users(&world));
    // They are told while the lock is held, which is for ever if they wait for it.
    let (answers, seen) = tokio::time::timeout(LONG, all).await.unwrap();
    assert_eq!(seen, 1);
    for answer in answers {
        let Err(cause) = answer else {
            panic!("it wrote while another did");
        };
        assert!(matches!(cause, StoreError::Busy { .. }), "{cause}");
    }
    held.rollback().await.unwrap();
    world.another_user().await;
    assert_eq!(users(&world).await, 2);
}
