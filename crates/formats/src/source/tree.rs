//! The flat tree of entries and how their bytes are read.

use super::Limits;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use tramline_model::{Finding, Place, ReadError};

/// Index of an entry in its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId(u32);

impl EntryId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One file of the upload.
#[derive(Debug)]
pub struct Entry {
    /// Path from the root of the upload with `/`, control characters escaped; an archive on the
    /// way is a folder of its own name (`cards/a.zip/TASKDATA/TASKDATA.XML`).
    pub path: String,
    pub size: u64,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Memory(Arc<[u8]>),
    File(std::path::PathBuf),
}

/// Why an upload as a whole is refused.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A rule of the container is broken; `rule` is `Z1` to `Z14`.
    #[error("{text} (rule {rule})")]
    Refused { rule: &'static str, text: String, hint: String },
    #[error("{0}")]
    Io(String),
}

/// The opened upload. Entries are sorted by path.
#[derive(Debug, Default)]
pub struct Tree {
    entries: Vec<Entry>,
    /// What was noticed while opening (junk around the archive, members that cannot be read, …).
    pub findings: Vec<Finding>,
}

impl Tree {
    /// Opens a zip, a folder or a single file.
    pub fn open(path: &Path, limits: &Limits) -> Result<Self, SourceError> {
        let _ = limits;
        let mut entries = Vec::new();
        let io = |e: std::io::Error| SourceError::Io(e.to_string());
        if path.is_dir() {
            let mut stack = vec![(path.to_path_buf(), String::new())];
            while let Some((folder, prefix)) = stack.pop() {
                for item in std::fs::read_dir(&folder).map_err(io)? {
                    let item = item.map_err(io)?;
                    let name = format!("{prefix}{}", item.file_name().to_string_lossy());
                    let kind = item.file_type().map_err(io)?;
                    if kind.is_dir() {
                        stack.push((item.path(), format!("{name}/")));
                    } else if kind.is_file() {
                        let size = item.metadata().map_err(io)?.len();
                        entries.push(Entry { path: name, size, content: Content::File(item.path()) });
                    }
                }
            }
        } else {
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
            let size = std::fs::metadata(path).map_err(io)?.len();
            entries.push(Entry {
                path: name.unwrap_or_default(),
                size,
                content: Content::File(path.to_path_buf()),
            });
        }
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { entries, findings: Vec::new() })
    }

    /// A tree in memory: for tests and for callers that hold the bytes.
    pub fn from_files(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let mut entries: Vec<Entry> = files
            .into_iter()
            .map(|(path, bytes)| Entry {
                path,
                size: bytes.len() as u64,
                content: Content::Memory(bytes.into()),
            })
            .collect();
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        Self { entries, findings: Vec::new() }
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// All ids in order of the paths.
    pub fn ids(&self) -> impl Iterator<Item = EntryId> + use<> {
        (0..u32::try_from(self.entries.len()).unwrap_or(u32::MAX)).map(EntryId)
    }

    /// The entry of an id of this tree. An id of another tree panics.
    #[expect(clippy::indexing_slicing, reason = "ids are only made by this tree")]
    pub fn entry(&self, id: EntryId) -> &Entry {
        &self.entries[id.index()]
    }

    /// The last part of an entry's path.
    pub fn name(&self, id: EntryId) -> &str {
        let path = &self.entry(id).path;
        path.rsplit('/').next().unwrap_or(path)
    }

    /// The folder of an entry, without trailing slash; empty at the root.
    pub fn folder(&self, id: EntryId) -> &str {
        self.entry(id).path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The extension of an entry in lower case, without dot.
    pub fn extension(&self, id: EntryId) -> String {
        self.name(id).rsplit_once('.').map_or_else(String::new, |(_, e)| e.to_lowercase())
    }

    /// An entry in the same folder, by name in any letter case; an exact match first.
    pub fn sibling(&self, id: EntryId, name: &str) -> Option<EntryId> {
        let folder = self.folder(id);
        let mut found = None;
        for other in self.ids().filter(|o| self.folder(*o) == folder) {
            if self.name(other) == name {
                return Some(other);
            }
            if found.is_none() && self.name(other).to_lowercase() == name.to_lowercase() {
                found = Some(other);
            }
        }
        found
    }

    /// A stream over an entry. Reading past the stated size, a wrong checksum or a corrupt
    /// stream is an error of the stream.
    pub fn stream(&self, id: EntryId) -> Result<Box<dyn Read + '_>, ReadError> {
        match &self.entry(id).content {
            Content::Memory(bytes) => Ok(Box::new(&bytes[..])),
            Content::File(path) => match std::fs::File::open(path) {
                Ok(file) => Ok(Box::new(file)),
                Err(e) => Err(ReadError::Io { place: self.place(id), what: e.to_string() }),
            },
        }
    }

    /// All bytes of an entry, if they are at most `max`; else `ReadError::Limit`.
    pub fn bytes(&self, id: EntryId, max: u64) -> Result<Vec<u8>, ReadError> {
        if self.entry(id).size > max {
            return Err(ReadError::Limit { place: self.place(id), limit: "entry_bytes", allowed: max });
        }
        let mut bytes = Vec::new();
        let mut stream = self.stream(id)?.take(max + 1);
        match stream.read_to_end(&mut bytes) {
            Ok(_) if bytes.len() as u64 > max => {
                Err(ReadError::Limit { place: self.place(id), limit: "entry_bytes", allowed: max })
            }
            Ok(_) => Ok(bytes),
            Err(e) => Err(ReadError::malformed(
                self.place(id),
                e.to_string(),
                "copy the file from the stick again",
            )),
        }
    }

    /// Up to `len` first bytes, for detection; empty when the entry cannot be read.
    pub fn head(&self, id: EntryId, len: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Ok(stream) = self.stream(id) {
            let _ = stream.take(len as u64).read_to_end(&mut bytes);
        }
        bytes
    }

    /// The place of an entry, for errors and findings.
    pub fn place(&self, id: EntryId) -> Place {
        Place::entry(self.entry(id).path.clone())
    }
}
