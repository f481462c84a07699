//! What is said between the service and a child: the order in, lines of progress and an answer out,
//! all as JSON. Nothing here knows HTTP or SQL.

use crate::tokens::hexadecimal;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use tramline_convert::fields::Locate;
use tramline_convert::{Bridges, Calibration, Configuration, FileFacts, Refusal};

/// Name of the hidden command.
pub const COMMAND: &str = "convert-child";
/// Name of the answer in the output folder, beside the folders of machine files.
pub(crate) const ANSWER: &str = "answer.json";
/// The upload cannot be opened at all: its message is on standard error.
pub(crate) const REFUSED: i32 = 65;

/// What to convert, and within which limits.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) input: PathBuf,
    /// Id of the upload, of which the ids of its machine files are made.
    pub(crate) upload: String,
    pub(crate) name: String,
    pub(crate) sha256: String,
    pub(crate) size: u64,
    pub(crate) out: PathBuf,
    pub(crate) configuration: Configuration,
    pub(crate) provider: Option<String>,
    pub(crate) file_format: Option<String>,
    pub(crate) crop: Option<String>,
    pub(crate) width_m: Option<f64>,
    pub(crate) operation_type: Option<String>,
    pub(crate) column_map: BTreeMap<String, String>,
    pub(crate) latest_instant_ms: i64,
    pub(crate) refused: BTreeMap<String, Refusal>,
    /// Those of `refused` whose failed machine file is published already.
    pub(crate) refused_before: BTreeSet<String>,
    /// Ids of the only machine files that are wanted.
    pub(crate) only: Option<BTreeSet<String>>,
    /// Ids of machine files that are published already.
    pub(crate) kept: BTreeSet<String>,
    pub(crate) bridges: Bridges,
    /// By id of the machine file.
    pub(crate) calibrations: BTreeMap<String, Calibration>,
    pub(crate) fields: KnownFields,
    pub(crate) locate: Locate,
    pub(crate) upload_bytes: u64,
    pub(crate) cpu_seconds: u64,
    pub(crate) memory_bytes: u64,
    pub(crate) file_bytes: u64,
}

impl Task {
    /// Digest of what the machine files are made with: equal digests make equal files of one upload.
    /// Boundaries are no part of it, since a change of these locates again by itself.
    pub(crate) fn made_with(&self) -> String {
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
pub(crate) struct Check {
    pub(crate) input: PathBuf,
    pub(crate) name: String,
    /// What the sender says of the columns, so that a table that only this names is kept.
    pub(crate) column_map: BTreeMap<String, String>,
    pub(crate) upload_bytes: u64,
    pub(crate) memory_bytes: u64,
}

/// Machine files to be merged.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Merge {
    pub(crate) id: String,
    pub(crate) sources: Vec<Source>,
    pub(crate) out: PathBuf,
    pub(crate) configuration: Configuration,
    pub(crate) fields: KnownFields,
    pub(crate) locate: Locate,
    pub(crate) cpu_seconds: u64,
    pub(crate) memory_bytes: u64,
    pub(crate) file_bytes: u64,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Source {
    pub(crate) id: String,
    pub(crate) parquet: PathBuf,
    pub(crate) operation_type: String,
    /// `properties` of its summary.
    pub(crate) summary: serde_json::Value,
}

/// Whose the boundaries of an order are, and as of when.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct KnownFields {
    /// Field ids, in the order of the boundaries.
    pub(crate) ids: Vec<String>,
    /// Instant of the last change of boundaries, microseconds since 1970 UTC.
    pub(crate) changed: i64,
}

impl KnownFields {
    /// Of files that are to be located later, whatever the boundaries are.
    pub(crate) const NONE_YET: Self = Self {
        ids: Vec::new(),
        changed: i64::MIN,
    };
}

/// Stored machine files whose points are to be found in fields.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LocateStored {
    pub(crate) files: Vec<Stored>,
    pub(crate) out: PathBuf,
    pub(crate) locate: Locate,
    /// Of each file.
    pub(crate) cpu_seconds: u64,
    pub(crate) memory_bytes: u64,
    pub(crate) file_bytes: u64,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Stored {
    pub(crate) id: String,
    /// Its `standard.parquet`.
    pub(crate) parquet: PathBuf,
}

/// Boundaries to be read out of an upload.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ReadBoundaries {
    pub(crate) input: PathBuf,
    pub(crate) name: String,
    /// Where the answer goes, as JSON.
    pub(crate) answer: PathBuf,
    pub(crate) upload_bytes: u64,
    pub(crate) memory_bytes: u64,
}

/// What was read: name, entry and geometry of each, and entry and reason of what was not.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct BoundaryAnswer {
    pub(crate) fields: Vec<(Option<String>, String, serde_json::Value)>,
    pub(crate) faults: Vec<(String, String)>,
}

/// What a child is told to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Order {
    Check(Check),
    Boundaries(ReadBoundaries),
    Convert(Box<Task>),
    Merge(Box<Merge>),
    Locate(Box<LocateStored>),
}

/// What a child may use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowance {
    /// Of each dataset, or each stored file; of a check or a merge as a whole.
    pub(crate) cpu_seconds: u64,
    pub(crate) memory_bytes: u64,
    /// Of one written file.
    pub(crate) file_bytes: u64,
}

impl Order {
    pub(crate) fn limits(&self) -> Allowance {
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
        }
    }
}

/// Processor time of a check.
const CHECK_SECONDS: u64 = 120;

/// A line that a child says.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Said {
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
pub(crate) struct FoundFile {
    /// The id in its report.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) file_format: Option<String>,
}

/// How far a child is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Line {
    /// Main entry of the dataset that is being read.
    pub(crate) dataset: Option<String>,
    pub(crate) datasets: Option<usize>,
    /// Machine files finished.
    pub(crate) files: usize,
    pub(crate) file: Option<String>,
    /// Id of the present file, as its row has it.
    pub(crate) file_id: Option<String>,
    pub(crate) step: Option<String>,
    /// Points read of the present file.
    pub(crate) points: u64,
}

/// Size in bytes and SHA-256 of an artifact, by its name.
pub(crate) type Hashes = BTreeMap<String, (u64, String)>;

/// What a child leaves in its output folder.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Answer<R> {
    /// Of a machine file its report, of a conversion what is to say beside its machine files, of a
    /// locate nothing.
    pub(crate) report: R,
    /// By machine file; of a locate the fields alone.
    pub(crate) facts: Vec<FileFacts>,
    pub(crate) artifacts: Hashes,
}
