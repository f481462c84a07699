//! Opening an upload: a zip, a folder or one file becomes a flat list of entries. Archives inside
//! are unfolded to `Limits::nesting` levels (rule Z7) with one budget of entries (Z3) and bytes
//! (Z6) for all levels. Unpacked archives live in memory while they are small, then in unnamed
//! temporary files.
//!
//! Rule: only the outermost container is refused. An archive inside that breaks a rule is left out
//! whole, with the reason, and what lies beside it is counted before it.

use super::beside::beside;
use super::bytes::{Bytes, Window};
use super::container::{Directory, check, join, too_many};
use super::end_record::foreign;
use super::member::Member;
use super::tree::{Content, Entry, Tree};
use super::{Limits, SourceError, findings, names};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;
use tramline_model::{Finding, Place, Severity};

/// All unpacked archives together may take this much memory; the rest goes to files.
const MEMORY: u64 = 64 << 20;
/// Files that are zips by construction and are one document for people.
const DOCUMENTS: [&str; 12] = [
    "docx", "xlsx", "xlsm", "pptx", "odt", "ods", "odp", "kmz", "jar", "apk", "epub", "qgz",
];

impl Tree {
    /// Opens a zip, a folder or a single file.
    ///
    /// # Errors
    ///
    /// As [`Tree::open_named`].
    pub fn open(path: &Path, limits: &Limits) -> Result<Self, SourceError> {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
        Self::open_named(path, &name.unwrap_or_default(), limits)
    }

    /// As [`Tree::open`]; a single file comes with those in its folder that belong to it.
    ///
    /// # Errors
    ///
    /// As [`Tree::open_named`], also for the files beside it.
    pub fn open_with(
        path: &Path,
        limits: &Limits,
        belongs: &dyn Fn(&str, &str) -> bool,
    ) -> Result<Self, SourceError> {
        let read = |e: io::Error| SourceError::Io(format!("`{}`: {e}", path.display()));
        if std::fs::metadata(path).map_err(read)?.is_dir() {
            return Self::open(path, limits);
        }
        let sides = beside(path, belongs).map_err(read)?;
        if sides.is_empty() {
            return Self::open(path, limits);
        }
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
        let given = (name.unwrap_or_default(), path.to_path_buf());
        let mut opening = Opening::new(limits);
        let mut files = Vec::new();
        for (name, path) in std::iter::once(given).chain(sides) {
            let size = regular(&path).map_err(read)?;
            opening.reserve(1, size)?;
            files.push((names::show(&name), size, path));
        }
        for (name, size, path) in files {
            opening.entry(name, size, Content::File(path), None, 0)?;
        }
        Ok(opening.finish())
    }

    /// Opens a zip, a folder or a single file that the sender called `name`.
    ///
    /// # Errors
    ///
    /// The path cannot be read, or the upload breaks a rule of the container or a limit.
    pub fn open_named(path: &Path, name: &str, limits: &Limits) -> Result<Self, SourceError> {
        open(path, name, limits)
    }

    /// Opens a zip or a single file that is open already and that the sender called `name`.
    ///
    /// # Errors
    ///
    /// As [`Tree::open_named`].
    pub fn open_file(file: File, name: &str, limits: &Limits) -> Result<Self, SourceError> {
        upload(Arc::new(Bytes::from_file(file)?), name, limits)
    }

    /// Opens a zip held in memory, or a single file if `name` does not end as a zip's.
    ///
    /// # Errors
    ///
    /// The upload breaks a rule of the container or a limit.
    pub fn from_zip_bytes(
        name: &str,
        bytes: Vec<u8>,
        limits: &Limits,
    ) -> Result<Self, SourceError> {
        upload(Arc::new(Bytes::Memory(bytes)), name, limits)
    }
}

fn open(path: &Path, name: &str, limits: &Limits) -> Result<Tree, SourceError> {
    let read = |e: io::Error| SourceError::Io(format!("`{}`: {e}", path.display()));
    if !std::fs::metadata(path).map_err(read)?.is_dir() {
        regular(path).map_err(read)?;
        let bytes = Bytes::from_file(File::open(path).map_err(read)?)?;
        return upload(Arc::new(bytes), name, limits);
    }
    let mut opening = Opening::new(limits);
    opening.folder(path)?;
    Ok(opening.finish())
}

/// The size of a file. A pipe or device is refused before it is opened: opening one can wait for
/// ever, and reading it need not end.
pub(super) fn regular(path: &Path) -> io::Result<u64> {
    let metadata = std::fs::metadata(path)?;
    if metadata.is_file() {
        return Ok(metadata.len());
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        "this is a pipe or a device, and only files and folders are read",
    ))
}

