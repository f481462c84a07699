//! What the service and a converter say to each other: the order in, lines of progress and an answer
//! out, all as JSON.

use crate::attempt::Attempt;
use crate::hexadecimal;
use crate::protection::Standing;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use tramline_convert::fields::Locate;
use tramline_convert::{Bridges, Calibration, Configuration, FileFacts, Refusal};
use uuid::Uuid;

/// Name of the hidden command.
pub const COMMAND: &str = "convert-child";
/// Name of the hidden command that runs the commands of bridges for a converter.
pub const BRIDGE_COMMAND: &str = "bridge-child";
/// Name of the answer in the output folder, beside the folders of machine files.
pub const ANSWER: &str = "answer.json";
/// The upload cannot be opened at all: its message is on standard error.
pub const REFUSED: i32 = 65;
/// A disk that the converter writes to has no space left: nothing is said of the upload.
pub const FULL: i32 = 75;

/// What to convert, and within which limits.
#[derive(Debug, Serialize, Deserialize)]
pub struct Task {
    /// Where the upload is.
    pub input: PathBuf,
    /// Id of the upload, of which the ids of its machine files are made.
    pub upload: String,
    /// Of the upload, as its sender called it.
    pub name: String,
    /// Of the upload, in hexadecimal.
    pub sha256: String,
    /// Of the upload, in bytes.
    pub size: u64,
    /// Folder of the artifacts and the answer.
    pub out: PathBuf,
    /// What holds for the user.
    pub configuration: Configuration,
    /// Code of the provider that the sender named.
    pub provider: Option<String>,
    /// Code of the format that the sender named.
    pub file_format: Option<String>,
    /// The crop that the sender named.
    pub crop: Option<String>,
    /// Working width that the sender named.
    pub width_m: Option<f64>,
    /// The operation that the sender named.
    pub operation_type: Option<String>,
    /// Columns that the sender named, by property.
    pub column_map: BTreeMap<String, String>,
    /// Later instants are no instants of work. Milliseconds since 1970 UTC.
    pub latest_instant_ms: i64,
    /// Datasets that are not read again, each with the reason.
    pub refused: BTreeMap<String, Refusal>,
    /// Those of `refused` whose failed machine file is published already.
    pub refused_before: BTreeSet<String>,
    /// Ids of the only machine files that are wanted.
    pub only: Option<BTreeSet<String>>,
    /// Ids of machine files that are published already.
    pub kept: BTreeSet<String>,
    /// Commands for closed formats.
    pub bridges: Bridges,
    /// By id of the machine file.
    pub calibrations: BTreeMap<String, Calibration>,
    /// Whose the boundaries are.
    pub fields: KnownFields,
    /// How points are found in fields.
    pub locate: Locate,
    /// Largest upload.
    pub upload_bytes: u64,
    /// Processor time of each dataset.
    pub cpu_seconds: u64,
    /// Memory of the converter.
    pub memory_bytes: u64,
    /// Largest file that it may write.
    pub file_bytes: u64,
}

impl Task {
    /// Digest of what the machine files are made with: equal digests make equal files of one upload.
    /// Boundaries are no part of it, since a change of these locates again by itself.
    pub fn made_with(&self) -> String {
        let parts = serde_json::json!([
            env!("CARGO_PKG_VERSION"),
            self.configuration,
            self.provider,
            self.file_format,
            self.crop,
            self.width_m,
            self.operation_type,
            self.column_map,
            self.calibrations,
        ]);
        hexadecimal(&Sha256::digest(parts.to_string()))
    }
}

/// An upload that was just received: may it be kept?
#[derive(Debug, Serialize, Deserialize)]
pub struct Check {
    /// Where the upload is.
    pub input: PathBuf,
    /// As its sender called it.
    pub name: String,
    /// What the sender says of the columns, so that a table that only this names is kept.
    pub column_map: BTreeMap<String, String>,
    /// Folder of its temporary files, of nobody else.
    pub out: PathBuf,
    /// Largest upload.
    pub upload_bytes: u64,
    /// Memory of the converter.
    pub memory_bytes: u64,
}

