//! What every store of blobs owes: run against each of them.

#![allow(clippy::unwrap_used)]

use super::{Blob, Blobs, Folder, Key, Objects, PART_BYTES, PartHasher};
use futures::{StreamExt, TryStreamExt};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

/// Every store there is, each empty, with what its name is.
fn stores(folder: &Path) -> Vec<(&'static str, Arc<dyn Blobs>)> {
    let copies = folder.join("copies");
    std::fs::create_dir(&copies).unwrap();
    vec![
        (
            "folder",
            Arc::new(Folder::open(&folder.join("blobs")).unwrap()),
        ),
        ("memory", Arc::new(Objects::in_memory(&copies))),
    ]
}

fn made(name: &str) -> Key {
    Key::Made {
        run: "run".to_owned(),
        fence: 1,
        name: name.to_owned(),
    }
}

fn upload(id: &str) -> Key {
    Key::Upload {
        user: "user".to_owned(),
        upload: id.to_owned(),
    }
}

fn blob(key: Key, bytes: &[u8]) -> Blob {
    let mut hasher = PartHasher::default();
    hasher.update(bytes);
    let (sha256, parts) = hasher.finish();
    Blob {
        key,
        size: bytes.len() as u64,
        sha256,
        parts,
    }
}

/// Puts bytes as a file.
async fn put(store: &dyn Blobs, folder: &Path, key: Key, bytes: &[u8]) -> Blob {
    let file = folder.join("arriving");
    std::fs::write(&file, bytes).unwrap();
    store.put_file(&file, &key).await.unwrap();
    assert!(!file.exists(), "it is taken over");
    blob(key, bytes)
}

async fn listed(store: &dyn Blobs, prefix: &str) -> Vec<(String, u64)> {
    let entries = store
        .entries(prefix)
        .map_ok(|entry| (entry.key, entry.size));
    let mut entries: Vec<(String, u64)> = entries.try_collect().await.unwrap();
    entries.sort();
    entries
}

async fn read(store: &dyn Blobs, key: &Key, range: std::ops::Range<u64>) -> Vec<u8> {
    let pieces = store.read(key, range).await.unwrap();
    let pieces: Vec<bytes::Bytes> = pieces.try_collect().await.unwrap();
    pieces.concat()
}

#[tokio::test]
async fn what_is_put_is_read_whole_and_in_part_and_listed() {
    let folder = tempfile::tempdir().unwrap();
    for (name, store) in stores(folder.path()) {
        let store = store.as_ref();
        let blob = put(store, folder.path(), upload("one"), b"twelve bytes").await;
        let key = blob.key.to_string();
        assert_eq!(
            read(store, &blob.key, 0..12).await,
            b"twelve bytes",
            "{name}"
        );
        assert_eq!(read(store, &blob.key, 7..12).await, b"bytes", "{name}");
        assert_eq!(store.size(&key).await.unwrap(), Some(12), "{name}");
        let copy = store.local(&blob, None).await.unwrap();
        assert_eq!(
            std::fs::read(copy.path()).unwrap(),
            b"twelve bytes",
            "{name}"
        );
        assert_eq!(listed(store, "uploads").await, [(key, 12)], "{name}");
        assert!(listed(store, "runs").await.is_empty(), "{name}");
    }
}

#[tokio::test]
async fn folders_are_put_with_all_below_them() {
    let folder = tempfile::tempdir().unwrap();
    for (name, store) in stores(folder.path()) {
        let store = store.as_ref();
        let mut folders = Vec::new();
        for dir in ["01-a", "02-b"] {
            let work = folder.path().join("work").join(dir);
            std::fs::create_dir_all(work.join("images")).unwrap();
            for number in 0..20 {
                let file = work.join(format!("images/{number}.png"));
                std::fs::write(file, dir).unwrap();
            }
            std::fs::write(work.join("points.parquet"), b"points").unwrap();
            folders.push((work, made(dir)));
        }
        store.put_folders(folders).await.unwrap();
        assert_eq!(listed(store, "runs").await.len(), 42, "{name}");
        let image = made("02-b").below("images/7.png");
        assert_eq!(read(store, &image, 0..4).await, b"02-b", "{name}");
        assert_eq!(listed(store, "runs/run/1/01-a").await.len(), 21, "{name}");
    }
}

#[tokio::test]
async fn what_is_removed_is_gone_but_for_those_who_hold_it() {
    let folder = tempfile::tempdir().unwrap();
    for (name, store) in stores(folder.path()) {
        let store = store.as_ref();
        let blob = put(store, folder.path(), made("01-a/points"), b"points").await;
        let opened = store.open(&blob).await.unwrap();
        assert_eq!(opened.size(), 6, "{name}");
        let key = blob.key.to_string();
        let keys = [key.clone(), "runs/none/1/points".to_owned()];
        store.remove(&keys).await;
        store.remove(&keys).await;
        assert_eq!(store.size(&key).await.unwrap(), None, "{name}");
        assert!(store.open(&blob).await.is_err(), "{name}");
        let pieces: Vec<_> = opened.stream(2..6).collect().await;
        let pieces: Result<Vec<_>, _> = pieces.into_iter().collect();
        assert_eq!(pieces.unwrap().concat(), b"ints", "{name}");
        store.tidy().await;
        assert!(listed(store, "runs").await.is_empty(), "{name}");
        let again = put(store, folder.path(), made("01-a/points"), b"more").await;
        assert_eq!(read(store, &again.key, 0..4).await, b"more", "{name}");
    }
}

/// Where only some bytes are wanted, these are there and right; a copy knows when its bytes are not.
#[tokio::test]
async fn a_local_copy_has_the_ranges_that_are_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let bytes: Vec<u8> = (0..3 * PART_BYTES + 9).map(|at| (at / 977) as u8).collect();
    for (name, store) in stores(folder.path()) {
        let blob = put(store.as_ref(), folder.path(), upload("large"), &bytes).await;
        let wanted = [3..900, 2 * PART_BYTES + 1..3 * PART_BYTES + 9];
        let copy = store.local(&blob, Some(&wanted)).await.unwrap();
        let file = copy.open().unwrap();
        assert_eq!(file.metadata().unwrap().len(), blob.size, "{name}");
        for range in wanted {
            let mut found = vec![0; (range.end - range.start) as usize];
            file.read_exact_at(&mut found, range.start).unwrap();
            let expected = &bytes[range.start as usize..range.end as usize];
            assert!(found == expected, "{name}: {range:?}");
        }
        let path = copy.path().to_owned();
        drop((copy, store));
        let own = path.starts_with(folder.path().join("blobs"));
        assert_eq!(
            path.exists(),
            own,
            "{name}: a copy goes with the last who holds it"
        );
    }
}

#[tokio::test]
async fn a_copy_of_changed_bytes_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = Objects::in_memory(folder.path());
    let told = blob(upload("one"), b"what was received");
    put(&store, folder.path(), upload("one"), b"what came of it..").await;
    let first = vec![0..3_u64; 1];
    for ranges in [None, Some(first.as_slice())] {
        let refused = store.local(&told, ranges).await;
        let refused = refused.map(drop).unwrap_err().to_string();
        assert!(refused.contains("has other bytes"), "{refused}");
    }
}
