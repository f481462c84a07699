//! What can go wrong below the HTTP edge, by what the caller can do about it.

use std::fmt::Display;
use std::path::Path;

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
    /// The run belongs to another worker by now: nothing may be written for it.
    #[error("the lease of run {0} is lost")]
    LeaseLost(String),
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
    /// A fault of this program.
    #[error("{what}: {cause}")]
    Defect {
        /// What was being done.
        what: &'static str,
        /// What went wrong.
        cause: String,
    },
}

impl StoreError {
    pub(crate) fn io(path: impl AsRef<Path>, cause: std::io::Error) -> Self {
        Self::Io {
            path: path.as_ref().display().to_string(),
            cause,
        }
    }

    pub(crate) fn corrupt(what: &'static str, cause: impl Display) -> Self {
        Self::Corrupt {
            what,
            cause: cause.to_string(),
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
