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
    Spool(String),
}

impl RunError {
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
