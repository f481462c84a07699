//! Calls that a test has fail: the N-th of a kind, with an error of the operating system.
//!
//! `TRAMLINE_FAULT=KIND:N[+MORE]:ERROR` in the environment fails the N-th call of that kind, and so many
//! after it, such as `write:17:ENOSPC` or `db:5+2:EIO`. Without the variable a call costs one comparison.
//!
//! Rule: whatever keeps bytes or rows asks here first, once for each step that a disk may refuse.

use crate::error::{StoreError, Stored};
use std::io::Error;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// What may fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// A file or folder is made.
    Open,
    /// Bytes are written.
    Write,
    /// A file or folder is flushed to the disk.
    Sync,
    /// A file or folder is moved into place.
    Rename,
    /// A step of the database: the beginning of a transaction, a statement of it, or its end.
    Database,
}

const CALLS: [(&str, Call); 5] = [
    ("open", Call::Open),
    ("write", Call::Write),
    ("fsync", Call::Sync),
    ("rename", Call::Rename),
    ("db", Call::Database),
];

/// Errors by name, with their numbers.
const ERRORS: [(&str, i32); 4] = [("EIO", 5), ("ENOSPC", 28), ("EROFS", 30), ("EDQUOT", 122)];

/// What fails in this process or in this store; cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults(Option<Arc<Plan>>);

#[derive(Debug)]
struct Plan {
    call: Call,
    first: u64,
    last: u64,
    error: i32,
    passed: AtomicU64,
}

impl FromStr for Faults {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let plan = || {
            let mut words = text.split(':');
            let (call, which, error) = (words.next()?, words.next()?, words.next()?);
            let (first, more) = which.split_once('+').unwrap_or((which, "0"));
            let first: u64 = first.parse().ok().filter(|first| *first > 0)?;
            let more: u64 = more.parse().ok()?;
            Some(Plan {
                call: CALLS.iter().find(|(name, _)| *name == call)?.1,
                first,
                last: first.saturating_add(more),
                error: ERRORS.iter().find(|(name, _)| *name == error)?.1,
                passed: AtomicU64::new(0),
            })
        };
        let plan = plan().ok_or_else(|| {
            format!("`{text}` is not KIND:N[+MORE]:ERROR, such as `write:17:ENOSPC`")
        })?;
        Ok(Self(Some(Arc::new(plan))))
    }
}

impl Faults {
    /// Those that the environment asks for, counted through the whole process.
    pub(crate) fn of_environment() -> Stored<Self> {
        static ASKED: OnceLock<Result<Faults, String>> = OnceLock::new();
        let asked = ASKED.get_or_init(|| match std::env::var("TRAMLINE_FAULT") {
            Err(_) => Ok(Self::default()),
            Ok(text) => text.parse(),
        });
        let asked = asked.clone();
        asked.map_err(|cause| StoreError::defect("TRAMLINE_FAULT", cause))
    }

    /// One more call of this kind: it fails if it is its turn.
    pub(crate) fn pass(&self, call: Call) -> std::io::Result<()> {
        self.0.as_ref().map_or(Ok(()), |plan| plan.pass(call))
    }

    /// Whether the calls that fail are over.
    #[cfg(test)]
    pub(crate) fn are_over(&self) -> bool {
        let over = |plan: &Arc<Plan>| plan.passed.load(Ordering::Relaxed) >= plan.last;
        self.0.as_ref().is_none_or(over)
    }
}

impl Plan {
    fn pass(&self, call: Call) -> std::io::Result<()> {
        if call != self.call {
            return Ok(());
        }
        let number = self.passed.fetch_add(1, Ordering::Relaxed) + 1;
        if !(self.first..=self.last).contains(&number) {
            return Ok(());
        }
        let cause = Error::from_raw_os_error(self.error);
        tracing::warn!(?call, number, %cause, "a fault that was asked for");
        Err(cause)
    }
}

#[cfg(test)]
mod tests {
    //! Which call it is.

    use super::{Call, Faults};
    use std::io::ErrorKind;

    #[test]
    fn the_calls_that_were_named_fail_and_no_others() {
        let faults: Faults = "write:2+1:ENOSPC".parse().unwrap();
        assert!(faults.pass(Call::Sync).is_ok());
        let failed: Vec<bool> = (0..4).map(|_| faults.pass(Call::Write).is_err()).collect();
        assert_eq!(failed, [false, true, true, false]);
        assert!(faults.are_over());
        let quota: Faults = "rename:1:EDQUOT".parse().unwrap();
        let cause = quota.pass(Call::Rename).unwrap_err();
        assert_eq!(cause.kind(), ErrorKind::QuotaExceeded);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for text in [
            "",
            "write",
            "write:0:EIO",
            "write:1:EOF",
            "read:1:EIO",
            "db:1+x:EIO",
        ] {
            let cause = text.parse::<Faults>().unwrap_err();
            assert!(cause.contains("KIND:N"), "{text}: {cause}");
        }
    }
}
