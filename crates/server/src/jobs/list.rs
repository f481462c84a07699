//! Every job there is, in one list.

use super::job::{Job, Work};
use super::{Convert, Locate, Merge};
use crate::error::{StoreError, Stored};
use futures::FutureExt;
use futures::future::BoxFuture;
use tramline_model::JobKind;

/// How a run of a kind is done.
type Doing = for<'a> fn(&'a mut Work<'_>) -> BoxFuture<'a, Stored<()>>;

const LIST: [(JobKind, Doing); 3] = [entry::<Convert>(), entry::<Locate>(), entry::<Merge>()];

const fn entry<J: Job>() -> (JobKind, Doing) {
    (J::KIND, |work| {
        async move {
            let job: J = work.job()?;
            job.run(work).await
        }
        .boxed()
    })
}

/// Does the run, whatever it is.
pub(super) async fn run(work: &mut Work<'_>) -> Stored<()> {
    let kind = &work.run.kind;
    let entry = LIST.iter().find(|(known, _)| known.name() == kind);
    let Some((_, doing)) = entry else {
        return Err(StoreError::corrupt("kind of a run", kind));
    };
    doing(work).await
}

#[cfg(test)]
mod tests {
    use super::LIST;
    use tramline_model::JobKind;

    #[test]
    fn every_kind_of_job_is_in_the_list_once() {
        for kind in JobKind::ALL {
            let count = LIST.iter().filter(|(known, _)| known == kind).count();
            assert_eq!(count, 1, "{kind:?}");
        }
    }
}
