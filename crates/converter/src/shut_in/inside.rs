//! Who is shut in.

use std::path::PathBuf;

/// Who is shut in.
pub(crate) enum Inside {
    /// A converter.
    Converter,
    /// The process that starts the commands of bridges: these programs, which may read these paths.
    Bridge { reads: Vec<PathBuf> },
}
