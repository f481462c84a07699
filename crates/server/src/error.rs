//! What can go wrong below the HTTP edge, by what the caller can do about it.

/// Trouble with database or blobs: worth trying again. The cause is logged, never sent.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database answered with an error, or not at all.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The database cannot be brought to this version.
    #[error("migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A stored file cannot be read or written.
    #[error("blob `{key}`: {cause}")]
    Blob {
        /// Of the file.
        key: String,
        /// Why.
        cause: String,
    },
    /// A file or folder of the service cannot be used.
    #[error("`{path}`: {cause}")]
    Io {
        /// Where.
        path: String,
        /// Why.
        cause: std::io::Error,
    },
    /// A document in the database is not what this version wrote.
    #[error("stored {what} is unreadable: {cause}")]
    Document {
        /// Which document.
        what: &'static str,
        /// Why.
        cause: String,
    },
    /// The run belongs to another worker by now: nothing may be written for it.
    #[error("the lease of run {0} is lost")]
    LeaseLost(String),
}

impl StoreError {
    pub(crate) fn io(path: impl AsRef<std::path::Path>, cause: std::io::Error) -> Self {
        Self::Io {
            path: path.as_ref().display().to_string(),
            cause,
        }
    }

    pub(crate) fn document(what: &'static str, cause: impl std::fmt::Display) -> Self {
        Self::Document {
            what,
            cause: cause.to_string(),
        }
    }
}

/// Shorthand for what stores answer.
pub type Stored<T> = Result<T, StoreError>;