/// One file as it was sent: a zip, or a bare machine file.
fn upload(bytes: Arc<Bytes>, name: &str, limits: &Limits) -> Result<Tree, SourceError> {
    let size = bytes.len();
    if size > limits.upload_bytes {
        return Err(SourceError::refused(
            "Z1",
            format!(
                "the upload is too large: {size} bytes, and at most {} are allowed",
                limits.upload_bytes
            ),
            "split the folders into several uploads",
        ));
    }
    let mut opening = Opening::new(limits);
    let head = bytes.slice(0, 512)?;
    let extension = extension(name);
    let named_zip = matches!(extension.as_str(), "zip" | "");
    let gzip = extension == "gz" && head.starts_with(b"\x1f\x8b");
    let is_zip = starts_as_zip(&head) && !DOCUMENTS.contains(&extension.as_str());
    let foreign = foreign(&head).is_some() && !gzip && extension != "html" && extension != "htm";
    if is_zip || extension == "zip" || head.is_empty() || (foreign && named_zip) {
        let directory = check(&bytes, limits, limits.entries, "")?;
        opening.archive(&bytes, directory, "", 0)?;
    } else if foreign {
        // The text of the check names the kind.
        check(&bytes, limits, limits.entries, "")?;
    } else {
        opening.reserve(1, size)?;
        opening.entry(names::show(name), size, Content::Bytes(bytes), None, 0)?;
    }
    Ok(opening.finish())
}

fn starts_as_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04")
        || head.starts_with(b"PK\x05\x06")
        || head.starts_with(b"PK\x07\x08")
}

fn extension(name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or(name);
    name.rsplit_once('.')
        .map_or_else(String::new, |(_, e)| e.to_lowercase())
}

struct Opening<'a> {
    limits: &'a Limits,
    entries: Vec<Entry>,
    findings: Vec<Finding>,
    /// Entries so far, over all levels, with those that are still to be looked at.
    reserved: usize,
    /// Their stated or counted bytes.
    unpacked: u64,
    /// Bytes that were unpacked, also of archives that were left out then.
    worked: u64,
    /// Bytes of all gzips so far, unpacked and packed.
    gzips: (u64, u64),
    memory_left: u64,
}

impl<'a> Opening<'a> {
    fn new(limits: &'a Limits) -> Self {
        let (entries, findings) = (Vec::new(), Vec::new());
        Self {
            limits,
            entries,
            findings,
            reserved: 0,
            unpacked: 0,
            worked: 0,
            gzips: (0, 0),
            memory_left: MEMORY,
        }
    }

    fn finish(self) -> Tree {
        Tree::from_entries(self.entries, self.findings)
    }

    /// Reads a folder of this machine; links and special files are not followed.
    fn folder(&mut self, root: &Path) -> Result<(), SourceError> {
        let mut stack = vec![(root.to_path_buf(), String::new())];
        let mut files = Vec::new();
        while let Some((folder, prefix)) = stack.pop() {
            let mut items = std::fs::read_dir(&folder)?.collect::<io::Result<Vec<_>>>()?;
            items.sort_by_key(std::fs::DirEntry::file_name);
            for item in items {
                let name = item.file_name().to_string_lossy().replace('\\', "/");
                let path = format!("{prefix}{}", names::show(&name));
                let kind = item.file_type()?;
                if kind.is_dir() {
                    stack.push((item.path(), format!("{path}/")));
                } else if kind.is_file() {
                    let size = item.metadata()?.len();
                    self.reserve(1, size)?;
                    files.push((path, size, item.path()));
                } else {
                    let text = if kind.is_symlink() {
                        "this is a link to another place and is not followed"
                    } else {
                        "this is a special file of the operating system and is not read"
                    };
                    self.findings.push(Finding::new(
                        &findings::LINK_IGNORED,
                        Severity::Warning,
                        Place::entry(path),
                        text,
                    ));
                }
            }
        }
        for (path, size, file) in files {
            self.entry(path, size, Content::File(file), None, 0)?;
        }
        Ok(())
    }

    fn archive(
        &mut self,
        bytes: &Arc<Bytes>,
        directory: Directory,
        place: &str,
        level: u8,
    ) -> Result<(), SourceError> {
        let sizes = directory.members.iter().map(|member| member.size);
        let bytes_inside = sizes.fold(0, u64::saturating_add);
        self.reserve(directory.members.len(), bytes_inside)?;
        self.findings.extend(directory.findings);
        for member in directory.members {
            let path = join(place, &member.path);
            let (size, problem) = (member.size, member.problem.clone());
            if let Some(problem) = &problem {
                self.unreadable(&path, problem.clone(), "");
            }
            let content = Content::Member(Arc::clone(bytes), member);
            self.entry(path, size, content, problem, level)?;
        }
        Ok(())
    }

