//! What a scale weighed of a machine file's harvest.

use super::NewRun;
use crate::error::Stored;
use async_trait::async_trait;

/// What scales weighed, by machine file.
#[async_trait]
pub trait Calibrations: Send + Sync {
    /// The calibration of a file as JSON text.
    async fn calibration(&self, account: &str, file: &str) -> Stored<Option<String>>;
    /// The calibrations of an upload's files, by file.
    async fn calibrations_of_upload(
        &self,
        account: &str,
        upload: &str,
    ) -> Stored<Vec<(String, String)>>;
    /// Keeps a calibration, or takes it away, and converts the file again: one transaction. False
    /// when the file is being processed, and nothing changes.
    async fn calibrate_file(
        &self,
        account: &str,
        file: &str,
        calibration: Option<&str>,
        run: &NewRun,
    ) -> Stored<bool>;
}
