//! Where artifacts go: the caller's folder, blob store or memory.

use crate::disk::{self, DiskFile, Trouble};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// Why an output could not be written: storage trouble, worth trying again, a batch that the
/// writer cannot express (a defect), or a wish that cannot be met, with what to do.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Storage trouble: trying again may help.
    #[error("cannot write `{name}`: {cause}")]
    Io {
        /// Name of the artifact.
        name: String,
        /// What the storage said; of a disk with what was known then ([`disk::Trouble`]).
        cause: std::io::Error,
    },
    /// A batch that the writer cannot express: a defect.
    #[error("cannot express {0}")]
    Shape(String),
    /// A wish that cannot be met, and what to do instead.
    #[error("{0}")]
    Refused(String),
}

/// Takes artifacts by relative name (`01-field/standard.geojson`). Names are made by Tramline,
/// never by the upload.
pub trait Sink {
    /// Begins an artifact; what is written to the result becomes its content.
    ///
    /// # Errors
    /// [`WriteError::Io`] when the storage does not take it.
    fn create(&mut self, name: &str) -> Result<Box<dyn Write + Send>, WriteError>;
    /// Takes back an artifact whose step failed.
    ///
    /// # Errors
    /// [`WriteError::Io`] when it is not there or the storage fails.
    fn remove(&mut self, name: &str) -> Result<(), WriteError>;
}

/// Writes below a folder.
#[derive(Clone)]
pub struct FolderSink {
    root: PathBuf,
}

impl FolderSink {
    /// Writes below `root`, which is made when the first artifact is.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }
}

fn io(name: &str) -> impl Fn(std::io::Error) -> WriteError {
    move |cause| WriteError::Io {
        name: name.to_owned(),
        cause,
    }
}

impl Sink for FolderSink {
    fn create(&mut self, name: &str) -> Result<Box<dyn Write + Send>, WriteError> {
        let path = self.root.join(name);
        if let Some(folder) = path.parent() {
            disk::create_folder(folder).map_err(io(name))?;
        }
        let file = DiskFile::create(path).map_err(io(name))?;
        Ok(Box::new(std::io::BufWriter::with_capacity(1 << 20, file)))
    }

    fn remove(&mut self, name: &str) -> Result<(), WriteError> {
        let path = self.root.join(name);
        std::fs::remove_file(&path)
            .map_err(|cause| Trouble::of_path(&path, cause))
            .map_err(io(name))
    }
}

/// Keeps artifacts in memory, for tests.
#[derive(Default, Clone)]
pub struct MemorySink {
    /// Content by name; an artifact is here once its writer was dropped.
    pub files: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
}

struct MemoryFile {
    name: String,
    bytes: Vec<u8>,
    files: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
}

impl Write for MemoryFile {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        self.bytes.extend_from_slice(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Drop for MemoryFile {
    fn drop(&mut self) {
        if let Ok(mut files) = self.files.lock() {
            files.insert(
                std::mem::take(&mut self.name),
                std::mem::take(&mut self.bytes),
            );
        }
    }
}

impl Sink for MemorySink {
    fn create(&mut self, name: &str) -> Result<Box<dyn Write + Send>, WriteError> {
        Ok(Box::new(MemoryFile {
            name: name.to_owned(),
            bytes: Vec::new(),
            files: Arc::clone(&self.files),
        }))
    }

    fn remove(&mut self, name: &str) -> Result<(), WriteError> {
        if let Ok(mut files) = self.files.lock() {
            files.remove(name);
        }
        Ok(())
    }
}
