//! Which machine file of a run is meant.

/// Identity of a machine file within the run.
pub(crate) struct Identity {
    /// From 0, in the order of the report.
    pub(crate) index: usize,
    /// UUID, the same for the same bytes.
    pub(crate) id: String,
    /// Folder of its artifacts.
    pub(crate) dir: String,
}

impl Identity {
    /// The name of a file in the machine file's folder.
    pub(crate) fn name(&self, file: &str) -> String {
        format!("{}/{file}", self.dir)
    }
}
