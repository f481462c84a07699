//! Every job there is, in one list.

use super::job::{Job, Work};
use super::{Convert, Locate, Merge};
use crate::error::{StoreError, Stored};
use crate::store::Run;
use futures::FutureExt;
use futures::future::BoxFuture;
use tramline_model::JobKind;

/// How a run of a kind is done.
type Doing = for<'a> fn(&'a mut Work<'_>) -> BoxFuture<'a, Stored<()>>;

/// A kind of job.
struct Entry {
    kind: JobKind,
    doing: Doing,
    /// Beginnings that do not count, by the task.
    forgiven: fn(&str) -> usize,
}

static LIST: [Entry; 3] = [entry::<Convert>(), entry::<Locate>(), entry::<Merge>()];

const fn entry<J: Job>() -> Entry {
    Entry {
        kind: J::KIND,
        doing: |work| {
            async move {
                let job: J = work.job()?;
                job.run(work).await
            }
            .boxed()
        },
        forgiven: |task| serde_json::from_str(task).map_or(0, |job: J| job.forgiven()),
    }
}

fn entry_of(run: &Run) -> Option<&'static Entry> {
    LIST.iter().find(|entry| entry.kind.name() == run.kind)
}

/// Whether the run has begun more often than it may, also where its task cannot be read.
pub(super) fn out_of_attempts(run: &Run) -> bool {
    run.out_of_attempts(entry_of(run).map_or(0, |entry| (entry.forgiven)(&run.task)))
}

/// Does the run, whatever it is.
pub(super) async fn run(work: &mut Work<'_>) -> Stored<()> {
    let Some(entry) = entry_of(work.run) else {
        return Err(StoreError::corrupt("kind of a run", &work.run.kind));
    };
    (entry.doing)(work).await
}

#[cfg(test)]
mod tests {
    use super::LIST;
    use tramline_model::JobKind;

    #[test]
    fn every_kind_of_job_is_in_the_list_once() {
        for kind in JobKind::ALL {
            let count = LIST.iter().filter(|entry| entry.kind == *kind).count();
            assert_eq!(count, 1, "{kind:?}");
        }
    }
}
