//! The flat tree of entries and how their bytes are read.

use super::bytes::{Bytes, Window};
use super::findings;
use super::hash::hash;
use super::member::Member;
use super::taken::Taken;
use std::collections::HashMap;
use std::io::Read;
use std::sync::Arc;
use tramline_model::{Finding, Place, ReadError, Severity};

/// Index of an entry in its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId(u32);

impl EntryId {
    /// Position of the entry in [`Tree::entries`].
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
    /// Unpacked bytes, as stated by the container.
    pub size: u64,
    pub(super) content: Content,
    /// Why its stream fails, if that is known without reading.
    pub(super) problem: Option<String>,
}

#[derive(Debug)]
pub(super) enum Content {
    /// Bytes of its own: in memory or an unpacked temporary file.
    Bytes(Arc<Bytes>),
    File(std::path::PathBuf),
    Member(Arc<Bytes>, Member),
}

/// The opened upload. Entries are sorted by path.
#[derive(Debug, Default)]
pub struct Tree {
    entries: Vec<Entry>,
    /// Lower-case path to the entries of it.
    index: HashMap<String, Vec<EntryId>>,
    /// What was noticed while opening (junk around the archive, members that cannot be read, …).
    pub findings: Vec<Finding>,
    taken: Taken,
}

/// Which system left a file behind, by its path.
pub(crate) fn system_file(path: &str) -> Option<&'static str> {
    let path = path.to_lowercase();
    let name = path.rsplit('/').next().unwrap_or(&path);
    let below = |folder: &str| path.split('/').any(|part| part == folder);
    if below("__macosx")
        || below(".trashes")
        || below(".spotlight-v100")
        || below(".fseventsd")
        || name == ".ds_store"
        || name.starts_with("._")
    {
        return Some("macOS");
    }
    if matches!(
        name,
        "thumbs.db" | "desktop.ini" | "ehthumbs.db" | "autorun.inf"
    ) || below("system volume information")
        || below("$recycle.bin")
    {
        return Some("Windows");
    }
    None
}

const COPY_AGAIN: &str = "copy the file from the display again";

impl Tree {
    /// A tree in memory: for tests and for callers that hold the bytes.
    pub fn from_files(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let entries = files.into_iter().map(|(path, bytes)| Entry {
            path,
            size: bytes.len() as u64,
            content: Content::Bytes(Arc::new(Bytes::Memory(bytes))),
            problem: None,
        });
        Self::from_entries(entries.collect(), Vec::new())
    }

    /// Sorts, indexes and marks what differs in letter case only.
    pub(super) fn from_entries(mut entries: Vec<Entry>, findings: Vec<Finding>) -> Self {
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        let mut index: HashMap<String, Vec<EntryId>> = HashMap::with_capacity(entries.len());
        for (at, entry) in (0..u32::MAX).zip(&entries) {
            index
                .entry(entry.path.to_lowercase())
                .or_default()
                .push(EntryId(at));
        }
        let mut tree = Self {
            taken: Taken::of(entries.len()),
            entries,
            index,
            findings,
        };
        tree.mark_case_clashes();
        tree
    }

    fn mark_case_clashes(&mut self) {
        let mut clashes: Vec<Vec<EntryId>> = self
            .index
            .values()
            .filter(|ids| ids.len() > 1)
            .cloned()
            .collect();
        clashes.sort();
        for ids in clashes {
            // Folders that differ in case are no clash where the files in them are the same.
            let same = ids.windows(2).all(|pair| match pair {
                [a, b] => self.same_bytes(*a, *b),
                _ => true,
            });
            if same {
                continue;
            }
            let paths = ids.iter().take(2).map(|id| self.entry(*id).path.clone());
            let paths: Vec<String> = paths.collect();
            let text = format!(
                "ambiguous: `{}` differ only in letter case and hold different data; neither is read",
                paths.join("` and `")
            );
            for id in ids {
                let place = self.place(id);
                self.findings.push(
                    Finding::new(&findings::CASE_CLASH, Severity::Error, place, text.clone())
                        .value("paths", paths.clone())
                        .hint("keep the right one of the two and upload again"),
                );
                if let Some(entry) = self.entries.get_mut(id.index()) {
                    entry.problem.get_or_insert_with(|| text.clone());
                }
            }
        }
    }

    /// By size and the container's checksum, else by bytes.
    fn same_bytes(&self, a: EntryId, b: EntryId) -> bool {
        let (left, right) = (self.entry(a), self.entry(b));
        if left.size != right.size {
            return false;
        }
        if let (Content::Member(_, left), Content::Member(_, right)) =
            (&left.content, &right.content)
        {
            return left.crc == right.crc;
        }
        let hash_of = |id| self.stream(id).ok().and_then(|s| hash(s).ok());
        hash_of(a).is_some_and(|left| hash_of(b) == Some(left))
    }