    /// Tells of an entry that cannot be read; an empty hint is chosen by the problem.
    fn unreadable(&mut self, path: &str, problem: String, hint: &str) {
        let hint = match hint {
            "" if problem.starts_with("encrypted") => "upload the file without a password",
            "" => "copy the file from the display again and make a new zip",
            hint => hint,
        };
        self.findings.push(
            Finding::new(
                &findings::UNREADABLE_ENTRY,
                Severity::Error,
                Place::entry(path),
                problem.clone(),
            )
            .value("problem", problem)
            .hint(hint),
        );
    }

    /// Takes a file in, or unfolds it when it is an archive. It is counted already.
    fn entry(
        &mut self,
        path: String,
        size: u64,
        content: Content,
        problem: Option<String>,
        level: u8,
    ) -> Result<(), SourceError> {
        let mut entry = Entry {
            path,
            size,
            content,
            problem,
        };
        if entry.problem.is_none()
            && let Some(kind) = kind_of_archive(&entry)
        {
            let before = self.standing();
            let (problem, hint) = match self.unfold(&entry, kind, level) {
                Ok(()) => return Ok(()),
                Err(e) if e.is_full_disk() => return Err(e),
                Err(e @ SourceError::Temporary { .. }) => return Err(e),
                Err(SourceError::Io(text)) => (text, String::new()),
                Err(SourceError::Refused { rule, text, hint }) => match rule {
                    "Z7" => (text, hint),
                    _ => (format!("the archive cannot be opened: {text}"), hint),
                },
            };
            self.back_to(&before);
            self.unreadable(&entry.path, problem.clone(), &hint);
            entry.problem = Some(problem);
        }
        self.entries.push(entry);
        Ok(())
    }

    /// Counts entries and bytes (rules Z3 and Z6), before any archive among them is unfolded.
    fn reserve(&mut self, files: usize, bytes: u64) -> Result<(), SourceError> {
        self.reserved += files;
        if self.reserved > self.limits.entries {
            return Err(too_many(self.reserved as u64, self.limits));
        }
        self.unpacked = self.unpacked.saturating_add(bytes);
        if self.unpacked > self.limits.unpacked_bytes {
            return Err(self.too_large());
        }
        Ok(())
    }

    /// Rule Z6.
    fn too_large(&self) -> SourceError {
        SourceError::refused(
            "Z6",
            format!(
                "the unpacked size is too large: more than {} bytes in all archives together",
                self.limits.unpacked_bytes
            ),
            "split the folders into several uploads",
        )
    }

    fn standing(&self) -> Standing {
        Standing {
            entries: self.entries.len(),
            findings: self.findings.len(),
            reserved: self.reserved,
            unpacked: self.unpacked,
            memory_left: self.memory_left,
        }
    }

    /// Forgets what came of an archive that is left out; the work that it cost stays counted.
    fn back_to(&mut self, before: &Standing) {
        self.entries.truncate(before.entries);
        self.findings.truncate(before.findings);
        self.reserved = before.reserved;
        self.unpacked = before.unpacked;
        self.memory_left = before.memory_left;
    }

    /// Unpacks an archive inside the upload and takes its files in below its own name. When it
    /// fails, the caller takes back what came of it.
    fn unfold(&mut self, entry: &Entry, kind: Kind, level: u8) -> Result<(), SourceError> {
        if level >= self.limits.nesting {
            return Err(SourceError::refused(
                "Z7",
                format!(
                    "archives are nested too deep: `{}` would be level {}, and at most {} are allowed",
                    entry.path,
                    u32::from(level) + 1,
                    self.limits.nesting
                ),
                "unpack the inner archives and upload their folders",
            ));
        }
        let level = level + 1;
        // The archive itself is no entry any more.
        self.reserved = self.reserved.saturating_sub(1);
        match kind {
            Kind::Zip => {
                let bytes = self.unpack(open_stream(entry)?, entry.size, None)?;
                let left = self.limits.entries.saturating_sub(self.reserved);
                let directory = check(&bytes, self.limits, left, &entry.path)?;
                self.archive(&bytes, directory, &entry.path, level)
            }
            Kind::Gzip => {
                let stream = flate2::read::MultiGzDecoder::new(open_stream(entry)?);
                let bytes = self.unpack(Box::new(stream), 0, Some(entry.size))?;
                let name = entry.path.rsplit('/').next().unwrap_or_default();
                let inner = name.get(..name.len().saturating_sub(3)).unwrap_or(name);
                let inner = if inner.is_empty() { "content" } else { inner };
                let path = join(&entry.path, inner);
                self.reserve(1, bytes.len())?;
                self.entry(path, bytes.len(), Content::Bytes(bytes), None, level)
            }
        }
    }

