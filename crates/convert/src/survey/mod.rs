//! What an upload holds, read to its end by the readers that a conversion uses, and written nowhere.
//!
//! Rule: a survey names the machine files of a conversion of the same input, in the same order and
//! with the same reasons why one cannot be read. It takes none of the steps behind reading, so it
//! does not tell what a step may miss. It keeps a row for each machine file and no record.

mod file;
mod surveyor;

pub use file::{SurveyedFile, Unreadable};

use crate::error::RunError;
use crate::options::Options;
use crate::pass::{bytes_of, file_format, left_over, listed, read_claim, unrecognised};
use crate::progress::{Found, Progress};
use crate::report::UnclaimedEntry;
use surveyor::Surveyor;
use tramline_formats::{Detection, Tree, Verdict};
use tramline_model::Finding;

/// What an upload holds.
#[derive(Clone, Debug)]
pub struct Survey {
    /// Machine files in the order of a conversion.
    pub files: Vec<SurveyedFile>,
    /// Entries that are in no machine file, each with the reason.
    pub unclaimed: Vec<UnclaimedEntry>,
    /// Findings about the upload and its datasets; those of machine files are counted there.
    pub findings: Vec<Finding>,
}

/// Reads every dataset that was detected. Of the options it heeds those of reading: limits, what the
/// caller knows of the data, and whether work outside of the four types passes.
///
/// # Errors
/// [`RunError`] where the temporary disk fails. What is wrong with the upload is in the survey.
pub fn survey(
    tree: &Tree,
    detection: &Detection,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Survey, RunError> {
    let found: Vec<Found> = detection
        .machine_data()
        .map(|claim| Found {
            id: String::new(),
            name: tree.entry(claim.main).path.clone(),
            file_format: file_format(claim),
            bytes: bytes_of(tree, claim),
        })
        .collect();
    progress(Progress::Detected { found: &found });
    let mut surveyor = Surveyor::new(options, progress);
    surveyor.findings.extend(tree.findings.iter().cloned());
    let mut unclaimed = unrecognised(tree, detection);
    for claim in &detection.claims {
        if let Some(listed) = listed(tree, claim) {
            unclaimed.extend(listed);
            continue;
        }
        let entries = claim.entries.iter().map(|id| tree.entry(*id).path.clone());
        surveyor.start(&tree.entry(claim.main).path, entries.collect());
        let name = tree.name(claim.main);
        if let Verdict::Recognised {
            file_format,
            provider,
            text,
            hint,
        } = &claim.verdict
        {
            surveyor.closed(name, file_format, *provider, (text, hint));
        } else {
            let result = read_claim(tree, claim, options, &mut surveyor);
            surveyor.end(result, name, file_format(claim))?;
        }
        unclaimed.extend(left_over(
            tree,
            claim,
            surveyor.nothing_of_it(),
            &surveyor.entries_of_it(),
        ));
    }
    unclaimed.sort_by(|a, b| a.entry.cmp(&b.entry));
    Ok(Survey {
        files: surveyor.files,
        unclaimed,
        findings: surveyor.findings,
    })
}