/// Machine files to be merged.
#[derive(Debug, Serialize, Deserialize)]
pub struct Merge {
    /// Of the merged machine file.
    pub id: String,
    /// What is merged, in this order.
    pub sources: Vec<Source>,
    /// Folder of the artifacts and the answer.
    pub out: PathBuf,
    /// What holds for the user.
    pub configuration: Configuration,
    /// Whose the boundaries are.
    pub fields: KnownFields,
    /// How points are found in fields.
    pub locate: Locate,
    /// Processor time of the whole.
    pub cpu_seconds: u64,
    /// Memory of the converter.
    pub memory_bytes: u64,
    /// Largest file that it may write.
    pub file_bytes: u64,
}

/// A machine file that is merged.
#[derive(Debug, Serialize, Deserialize)]
pub struct Source {
    /// Of the machine file.
    pub id: String,
    /// Its standard points.
    pub parquet: PathBuf,
    /// Word of its operation.
    pub operation_type: String,
    /// `properties` of its summary.
    pub summary: serde_json::Value,
}

/// Whose the boundaries of an order are, and as of when.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct KnownFields {
    /// Field ids, in the order of the boundaries.
    pub ids: Vec<String>,
    /// Instant of the last change of boundaries, microseconds since 1970 UTC.
    pub changed: i64,
}

impl KnownFields {
    /// Of files that are to be located later, whatever the boundaries are.
    pub const NONE_YET: Self = Self {
        ids: Vec::new(),
        changed: i64::MIN,
    };
}

/// Stored machine files whose points are to be found in fields.
#[derive(Debug, Serialize, Deserialize)]
pub struct LocateStored {
    /// Which, each by itself.
    pub files: Vec<Stored>,
    /// Folder of the artifacts and the answer.
    pub out: PathBuf,
    /// How points are found in fields.
    pub locate: Locate,
    /// Of each file.
    pub cpu_seconds: u64,
    /// Memory of the converter.
    pub memory_bytes: u64,
    /// Largest file that it may write.
    pub file_bytes: u64,
}

/// A stored machine file.
#[derive(Debug, Serialize, Deserialize)]
pub struct Stored {
    /// Of the machine file.
    pub id: String,
    /// Its `standard.parquet`.
    pub parquet: PathBuf,
}

/// Boundaries to be read out of an upload.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReadBoundaries {
    /// Where the upload is.
    pub input: PathBuf,
    /// As its sender called it.
    pub name: String,
    /// Folder of the answer, [`ANSWER`], and of nothing else.
    pub out: PathBuf,
    /// Largest upload.
    pub upload_bytes: u64,
    /// Memory of the converter.
    pub memory_bytes: u64,
}

/// What was read: name, entry and geometry of each, and entry and reason of what was not.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct BoundaryAnswer {
    /// Name, entry and GeoJSON geometry.
    pub fields: Vec<(Option<String>, String, serde_json::Value)>,
    /// Entry and reason.
    pub faults: Vec<(String, String)>,
}

/// A converter that only tells how it is shut in, and tries to get out.
#[derive(Debug, Serialize, Deserialize)]
pub struct Probe {
    /// Its folder.
    pub out: PathBuf,
    /// What it tries.
    pub attempt: Option<Attempt>,
    /// Memory of the converter.
    pub memory_bytes: u64,
}

/// What a probe says, line by line. One that is killed for its attempt says nothing more.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Probed {
    /// How each protection stands.
    Standing(Vec<Standing>),
    /// How the attempt ended: what refused it, or `None` where it went well.
    Tried(Option<String>),
}

/// What a child is told to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Order {
    /// May the upload be kept?
    Check(Check),
    /// Read boundaries.
    Boundaries(ReadBoundaries),
    /// Convert an upload.
    Convert(Box<Task>),
    /// Merge machine files.
    Merge(Box<Merge>),
    /// Find stored points in fields.
    Locate(Box<LocateStored>),
    /// Try the protections.
    Probe(Probe),
}

