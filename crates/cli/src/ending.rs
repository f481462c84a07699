//! Exit codes: 0 all files processed, 1 some failed, 2 wrong usage, 3 nothing recognised or a refused
//! container, 4 trouble with disk or network; 128 and the number of the signal that stopped it.

use crate::trouble::CannotWrite;
use std::io::ErrorKind;
use tramline_convert::{ExitClass, Report, RunError};
use tramline_outputs::WriteError;

/// Some machine files or exports failed.
pub(crate) const FAILED: u8 = 1;
/// What was asked for cannot be done.
pub(crate) const USAGE: u8 = 2;
/// Nothing was recognised, or the container was refused.
pub(crate) const NOTHING: u8 = 3;
/// Trouble with disk or network: trying again may help.
pub(crate) const TROUBLE: u8 = 4;

/// The exit code of a run that ended, with how many exports failed.
pub(crate) fn of_report(report: &Report, failed_exports: usize) -> u8 {
    let exports = if failed_exports > 0 { FAILED } else { 0 };
    exports.max(match report.exit_class() {
        ExitClass::Processed => 0,
        ExitClass::SomeFailed => FAILED,
        ExitClass::NothingRecognised => NOTHING,
        ExitClass::Refused => USAGE,
    })
}

/// The exit code of an error that ended a command.
pub(crate) fn of_error(error: &anyhow::Error) -> u8 {
    let trouble = error.chain().any(|cause| {
        if let Some(cause) = cause.downcast_ref::<std::io::Error>() {
            return !is_usage(cause.kind());
        }
        if let Some(cause) = cause.downcast_ref::<CannotWrite>() {
            return !is_usage(cause.kind);
        }
        cause.is::<RunError>() || matches!(cause.downcast_ref(), Some(WriteError::Io { .. }))
    });
    if trouble { TROUBLE } else { USAGE }
}

/// Whether another path or file is needed, and not another try.
fn is_usage(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::NotFound
            | ErrorKind::NotADirectory
            | ErrorKind::IsADirectory
            | ErrorKind::AlreadyExists
            | ErrorKind::InvalidData
            | ErrorKind::InvalidInput
            | ErrorKind::InvalidFilename
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn trouble_of_the_disk_is_told_from_wrong_usage() {
        for (kind, code) in [
            (ErrorKind::NotFound, USAGE),
            (ErrorKind::AlreadyExists, USAGE),
            (ErrorKind::InvalidData, USAGE),
            (ErrorKind::PermissionDenied, TROUBLE),
            (ErrorKind::StorageFull, TROUBLE),
            (ErrorKind::ConnectionRefused, TROUBLE),
        ] {
            let failed: Result<(), _> = Err(std::io::Error::from(kind));
            let error = failed.context("cannot write").expect_err("fails");
            assert_eq!(of_error(&error), code, "{kind:?}");
        }
        assert_eq!(of_error(&anyhow::anyhow!("no such option")), USAGE);
        let full = RunError::Spool(ErrorKind::StorageFull.into());
        assert_eq!(of_error(&full.into()), TROUBLE);
    }
}
