//! Who owns a blob.

use super::World;
use super::world::{ONE, artifact, file, made};
use crate::store::NamedBlob;
use tramline_model::Artifact;

pub(crate) async fn a_blob_is_owned_by_its_rows_or_by_a_run_at_work(world: &World) {
    let db = &world.db;
    let upload = world.upload("one").await;
    let run = world.lease(60).await;
    let points = made(&run, &format!("{ONE}/standard.parquet")).to_string();
    let soon = made(&run, "02/raw.parquet").to_string();
    let lost = "runs/another/1/x".to_owned();
    let own = upload.blob_key.to_string();
    let keys = [points.clone(), soon.clone(), lost.clone(), own.clone()];
    let unowned = async || {
        let mut unowned = db.unowned_blobs(&keys).await.unwrap();
        unowned.sort();
        unowned
    };
    assert_eq!(unowned().await, [&*lost], "a run at work names nothing yet");
    world.convert(&run, vec![file(ONE, &run)]).await;
    let mut expected = vec![lost.clone(), soon];
    expected.sort();
    assert_eq!(unowned().await, expected);
    let named = db.named_blobs("", 1).await.unwrap();
    let rest = db.named_blobs(&named[0].key, 9).await.unwrap();
    let blob = |key: &str, size| NamedBlob {
        key: key.to_owned(),
        size,
    };
    assert_eq!((named, rest), (vec![blob(&points, 6)], vec![blob(&own, 3)]));
    let names = [run.id.clone(), "another".to_owned()];
    assert_eq!(db.idle_runs(&names).await.unwrap(), names);
}

pub(crate) async fn text_of_before_is_forgotten(world: &World) {
    let db = &world.db;
    world.upload("one").await;
    let run = world.lease(60).await;
    let text = made(&run, "01/standard.geojson");
    let mut file = file(ONE, &run);
    // One whose columns are stored beside it, and one that is all there is.
    file.artifacts
        .push(artifact(Artifact::StandardGeojson, text.clone(), 60));
    let only = made(&run, "01/raw.geojson");
    file.artifacts
        .push(artifact(Artifact::RawGeojson, only, 70));
    world.convert(&run, vec![file]).await;
    let forgotten = db.forget_text().await.unwrap();
    let expected = NamedBlob {
        key: text.to_string(),
        size: 60,
    };
    assert_eq!(forgotten, [expected]);
    let row = db.file(&world.account, ONE).await.unwrap().unwrap();
    assert!(row.artifacts.contains(&Artifact::RawGeojson) && row.has(Artifact::StandardGeojson));
    assert!(db.forget_text().await.unwrap().is_empty());
}
