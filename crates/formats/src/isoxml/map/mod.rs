//! From task data and time logs to standard points: one machine file for each task and kind of
//! work within it.
//!
//! Rule: the file's order is the truth, the last value holds within one log only, and a log that
//! cannot be read costs that log and not its task.

mod clock;
mod context;
mod describe;
mod device;
mod lanes;
mod logged;
mod no_work;
mod operation;
mod own;
mod plan;
mod points;
mod raw_rows;
mod session;
mod slot;
#[cfg(test)]
mod tests;
mod totals;
mod work;

use super::findings;
use super::job_folder::JobFolder;
use super::raw::{Task, TaskData, TimeLog};
use crate::claim::{Claim, ReadOptions};
use crate::shared::words::{self, counted};
use crate::source::{EntryId, Limits, Tree};
use context::Context;
use device::Devices;
use std::collections::BTreeSet;
use tramline_model::{Ending, Finding, Place, ReadError, Receiver, Severity};

/// The logs of one task, decoded, and why others are not among them.
struct Loaded {
    logs: Vec<TimeLog>,
    entries: Vec<String>,
    problems: Vec<ReadError>,
}

/// Reads one claimed task data set into the receiver.
pub(crate) fn read(
    tree: &Tree,
    claim: &Claim,
    limits: &Limits,
    options: &ReadOptions,
    receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    let mut data = TaskData::read(tree, claim.main, limits)?;
    let mut findings = std::mem::take(&mut data.findings);
    let devices = Devices::new(&data.devices, &tree.place(claim.main), &mut findings);
    for finding in findings {
        receiver.finding(finding);
    }
    let job = JobFolder::of(tree, claim.main);
    let context = Context {
        data: &data,
        devices,
        options,
        place: tree.place(claim.main),
        shared: shared(tree, claim, &data, &job),
        job,
    };
    let mut used = BTreeSet::new();
    let mut plans = 0_u32;
    for task in &data.tasks {
        if task.logs.is_empty() {
            plans += 1;
            continue;
        }
        let loaded = load(tree, claim.main, task, limits, &mut used, receiver);
        machine_files(&context, task, loaded, receiver)?;
    }
    let logs = unassigned(tree, claim, &context, limits, &used, receiver)?;
    if used.is_empty() && !logs {
        receiver.no_work(no_work::what(tree, claim, &data));
    } else if plans > 0 {
        let text = format!(
            "{} without a time log: planned, or worked without logging",
            counted(plans, "task")
        );
        let place = tree.place(claim.main);
        let finding = Finding::new(&findings::PLAN_ONLY, Severity::Note, place, text);
        receiver.finding(finding.value("tasks", plans));
    }
    Ok(())
}

/// Decodes the logs of a task. A log that another task named before is left to that one.
fn load(
    tree: &Tree,
    main: EntryId,
    task: &Task,
    limits: &Limits,
    used: &mut BTreeSet<String>,
    receiver: &mut dyn Receiver,
) -> Loaded {
    let mut loaded = Loaded {
        logs: Vec::new(),
        entries: Vec::new(),
        problems: Vec::new(),
    };
    for reference in &task.logs {
        let name = stem(&reference.name);
        if !used.insert(name.to_lowercase()) {
            let finding = Finding::new(
                &findings::TIME_LOG_REFERENCED_TWICE,
                Severity::Note,
                Place::inside(tree.entry(main).path.clone(), task.id.clone()),
                format!(
                    "the task data name the time log `{name:.40}` more than once; it counts once"
                ),
            );
            receiver.finding(finding.value("log", format!("{name:.40}")));
            continue;
        }
        let bin = tree.sibling(main, &format!("{name}.bin"));
        let xml = tree.sibling(main, &format!("{name}.xml"));
        load_one(tree, main, name, xml, bin, limits, &mut loaded);
    }
    loaded
}

fn load_one(
    tree: &Tree,
    main: EntryId,
    name: &str,
    xml: Option<EntryId>,
    bin: Option<EntryId>,
    limits: &Limits,
    loaded: &mut Loaded,
) {
    loaded.entries.extend(
        [bin, xml]
            .into_iter()
            .flatten()
            .map(|id| tree.entry(id).path.clone()),
    );
    let missing = |what: &str| {
        ReadError::malformed(
            Place::inside(tree.entry(main).path.clone(), format!("{name:.60}")),
            format!("the file {name:.60}.{what} is missing"),
            "copy the whole folder TASKDATA from the stick again",
        )
    };
    let result = match (xml, bin) {
        (Some(xml), Some(bin)) => TimeLog::read(tree, xml, bin, name, limits),
        (_, None) => Err(missing("BIN")),
        (None, _) => Err(missing("XML")),
    };
    match result {
        Ok(log) if log.records > 0 && log.latitude.is_empty() => {
            loaded.problems.push(ReadError::malformed(
                Place::entry(loaded.entries.last().cloned().unwrap_or_default()),
                format!(
                    "no points: the time log `{name:.60}` has no positions (its header has no PTN)"
                ),
                "switch on the logging of positions in the display",
            ));
        }
        Ok(log) => loaded.logs.push(log),
        Err(error) => loaded.problems.push(error),
    }
}