    /// All entries, sorted by path.
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
        self.entry(id)
            .path
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder)
    }

    /// The extension of an entry in lower case, without dot.
    pub fn extension(&self, id: EntryId) -> String {
        self.name(id)
            .rsplit_once('.')
            .map_or_else(String::new, |(_, e)| e.to_lowercase())
    }

    /// An entry in the same folder, by name in any letter case; an exact match first, then the
    /// same folder as written.
    pub fn sibling(&self, id: EntryId, name: &str) -> Option<EntryId> {
        self.find(self.folder(id), name)
    }

    /// An entry by folder and name in any letter case; the best match as for `sibling`.
    pub fn find(&self, folder: &str, name: &str) -> Option<EntryId> {
        let path = super::container::join(folder, name);
        let ids = self.index.get(&path.to_lowercase())?;
        let exact = ids.iter().find(|id| self.entry(**id).path == path);
        let here = || ids.iter().find(|id| self.folder(**id) == folder);
        exact.or_else(here).or(ids.first()).copied()
    }

    /// Why an entry's stream fails, if that is known without reading: encrypted, compressed by an
    /// unknown method, headers that disagree, a damaged archive, two names in other letter case.
    pub fn problem(&self, id: EntryId) -> Option<&str> {
        self.entry(id).problem.as_deref()
    }

    /// Another entry differs from this one only in letter case and holds other bytes.
    pub fn ambiguous(&self, id: EntryId) -> bool {
        self.problem(id)
            .is_some_and(|problem| problem.starts_with("ambiguous"))
    }

    /// A file that an operating system left behind: no format is asked about it.
    pub fn is_system_file(&self, id: EntryId) -> bool {
        system_file(&self.entry(id).path).is_some()
    }

    /// A stream over an entry. Reading past the stated size, a wrong checksum or a corrupt
    /// stream is an error of the stream.
    ///
    /// # Errors
    ///
    /// `ReadError::Malformed` where the entry is known to be unreadable (encrypted, damaged, two
    /// of one name), `ReadError::Io` where the storage fails.
    pub fn stream(&self, id: EntryId) -> Result<Box<dyn Read + Send + '_>, ReadError> {
        let entry = self.entry(id);
        if let Some(problem) = &entry.problem {
            return Err(ReadError::malformed(
                self.place(id),
                problem.clone(),
                "upload the file again in a plain zip without a password",
            ));
        }
        let opened = self.raw_stream(id, true);
        let followed = opened.map(|stream| self.taken.follow(id.index(), stream));
        followed.map_err(|e| match e.kind() {
            std::io::ErrorKind::InvalidData => {
                ReadError::malformed(self.place(id), e.to_string(), COPY_AGAIN)
            }
            _ => ReadError::Io {
                place: self.place(id),
                what: e.to_string(),
            },
        })
    }

    /// How many bytes of all entries were read so far through streams; what is read twice counts once.
    pub fn bytes_read(&self) -> u64 {
        self.taken.bytes()
    }

    fn raw_stream(&self, id: EntryId, check: bool) -> std::io::Result<Box<dyn Read + Send>> {
        let entry = self.entry(id);
        Ok(match &entry.content {
            Content::Bytes(bytes) => Box::new(Window::new(bytes, 0, entry.size)),
            Content::File(path) => Box::new(std::fs::File::open(path)?.take(entry.size)),
            Content::Member(archive, member) if check => member.stream(archive)?,
            Content::Member(archive, member) => member.unchecked(archive)?,
        })
    }

    /// All bytes of an entry, if they are at most `max`.
    ///
    /// # Errors
    ///
    /// `ReadError::Limit` where there are more, else as [`Tree::stream`], and
    /// `ReadError::Malformed` where the stream breaks off.
    pub fn bytes(&self, id: EntryId, max: u64) -> Result<Vec<u8>, ReadError> {
        let limit = || ReadError::Limit {
            place: self.place(id),
            limit: "entry_bytes",
            allowed: max,
        };
        if self.entry(id).size > max {
            return Err(limit());
        }
        let mut bytes = Vec::new();
        let mut stream = self.stream(id)?.take(max.saturating_add(1));
        match stream.read_to_end(&mut bytes) {
            Ok(_) if bytes.len() as u64 > max => Err(limit()),
            Ok(_) => Ok(bytes),
            Err(e) => Err(ReadError::malformed(
                self.place(id),
                e.to_string(),
                COPY_AGAIN,
            )),
        }
    }

    /// Up to `len` first bytes, for detection: also of an entry whose checksum is wrong; empty
    /// when the entry cannot be read.
    pub fn head(&self, id: EntryId, len: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Ok(stream) = self.raw_stream(id, false) {
            let _ = stream.take(len as u64).read_to_end(&mut bytes);
        }
        bytes
    }

    /// The place of an entry, for errors and findings.
    pub fn place(&self, id: EntryId) -> Place {
        Place::entry(self.entry(id).path.clone())
    }
}
