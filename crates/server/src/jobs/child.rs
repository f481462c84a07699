//! Conversion in a process of its own: limits on memory, processor time and written bytes; it dies
//! with its parent. The task comes in as JSON, progress goes out as lines of JSON, the report and a
//! list of artifacts with their hashes stand in the output folder.

use super::files::file_id;
use crate::tokens::hexadecimal;
use rustix::process::{
    Resource, Rlimit, Signal, getrlimit, set_parent_process_death_signal, setrlimit,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tramline_convert::{
    Bridges, Calibration, Calibrations, Configuration, Input, MergeError, MergeSource, Options,
    Progress, Refusal,
};
use tramline_formats::{Limits, ReadOptions, Tree};
use tramline_model::{OperationType, Provider};
use tramline_outputs::{FolderSink, Sink, WriteError};

/// Name of the hidden command.
pub const COMMAND: &str = "convert-child";
/// Names in the output folder beside the folders of machine files.
pub(super) const REPORT: &str = "report.json";
pub(super) const ARTIFACTS: &str = "artifacts.json";
/// The upload cannot be opened at all: its message is on standard error.
pub(super) const REFUSED: i32 = 65;

/// What to convert, and within which limits.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Task {
    pub(super) input: PathBuf,
    /// Id of the upload, of which the ids of its machine files are made.
    pub(super) upload: String,
    pub(super) name: String,
    pub(super) sha256: String,
    pub(super) size: u64,
    pub(super) out: PathBuf,
    pub(super) configuration: Configuration,
    pub(super) provider: Option<String>,
    pub(super) file_format: Option<String>,
    pub(super) crop: Option<String>,
    pub(super) width_m: Option<f64>,
    pub(super) operation_type: Option<String>,
    pub(super) column_map: BTreeMap<String, String>,
    pub(super) latest_instant_ms: i64,
    pub(super) refused: BTreeMap<String, Refusal>,
    pub(super) bridges: Bridges,
    /// By id of the machine file.
    pub(super) calibrations: BTreeMap<String, Calibration>,
    pub(super) upload_bytes: u64,
    pub(super) cpu_seconds: u64,
    pub(super) memory_bytes: u64,
    pub(super) file_bytes: u64,
}

/// An upload that was just received: may it be kept?
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Check {
    pub(crate) input: PathBuf,
    pub(crate) name: String,
    pub(crate) upload_bytes: u64,
    pub(crate) memory_bytes: u64,
}

/// Machine files to be merged.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Merge {
    pub(super) id: String,
    pub(super) sources: Vec<Source>,
    pub(super) out: PathBuf,
    pub(super) configuration: Configuration,
    pub(super) cpu_seconds: u64,
    pub(super) memory_bytes: u64,
    pub(super) file_bytes: u64,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Source {
    pub(super) id: String,
    pub(super) parquet: PathBuf,
    pub(super) operation_type: String,
    /// `properties` of its summary.
    pub(super) summary: serde_json::Value,
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
pub(super) enum Order {
    Check(Check),
    Boundaries(ReadBoundaries),
    Convert(Box<Task>),
    Merge(Box<Merge>),
}

/// What a child may use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Allowance {
    /// Of each dataset; of a check or a merge as a whole.
    pub(super) cpu_seconds: u64,
    pub(super) memory_bytes: u64,
    /// Of one written file.
    pub(super) file_bytes: u64,
}

impl Order {
    pub(super) fn limits(&self) -> Allowance {
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
        }
    }
}

/// Processor time of a check.
const CHECK_SECONDS: u64 = 120;

/// A line of progress.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Line {
    /// Main entry of the dataset that is being read.
    pub(super) dataset: Option<String>,
    pub(super) datasets: Option<usize>,
    /// Machine files finished.
    pub(super) files: usize,
    pub(super) file: Option<String>,
    pub(super) step: Option<String>,
    /// Points read of the present file.
    pub(super) points: u64,
}

/// Size in bytes and SHA-256 of an artifact, by its name.
pub(super) type Hashes = BTreeMap<String, (u64, String)>;

/// Writes into a folder and hashes what goes by.
struct HashingSink {
    folder: FolderSink,
    hashes: Arc<Mutex<Hashes>>,
}

struct HashingFile {
    name: String,
    inner: Box<dyn Write + Send>,
    hash: Sha256,
    size: u64,
    hashes: Arc<Mutex<Hashes>>,
}

