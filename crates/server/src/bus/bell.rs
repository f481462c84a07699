//! What a transaction makes others do.

use super::{Bus, Call, END, Topic};
use bytes::Bytes;
use std::collections::BTreeSet;

/// Collected while a transaction is written, rung when it is committed; forgotten with a transaction that is
/// not.
#[derive(Debug, Default)]
#[must_use = "the commit rings it"]
pub struct Bell {
    runs: usize,
    events: bool,
    changed: BTreeSet<String>,
    ended: BTreeSet<String>,
    cancelled: BTreeSet<String>,
}

impl Bell {
    /// A run is ready.
    pub(crate) fn run(&mut self) {
        self.runs += 1;
    }

    /// Events wait to be delivered.
    pub(crate) fn events(&mut self) {
        self.events = true;
    }

    /// Rows of the subject of a run have changed.
    pub(crate) fn changed(&mut self, subject: &str) {
        self.changed.insert(subject.to_owned());
    }

    /// The subject of a run stands as it will stand.
    pub(crate) fn ended(&mut self, subject: &str) {
        self.ended.insert(subject.to_owned());
    }

    /// A run is to stop.
    pub(crate) fn cancelled(&mut self, run: &str) {
        self.cancelled.insert(run.to_owned());
    }

    pub(crate) async fn ring(self, bus: &dyn Bus) {
        if self.runs > 0 {
            bus.ring(Call::Work, self.runs).await;
        }
        if self.events {
            bus.ring(Call::Events, 1).await;
        }
        let changed = self.changed.into_iter().map(Topic::Subject);
        for topic in changed.chain(self.cancelled.into_iter().map(Topic::Run)) {
            bus.tell(&topic, Bytes::new()).await;
        }
        for topic in self.ended.into_iter().map(Topic::Subject) {
            bus.tell(&topic, Bytes::from_static(END)).await;
        }
    }
}
