//! The conversion of an upload: in a converter, each machine file published when it is done.

mod end;
mod order;
mod publish;
mod task;

pub(crate) use order::Given;
pub(crate) use task::Convert;

use super::follow::follow;
use super::job::{Job, Work};
use crate::converter::Ended;
use crate::error::Stored;
use crate::failpoint::pass;
use crate::store::PublishedFile;
use async_trait::async_trait;
use publish::Publishing;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use tramline_convert::{Refusal, Step};
use tramline_converter::protocol::Order;
use tramline_model::JobKind;

/// Datasets of one upload that may kill a converter, each costing a further attempt.
const MOST_REFUSED: usize = 20;

#[async_trait]
impl Job for Convert {
    const KIND: JobKind = JobKind::Convert;

    /// One that found another dataset to be left out was not in vain.
    fn forgiven(&self) -> usize {
        self.refused.len().min(MOST_REFUSED) + usize::from(self.unlocated)
    }

    async fn run(mut self, work: &mut Work<'_>) -> Stored<()> {
        let (state, run) = (work.state, work.run);
        let Some(upload) = state.db.upload(&run.account_id, &run.subject).await? else {
            return work.bury("the upload was deleted").await;
        };
        if run.out_of_attempts(self.forgiven()) {
            return end::give_up(work, &upload, &self).await;
        }
        let folder = work.folder().await?;
        let copy = state.blobs.local(&upload.blob(), None).await?;
        let mut order = order::order(state, &upload, &self, copy.path(), folder.path()).await?;
        let made_with = order.made_with();
        let published = state.db.published_files(run, &made_with).await?;
        order.refused_before = told(&self.refused, &published);
        order.kept = self.kept.clone();
        order.kept.extend(published.into_iter().map(|file| file.id));
        order.kept.extend(state.db.files_of_others(run).await?);
        let mut publishing = Publishing {
            state,
            run,
            upload: &upload,
            fields: order.fields.clone(),
            made_with,
            new_rows: self.only.is_none(),
        };
        let located = !order.fields.ids.is_empty();
        let order = Order::Convert(Box::new(order));
        let ended = follow(work, &order, &mut publishing).await?;
        pass("run.converted");
        match ended {
            Ended::Converted => end::finish(work, &upload, &self, folder.path()).await,
            Ended::Refused(message) => end::refuse(work, &upload, &self, &message).await,
            Ended::Died { dataset, death } => {
                let how = death.refusal.reason.clone();
                tracing::warn!(run = run.id, attempt = run.attempt, how, "converter died");
                if !self.unlocated && located {
                    // The boundaries may have been too much: no dataset is blamed before it was tried
                    // without them.
                    self.unlocated = true;
                } else if let Some(dataset) = dataset
                    && (!death.from_outside || !self.killed.insert(dataset.clone()))
                {
                    self.refused.insert(dataset, death.refusal);
                }
                work.begin_again(&self, &how).await
            }
            Ended::Trouble(cause) => work.put_off(&cause).await,
            Ended::Stopped => work.stopped().await,
        }
    }
}

/// The refused datasets of which a file that this run has published tells.
fn told(refused: &BTreeMap<String, Refusal>, published: &[PublishedFile]) -> BTreeSet<String> {
    let document = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let tells = |file: &PublishedFile, dataset: &str, refusal: &Refusal| {
        let entries = &document(&file.report)["entries"];
        let mut entries = entries.as_array().into_iter().flatten();
        entries.any(|entry| entry == dataset)
            && document(&file.steps)[Step::RawGeojson.name()]["detail"] == refusal.reason
    };
    let of = |(dataset, refusal): (&String, &Refusal)| {
        let mut files = published.iter().filter(|file| file.failed);
        files
            .any(|file| tells(file, dataset, refusal))
            .then(|| dataset.clone())
    };
    refused.iter().filter_map(of).collect()
}
