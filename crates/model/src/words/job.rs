//! The kinds of background work.

super::words! {
    /// What a run does.
    JobKind {
        /// Converts an upload.
        Convert = "convert",
        /// Makes one machine file of several.
        Merge = "merge",
        /// Finds again which points lie in which field.
        Locate = "locate",
    }
}
