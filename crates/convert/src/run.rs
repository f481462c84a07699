//! The straight path: every claim is read, every machine file refined and written.

use crate::bridge::{self, Bridge, Bridges};
use crate::collector::{BridgedAs, Collector};
use crate::configuration::Configuration;
use crate::plan::Step;
use crate::report::{FileStatus, Report, UnclaimedEntry};
use crate::settle::{Calibrations, settle};
use crate::steps::calibrate::Measured;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tramline_formats::{Claim, Limits, ReadOptions, Tree, Verdict, detect, registry};
use tramline_model::{Finding, Place, Provider, ReadError, Severity, UnitSystem};
use tramline_outputs::{Sink, WriteError};

/// What to make, and how.
#[derive(Clone, Debug)]
pub struct Options {
    pub configuration: Configuration,
    pub read: ReadOptions,
    pub limits: Limits,
    /// Overrules the provider that the format names.
    pub provider: Option<Provider>,
    /// Asks only the formats that answer to this `fileFormat` code.
    pub file_format: Option<String>,
    pub geojson: bool,
    pub geoparquet: bool,
    /// The ADAPT Standard beside them, in the folder `adapt` of each machine file.
    pub adapt: bool,
    /// The first is used for the standard output, further ones for more summaries and units maps;
    /// empty means the configuration's `unitMeasurement`.
    pub unit_systems: Vec<UnitSystem>,
    /// Datasets that are not read, by main entry, each with the reason: one failed machine file.
    pub refused: BTreeMap<String, Refusal>,
    /// Commands that turn closed formats into readable ones.
    pub bridges: Bridges,
    /// What the scale weighed, by harvest machine file.
    pub calibrations: Calibrations,
}

/// Why a dataset is not read, and what the person can do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub reason: String,
    pub hint: String,
}

impl Default for Options {
    /// GeoJSON and GeoParquet are written, in the units that the configuration asks for.
    fn default() -> Self {
        Self {
            configuration: Configuration::default(),
            read: ReadOptions::default(),
            limits: Limits::default(),
            provider: None,
            file_format: None,
            geojson: true,
            geoparquet: true,
            adapt: false,
            unit_systems: Vec::new(),
            refused: BTreeMap::new(),
            bridges: Bridges::new(),
            calibrations: Calibrations::default(),
        }
    }
}

/// The upload as it arrived.
#[derive(Clone, Debug, Serialize)]
pub struct Input {
    pub name: String,
    /// Lower case hexadecimal.
    pub sha256: String,
    #[serde(rename = "sizeInBytes")]
    pub size_bytes: u64,
}

/// How far it is. Index counts machine files from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Datasets that were recognised; one may hold several machine files.
    Detected {
        files: usize,
    },
    /// A dataset begins, named by its main entry.
    Dataset {
        main: String,
    },
    /// A machine file begins.
    File {
        index: usize,
        name: String,
    },
    /// Points read so far.
    Points {
        index: usize,
        points: u64,
    },
    /// A step begins.
    Step {
        index: usize,
        step: Step,
    },
    Done {
        index: usize,
        status: FileStatus,
    },
}

/// Why a run ended early. Never the upload's fault: what is wrong with it is in the report.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error("cannot keep points on the temporary disk: {0}")]
    Spool(String),
}

