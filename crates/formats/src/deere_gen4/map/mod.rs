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

use super::raw::columns::Decoder;
use super::raw::{Frames, Kind, Metadata, Operation};
use crate::claim::{Claim, ReadOptions};
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
        ReadError::malformed(place, format!("the log could not be read: {what}"), again)
    })?;
    if let Some((what, at)) = &scan.damage {
        receiver.finding(
            Finding::new(
                "gen4.damaged",
                Severity::Error,
                Place::inside(place.entry.clone(), format!("byte {at}")),
                format!("the log cannot be read further: {what}"),
            )
            .hint(again),
        );
    } else if !scan.ended {
        receiver.finding(Finding::new(
            "gen4.cut-short",
            Severity::Warning,
            place.clone(),
            "the log has no end: it was copied while it was written, or cut off",
        ));
    }
    if metadata.operations.is_empty() {
        return without_operation(tree, claim, &metadata, &scan, options, receiver);
    }
    for operation in &metadata.operations {
        let Some(plan) = Plan::new(&metadata, operation, &scan) else {
            receiver.finding(Finding::new(
                "gen4.no-equipment",
                Severity::Warning,
                place.clone(),
                format!(
                    "operation {} has no implement in the log: left out",
                    operation.id
                ),
            ));
            continue;
        };
        let worked = plan.wanted.states.iter().any(|id| scan.on.contains(id));
        let edge = plan.wanted.edge.and_then(|id| scan.edges.get(&id));
        let stood_still = edge.is_some_and(|samples| *samples < 2);
        if scan.fixes == 0 || stood_still || (plan.has_sections() && !worked) {
            let why = if scan.fixes == 0 {
                "no position with a fix"
            } else if stood_still {
                "the implement never moved"
            } else {
                "no section was ever on"
            };
            receiver.finding(Finding::new(
                "gen4.nothing-worked",
                Severity::Note,
                place.clone(),
                format!(
                    "{} {} gives no machine file: {why} in {} positions",
                    plan.word, operation.id, scan.positions
                ),
            ));
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
             or have no fix",
            scan.positions
        );
        let place = tree.place(claim.main);
        receiver.finding(Finding::new(
            "gen4.no-operation",
            Severity::Note,
            place,
            text,
        ));
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
            "gen4.no-edge",
            Severity::Note,
            place.clone(),
            "the log has no edge of the implement: points are placed from the receiver by the \
             offsets of the equipment",
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
                "gen4.target-hundredfold",
                Severity::Warning,
                place,
                "rate and target differ by a factor of 50 and more in most rows: one of them is \
                 logged in a wrong scale",
            )
            .hint("trust the rate, not the target; some displays of 2016 write it so"),
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
