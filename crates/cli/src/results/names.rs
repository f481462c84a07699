//! Names in a folder of results, and the errors of its paths.

use std::io;
use std::path::Path;
use tramline_outputs::disk::Trouble;

/// Ending of the names of what is not complete.
pub(super) const PARTIAL: &str = ".partial";
/// Ending of what was there before, while it is being replaced.
pub(super) const EARLIER: &str = ".earlier.partial";
/// Written last: where it is, a run has ended.
pub(super) const REPORT: &str = "report.json";

/// The name of a file or folder that is not complete.
pub(super) fn partial(name: &str) -> String {
    format!("{name}{PARTIAL}")
}

/// `01-field`: a number of two digits or more, and a name of plain letters.
pub(super) fn is_ours(name: &str) -> bool {
    name.split_once('-').is_some_and(|(number, slug)| {
        number.len() >= 2
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && slug
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

/// The error of a path.
pub(super) fn at(path: &Path) -> impl Fn(io::Error) -> io::Error {
    move |cause| Trouble::of_path(path, cause)
}
