//! From tables to machine files: one for each `Product_N.tab`.

mod describe;
mod plan;
mod write;

use super::claim::Files;
use super::findings;
use super::raw::job::{Job, Segment};
use super::raw::tab::{FIXED, Table};
use crate::claim::{Claim, ReadOptions};
use crate::shared::columns::clock::Clock;
use crate::shared::columns::{Family, TimeColumns};
use crate::shared::words;
use crate::source::{EntryId, Limits, Tree};
use describe::Facts;
use plan::{Plan, Survey};
use tramline_model::{Ending, Finding, OperationDescription, Place, ReadError, Receiver, Severity};
use write::Writer;

const WHOLE: &str = "upload the whole folder of the export: jobdata.xml, advanced.xml and each \
                     Product_N.tab";

/// Reads a claimed job.
pub(super) fn read(
    tree: &Tree,
    claim: &Claim,
    limits: &Limits,
    options: &ReadOptions,
    receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    let files = Files::of(tree, claim);
    let place = tree.place(claim.main);
    let mut missing = Vec::new();
    if files.job.is_none() {
        missing.push("jobdata.xml");
    }
    if files.advanced.is_none() {
        missing.push("advanced.xml");
    }
    if files.tables.is_empty() {
        missing.push("Product_N.tab");
    }
    let (Some(job), Some(advanced), true) = (files.job, files.advanced, missing.is_empty()) else {
        let what = format!(
            "this Raven FMIS export is not complete, missing: {}",
            missing.join(", ")
        );
        return Err(ReadError::malformed(place, what, WHOLE));
    };
    let entries = claim.entries.iter().map(|id| tree.entry(*id).path.clone());
    let entries: Vec<String> = entries.collect();
    let job = Job::read(tree, job, advanced, limits)?;
    for (position, (number, table)) in files.tables.iter().enumerate() {
        let place = tree.place(*table);
        let source = Source {
            tree,
            table: *table,
            limits,
            options,
        };
        let facts = Facts {
            job: &job,
            folder: tree.folder(*table),
            product: job.products.get(position).map(String::as_str),
            number: *number,
            several: files.tables.len() > 1,
            entries: &entries,
            options,
        };
        let Some(segment) = job.segment(*number, position) else {
            let what = format!(
                "advanced.xml has no SegmentFormat for {}, so its columns are unknown",
                tree.name(*table)
            );
            let error = ReadError::malformed(place, what, WHOLE);
            receiver.failed(Some(facts.unread()), error)?;
            continue;
        };
        match source.survey(segment) {
            Ok(survey) => source.machine_file(&facts, segment, &survey, receiver)?,
            Err(error) => receiver.failed(Some(facts.unread()), error)?,
        }
    }
    Ok(())
}

/// One table and how it is read.
struct Source<'a> {
    tree: &'a Tree,
    table: EntryId,
    limits: &'a Limits,
    options: &'a ReadOptions,
}

impl Source<'_> {
    /// First pass: what the columns hold. What cannot be read ends it; the rows before count.
    fn survey(&self, segment: &Segment) -> Result<Survey, ReadError> {
        let mut table = Table::open(self.tree, self.table, self.limits)?;
        let mut survey = Survey::new(segment.columns.len());
        loop {
            match table.next() {
                Ok(Some(row)) => survey.add(row),
                Ok(None) => break,
                Err(error) if survey.rows == 0 => return Err(error),
                Err(_) => break,
            }
        }
        if survey.rows == 0 {
            let what = "no points: no row of the table has a latitude and a longitude";
            return Err(ReadError::malformed(
                self.tree.place(self.table),
                what,
                "export the job from Slingshot again",
            ));
        }
        Ok(survey)
    }

    /// Second pass: the rows.
    fn machine_file(
        &self,
        facts: &Facts<'_>,
        segment: &Segment,
        survey: &Survey,
        receiver: &mut dyn Receiver,
    ) -> Result<(), ReadError> {
        let place = self.tree.place(self.table);
        let kind = facts.kind(segment, survey);
        let plan = Plan::new(segment, survey, &kind.0);
        let clock = Clock::from_rows(
            TimeColumns::One(1),
            Family::Generic,
            &survey.instants,
            self.options,
        )
        .filter(Clock::gives_instants);
        let source = clock.as_ref().map_or("none", |clock| clock.source);
        let description = OperationDescription {
            points_schema: plan.schema(clock.is_some()),
            time_source: source.to_owned(),
            ..facts.describe(kind)
        };
        receiver.begin(description)?;
        for finding in opening(segment, survey, &plan, clock.as_ref(), &place) {
            receiver.finding(finding);
        }
        let mut table = Table::open(self.tree, self.table, self.limits)?;
        let mut writer = Writer::new(segment, &plan, clock.as_ref(), &place);
        let mut trouble = None;
        loop {
            match table.next() {
                Ok(Some(row)) => writer.row(row, receiver)?,
                Ok(None) => break,
                Err(error) => {
                    trouble = Some(error);
                    break;
                }
            }
            if table.rows.saturating_mul(plan.lanes.len() as u64) > self.limits.points {
                let error = ReadError::Limit {
                    place,
                    limit: "points",
                    allowed: self.limits.points,
                };
                return Ok(receiver.failed(None, error)?);
            }
        }
        writer.flush(receiver)?;
        for finding in writer.findings() {
            receiver.finding(finding);
        }
        if let Some(error) = trouble {
            // The rows before the damage are good.
            let what = words::what(&error);
            let text = format!("rows after {} cannot be read: {what}", table.rows);
            let hint = error.hint().to_owned();
            let code = &findings::UNREADABLE_REST;
            let finding = Finding::new(code, Severity::Error, place, text)
                .value("rows", table.rows)
                .value("detail", what);
            receiver.finding(finding.hint(hint));
        }
        Ok(receiver.finish(Ending {
            records: table.rows,
            ..Ending::default()
        })?)
    }
}

/// What is to be told before the rows.
fn opening(
    segment: &Segment,
    survey: &Survey,
    plan: &Plan,
    clock: Option<&Clock>,
    place: &Place,
) -> Vec<Finding> {
    let note = |code, severity, text: String| Finding::new(code, severity, place.clone(), text);
    let numbers = if survey.scaled() {
        "values with decimals, in the units of the dictionary"
    } else {
        "whole numbers in the steps of the dictionary"
    };
    let mut list = vec![
        note(
            &findings::REPORTED_LAYOUT,
            Severity::Note,
            format!(
                "the layout of this format is known from a description only; values are read as ISO 11783-11 \
                 numbers ({numbers})"
            ),
        )
        .value("withDecimals", survey.scaled())
        .hint("compare the totals with those of the display before you rely on them"),
    ];
    if survey.widest != segment.columns.len() + FIXED {
        let described = segment.columns.len();
        let columns = survey.widest.saturating_sub(FIXED);
        let text = format!(
            "advanced.xml describes {described} value columns, but the rows have up to {columns}"
        );
        list.push(
            note(&findings::COLUMN_COUNT, Severity::Warning, text)
                .value("columns", columns)
                .value("statedColumns", described),
        );
    }
    if !plan.has_values() {
        let text = "no column of the table is a known rate, yield, moisture, depth or flow";
        list.push(note(
            &findings::NO_VALUES,
            Severity::Warning,
            text.to_owned(),
        ));
    }
    match clock {
        Some(clock) => list.extend(clock.findings(place)),
        None => list.push(note(
            &findings::NO_INSTANTS,
            Severity::Warning,
            "the second column holds no plausible times: the points have no time".to_owned(),
        )),
    }
    list
}