/// Converts an opened upload: artifacts go to the sink below the folder of each machine file
/// (and `report.json` is the caller's, from the report). What a scale weighed takes a first pass.
pub fn run(
    tree: &Tree,
    input: &Input,
    options: &Options,
    sink: &mut dyn Sink,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, RunError> {
    let settled = if options.calibrations.need_sums() {
        Some(Options {
            calibrations: settle(tree, input, options, progress)?.calibrations,
            ..options.clone()
        })
    } else {
        None
    };
    let options = settled.as_ref().unwrap_or(options);
    let (mut report, _) = read(tree, input, options, sink, progress)?;
    for key in options.calibrations.unused(&report.files) {
        let text =
            format!("no harvest machine file goes by `{key}`, for which a calibration is given");
        let finding = Finding::new(
            "convert.calibration-unused",
            Severity::Warning,
            Place::default(),
            text,
        );
        let hint = "give the id, folder or name of a harvest machine file of this input";
        report.findings.push(finding.hint(hint));
    }
    Ok(report)
}

/// One pass over the input; beside the report what the monitor saw, if that is asked.
pub(crate) fn read(
    tree: &Tree,
    input: &Input,
    options: &Options,
    sink: &mut dyn Sink,
    progress: &mut dyn FnMut(Progress),
) -> Result<(Report, Vec<Measured>), RunError> {
    let detection = detect(tree, options.file_format.as_deref());
    progress(Progress::Detected {
        files: detection.machine_data().count(),
    });
    let mut collector = Collector::new(input, options, sink, progress);
    collector.findings.extend(tree.findings.iter().cloned());
    collector.note_unknown_keys();
    let mut unclaimed: Vec<UnclaimedEntry> = detection
        .unclaimed
        .iter()
        .map(|u| UnclaimedEntry {
            entry: tree.entry(u.entry).path.clone(),
            reason: u.reason.clone(),
        })
        .collect();
    for claim in &detection.claims {
        let main = &tree.entry(claim.main).path;
        let entries = || claim.entries.iter().map(|id| tree.entry(*id).path.clone());
        match &claim.verdict {
            Verdict::NotMachineData { reason } => {
                unclaimed.extend(entries().map(|entry| UnclaimedEntry {
                    entry,
                    reason: reason.clone(),
                }))
            }
            Verdict::Recognised {
                file_format,
                provider,
                text,
                hint,
            } => {
                collector.start_claim(main, entries().collect());
                if let Some(bridge) = bridge::bridge_for(&options.bridges, file_format)
                    && !options.refused.contains_key(main)
                {
                    collector.bridged = Some(BridgedAs {
                        file_format,
                        provider: *provider,
                        program: bridge.program().to_owned(),
                    });
                    let result = through_bridge(bridge, tree, claim, options, &mut collector);
                    let result =
                        collector.end_claim(result, tree.name(claim.main), Some(file_format));
                    collector.bridged = None;
                    result?;
                    continue;
                }
                let mut description = collector.unknown_operation(tree.name(claim.main));
                description.file_format = file_format;
                description.provider = *provider;
                collector.unreadable(&description, text, hint)?;
            }
            Verdict::Read => {
                collector.start_claim(main, entries().collect());
                if let Some(refusal) = options.refused.get(main) {
                    let mut description = collector.unknown_operation(tree.name(claim.main));
                    let format = registry::by_id(claim.format);
                    if let Some(code) = format.and_then(|format| format.file_formats.first()) {
                        description.file_format = code;
                    }
                    collector.unreadable(&description, &refusal.reason, &refusal.hint)?;
                    continue;
                }
                let result = read_claim(tree, claim, options, &mut collector);
                let format = registry::by_id(claim.format).and_then(|f| f.file_formats.first());
                collector.end_claim(result, tree.name(claim.main), format.copied())?;
            }
        }
    }
    unclaimed.sort_by(|a, b| a.entry.cmp(&b.entry));
    let report = Report {
        tramline: env!("CARGO_PKG_VERSION"),
        input: input.clone(),
        files: collector.files,
        unclaimed,
        findings: collector.findings,
    };
    Ok((report, collector.measured))
}

/// Reads one claim; a defect in a reader is one failed file.
fn read_claim(
    tree: &Tree,
    claim: &Claim,
    options: &Options,
    collector: &mut Collector<'_>,
) -> Result<(), ReadError> {
    let Some(format) = registry::by_id(claim.format) else {
        return Ok(());
    };
    let result = catch_unwind(AssertUnwindSafe(|| {
        (format.read)(tree, claim, &options.limits, &options.read, collector)
    }));
    result.unwrap_or_else(|_| {
        Err(ReadError::malformed(
            tree.place(claim.main),
            "the reader stopped on a defect of its own",
            "please report it with the file",
        ))
    })
}

/// Has the configured command convert a dataset, and reads what it left.
fn through_bridge(
    bridge: &Bridge,
    tree: &Tree,
    claim: &Claim,
    options: &Options,
    collector: &mut Collector<'_>,
) -> Result<(), ReadError> {
    let place = tree.place(claim.main);
    let bridged = bridge::run(bridge, tree, claim)
        .map_err(|error| ReadError::malformed(place.clone(), error.what, error.hint))?;
    let opened = Tree::open(&bridged.output, &options.limits);
    let left = opened.map_err(|error| {
        let what = format!(
            "what the bridge `{}` left cannot be opened: {error}",
            bridge.program()
        );
        ReadError::malformed(
            place.clone(),
            what,
            "ask the operator to look at the configured command",
        )
    })?;
    let detection = detect(&left, None);
    let mut read = 0;
    for claim in detection
        .claims
        .iter()
        .filter(|claim| claim.verdict == Verdict::Read)
    {
        read += 1;
        read_claim(&left, claim, options, collector)?;
    }
    if read == 0 {
        let what = format!(
            "the bridge `{}` left nothing that can be read",
            bridge.program()
        );
        let hint = "ask the operator to look at the configured command: it must leave an ADM card, an \
                    ADAPT Standard data set, or another format that is read";
        return Err(ReadError::malformed(place, what, hint));
    }
    Ok(())
}
