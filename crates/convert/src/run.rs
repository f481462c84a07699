//! The door: an opened upload goes in, artifacts and a report come out.

use crate::calibration::settle::settle;
use crate::error::RunError;
use crate::facts::FileFacts;
use crate::findings::{self, warning};
use crate::input::Input;
use crate::options::Options;
use crate::pass::one_pass;
use crate::progress::Progress;
use crate::report::Report;
use tramline_formats::Tree;
use tramline_model::{Finding, Place, Severity};
use tramline_outputs::Sink;

/// Converts an opened upload: artifacts go to the sink below the folder of each machine file
/// (and `report.json` is the caller's, from the report). What a scale weighed takes a first pass.
///
/// # Errors
/// [`RunError`] where the sink or the temporary disk fails. What is wrong with the upload is in the
/// report.
pub fn run(
    tree: &Tree,
    input: &Input,
    options: &Options,
    sink: &mut dyn Sink,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, RunError> {
    run_with_facts(tree, input, options, sink, progress).map(|(report, _)| report)
}

/// As [`run`], with the facts of the machine files that were read to their end.
///
/// # Errors
/// As [`run`].
pub fn run_with_facts(
    tree: &Tree,
    input: &Input,
    options: &Options,
    sink: &mut dyn Sink,
    progress: &mut dyn FnMut(Progress),
) -> Result<(Report, Vec<FileFacts>), RunError> {
    let settled = if options.calibrations.need_sums() {
        Some(Options {
            calibrations: settle(tree, input, options, progress)?.calibrations,
            ..options.clone()
        })
    } else {
        None
    };
    let options = settled.as_ref().unwrap_or(options);
    let mut passed = one_pass(tree, input, options, sink, progress)?;
    let report = &mut passed.report;
    let unused = options.calibrations.unused(&report.files);
    // A machine file that was passed over may have been meant.
    for key in unused.into_iter().filter(|_| !passed.passed_any) {
        let text = format!(
            "a calibration is given for `{key}`, but no harvest machine file has that id, folder or name"
        );
        let finding =
            warning(&findings::CALIBRATION_UNUSED, &Place::default(), text).value("key", key);
        let hint = "give the id, folder or name of a harvest machine file of this upload";
        report.findings.push(finding.hint(hint));
    }
    let read = &options.read;
    for text in read.used.refusals(&read.column_map) {
        let code = &findings::NO_SUCH_COLUMN;
        let finding = Finding::new(code, Severity::Error, Place::default(), text);
        let hint = "give the title as the file shows it, with its unit in brackets or without";
        report.findings.push(finding.hint(hint));
    }
    Ok((passed.report, passed.facts))
}
