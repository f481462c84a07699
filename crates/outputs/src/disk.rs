//! Files being written, and what the disk said where it did not take them.
//!
//! Rule: an error keeps its kind and its words. Which file it was, how much of it was left and what
//! was free at that moment go with it as [`Trouble`], because a moment later it is something else.

use std::error::Error;
use std::fs::File;
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A file being written. [`Write::flush`] also asks the file system what a close would say: some
/// network disks tell only then that they are full.
#[derive(Debug)]
pub struct DiskFile {
    file: File,
    path: PathBuf,
    temporary: bool,
}

impl DiskFile {
    /// An empty file of that name, whatever was there.
    ///
    /// # Errors
    /// What the disk says, with its [`Trouble`].
    pub fn create(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        match File::create(&path) {
            Ok(file) => Ok(Self {
                file,
                path,
                temporary: false,
            }),
            Err(cause) => Err(Trouble::of_path(&path, cause)),
        }
    }

    /// A file without a name in the temporary folder, to be read by whoever wrote it.
    ///
    /// # Errors
    /// What the disk says, with its [`Trouble`].
    pub fn temporary() -> io::Result<Self> {
        let path = tempfile::env::temp_dir();
        match tempfile::tempfile() {
            Ok(file) => Ok(Self {
                file,
                path,
                temporary: true,
            }),
            Err(cause) => Err(Trouble::wrap(&path, 0, true, cause)),
        }
    }

    /// The file itself, to read it.
    pub fn into_file(self) -> File {
        self.file
    }

    fn trouble(&self, unwritten: usize) -> impl FnOnce(io::Error) -> io::Error {
        move |cause| match cause.kind() {
            ErrorKind::Interrupted | ErrorKind::WouldBlock => cause,
            _ => Trouble::wrap(&self.path, unwritten as u64, self.temporary, cause),
        }
    }
}

impl Write for DiskFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes).map_err(self.trouble(bytes.len()))
    }

    fn flush(&mut self) -> io::Result<()> {
        // Closing any descriptor of the file has the file system say what it kept back.
        let twin = self.file.try_clone().map_err(self.trouble(0))?;
        nix::unistd::close(twin)
            .map_err(io::Error::from)
            .map_err(self.trouble(0))
    }
}

impl Seek for DiskFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// Writes a whole file.
///
/// # Errors
/// What the disk says, with its [`Trouble`].
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = DiskFile::create(path)?;
    file.write_all(bytes)?;
    file.flush()
}

/// Makes a folder and those above it, where they are not there.
///
/// # Errors
/// What the disk says, with its [`Trouble`].
pub fn create_folder(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path).map_err(|cause| Trouble::of_path(path, cause))
}

/// What is free on a file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Free {
    /// For this user.
    pub bytes: u64,
    /// No further file or folder has room, however many bytes have.
    pub no_more_files: bool,
}

/// What is free where a path lies, or would lie. `None` where the system does not say.
pub fn free(path: &Path) -> Option<Free> {
    let there = path.ancestors().find_map(|folder| {
        let folder = match folder.as_os_str().is_empty() {
            true => Path::new("."),
            false => folder,
        };
        rustix::fs::statvfs(folder).ok()
    })?;
    Some(Free {
        bytes: there.f_bavail.saturating_mul(there.f_frsize),
        no_more_files: there.f_files > 0 && there.f_favail == 0,
    })
}

/// What was known when a file could not be written.
#[derive(Debug)]
pub struct Trouble {
    /// The file or folder; for an unnamed temporary file the folder that it is in.
    pub path: PathBuf,
    /// It is an unnamed temporary file.
    pub temporary: bool,
    /// Bytes of the file that were at hand and could not be written; there may be more to come.
    pub unwritten: u64,
    /// What was free at that moment.
    pub free: Option<Free>,
    /// What the system said.
    pub cause: io::Error,
}

impl Trouble {
    /// The error of a path, with what is free there now.
    pub fn of_path(path: &Path, cause: io::Error) -> io::Error {
        Self::wrap(path, 0, false, cause)
    }

    fn wrap(path: &Path, unwritten: u64, temporary: bool, cause: io::Error) -> io::Error {
        let trouble = Self {
            path: path.to_owned(),
            temporary,
            unwritten,
            free: free(path),
            cause,
        };
        io::Error::new(trouble.cause.kind(), trouble)
    }

    /// What an error knows, however deep it lies in it.
    pub fn of(error: &io::Error) -> Option<&Self> {
        let mut next = error.get_ref().map(|inner| inner as &(dyn Error + 'static));
        while let Some(inner) = next {
            if let Some(trouble) = inner.downcast_ref() {
                return Some(trouble);
            }
            next = match inner
                .downcast_ref::<io::Error>()
                .and_then(io::Error::get_ref)
            {
                Some(deeper) => Some(deeper),
                None => inner.source(),
            };
        }
        None
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.cause.fmt(out)
    }
}

impl Error for Trouble {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.cause)
    }
}

/// The error of the disk that a library wrapped, or the library's own.
pub(crate) fn unwrapped(cause: Box<dyn Error + Send + Sync>) -> io::Error {
    match cause.downcast::<io::Error>() {
        Ok(cause) => *cause,
        Err(other) => io::Error::other(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_keeps_its_words_and_knows_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none/file");
        let plain = File::create(&path).unwrap_err();
        let error = DiskFile::create(&path).unwrap_err();
        assert_eq!(error.kind(), plain.kind());
        assert_eq!(error.to_string(), plain.to_string());
        let wrapped = io::Error::other(io::Error::other(error));
        let trouble = Trouble::of(&wrapped).unwrap();
        assert_eq!(trouble.path, path);
        assert!(trouble.free.is_some_and(|free| free.bytes > 0));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_device_says_how_much_was_left() {
        let mut file = DiskFile::create("/dev/full").unwrap();
        let error = file.write_all(&[0; 1234]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StorageFull);
        assert_eq!(Trouble::of(&error).unwrap().unwritten, 1234);
    }

    #[test]
    fn what_is_written_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        create_folder(&path).unwrap();
        write(&path.join("file"), b"bytes").unwrap();
        assert_eq!(std::fs::read(path.join("file")).unwrap(), b"bytes");
    }
}
