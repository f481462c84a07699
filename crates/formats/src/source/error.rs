//! Why an upload is refused.

/// Why an upload as a whole is refused.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A rule of the container is broken; `rule` is `Z1` to `Z14`.
    #[error("{text} (rule {rule})")]
    Refused {
        /// The rule that is broken.
        rule: &'static str,
        /// What is wrong.
        text: String,
        /// What the person can do; empty when there is nothing.
        hint: String,
    },
    /// The upload cannot be read from its storage; what the system said.
    #[error("{0}")]
    Io(String),
    /// What is unpacked does not fit into the temporary folder, or cannot be kept there.
    #[error("cannot unpack into the temporary folder: {cause}")]
    Temporary {
        /// The temporary folder.
        folder: std::path::PathBuf,
        /// Bytes that it has to take, at least.
        needed: u64,
        /// What the system said.
        cause: std::io::Error,
    },
}

impl SourceError {
    pub(super) fn refused(
        rule: &'static str,
        text: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self::Refused {
            rule,
            text: text.into(),
            hint: hint.into(),
        }
    }

    pub(super) fn temporary(needed: u64) -> impl FnOnce(std::io::Error) -> Self {
        move |cause| Self::Temporary {
            folder: tempfile::env::temp_dir(),
            needed,
            cause,
        }
    }

    /// The temporary disk has no space left: nothing is said of the upload.
    pub fn is_full_disk(&self) -> bool {
        match self {
            Self::Io(text) => tramline_model::tells_full_disk(text),
            Self::Temporary { cause, .. } => tramline_model::tells_full_disk(&cause.to_string()),
            Self::Refused { .. } => false,
        }
    }

    /// What the person can do, empty when there is nothing.
    pub fn hint(&self) -> &str {
        match self {
            Self::Refused { hint, .. } => hint,
            Self::Io(_) => "",
            Self::Temporary { .. } => {
                "free space in the temporary folder, or set TMPDIR to one on a disk with more space"
            }
        }
    }
}

impl From<std::io::Error> for SourceError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error.to_string())
    }
}
