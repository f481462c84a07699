//! What the events of a batch's progress hold.

use crate::api::files::words::FileStatusWord;
use crate::store::UploadStatus;
use tramline_model::FileStatus;
use utoipa::ToSchema;

/// How a conversion stands: `dead` is given up after its attempts.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) enum RunWord {
    #[schema(rename = "")]
    None,
    Queued,
    Running,
    Done,
    Dead,
    Cancelled,
}

/// How far a machine file has come.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct FileProgress {
    /// Id of the machine file.
    #[schema(format = "uuid")]
    id: String,
    /// How it stands.
    #[schema(value_type = FileStatusWord)]
    status: FileStatus,
    /// What the display called the work.
    name: Option<String>,
    /// The step that it is at.
    step: Option<String>,
    /// Points read so far.
    points: Option<u64>,
}

/// The data of an event: `progress` as long as something changes, `end` when the batch is settled.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct BatchProgress {
    /// Id of the batch.
    #[schema(format = "uuid")]
    batch_id: String,
    /// How the batch stands.
    status: UploadStatus,
    /// What the batch waits for, such as disk space.
    status_details: Option<String>,
    /// Bytes of the upload.
    size_in_bytes: u64,
    /// How its conversion stands; empty before there is one.
    #[schema(value_type = RunWord)]
    run: String,
    /// Conversions that come before it.
    place_in_queue: Option<u64>,
    /// Each machine file that is known so far.
    machine_files: Vec<FileProgress>,
    /// Datasets in the upload.
    datasets: Option<u64>,
    /// Machine files so far.
    files: Option<u64>,
    /// Name of the machine file at work.
    file: Option<String>,
    /// The step that it is at.
    step: Option<String>,
    /// Points of it read so far.
    points: Option<u64>,
}
