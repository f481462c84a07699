//! Trouble with the output: the only thing that ends a run.

use arrow_schema::ArrowError;
use tramline_outputs::WriteError;

/// Why a run ended early. Never the upload's fault: what is wrong with it is in the report.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// An artifact cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Points cannot be kept until all are known.
    #[error("cannot store points on the temporary disk: {0}")]
    Spool(std::io::Error),
}

impl RunError {
    /// The disk of the output, or the temporary one, has no space left.
    pub fn is_full_disk(&self) -> bool {
        match self {
            Self::Write(WriteError::Io { cause, .. }) | Self::Spool(cause) => {
                tramline_model::tells_full_disk(&cause.to_string())
            }
            Self::Write(_) => false,
        }
    }

    /// A writer or a batch that is not as it must be: a defect of ours.
    pub(crate) fn shape(cause: impl std::fmt::Display) -> Self {
        Self::Write(WriteError::Shape(cause.to_string()))
    }
}

impl From<ArrowError> for RunError {
    fn from(cause: ArrowError) -> Self {
        Self::shape(cause)
    }
}
