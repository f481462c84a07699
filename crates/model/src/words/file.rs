//! How machine files stand, and where they came from.

super::words! {
    /// How a machine file stands. A report knows only the last two.
    FileStatus {
        /// Work on it goes on.
        Processing = "processing",
        /// Every deciding step was processed.
        Processed = "processed",
        /// A deciding step failed.
        Failed = "failed",
    }
}

super::words! {
    /// Where a machine file came from.
    FileOrigin {
        /// A provider's account.
        Provider = "provider",
        /// The service merged it by itself.
        Automerged = "automerged",
        /// A client had it merged.
        Merged = "merged",
        /// An upload.
        Uploaded = "uploaded",
    }
}