    /// Reads a stream to its end: into memory while the budget lasts, then into an unnamed file.
    /// `packed` is the size of a gzip, whose unpacked size nobody states: rule Z5 is kept while
    /// reading.
    fn unpack(
        &mut self,
        mut stream: Box<dyn Read + Send>,
        stated: u64,
        packed: Option<u64>,
    ) -> Result<Arc<Bytes>, SourceError> {
        let most = self.limits.unpacked_bytes.saturating_sub(self.unpacked);
        let mut memory = Vec::new();
        let mut file: Option<File> = None;
        let mut total: u64 = 0;
        let mut chunk = vec![0; 64 << 10];
        if stated > self.memory_left {
            file = Some(tempfile::tempfile().map_err(SourceError::temporary(stated))?);
        }
        loop {
            let n = match stream.read(&mut chunk) {
                Ok(0) => break,
                Ok(n) => n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(e.into()),
            };
            total += n as u64;
            self.worked += n as u64;
            let part = chunk.get(..n).unwrap_or_default();
            // Of all of them together: many that are each below the bound are no better.
            let all = self.gzips.0 + total;
            let ratio = packed
                .filter(|packed| all > 100 << 20 && all / 200 >= (self.gzips.1 + packed).max(1));
            if let Some(packed) = ratio {
                return Err(SourceError::refused(
                    "Z5",
                    format!(
                        "the compression ratio of a gzip is too high: more than {total} bytes from {packed}"
                    ),
                    "upload the file unpacked",
                ));
            }
            if packed.is_some() && total > most || self.worked > self.limits.unpacked_bytes {
                return Err(self.too_large());
            }
            match &mut file {
                Some(file) => file
                    .write_all(part)
                    .map_err(SourceError::temporary(stated.max(total)))?,
                None if total > self.memory_left => {
                    let spilled = tempfile::tempfile().and_then(|mut spilled| {
                        spilled.write_all(&memory)?;
                        spilled.write_all(part)?;
                        Ok(spilled)
                    });
                    let spilled = spilled.map_err(SourceError::temporary(stated.max(total)))?;
                    memory = Vec::new();
                    file = Some(spilled);
                }
                None => memory.extend_from_slice(part),
            }
        }
        if let Some(packed) = packed {
            self.gzips = (self.gzips.0 + total, self.gzips.1 + packed);
        }
        Ok(Arc::new(match file {
            Some(file) => Bytes::from_file(file)?,
            None => {
                self.memory_left = self.memory_left.saturating_sub(total);
                Bytes::Memory(memory)
            }
        }))
    }
}

/// How far an opening is.
struct Standing {
    entries: usize,
    findings: usize,
    reserved: usize,
    unpacked: u64,
    memory_left: u64,
}

#[derive(Clone, Copy)]
enum Kind {
    Zip,
    Gzip,
}

/// An archive that is unfolded, by its first bytes (a `.jdl` or `.jdp` may be a zip).
fn kind_of_archive(entry: &Entry) -> Option<Kind> {
    // Smaller than any zip or gzip with a file in it; junk of macOS begins with other bytes.
    if entry.size < 18 {
        return None;
    }
    let extension = extension(&entry.path);
    if DOCUMENTS.contains(&extension.as_str()) {
        return None;
    }
    let mut head = Vec::new();
    let stream = match &entry.content {
        Content::Member(archive, member) => Member {
            size: 4,
            ..member.clone()
        }
        .unchecked(archive)
        .ok()?,
        _ => open_stream(entry).ok()?,
    };
    let _ = stream.take(4).read_to_end(&mut head);
    match head.as_slice() {
        b"PK\x03\x04" => Some(Kind::Zip),
        [0x1f, 0x8b, 8, _] if extension == "gz" => Some(Kind::Gzip),
        _ => None,
    }
}

fn open_stream(entry: &Entry) -> io::Result<Box<dyn Read + Send>> {
    Ok(match &entry.content {
        Content::Bytes(bytes) => Box::new(Window::new(bytes, 0, entry.size)),
        Content::File(path) => Box::new(File::open(path)?.take(entry.size)),
        Content::Member(archive, member) => member.stream(archive)?,
    })
}
