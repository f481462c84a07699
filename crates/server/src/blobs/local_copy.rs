//! A blob as a file of this machine.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempPath;

/// The file of a blob, there for as long as this or a clone of it is held. A store in a folder gives its own
/// file; any other one a copy, which goes with the last who holds it.
#[derive(Clone, Debug)]
pub struct LocalCopy {
    path: PathBuf,
    _copy: Option<Arc<TempPath>>,
}

impl LocalCopy {
    pub(super) fn own(path: PathBuf) -> Self {
        Self { path, _copy: None }
    }

    pub(super) fn fetched(copy: TempPath) -> Self {
        Self {
            path: copy.to_path_buf(),
            _copy: Some(Arc::new(copy)),
        }
    }

    /// Where it lies. Whoever keeps the path keeps this too.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens it. Blocks.
    pub(crate) fn open(&self) -> std::io::Result<File> {
        File::open(&self.path)
    }
}
