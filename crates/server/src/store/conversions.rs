//! What a conversion makes: rows of machine files once they are recognised, each published when it is done,
//! and the end of the whole.

use super::{Event, NewFile, NewRun, Run};
use crate::clock::Micros;
use crate::error::Stored;
use async_trait::async_trait;

/// Files that were located with boundaries as they stood at an instant.
#[derive(Clone, Debug)]
pub struct Relocate {
    /// Instant of the last change of boundaries that the files were located with.
    pub since: Micros,
    /// Added when the boundaries have changed since.
    pub run: NewRun,
}

/// A machine file that was recognised, before anything is made of it.
#[derive(Clone, Debug)]
pub struct Announced {
    pub id: String,
    /// Of the dataset, or of the work in it.
    pub name: String,
    pub provider: String,
    pub file_name: String,
    pub file_format: Option<String>,
    /// Of the upload.
    pub size: u64,
}

/// A machine file that a conversion made, published by itself.
#[derive(Clone, Debug)]
pub struct Published {
    pub file: NewFile,
    /// Digest of what it was made with.
    pub made_with: String,
    /// Instant of the last change of boundaries that its points were located with.
    pub located_with: Micros,
    pub events: Vec<Event>,
}

/// A file that a run has published.
#[derive(Clone, Debug)]
pub struct PublishedFile {
    pub id: String,
    pub failed: bool,
    /// Documents. JSON.
    pub report: String,
    pub steps: String,
}

/// What becomes of rows that a conversion was to make and did not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NothingCame {
    /// They go: the datasets that they stood for hold no work.
    Removed,
    /// They end as failed, with this text.
    Failed(&'static str),
}

/// The end of a conversion whose files are published.
#[derive(Clone, Debug)]
pub struct Converted {
    /// Only these existing files were to change; `None`: every file of the upload.
    pub only: Option<Vec<String>>,
    pub nothing_came: NothingCame,
    /// Details of an upload that has no file at all.
    pub no_files: &'static str,
    /// Details of an upload none of whose files is processed.
    pub none_processed: &'static str,
    /// JSON arrays.
    pub findings: String,
    pub ignored: String,
    /// It did not come to its end: there may be files that nobody knows of.
    pub given_up: bool,
    /// Of the batch: told by the last of its conversions that ends.
    pub events: Vec<Event>,
    /// How far it came, as JSON, if it came anywhere.
    pub progress: Option<String>,
    /// The run that locates files again, for those with which a boundary changed meanwhile.
    pub relocate: fn(&Run, [f64; 4], Vec<String>) -> NewRun,
}

/// What conversions and merges write.
#[async_trait]
pub trait Conversions: Send + Sync {
    /// Makes rows in `processing` for files that were recognised. A file has one row, whatever is said of
    /// it again; one that its owner removed since stays away.
    async fn announce(&self, run: &Run, files: &[Announced]) -> Stored<()>;
    /// Takes back the rows of files of which nothing came, as long as they are this run's.
    async fn withdraw(&self, run: &Run, files: &[String]) -> Stored<()>;
    /// Flips the rows of files that are done; one transaction with their artifacts and events. The ids of
    /// those written: where the row is gone or another run's, nothing changes.
    async fn publish(&self, run: &Run, files: &[Published]) -> Stored<Vec<String>>;
    /// The files that this run has published, in an earlier beginning, with the same digest.
    async fn published_files(&self, run: &Run, made_with: &str) -> Stored<Vec<PublishedFile>>;
    /// Files that this upload had rows for and that are not this run's: removed by their owner, or made
    /// by another run.
    async fn files_of_others(&self, run: &Run) -> Stored<Vec<String>>;
    /// Ends a conversion: its run, the rows of which nothing came, and the upload, unless another
    /// conversion of it is under way. The upload is processed as soon as any of its files is.
    async fn finish_conversion(&self, run: &Run, converted: &Converted) -> Stored<()>;
    /// Publishes a merged file and ends its run; one transaction with the run that locates it again.
    async fn finish_file(
        &self,
        run: &Run,
        file: &NewFile,
        events: &[Event],
        relocate: Option<&Relocate>,
    ) -> Stored<()>;
}