/// What a child may use.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    /// Of each dataset, or each stored file; of a check or a merge as a whole.
    pub cpu_seconds: u64,
    /// In all.
    pub memory_bytes: u64,
    /// Of one written file.
    pub file_bytes: u64,
}

impl Order {
    /// The folder that the converter is shut into: artifacts, answers and temporary files.
    pub fn folder(&self) -> &Path {
        match self {
            Self::Check(task) => &task.out,
            Self::Boundaries(task) => &task.out,
            Self::Convert(task) => &task.out,
            Self::Merge(task) => &task.out,
            Self::Locate(task) => &task.out,
            Self::Probe(task) => &task.out,
        }
    }

    /// What the converter may use for it.
    pub fn limits(&self) -> Allowance {
        match self {
            Self::Check(check) => Allowance {
                cpu_seconds: CHECK_SECONDS,
                memory_bytes: check.memory_bytes,
                file_bytes: check.upload_bytes,
            },
            Self::Boundaries(task) => Allowance {
                cpu_seconds: CHECK_SECONDS,
                memory_bytes: task.memory_bytes,
                file_bytes: task.upload_bytes,
            },
            Self::Convert(task) => Allowance {
                cpu_seconds: task.cpu_seconds,
                memory_bytes: task.memory_bytes,
                file_bytes: task.file_bytes,
            },
            Self::Merge(task) => Allowance {
                cpu_seconds: task.cpu_seconds,
                memory_bytes: task.memory_bytes,
                file_bytes: task.file_bytes,
            },
            Self::Locate(task) => Allowance {
                cpu_seconds: task.cpu_seconds,
                memory_bytes: task.memory_bytes,
                file_bytes: task.file_bytes,
            },
            Self::Probe(task) => Allowance {
                cpu_seconds: CHECK_SECONDS,
                memory_bytes: task.memory_bytes,
                file_bytes: PROBE_BYTES,
            },
        }
    }
}

/// Processor time of a check.
const CHECK_SECONDS: u64 = 120;
/// Of a file of a probe.
const PROBE_BYTES: u64 = 1 << 20;

/// The id of a machine file: of the upload and of its id in the report, so that doing the work again
/// finds the same row and two users never share one.
pub fn machine_file_id(upload: &str, report_id: &str) -> String {
    let name = format!("{upload}/{report_id}");
    Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).to_string()
}

/// A line that a child says.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Said {
    /// How far it is.
    Progress(Line),
    /// Machine files that it knows of: at first one for each dataset, later those that datasets hold
    /// beside it.
    Found(Vec<FoundFile>),
    /// No machine file came of the dataset that this one was found in.
    Nothing(String),
    /// A machine file is complete: its folder, in which [`ANSWER`] stands beside the artifacts.
    Made(String),
}

/// A machine file that was recognised.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FoundFile {
    /// The id in its report.
    pub id: String,
    /// Of the dataset, or of the work in it.
    pub name: String,
    /// Its code.
    pub file_format: Option<String>,
}

/// How far a child is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// Main entry of the dataset that is being read.
    pub dataset: Option<String>,
    /// Those of the upload, once they are detected.
    pub datasets: Option<usize>,
    /// Machine files finished.
    pub files: usize,
    /// Name of the present machine file.
    pub file: Option<String>,
    /// Id of the present file, as its row has it.
    pub file_id: Option<String>,
    /// The step that it is at.
    pub step: Option<String>,
    /// Points read of the present file.
    pub points: u64,
}

/// Size in bytes and SHA-256 of an artifact, by its name.
pub type Hashes = BTreeMap<String, (u64, String)>;

/// What a child leaves in its output folder.
#[derive(Debug, Serialize, Deserialize)]
pub struct Answer<R> {
    /// Of a machine file its report, of a conversion what is to say beside its machine files, of a
    /// locate nothing.
    pub report: R,
    /// By machine file; of a locate the fields alone.
    pub facts: Vec<FileFacts>,
    /// What was written.
    pub artifacts: Hashes,
}