/// Pushes the machine files of one task.
fn machine_files(
    context: &Context<'_>,
    task: &Task,
    loaded: Loaded,
    receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    let Loaded {
        mut logs,
        entries,
        problems,
    } = loaded;
    let mut findings: Vec<Finding> = logs
        .iter_mut()
        .flat_map(|log| std::mem::take(&mut log.findings))
        .collect();
    let (empty, logs): (Vec<_>, Vec<_>) = logs.into_iter().partition(|log| log.records == 0);
    if logs.is_empty() {
        if empty.is_empty() && problems.is_empty() {
            return Ok(());
        }
        for finding in findings {
            receiver.finding(finding);
        }
        let name = empty.first().map_or("", |log| log.name.as_str());
        let error = problems.into_iter().next().unwrap_or_else(|| {
            ReadError::malformed(
                Place::inside(context.place.entry.clone(), task.id.clone()),
                format!("no points: the time log `{name:.60}` is empty or has no valid record with a position"),
                "copy the log from the stick again, unless nothing was logged",
            )
        });
        let found = operation::Found {
            kind: tramline_model::OperationType::Other("unknown".to_owned()),
            reason: "no log could be read".to_owned(),
            original: None,
        };
        let description = describe::describe(
            context,
            task,
            &found,
            entries,
            arrow_schema::Schema::empty().into(),
            "",
        );
        receiver.failed(Some(description), error)?;
        return Ok(());
    }
    for problem in problems {
        findings.push(
            Finding::new(
                &findings::TIME_LOG_UNREADABLE,
                Severity::Error,
                context.place.clone(),
                format!("a time log of the task is left out: {problem}"),
            )
            .value("task", task.id.clone())
            .value("detail", words::what(&problem))
            .hint(problem.hint()),
        );
    }
    let clock = clock::Clock::of(task, &logs);
    let place = Place::inside(context.place.entry.clone(), task.id.clone());
    let counted = totals::display_totals(&context.devices, task, &logs, &place);
    findings.extend(counted.findings);
    let records: u64 = logs.iter().map(|log| log.records as u64).sum();
    let skipped_bytes: u64 = logs.iter().map(|log| log.skipped_bytes).sum();
    for found in operation::operations(context, task, &logs) {
        let plan = plan::Plan::new(context, &found.kind, &logs);
        let description = describe::describe(
            context,
            task,
            &found,
            entries.clone(),
            plan.schema(),
            clock.source(),
        );
        receiver.begin(description)?;
        for finding in findings.iter().cloned().chain(clock.finding(&place)) {
            receiver.finding(finding);
        }
        for log in &logs {
            raw_rows::push(log, &context.devices, &clock, receiver)?;
        }
        let mut writer = points::Writer::new(context, &plan, &clock);
        for session in session::sessions(&logs) {
            writer.session(&session, receiver)?;
        }
        for finding in writer.finish(&place, receiver)? {
            receiver.finding(finding);
        }
        receiver.finish(Ending {
            records,
            skipped_bytes,
            display_totals: counted.totals.clone(),
            ..Ending::default()
        })?;
    }
    Ok(())
}

/// Logs that lie beside the task data and that no task names; whether there are any with records.
fn unassigned(
    tree: &Tree,
    claim: &Claim,
    context: &Context<'_>,
    limits: &Limits,
    used: &BTreeSet<String>,
    receiver: &mut dyn Receiver,
) -> Result<bool, ReadError> {
    let folder = tree.folder(claim.main);
    let mut found = false;
    for id in claim
        .entries
        .iter()
        .copied()
        .filter(|id| tree.folder(*id) == folder)
    {
        let name = stem(tree.name(id)).to_owned();
        let lower = name.to_lowercase();
        let numbered = lower
            .strip_prefix("tlg")
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()));
        if tree.extension(id) != "bin" || !numbered || used.contains(&lower) {
            continue;
        }
        let Some(xml) = tree.sibling(id, &format!("{name}.xml")) else {
            continue;
        };
        let task = Task {
            id: name.clone(),
            designator: Some(name.clone()),
            ..Task::default()
        };
        let mut loaded = Loaded {
            logs: Vec::new(),
            entries: Vec::new(),
            problems: Vec::new(),
        };
        load_one(
            tree,
            claim.main,
            &name,
            Some(xml),
            Some(id),
            limits,
            &mut loaded,
        );
        if loaded.logs.iter().all(|log| log.records == 0) {
            continue;
        }
        found = true;
        let text =
            format!("no task names the time log `{name:.40}`: it is a machine file of its own");
        let code = &findings::TIME_LOG_UNASSIGNED;
        let finding = Finding::new(code, Severity::Warning, tree.place(id), text);
        receiver.finding(finding.value("log", format!("{name:.40}")));
        machine_files(context, &task, loaded, receiver)?;
    }
    Ok(found)
}

/// Paths of what the tasks share, in the order of reading.
fn shared(tree: &Tree, claim: &Claim, data: &TaskData, job: &JobFolder) -> Vec<String> {
    let read = data.entries.iter().chain(&job.entry);
    let own = read.filter(|id| claim.entries.contains(id));
    own.map(|id| tree.entry(*id).path.clone()).collect()
}

/// A name without `.bin` or `.xml` in any letter case.
fn stem(name: &str) -> &str {
    let cut = name.len().saturating_sub(4);
    match name.get(cut..) {
        Some(end) if end.eq_ignore_ascii_case(".bin") || end.eq_ignore_ascii_case(".xml") => {
            name.get(..cut).unwrap_or(name)
        }
        _ => name,
    }
}
