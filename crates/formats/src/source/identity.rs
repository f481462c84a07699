//! What an input is, independent of its name and place: size and hash of its bytes.

use super::beside::beside;
use super::hash::{hash, hex};
use super::open::regular;
use super::{SourceError, Tree};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Name, hash and size of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The last part of the path.
    pub name: String,
    /// SHA-256 in hexadecimal: of a file's bytes; of a folder the hash over the sorted lines
    /// `path NUL size NUL hash LF` of its files, links left out.
    pub sha256: String,
    /// Bytes, of a folder the sum over its files.
    pub size: u64,
}

impl Tree {
    /// Hashes a file or folder; memory use does not depend on its size.
    ///
    /// # Errors
    ///
    /// The path or a file below it cannot be read.
    pub fn identity(path: &Path) -> Result<Identity, SourceError> {
        let name = path
            .file_name()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default();
        if !std::fs::metadata(path)?.is_dir() {
            regular(path)?;
            let (sha256, size) = hash(std::fs::File::open(path)?)?;
            return Ok(Identity { name, sha256, size });
        }
        let mut files = Vec::new();
        let mut stack = vec![(path.to_path_buf(), String::new())];
        while let Some((folder, prefix)) = stack.pop() {
            for item in std::fs::read_dir(&folder)? {
                let item = item?;
                let path = format!("{prefix}{}", item.file_name().to_string_lossy());
                let kind = item.file_type()?;
                if kind.is_dir() {
                    stack.push((item.path(), format!("{path}/")));
                } else if kind.is_file() {
                    files.push((path, item.path()));
                }
            }
        }
        of_files(name, files)
    }

    /// As [`Tree::identity`]; a single file comes with those in its folder that belong to it, and is
    /// then hashed as a folder of them.
    ///
    /// # Errors
    ///
    /// As [`Tree::identity`].
    pub fn identity_with(
        path: &Path,
        belongs: &dyn Fn(&str, &str) -> bool,
    ) -> Result<Identity, SourceError> {
        if std::fs::metadata(path)?.is_dir() {
            return Self::identity(path);
        }
        let mut files = beside(path, belongs)?;
        if files.is_empty() {
            return Self::identity(path);
        }
        regular(path)?;
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
        let name = name.unwrap_or_default();
        files.push((name.clone(), path.to_path_buf()));
        of_files(name, files)
    }
}

/// The hash over the lines of the files, sorted by their paths.
fn of_files(name: String, mut files: Vec<(String, PathBuf)>) -> Result<Identity, SourceError> {
    files.sort();
    let mut whole = Sha256::new();
    let mut sum: u64 = 0;
    for (path, file) in files {
        let (sha256, size) = hash(std::fs::File::open(file)?)?;
        whole.update(format!("{path}\0{size}\0{sha256}\n"));
        sum = sum.saturating_add(size);
    }
    Ok(Identity {
        name,
        sha256: hex(&whole.finalize()),
        size: sum,
    })
}
