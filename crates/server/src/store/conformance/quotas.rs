//! What an account takes up, after every kind of change.

use super::World;
use super::world::{self, ONE, THREE, TWO, file, published};
use crate::blobs::Key;
use crate::store::{By, NewArtifact, NewFile, Quota, Run, Usage};
use tramline_model::{Artifact, FileStatus};

async fn usage(world: &World) -> Usage {
    let found = world.db.usage(&world.account).await.unwrap();
    found.unwrap().1
}

/// Bytes and files.
async fn stored(world: &World) -> (u64, u64) {
    let usage = usage(world).await;
    (usage.bytes, usage.files)
}

fn artifact(kind: Artifact, key: Key, size: u64) -> NewArtifact {
    NewArtifact {
        kind,
        blob_key: key,
        size,
        sha256: "hash".to_owned(),
    }
}

/// A file with an artifact of 10 bytes, two equal ones of 7 that are stored once, and the upload's own.
fn made(id: &str, run: &Run, upload: &Key) -> NewFile {
    let key = |name: &str| world::made(run, &format!("{id}/{name}"));
    NewFile {
        artifacts: vec![
            artifact(Artifact::OriginalFile, upload.clone(), 3),
            artifact(Artifact::StandardGeoparquet, key("standard.parquet"), 10),
            artifact(Artifact::Summary, key("summary.json"), 7),
            artifact(Artifact::Units, key("summary.json"), 7),
        ],
        status: FileStatus::Processed,
        ..file(id, run)
    }
}

pub(crate) async fn use_follows_every_change(world: &World) {
    let db = &world.db;
    assert_eq!(usage(world).await, Usage::default());
    let upload = world.upload("one").await;
    assert_eq!(stored(world).await, (3, 0));
    let duplicate = world.upload("one").await;
    assert_eq!(stored(world).await, (3, 0), "its bytes are there already");
    let today = usage(world).await.uploads_today;
    assert!(today == 2 || today == 1, "but where midnight lies between");

    let run = world.lease(60).await;
    let key = upload.blob_key.clone();
    let files = [ONE, TWO, THREE].map(|id| made(id, &run, &key));
    world.convert(&run, files.to_vec()).await;
    assert_eq!(stored(world).await, (3 + 3 * 17, 3));

    db.remove_file(&world.account, TWO).await.unwrap();
    assert_eq!(stored(world).await, (3 + 2 * 17, 2));
    // Once more, with less.
    let again = world.convert_of(&upload.id);
    let begun = db.reprocess_file(&world.account, ONE, &again);
    assert!(begun.await.unwrap());
    let second = world.lease(60).await;
    let less = NewFile {
        artifacts: vec![artifact(Artifact::OriginalFile, key.clone(), 3)],
        ..made(ONE, &second, &key)
    };
    db.publish(&second, &[published(less)]).await.unwrap();
    assert_eq!(stored(world).await, (3 + 17, 2));

    let third = world.another_user().await;
    db.remove_upload(&world.account, &duplicate.id)
        .await
        .unwrap();
    assert_eq!(stored(world).await, (3 + 17, 2));
    db.remove_upload(&world.account, &upload.id).await.unwrap();
    assert_eq!(stored(world).await, (0, 0));
    db.remove_user(&world.account, &third, By::operator())
        .await
        .unwrap();
    assert_eq!(stored(world).await, (0, 0));
    let left = usage(world).await.uploads_today;
    assert!(left == today || left == 0, "what was sent today was sent");
}

pub(crate) async fn a_removed_user_takes_their_bytes_along(world: &World) {
    let db = &world.db;
    let upload = world.upload("one").await;
    world.upload("one").await;
    world.upload("two").await;
    let run = world.lease(60).await;
    let file = made(ONE, &run, &upload.blob_key);
    world.convert(&run, vec![file]).await;
    assert_eq!(stored(world).await, (6 + 17, 1));
    db.remove_user(&world.account, &world.user, By::operator())
        .await
        .unwrap();
    assert_eq!(stored(world).await, (0, 0));
}

pub(crate) async fn limits_are_the_accounts_own_or_none(world: &World) {
    let db = &world.db;
    let quota = async || db.usage(&world.account).await.unwrap().unwrap().0;
    assert_eq!(quota().await, Quota::default());
    let own = Quota {
        bytes: Some(7),
        files: None,
        uploads_per_day: Some(0),
    };
    assert!(
        db.set_quota(&world.account, own, By::operator())
            .await
            .unwrap()
    );
    assert_eq!(quota().await, own);
    assert!(!db.set_quota("nobody", own, By::operator()).await.unwrap());
    assert!(db.usage("nobody").await.unwrap().is_none());
}