impl Write for HashingFile {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(data)?;
        self.hash.update(data.get(..written).unwrap_or_default());
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

impl Drop for HashingFile {
    fn drop(&mut self) {
        let hash = std::mem::take(&mut self.hash).finalize();
        self.hashes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(
                std::mem::take(&mut self.name),
                (self.size, hexadecimal(&hash)),
            );
    }
}

impl Sink for HashingSink {
    fn create(&mut self, name: &str) -> Result<Box<dyn Write + Send>, WriteError> {
        Ok(Box::new(HashingFile {
            name: name.to_owned(),
            inner: self.folder.create(name)?,
            hash: Sha256::new(),
            size: 0,
            hashes: Arc::clone(&self.hashes),
        }))
    }

    fn remove(&mut self, name: &str) -> Result<(), WriteError> {
        self.hashes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(name);
        self.folder.remove(name)
    }
}

fn limit(resource: Resource, value: u64) -> std::io::Result<()> {
    let limit = Rlimit {
        current: Some(value),
        maximum: Some(value),
    };
    setrlimit(resource, limit).map_err(std::io::Error::from)
}

/// Processor time from now on. The soft limit alone: its signal tells from a kill by others.
fn limit_processor(seconds: u64) -> std::io::Result<()> {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime).tv_sec;
    let used = u64::try_from(used).unwrap_or_default();
    let maximum = getrlimit(Resource::Cpu).maximum;
    let wanted = used.saturating_add(seconds).saturating_add(1);
    let limit = Rlimit {
        current: Some(maximum.map_or(wanted, |most| wanted.min(most))),
        maximum,
    };
    setrlimit(Resource::Cpu, limit).map_err(std::io::Error::from)
}

fn confine(allowance: Allowance) -> std::io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    limit_processor(allowance.cpu_seconds)?;
    limit(Resource::Data, allowance.memory_bytes)?;
    limit(Resource::Fsize, allowance.file_bytes)?;
    limit(Resource::Core, 0)
}

/// The hidden command: reads a task from standard input; the exit code for the process.
pub fn main() -> u8 {
    let mut text = String::new();
    let task = std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|e| e.to_string())
        .and_then(|_| serde_json::from_str::<Order>(&text).map_err(|e| e.to_string()));
    let outcome = task.map_err(|cause| (70, cause)).and_then(|order| {
        confine(order.limits()).map_err(|cause| (71, format!("limits cannot be set: {cause}")))?;
        match order {
            Order::Check(task) => check(&task),
            Order::Boundaries(task) => boundaries(&task),
            Order::Convert(task) => run(&task),
            Order::Merge(task) => merge(&task),
        }
    });
    match outcome {
        Ok(()) => 0,
        Err((code, cause)) => {
            let _ = writeln!(std::io::stderr(), "{cause}");
            code
        }
    }
}

fn options(task: &Task, limits: Limits) -> Options {
    let upload = task.upload.clone();
    Options {
        configuration: task.configuration.clone(),
        read: ReadOptions {
            column_map: task.column_map.clone(),
            crop: task.crop.clone(),
            equipment_width_m: task.width_m,
            operation_type: task.operation_type.as_deref().map(OperationType::from_name),
            latest_instant_ms: Some(task.latest_instant_ms),
            hold_ms: None,
        },
        limits,
        provider: task.provider.as_deref().and_then(Provider::from_code),
        file_format: task.file_format.clone(),
        refused: task.refused.clone(),
        bridges: task.bridges.clone(),
        calibrations: Calibrations::from(task.calibrations.clone())
            .known_as(move |id| file_id(&upload, id)),
        ..Options::default()
    }
}

fn refused(refusal: &tramline_formats::SourceError) -> (u8, String) {
    (REFUSED as u8, format!("{refusal}\n{}", refusal.hint()))
}

fn boundaries(task: &ReadBoundaries) -> Result<(), (u8, String)> {
    let limits = Limits {
        upload_bytes: task.upload_bytes,
        ..Limits::default()
    };
    let tree = Tree::open_named(&task.input, &task.name, &limits).map_err(|e| refused(&e))?;
    let found = tramline_formats::boundaries::read(&tree, &limits);
    let fields = found
        .list
        .into_iter()
        .map(|found| (found.name, found.entry, found.geometry));
    let answer = BoundaryAnswer {
        fields: fields.collect(),
        faults: found.faults,
    };
    let fault = |cause: String| (74, format!("cannot write the answer: {cause}"));
    let text = serde_json::to_vec(&answer).map_err(|e| fault(e.to_string()))?;
    std::fs::write(&task.answer, text).map_err(|e| fault(e.to_string()))
}

