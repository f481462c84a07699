//! Every claim of an upload is read once; what nobody claims is listed with its reason.

use super::bridge::{self, Bridge};
use super::collector::{BridgedAs, Collector, id_of};
use crate::calibration::Measured;
use crate::error::RunError;
use crate::facts::FileFacts;
use crate::input::Input;
use crate::options::Options;
use crate::progress::{Found, Progress};
use crate::report::{Report, UnclaimedEntry};
use std::borrow::Cow;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tramline_formats::reasons::reason_left_over;
use tramline_formats::{Claim, Detection, Tree, Verdict, detect, registry};
use tramline_model::{Provider, ReadError, Receiver};
use tramline_outputs::Sink;

/// What came of one pass.
pub(crate) struct Passed {
    pub(crate) report: Report,
    /// Of the machine files that were read to their end.
    pub(crate) facts: Vec<FileFacts>,
    /// What the monitor saw, if that was asked.
    pub(crate) measured: Vec<Measured>,
    /// Some machine files were passed over.
    pub(crate) passed_any: bool,
}

/// One pass over the input.
pub(crate) fn one_pass(
    tree: &Tree,
    input: &Input,
    options: &Options,
    sink: &mut dyn Sink,
    progress: &mut dyn FnMut(Progress),
) -> Result<Passed, RunError> {
    let detection = detect(tree, options.file_format.as_deref(), &options.read);
    let found: Vec<Found> = detection
        .machine_data()
        .map(|claim| found(tree, input, claim))
        .collect();
    progress(Progress::Detected { found: &found });
    let mut collector = Collector::new(input, options, sink, progress);
    collector.findings.extend(tree.findings.iter().cloned());
    collector.note_unknown_keys();
    let mut unclaimed = unrecognised(tree, &detection);
    for claim in &detection.claims {
        let entries = claim.entries.iter().map(|id| tree.entry(*id).path.clone());
        if let Some(listed) = listed(tree, claim) {
            unclaimed.extend(listed);
            continue;
        }
        let main = &tree.entry(claim.main).path;
        collector.start_claim(main, entries.collect());
        match &claim.verdict {
            Verdict::NotMachineData { .. } | Verdict::OtherData { .. } => {}
            _ if options.refused.contains_key(main) => {
                refused(tree, claim, options, &mut collector)?
            }
            Verdict::Recognised {
                file_format,
                provider,
                text,
                hint,
            } => {
                let bridge = bridge::bridge_for(&options.bridges, file_format);
                if let Some(bridge) = bridge {
                    let format = (*file_format, *provider);
                    bridged(bridge, format, tree, claim, options, &mut collector)?;
                } else {
                    let mut description = collector.unknown_operation(tree.name(claim.main));
                    description.file_format = file_format;
                    description.provider = *provider;
                    collector.closed(&description, text, hint)?;
                }
            }
            Verdict::Read => read(tree, claim, options, &mut collector)?,
        }
        let nothing = collector.nothing_of_it();
        unclaimed.extend(left_over(tree, claim, nothing, &collector.entries_of_it()));
        collector.tell_nothing();
    }
    unclaimed.sort_by(|a, b| a.entry.cmp(&b.entry));
    let passed_any = collector.passed_any();
    let report = Report {
        tramline: Cow::Borrowed(env!("CARGO_PKG_VERSION")),
        input: input.clone(),
        files: collector.files,
        unclaimed,
        findings: collector.findings,
    };
    Ok(Passed {
        report,
        facts: collector.facts,
        measured: collector.measured,
        passed_any,
    })
}

/// The entries that no format claims.
pub(crate) fn unrecognised(tree: &Tree, detection: &Detection) -> Vec<UnclaimedEntry> {
    let unclaimed = detection.unclaimed.iter();
    let unclaimed = unclaimed.map(|u| UnclaimedEntry {
        entry: tree.entry(u.entry).path.clone(),
        reason: u.reason.clone(),
        set: None,
    });
    unclaimed.collect()
}

/// The entries of a claim that is listed with a reason and not read.
pub(crate) fn listed(tree: &Tree, claim: &Claim) -> Option<Vec<UnclaimedEntry>> {
    let reason = claim.verdict.listed()?;
    let known = matches!(claim.verdict, Verdict::NotMachineData { .. });
    let entries = claim.entries.iter().map(|id| UnclaimedEntry {
        entry: tree.entry(*id).path.clone(),
        reason: reason.to_owned(),
        set: known.then(|| tree.entry(claim.main).path.clone()),
    });
    Some(entries.collect())
}

/// What is told of a dataset before it is read.
fn found(tree: &Tree, input: &Input, claim: &Claim) -> Found {
    Found {
        id: id_of(input, &tree.entry(claim.main).path, 0),
        name: tree.entry(claim.main).path.clone(),
        file_format: file_format(claim),
        bytes: bytes_of(tree, claim),
    }
}

