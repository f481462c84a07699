//! What the sweeper takes, and what it leaves.

use crate::fixture::Fixture;
use tramline_server::jobs::{Swept, sweep};
use tramline_server::store::{Accounts, By, Files, Uploads};

async fn swept(fixture: &Fixture) -> Swept {
    sweep(&fixture.state, &mut String::new()).await.unwrap()
}

#[tokio::test]
async fn what_no_row_names_goes_and_all_else_stays() {
    let fixture = Fixture::new(0).await;
    let (upload, upload_key) = fixture.upload("one").await;
    let run = fixture.lease(60).await;
    let (file, named) = fixture.file("00000000-0000-0000-0000-000000000001", &run, &upload_key);
    let id = file.id.clone();
    fixture.convert(&run, vec![file]).await;
    let dead = format!("runs/{}/0/01/standard.geojson", run.id);
    let lost = format!(
        "uploads/{}/00000000-0000-0000-0000-00000000000f",
        fixture.user
    );
    fixture.put(&dead, b"half");
    fixture.put(&lost, b"acknowledged to nobody");
    // A run that is at work names nothing yet.
    fixture.upload("two").await;
    let running = fixture.lease(60).await;
    let made = format!("runs/{}/{}/01/raw.geojson", running.id, running.fence);
    fixture.put(&made, b"soon");
    std::fs::write(fixture.state.incoming().join("cut-off"), b"x").unwrap();
    let work = fixture.state.work_folder();
    std::fs::create_dir(work.join(format!("{}-1", run.id))).unwrap();
    std::fs::create_dir(work.join(format!("{}-1", running.id))).unwrap();

    let found = swept(&fixture).await;

    assert_eq!((found.blobs, found.leftovers, found.missing), (2, 2, 0));
    assert!(!fixture.has(&dead) && !fixture.has(&lost));
    assert!(
        !fixture.has(&format!("runs/{}/0", run.id)),
        "an empty folder"
    );
    assert!(fixture.has(&named) && fixture.has(&upload_key) && fixture.has(&made));
    assert!(work.join(format!("{}-1", running.id)).exists());
    assert_eq!(swept(&fixture).await, Swept::default());

    // Removing the file leaves the upload, which its batch still needs.
    let keys = fixture.db.remove_file(&fixture.account, &id).await.unwrap();
    assert_eq!(keys, Some(vec![named]));
    let upload = fixture.db.upload(&fixture.account, &upload).await.unwrap();
    assert!(upload.is_some() && fixture.has(&upload_key));
}

#[tokio::test]
async fn what_is_young_stays() {
    let fixture = Fixture::new(3_600).await;
    fixture.put("runs/00000000-0000-0000-0000-000000000001/1/a", b"new");
    assert_eq!(swept(&fixture).await, Swept::default());
}

#[tokio::test]
async fn a_removed_user_leaves_nothing_and_a_lost_blob_is_noticed() {
    let fixture = Fixture::new(0).await;
    let (_, key) = fixture.upload("one").await;
    fixture.put(&key, b"zip with more bytes than it had");
    assert_eq!(swept(&fixture).await.missing, 1);
    std::fs::remove_file(fixture.path(&key)).unwrap();
    assert_eq!(swept(&fixture).await.missing, 1);
    fixture.put(&key, b"zip");
    fixture
        .db
        .remove_user(&fixture.account, &fixture.user, By::operator())
        .await
        .unwrap();
    let found = swept(&fixture).await;
    assert_eq!((found.blobs, found.missing), (1, 0));
    assert!(!fixture.has(&key));
}
