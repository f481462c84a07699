//! Closed lists of words that machine files have, in filters and in bodies.

use crate::api::query::{Listed, NamedWords, Words, listed};
use tramline_model::{FileOrigin, FileStatus};

impl Words for FileStatus {
    type Word = Self;

    fn words() -> Vec<(&'static str, Self)> {
        listed(
            &[Self::Processed, Self::Failed, Self::Processing],
            Self::name,
        )
    }
}

/// The words of it, for bodies.
pub(crate) type FileStatusWord = Listed<FileStatus>;
/// The words of it, for bodies.
pub(crate) type FileOriginWord = Listed<FileOrigin>;

impl NamedWords for FileStatus {
    const NAME: &'static str = "FileStatus";
    const ABOUT: &'static str = "How a machine file stands: `processing` until its work is done, then `processed`, or \
        `failed` if a step failed that others need.";
}

impl NamedWords for FileOrigin {
    const NAME: &'static str = "FileOrigin";
    const ABOUT: &'static str = "Where a machine file comes from: `uploaded`, `merged` on demand, `automerged` by the \
        service, or fetched from a `provider`.";
}

impl Words for FileOrigin {
    type Word = Self;

    fn words() -> Vec<(&'static str, Self)> {
        listed(Self::ALL, Self::name)
    }
}
