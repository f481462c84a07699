//! Sums over all accounts.

use super::World;
use super::world::{ONE, artifact, file, made};
use tramline_model::Artifact;

pub(crate) async fn bytes_are_those_of_every_blob_once(world: &World) {
    let db = &world.db;
    assert_eq!(db.stored_bytes().await.unwrap(), 0);
    let upload = world.upload("one").await;
    world.upload("one").await;
    assert_eq!(
        db.stored_bytes().await.unwrap(),
        3,
        "a duplicate has no bytes"
    );
    let run = world.lease(60).await;
    let mut file = file(ONE, &run);
    file.artifacts = vec![
        artifact(Artifact::OriginalFile, upload.blob_key.clone(), 3),
        artifact(Artifact::StandardGeoparquet, made(&run, "01/x"), 600),
        artifact(Artifact::FilteredGeoparquet, made(&run, "01/x"), 600),
    ];
    world.convert(&run, vec![file]).await;
    assert_eq!(db.stored_bytes().await.unwrap(), 603);
    db.remove_upload(&world.account, &upload.id).await.unwrap();
    assert_eq!(db.stored_bytes().await.unwrap(), 0);
}

pub(crate) async fn the_run_that_waits_longest_is_known(world: &World) {
    let db = &world.db;
    let begin = crate::clock::now();
    assert_eq!(db.oldest_waiting().await.unwrap(), None);
    world.upload("one").await;
    let first = db.oldest_waiting().await.unwrap().unwrap();
    assert!(first >= begin && first <= crate::clock::now());
    world.upload("two").await;
    assert_eq!(db.oldest_waiting().await.unwrap(), Some(first));
    world.lease(60).await;
    let second = db.oldest_waiting().await.unwrap().unwrap();
    assert!(second >= first);
    world.lease(60).await;
    assert_eq!(db.oldest_waiting().await.unwrap(), None);
}
