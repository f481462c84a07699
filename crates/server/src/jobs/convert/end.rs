//! How a conversion ends: with its report, or with the reason why there is none.

use super::task::Convert;
use crate::error::Stored;
use crate::events::batch_finished;
use crate::failpoint::pass;
use crate::figures;
use crate::jobs::Locate;
use crate::jobs::job::Work;
use crate::jobs::made::read_answer;
use crate::jobs::trouble::INTERNAL;
use crate::store::{Converted, Event, NothingCame, Run, Upload};
use serde::Serialize;
use std::path::Path;
use tramline_convert::{Report, UnclaimedEntry, findings};
use tramline_converter::protocol::Answer;
use tramline_model::{Code, Finding, Place, Severity};

/// The contract's texts for a failed batch.
const NOTHING: &str = "No valid files found";
/// Plans, boundaries and set-ups alone.
const NO_OPERATION: &str =
    "No operation found. Check file format before re-trying or contact support";
const UNREADABLE: &str = "Files found but unable to read. Please check file format before re-trying \
                          or contact Support";
/// A machine file that the upload gave once and gives no more.
const VANISHED: &str = "the upload holds no such machine file any more";

/// Ends the run, whose machine files are published.
pub(super) async fn finish(
    work: &Work<'_>,
    upload: &Upload,
    job: &Convert,
    folder: &Path,
) -> Stored<()> {
    let run = work.run;
    let answer: Answer<Report> = read_answer(folder)?;
    let report = &answer.report;
    let nothing_but_sets = report.unclaimed.iter().any(|entry| entry.set.is_some());
    let converted = Converted {
        only: job.only.clone(),
        nothing_came: match job.only {
            Some(_) => NothingCame::Failed(VANISHED),
            None => NothingCame::Removed,
        },
        no_files: if nothing_but_sets {
            NO_OPERATION
        } else {
            NOTHING
        },
        none_processed: UNREADABLE,
        findings: first(&report.findings, None),
        ignored: first(&report.unclaimed, more_entries(&report.unclaimed)),
        given_up: false,
        events: vec![batch_event(run, upload)],
        progress: work.held.progress().map(str::to_owned),
        relocate: Locate::again,
    };
    work.state.db.finish_conversion(run, &converted).await?;
    figures::count(figures::CONVERSION_FINISHED);
    pass("run.published");
    pass("run.told");
    Ok(())
}

/// Entries and findings that a batch shows: nobody reads more, and every answer carries them.
const SHOWN: usize = 1_000;

/// The first elements of a list as JSON, and what stands for the others.
fn first<T: Serialize>(list: &[T], others: Option<T>) -> String {
    let shown: Vec<&T> = list.iter().take(SHOWN).chain(&others).collect();
    serde_json::json!(shown).to_string()
}

fn more_entries(list: &[UnclaimedEntry]) -> Option<UnclaimedEntry> {
    let left = list.len().checked_sub(SHOWN).filter(|left| *left > 0)?;
    Some(UnclaimedEntry {
        entry: String::new(),
        reason: format!("{left} more entries, which are not listed here"),
        set: None,
    })
}

fn batch_event(run: &Run, upload: &Upload) -> Event {
    batch_finished(&run.id, &upload.id, &upload.user_id)
}

/// The run ends without an answer; what it published stays.
async fn fail(
    work: &Work<'_>,
    upload: &Upload,
    only: Option<Vec<String>>,
    (details, given_up): (&'static str, bool),
    finding: Finding,
) -> Stored<()> {
    let run = work.run;
    let converted = Converted {
        only,
        nothing_came: NothingCame::Failed(details),
        no_files: details,
        none_processed: details,
        findings: serde_json::json!([finding]).to_string(),
        ignored: "[]".to_owned(),
        given_up,
        events: vec![batch_event(run, upload)],
        progress: work.held.progress().map(str::to_owned),
        relocate: Locate::again,
    };
    work.state.db.finish_conversion(run, &converted).await?;
    figures::count(figures::CONVERSION_FAILED);
    Ok(())
}

/// About the upload as a whole.
fn error(code: &'static Code, text: &str) -> Finding {
    Finding::new(code, Severity::Error, Place::default(), text)
}

/// The container cannot be opened: the batch failed, with place and hint.
pub(super) async fn refuse(
    work: &Work<'_>,
    upload: &Upload,
    job: &Convert,
    message: &str,
) -> Stored<()> {
    let (text, hint) = message.trim_end().split_once('\n').unwrap_or((message, ""));
    let finding = error(&findings::SOURCE_REFUSED, text).hint(hint);
    let only = job.only.clone();
    fail(work, upload, only, (NOTHING, false), finding).await
}

/// Three beginnings and no end.
pub(super) async fn give_up(work: &Work<'_>, upload: &Upload, job: &Convert) -> Stored<()> {
    let how = job.refused.values().next_back().map_or(
        "the service tried the conversion three times, and it did not finish",
        |refusal| refusal.reason.as_str(),
    );
    let finding = error(&findings::GIVEN_UP, how)
        .hint("retry the batch; if it fails again, report it together with the file");
    let only = job.only.clone();
    fail(work, upload, only, (INTERNAL, true), finding).await
}

#[cfg(test)]
mod tests {
    use super::{SHOWN, first, more_entries};
    use tramline_convert::UnclaimedEntry;

    #[test]
    fn a_long_list_ends_with_how_many_are_left() {
        let entry = UnclaimedEntry {
            entry: "a".to_owned(),
            reason: "b".to_owned(),
            set: None,
        };
        for (entries, expected) in [(0, 0), (SHOWN, SHOWN), (SHOWN + 7, SHOWN + 1)] {
            let list = vec![entry.clone(); entries];
            let text = first(&list, more_entries(&list));
            let shown: Vec<UnclaimedEntry> = serde_json::from_str(&text).expect("a list");
            assert_eq!(shown.len(), expected);
            let last = shown.last().map(|last| last.reason.as_str());
            let told = last.is_some_and(|reason| reason.starts_with("7 more"));
            assert_eq!(told, entries > SHOWN);
        }
    }
}
