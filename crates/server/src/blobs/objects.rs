//! A store that is no folder of this machine: objects behind the interface of `object_store`, with copies of
//! what is worked on. In memory for now.
//!
//! Rule: what is fetched is compared with its hash, so that a store which loses or changes bytes is noticed
//! before anybody works on them.

use super::parts::touched;
use super::{Blob, BlobEntry, Blobs, Key, LocalCopy, Opened, PART_BYTES, Pieces, apart, trouble};
use crate::error::{StoreError, Stored};
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path as Name;
use object_store::{ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tramline_converter::hexadecimal;

/// Blobs as objects.
#[derive(Clone, Debug)]
pub struct Objects {
    store: Arc<dyn ObjectStore>,
    /// Where copies lie.
    copies: PathBuf,
}

impl Objects {
    /// A store in memory, whose copies lie in a folder.
    pub fn in_memory(copies: &Path) -> Self {
        Self {
            store: Arc::new(InMemory::new()),
            copies: copies.to_owned(),
        }
    }

    async fn put(&self, from: PathBuf, key: Key) -> Stored<()> {
        let bytes =
            apart(move || std::fs::read(&from).map_err(|cause| StoreError::io(&from, cause)));
        let name = Name::from(key.to_string());
        let put = self.store.put(&name, bytes.await?.into()).await;
        put.map(drop).map_err(|cause| trouble(&key, cause))
    }

    async fn fetch(&self, key: &Key, range: Range<u64>) -> Stored<Bytes> {
        let name = Name::from(key.to_string());
        let fetched = self.store.get_range(&name, range).await;
        fetched.map_err(|cause| trouble(key, cause))
    }

    /// The bytes of ranges where they lie in the blob; of everything without any.
    async fn fetch_into(
        &self,
        file: &File,
        blob: &Blob,
        ranges: Option<&[Range<u64>]>,
    ) -> Stored<()> {
        let write = |bytes: &Bytes, at| {
            let written = file.write_all_at(bytes, at);
            written.map_err(|cause| StoreError::io(&self.copies, cause))
        };
        let changed = || StoreError::corrupt("blob", format!("`{}` has other bytes", blob.key));
        let Some(ranges) = ranges.filter(|_| blob.parts.are_of(blob.size)) else {
            let bytes = self.fetch(&blob.key, 0..blob.size).await?;
            if hexadecimal(&Sha256::digest(&bytes)) != blob.sha256 {
                return Err(changed());
            }
            return write(&bytes, 0);
        };
        for part in touched(ranges, blob.size) {
            let start = part * PART_BYTES;
            let end = blob.size.min(start + PART_BYTES);
            let bytes = self.fetch(&blob.key, start..end).await?;
            if !blob.parts.holds(part, &bytes) {
                return Err(changed());
            }
            write(&bytes, start)?;
        }
        Ok(())
    }
}

/// Files below a folder, by their names in it.
fn files(folder: &Path, below: &str, list: &mut Vec<(PathBuf, String)>) -> Stored<()> {
    let entries = std::fs::read_dir(folder).map_err(|cause| StoreError::io(folder, cause))?;
    for entry in entries {
        let entry = entry.map_err(|cause| StoreError::io(folder, cause))?;
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            files(&entry.path(), &format!("{name}/"), list)?;
        } else {
            list.push((entry.path(), name));
        }
    }
    Ok(())
}

#[async_trait]
impl Blobs for Objects {
    async fn put_file(&self, from: &Path, key: &Key) -> Stored<()> {
        self.put(from.to_owned(), key.clone()).await?;
        // Taken over, as a folder does.
        let _ = tokio::fs::remove_file(from).await;
        Ok(())
    }

    async fn put_folders(&self, folders: Vec<(PathBuf, Key)>) -> Stored<()> {
        for (folder, key) in folders {
            let below = folder.clone();
            let list = apart(move || {
                let mut list = Vec::new();
                files(&below, "", &mut list)?;
                Ok(list)
            });
            for (file, name) in list.await? {
                self.put(file, key.below(&name)).await?;
            }
            let _ = tokio::fs::remove_dir_all(&folder).await;
        }
        Ok(())
    }

    async fn local(&self, blob: &Blob, ranges: Option<&[Range<u64>]>) -> Stored<LocalCopy> {
        let trouble = |cause| StoreError::io(&self.copies, cause);
        let copy = tempfile::NamedTempFile::new_in(&self.copies).map_err(trouble)?;
        copy.as_file().set_len(blob.size).map_err(trouble)?;
        self.fetch_into(copy.as_file(), blob, ranges).await?;
        Ok(LocalCopy::fetched(copy.into_temp_path()))
    }

    async fn open(&self, blob: &Blob) -> Stored<Opened> {
        let copy = self.local(blob, None).await?;
        let opened = copy.open().and_then(Opened::new);
        opened.map_err(|cause| StoreError::io(&self.copies, cause))
    }

    async fn read(&self, key: &Key, range: Range<u64>) -> Stored<Pieces> {
        super::read(self.store.as_ref(), key, range).await
    }

    async fn remove(&self, keys: &[String]) {
        super::remove(self.store.as_ref(), keys).await;
    }

    fn entries(&self, prefix: &str) -> BoxStream<'static, Stored<BlobEntry>> {
        super::listed(self.store.as_ref(), prefix)
    }

    async fn size(&self, key: &str) -> Stored<Option<u64>> {
        super::size(self.store.as_ref(), key).await
    }

    async fn tidy(&self) {}
}
