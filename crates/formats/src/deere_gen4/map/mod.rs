//! From a log to standard points: one machine file for each operation that the log names.
//!
//! Rule: the log is streamed frame by frame, once to see what it holds and once for each
//! operation; a log in which nothing was worked makes no machine file, and says so.

mod describe;
mod plan;
mod points;
mod raw_rows;
mod rules;
mod scan;
mod timeline;

use super::findings;
use super::raw::columns::Decoder;
use super::raw::{Frames, Kind, Metadata, Operation};
use crate::claim::{Claim, ReadOptions};
use crate::shared::words::counted;
use crate::source::{Limits, Tree};
use plan::Plan;
use points::Writer;
use scan::Scan;
use timeline::Timeline;
use tramline_model::{Ending, Finding, Place, ReadError, Receiver, Severity};

/// A display that stood still recorded no track.
const TRACK_M: f64 = 20.0;

/// Reads one claimed log into the receiver.
pub(crate) fn read(
    tree: &Tree,
    claim: &Claim,
    _limits: &Limits,
    options: &ReadOptions,
    receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    let place = tree.place(claim.main);
    let again = "copy the log from the display again";
    let (metadata, scan) = Scan::read(tree.stream(claim.main)?).map_err(|(what, at)| {
        let place = Place::inside(place.entry.clone(), format!("byte {at}"));
        ReadError::malformed(place, format!("the log cannot be read: {what}"), again)
    })?;
    if let Some((what, at)) = &scan.damage {
        receiver.finding(
            Finding::new(
                &findings::DAMAGED,
                Severity::Error,
                Place::inside(place.entry.clone(), format!("byte {at}")),
                format!("the log cannot be read beyond this place: {what}"),
            )
            .value("detail", what.as_str())
            .value("byte", *at)
            .hint(again),
        );
    } else if !scan.ended {
        receiver.finding(Finding::new(
            &findings::CUT_SHORT,
            Severity::Warning,
            place.clone(),
            "the log has no end mark: it was copied while the display wrote it, or it was cut off",
        ));
    }
    if metadata.operations.is_empty() {
        return without_operation(tree, claim, &metadata, &scan, options, receiver);
    }
    for operation in &metadata.operations {
        let Some(plan) = Plan::new(&metadata, operation, &scan) else {
            let text = format!(
                "operation {} is left out: the log describes no implement for it",
                operation.id
            );
            let code = &findings::NO_EQUIPMENT;
            let finding = Finding::new(code, Severity::Warning, place.clone(), text);
            receiver.finding(finding.value("operation", operation.id));
            continue;
        };
        let worked = plan.wanted.states.iter().any(|id| scan.on.contains(id));
        let edge = plan.wanted.edge.and_then(|id| scan.edges.get(&id));
        let stood_still = edge.is_some_and(|samples| *samples < 2);
        if scan.fixes == 0 || stood_still || (plan.has_sections() && !worked) {
            let (why, reason) = if scan.fixes == 0 {
                ("no position has a GPS fix", "noFix")
            } else if stood_still {
                ("the implement never moved", "stoodStill")
            } else {
                ("no section was ever on", "sectionsOff")
            };
            let text = format!(
                "{} {} gives no machine file: {why} ({})",
                plan.word,
                operation.id,
                counted(scan.positions, "position")
            );
            receiver.finding(
                Finding::new(
                    &findings::NOTHING_WORKED,
                    Severity::Note,
                    place.clone(),
                    text,
                )
                .value("operation", operation.id)
                .value("operationType", plan.word)
                .value("positions", scan.positions)
                .value("reason", reason),
            );
            continue;
        }
        machine_file(
            tree,
            claim,
            &metadata,
            Some(operation),
            &plan,
            options,
            receiver,
        )?;
    }
    Ok(())
}

/// A track without work is a machine file of its own if the machine moved.
fn without_operation(
    tree: &Tree,
    claim: &Claim,
    metadata: &Metadata,
    scan: &Scan,
    options: &ReadOptions,
    receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    if scan.extent_m() < TRACK_M {
        let text = format!(
            "the log gives no machine file: it names no operation, and its {} positions lie in one place \
             or have no GPS fix",
            scan.positions
        );
        let place = tree.place(claim.main);
        let finding = Finding::new(&findings::NO_OPERATION, Severity::Note, place, text);
        receiver.finding(finding.value("positions", scan.positions));
        return Ok(());
    }
    let plan = Plan::track(metadata, scan);
    machine_file(tree, claim, metadata, None, &plan, options, receiver)
}

fn machine_file(
    tree: &Tree,
    claim: &Claim,
    metadata: &Metadata,
    operation: Option<&Operation>,
    plan: &Plan,
    options: &ReadOptions,
    receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    let place = tree.place(claim.main);
    let description = describe::describe(metadata, operation, plan, options, &place.entry);
    receiver.begin(description)?;
    if plan.has_sections() && plan.wanted.edge.is_none() {
        receiver.finding(Finding::new(
            &findings::NO_EDGE,
            Severity::Note,
            place.clone(),
            "the log has no edge of the implement: points are placed from the receiver by the offsets of the \
             equipment",
        ));
    }
    let mut frames = Frames::new(tree.stream(claim.main)?);
    let mut decoder = Decoder::new(plan.wanted.clone());
    let mut data = decoder.data();
    let mut timeline = Timeline::new(&data);
    let mut writer = Writer::new(plan, metadata.start_ms);
    let mut records = 0;
    while let Some(frame) = frames.next() {
        if frame.kind != Kind::Data {
            continue;
        }
        // What the first pass could not read ends this one too, and was told of there.
        let broken = decoder.frame(frame.body, &mut data).is_err();
        timeline.load(&data);
        records += raw_rows::push(plan, &data, metadata.start_ms, receiver)?;
        let until = data.until;
        writer.take(&mut data, &mut timeline, until, receiver)?;
        if broken {
            break;
        }
    }
    writer.take(&mut data, &mut timeline, i64::MAX, receiver)?;
    writer.finish(receiver)?;
    if writer.hundredfold * 2 > writer.rated && writer.hundredfold > 0 {
        receiver.finding(
            Finding::new(
                &findings::TARGET_HUNDREDFOLD,
                Severity::Warning,
                place,
                "applied rate and target rate differ by a factor of 50 or more in most rows: the display logged \
                 one of them in a wrong scale",
            )
            .value("rows", writer.hundredfold)
            .value("ofRows", writer.rated)
            .hint("trust the applied rate, not the target rate; some displays of 2016 log it in this way"),
        );
    }
    receiver.finish(Ending {
        records,
        ..Ending::default()
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::rules;
    use tramline_model::OperationType;

    #[test]
    fn numbers_of_operations() {
        assert_eq!(rules::operation(8).0, OperationType::Harvested);
        assert_eq!(rules::operation(2).0, OperationType::Planted);
        assert_eq!(rules::operation(1).0, OperationType::Applied);
        assert_eq!(rules::operation(4).0, OperationType::Tillage);
        assert_eq!(
            rules::operation(99).0,
            OperationType::Other("unknown".to_owned())
        );
    }
}