/// Opens the upload; a body that is no archive must be one machine file.
fn check(task: &Check) -> Result<(), (u8, String)> {
    let limits = Limits {
        upload_bytes: task.upload_bytes,
        ..Limits::default()
    };
    let tree = Tree::open_named(&task.input, &task.name, &limits).map_err(|e| refused(&e))?;
    let entries = tree.entries();
    let bare = entries.len() == 1 && entries.iter().all(|entry| entry.path == task.name);
    if bare && tramline_formats::detect(&tree, None).machine_data().count() == 0 {
        let text = "the file is neither a zip nor a machine file that stands alone";
        let hint = "zip the folder as it is on the stick and send the zip";
        return Err((REFUSED as u8, format!("{text}\n{hint}")));
    }
    Ok(())
}

fn run(task: &Task) -> Result<(), (u8, String)> {
    let limits = Limits {
        upload_bytes: task.upload_bytes,
        ..Limits::default()
    };
    let tree = Tree::open_named(&task.input, &task.name, &limits).map_err(|e| refused(&e))?;
    let input = Input {
        name: task.name.clone(),
        sha256: task.sha256.clone(),
        size_bytes: task.size,
    };
    let hashes = Arc::new(Mutex::new(Hashes::new()));
    let mut sink = HashingSink {
        folder: FolderSink::new(&task.out),
        hashes: Arc::clone(&hashes),
    };
    let mut line = Line::default();
    let report = tramline_convert::run(
        &tree,
        &input,
        &options(task, limits),
        &mut sink,
        &mut |progress| {
            if matches!(progress, Progress::Dataset { .. }) {
                // Each dataset has the whole allowance: a neighbour's use is not held against it.
                let _ = limit_processor(task.cpu_seconds);
            }
            tell(&mut line, progress);
        },
    )
    .map_err(|cause| (74, cause.to_string()))?;
    let hashes = hashes.lock().unwrap_or_else(PoisonError::into_inner);
    write_json(&task.out, ARTIFACTS, &*hashes)?;
    write_json(&task.out, REPORT, &report)
}

fn merge(task: &Merge) -> Result<(), (u8, String)> {
    let sources: Vec<MergeSource> = task
        .sources
        .iter()
        .map(|source| MergeSource {
            id: source.id.clone(),
            parquet: source.parquet.clone(),
            operation_type: OperationType::from_name(&source.operation_type),
            summary: source.summary.clone(),
        })
        .collect();
    let options = Options {
        configuration: task.configuration.clone(),
        ..Options::default()
    };
    let hashes = Arc::new(Mutex::new(Hashes::new()));
    let mut sink = HashingSink {
        folder: FolderSink::new(&task.out),
        hashes: Arc::clone(&hashes),
    };
    let mut line = Line::default();
    let report = tramline_convert::merge(
        &sources,
        &task.id,
        "01-merged",
        &options,
        &mut sink,
        &mut |progress| tell(&mut line, progress),
    );
    let report = report.map_err(|cause| match cause {
        MergeError::Run(cause) => (74, cause.to_string()),
        refusal => (REFUSED as u8, refusal.to_string()),
    })?;
    let hashes = hashes.lock().unwrap_or_else(PoisonError::into_inner);
    write_json(&task.out, ARTIFACTS, &*hashes)?;
    write_json(&task.out, REPORT, &report)
}

fn tell(line: &mut Line, progress: Progress) {
    match progress {
        Progress::Detected { files } => line.datasets = Some(files),
        Progress::Dataset { main } => line.dataset = Some(main),
        Progress::File { name, .. } => {
            line.file = Some(name);
            line.points = 0;
            line.step = Some("rawGeojson".to_owned());
        }
        Progress::Points { points, .. } => line.points = points,
        Progress::Step { step, .. } => line.step = Some(step.name().to_owned()),
        Progress::Done { .. } => line.files += 1,
    }
    if let Ok(text) = serde_json::to_string(line) {
        let mut out = std::io::stdout().lock();
        // A parent that no longer listens ends this process anyway.
        let _ = writeln!(out, "{text}");
        let _ = out.flush();
    }
}

fn write_json(folder: &Path, name: &str, document: &impl Serialize) -> Result<(), (u8, String)> {
    let fault = |cause: String| (74, format!("cannot write `{name}`: {cause}"));
    std::fs::create_dir_all(folder).map_err(|e| fault(e.to_string()))?;
    let text = serde_json::to_vec(document).map_err(|e| fault(e.to_string()))?;
    std::fs::write(folder.join(name), text).map_err(|e| fault(e.to_string()))
}
