//! From a log to standard points: one machine file for each kind of work in the log.
//!
//! Rule: blocks of a log are one pass of work cut at each change of setting, so they are read as
//! one stream of rows; a damaged segment costs the rows behind the damage.

mod describe;
mod plan;
mod points;
mod raw_rows;
mod rules;

use super::findings;
use super::raw::{Block, Log, Segments};
use crate::claim::{Claim, ReadOptions};
use crate::shared::xml;
use crate::source::{EntryId, Limits, Tree};
use plan::{Layout, Plan};
use points::Writer;
use tramline_model::{Ending, Finding, OperationType, Place, ReadError, Receiver, Severity};

/// Reads one claimed log into the receiver.
pub(crate) fn read(
    tree: &Tree,
    claim: &Claim,
    limits: &Limits,
    options: &ReadOptions,
    receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    let place = tree.place(claim.main);
    let document = xml::read(tree, claim.main, limits, xml::Repair::No)?;
    for finding in document.findings {
        receiver.finding(finding);
    }
    let log = document.root.as_ref().map(Log::parse).unwrap_or_default();
    if log.blocks.is_empty() {
        return Err(ReadError::malformed(
            place,
            "the log describes no work",
            "copy the whole folder RCD from the card again",
        ));
    }
    let mut kinds: Vec<OperationType> = Vec::new();
    for block in &log.blocks {
        let kind = rules::operation(&block.operation);
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    for kind in kinds {
        let blocks: Vec<&Block> = log
            .blocks
            .iter()
            .filter(|block| rules::operation(&block.operation) == kind)
            .collect();
        machine_file(tree, claim.main, &kind, &blocks, options, receiver)?;
    }
    Ok(())
}

fn machine_file(
    tree: &Tree,
    main: EntryId,
    kind: &OperationType,
    blocks: &[&Block],
    options: &ReadOptions,
    receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    let place = tree.place(main);
    let layout = Layout::new(kind, blocks);
    let mut entries = vec![place.entry.clone()];
    let mut files: Vec<(EntryId, Vec<&Block>)> = Vec::new();
    let mut missing: Vec<&str> = Vec::new();
    for block in blocks {
        match tree.sibling(main, &block.file) {
            Some(id) => match files.iter_mut().find(|(known, _)| *known == id) {
                Some((_, blocks)) => blocks.push(block),
                None => files.push((id, vec![block])),
            },
            None if missing.contains(&block.file.as_str()) => {}
            None => missing.push(&block.file),
        }
    }
    entries.extend(files.iter().map(|(id, _)| tree.entry(*id).path.clone()));
    let description = describe::describe(blocks, &layout, options, entries);
    if files.is_empty() {
        let name = missing.first().copied().unwrap_or_default();
        let error = ReadError::malformed(
            place,
            format!("the rows of this log are missing: `{name:.80}` is not beside it"),
            "copy the whole folder RCD from the card, .fdl and .fdd files together",
        );
        receiver.failed(Some(description), error)?;
        return Ok(());
    }
    receiver.begin(description)?;
    for name in missing {
        receiver.finding(
            Finding::new(
                &findings::ROWS_MISSING,
                Severity::Error,
                place.clone(),
                format!("some rows of this log are missing: `{name:.80}` is not beside it"),
            )
            .value("file", format!("{name:.80}"))
            .hint("copy the whole folder RCD from the card again"),
        );
    }
    let mut writer = Writer::new(&layout);
    let mut records = 0;
    for (id, mut blocks) in files {
        blocks.sort_by_key(|block| block.position);
        records += rows(tree, id, &blocks, &layout, &mut writer, receiver)?;
    }
    writer.finish(receiver)?;
    if writer.stray_mass_kg > 0.0 {
        let (left_out, mass) = (writer.stray_mass_kg, writer.mass_kg);
        let text = format!(
            "{left_out:.1} of {mass:.1} kg are left out: the place where this crop was cut, one lag earlier, was \
             not logged"
        );
        let finding = Finding::new(&findings::MASS_WITHOUT_PLACE, Severity::Note, place, text);
        receiver.finding(finding.value("massKg", left_out).value("ofMassKg", mass));
    }
    receiver.finish(Ending {
        records,
        ..Ending::default()
    })?;
    Ok(())
}

/// Reads the blocks of one `.fdd`, in the order of their places; how many rows.
fn rows(
    tree: &Tree,
    id: EntryId,
    blocks: &[&Block],
    layout: &Layout,
    writer: &mut Writer<'_>,
    receiver: &mut dyn Receiver,
) -> Result<u64, ReadError> {
    let mut segments = Segments::new(std::io::BufReader::with_capacity(1 << 16, tree.stream(id)?));
    let mut records = 0;
    for block in blocks {
        let begun = segments
            .skip_to(block.position)
            .and_then(|()| segments.begin());
        let mut damage = begun.err();
        if damage.is_none() {
            let plan = Plan::new(block, layout, segments.columns());
            let mut raw = raw_rows::Rows::new(block, &plan, segments.columns());
            loop {
                match segments.next_row() {
                    Ok(Some(row)) => {
                        records += 1;
                        raw.row(&plan, row, receiver)?;
                        writer.row(&plan, row, receiver)?;
                    }
                    Ok(None) => break,
                    Err(error) => {
                        damage = Some(error);
                        break;
                    }
                }
            }
            raw.flush(receiver)?;
        }
        if let Some(damage) = damage {
            let path = tree.entry(id).path.clone();
            receiver.finding(
                Finding::new(
                    &findings::DAMAGED,
                    Severity::Error,
                    Place::inside(path, format!("byte {}", damage.at)),
                    format!("the rows cannot be read beyond this place: {}", damage.what),
                )
                .value("detail", damage.what.to_string())
                .value("byte", damage.at)
                .hint("copy the file from the card again"),
            );
            if segments.position() > block.position {
                continue;
            }
            break;
        }
    }
    Ok(records)
}
