//! The loop: every batch of the spool goes to every consumer.

use super::consumer::{Out, Rows, Subject};
use crate::error::RunError;
use crate::machine_file::spool::Spool;
use crate::plan::WHOLE_FILE;

/// Begins the consumers of the plan, hands them the spool, and lets them finish.
pub(crate) fn walk(subject: &Subject<'_>, spool: Spool, out: &mut Out<'_>) -> Result<(), RunError> {
    let mut consumers = Vec::with_capacity(WHOLE_FILE.len());
    for begin in WHOLE_FILE {
        consumers.extend(begin(subject, &mut *out.sink)?);
    }
    let mut first = 0;
    spool.replay(|batch| {
        let rows = Rows::new(first, &batch, subject.restorable);
        first = rows.places.end;
        consumers
            .iter_mut()
            .try_for_each(|consumer| consumer.batch(&batch, &rows, out))
    })?;
    consumers
        .into_iter()
        .try_for_each(|consumer| consumer.finish(out))
}
