//! How fields and their boundaries stand, in the contract's words.

super::words! {
    /// Where a field came from.
    FieldKind {
        /// A client made it.
        Original = "ORIGINAL",
        /// It was made of several.
        Merged = "MERGED",
    }
}

super::words! {
    /// How a field stands.
    FieldStatus {
        /// Ready.
        Processed = "PROCESSED",
        /// Shown, not yet taken over.
        Preview = "PREVIEW",
        /// Waits for its turn.
        Waiting = "WAITING",
    }
}

super::words! {
    /// Whether a boundary is the one in force.
    BoundaryStatus {
        /// In force.
        Active = "ACTIVE",
        /// Of earlier times.
        Inactive = "INACTIVE",
    }
}
