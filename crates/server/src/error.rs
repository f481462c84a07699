//! What can go wrong below the HTTP edge, by what the caller can do about it.

use std::fmt::Display;
use std::io::ErrorKind;
use std::path::Path;
use tramline_model::tells_full_disk;

/// Trouble with the store of rows, with blobs or with the machine. The cause is logged, never sent.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A store is busy or does not answer: the same again may go well.
    #[error("{what} is busy: {cause}")]
    Busy {
        /// Which store.
        what: &'static str,
        /// What it says.
        cause: String,
    },
    /// A store fails, for a reason that lies with the machine: the same again may go well later.
    #[error("{what} fails: {cause}")]
    Failing {
        /// Which store.
        what: &'static str,
        /// What it says.
        cause: String,
    },
    /// The run belongs to another worker by now: nothing may be written for it.
    #[error("the lease of run {0} is lost")]
    LeaseLost(String),
    /// What was asked for cannot be: the text says why and what to do.
    #[error("{0}")]
    Refused(String),
    /// A file or folder of the service cannot be used: the operator has to look at the machine.
    #[error("`{path}`: {cause}")]
    Io {
        /// Where.
        path: String,
        /// Why.
        cause: std::io::Error,
    },
    /// What is stored is not what this version wrote: trying again does not help.
    #[error("stored {what} cannot be read: {cause}")]
    Corrupt {
        /// Which document.
        what: &'static str,
        /// Why.
        cause: String,
    },
    /// A setting cannot be used: the operator has to change it.
    #[error("the setting `{name}` cannot be used: {why}")]
    Setting {
        /// Which.
        name: &'static str,
        /// Why, and what to do.
        why: String,
    },
    /// A fault of this program.
    #[error("{what}: {cause}")]
    Defect {
        /// What was being done.
        what: &'static str,
        /// What went wrong.
        cause: String,
    },
}

/// Numbers of `EIO`, `ENOMEM`, `ENFILE` and `EMFILE`.
const PASSING: [i32; 4] = [5, 12, 23, 24];

/// Whether a disk, or the service's share of one, has no space left.
pub(crate) fn is_full(cause: &std::io::Error) -> bool {
    matches!(
        cause.kind(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded
    )
}

impl StoreError {
    pub(crate) fn io(path: impl AsRef<Path>, cause: std::io::Error) -> Self {
        // Some libraries wrap what the system said.
        let wrapped = cause.raw_os_error().is_none() && tells_full_disk(&cause.to_string());
        let cause = if wrapped {
            ErrorKind::StorageFull.into()
        } else {
            cause
        };
        Self::Io {
            path: path.as_ref().display().to_string(),
            cause,
        }
    }

    /// A disk, or somebody's share of one, has no space left.
    pub(crate) fn full(path: impl AsRef<Path>) -> Self {
        Self::io(path, ErrorKind::StorageFull.into())
    }

    /// Whether a disk, or the service's share of one, has no space left. A file that grew beyond its own limit
    /// is another matter.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Io { cause, .. } if is_full(cause))
    }

    /// Whether a file of this name is concerned.
    pub(crate) fn is_of(&self, name: &str) -> bool {
        matches!(self, Self::Io { path, .. } if path == name)
    }

    /// Whether the machine is in trouble rather than this program or what it was given.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Busy { .. } | Self::Failing { .. } => true,
            Self::Io { cause, .. } => {
                is_full(cause)
                    || cause.kind() == ErrorKind::ReadOnlyFilesystem
                    || cause
                        .raw_os_error()
                        .is_some_and(|code| PASSING.contains(&code))
            }
            Self::LeaseLost(_)
            | Self::Corrupt { .. }
            | Self::Defect { .. }
            | Self::Refused(_)
            | Self::Setting { .. } => false,
        }
    }

    pub(crate) fn corrupt(what: &'static str, cause: impl Display) -> Self {
        Self::Corrupt {
            what,
            cause: cause.to_string(),
        }
    }

    pub(crate) fn setting(name: &'static str, why: impl Display) -> Self {
        Self::Setting {
            name,
            why: why.to_string(),
        }
    }

    pub(crate) fn defect(what: &'static str, cause: impl Display) -> Self {
        Self::Defect {
            what,
            cause: cause.to_string(),
        }
    }
}

/// Shorthand for what stores answer.
pub type Stored<T> = Result<T, StoreError>;