/// Bytes of a dataset's entries, unpacked.
pub(crate) fn bytes_of(tree: &Tree, claim: &Claim) -> u64 {
    let sizes = claim.entries.iter().map(|id| tree.entry(*id).size);
    sizes.fold(0, u64::saturating_add)
}

/// The entries of a dataset that no machine file has: all of them where it holds no work, else its
/// parts that no work was logged in.
pub(crate) fn left_over(
    tree: &Tree,
    claim: &Claim,
    nothing: Option<Option<&str>>,
    used: &HashSet<&str>,
) -> Vec<UnclaimedEntry> {
    let ids = claim.entries.iter().copied();
    let left = ids.filter(|id| !used.contains(tree.entry(*id).path.as_str()));
    let listed = left.map(|id| UnclaimedEntry {
        entry: tree.entry(id).path.clone(),
        reason: match nothing {
            Some(Some(what)) => what.to_owned(),
            Some(None) => format!("{}: it holds no records of work", claim.reason),
            None => reason_left_over(tree, claim, id),
        },
        set: Some(tree.entry(claim.main).path.clone()),
    });
    listed.collect()
}

/// The code of a claim's format.
pub(crate) fn file_format(claim: &Claim) -> Option<&'static str> {
    if let Verdict::Recognised { file_format, .. } = &claim.verdict {
        return Some(file_format);
    }
    let format = registry::by_id(claim.format).and_then(|format| format.file_formats.first());
    format.copied()
}

/// A claim that the caller refuses: one failed machine file, unless the caller has it already.
fn refused(
    tree: &Tree,
    claim: &Claim,
    options: &Options,
    collector: &mut Collector<'_>,
) -> Result<(), RunError> {
    let main = &tree.entry(claim.main).path;
    let Some(refusal) = options.refused.get(main) else {
        return Ok(());
    };
    if options.refused_before.contains(main) {
        collector.pass_over();
        return Ok(());
    }
    let mut description = collector.unknown_operation(tree.name(claim.main));
    if let Some(code) = file_format(claim) {
        description.file_format = code;
    }
    collector.refused(&description, &refusal.reason, &refusal.hint)
}

/// A claim of a format that is read.
fn read(
    tree: &Tree,
    claim: &Claim,
    options: &Options,
    collector: &mut Collector<'_>,
) -> Result<(), RunError> {
    let result = read_claim(tree, claim, options, collector);
    collector.end_claim(result, tree.name(claim.main), file_format(claim))
}

/// A claim of a closed format that the operator has a command for.
fn bridged(
    bridge: &Bridge,
    (file_format, provider): (&'static str, Provider),
    tree: &Tree,
    claim: &Claim,
    options: &Options,
    collector: &mut Collector<'_>,
) -> Result<(), RunError> {
    collector.bridged = Some(BridgedAs {
        file_format,
        provider,
        program: bridge.program().to_owned(),
    });
    let result = through_bridge((file_format, bridge), tree, claim, options, collector);
    let ended = collector.end_claim(result, tree.name(claim.main), Some(file_format));
    collector.bridged = None;
    ended
}

/// Reads one claim; a defect in a reader is one failed file.
pub(crate) fn read_claim(
    tree: &Tree,
    claim: &Claim,
    options: &Options,
    receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    let Some(format) = registry::by_id(claim.format) else {
        return Ok(());
    };
    let result = catch_unwind(AssertUnwindSafe(|| {
        (format.read)(tree, claim, &options.limits, &options.read, receiver)
    }));
    result.unwrap_or_else(|_| {
        Err(ReadError::malformed(
            tree.place(claim.main),
            "the reader stopped because of a defect in Tramline",
            "report it together with the file",
        ))
    })
}

/// Has the configured command convert a dataset, and reads what it left.
fn through_bridge(
    (file_format, bridge): (&'static str, &Bridge),
    tree: &Tree,
    claim: &Claim,
    options: &Options,
    collector: &mut Collector<'_>,
) -> Result<(), ReadError> {
    let place = tree.place(claim.main);
    let hand = options.bridge_hand.as_ref();
    let bridged = bridge::run((file_format, bridge), hand, tree, claim)
        .map_err(|error| ReadError::malformed(place.clone(), error.what, error.hint))?;
    let opened = Tree::open(&bridged.output, &options.limits);
    let left = opened.map_err(|error| {
        let what = format!(
            "the output of the bridge `{}` cannot be opened: {error}",
            bridge.program()
        );
        ReadError::malformed(
            place.clone(),
            what,
            "ask the operator to check the configured command",
        )
    })?;
    let detection = detect(&left, None, &options.read);
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
            "the bridge `{}` wrote nothing that Tramline can read",
            bridge.program()
        );
        let hint = "ask the operator to check the configured command: it must write an ADM card, an ADAPT \
                    Standard dataset, or another format that Tramline reads";
        return Err(ReadError::malformed(place, what, hint));
    }
    Ok(())
}
