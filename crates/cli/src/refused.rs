//! The report of an input that was refused as a whole: a bomb, an encrypted or broken zip, a file of
//! another kind.

use std::borrow::Cow;
use tramline_convert::{Input, Report, findings};
use tramline_formats::SourceError;
use tramline_model::{Finding, Place, Severity};

/// No machine files, and one finding that says why and what to do.
pub(crate) fn report(input: Input, error: &SourceError) -> Report {
    let place = Place::entry(input.name.clone());
    let code = &findings::SOURCE_REFUSED;
    let finding = Finding::new(code, Severity::Error, place, error.to_string());
    Report {
        tramline: Cow::Borrowed(env!("CARGO_PKG_VERSION")),
        input,
        files: Vec::new(),
        unclaimed: Vec::new(),
        findings: vec![finding.hint(error.hint())],
    }
}
