//! Messages between servers and workers: bells that wake whoever waits for work, and news of subjects that
//! somebody follows.
//!
//! Rules: every message is a hint to look into the store, and nothing is believed of it; losing one costs
//! seconds, never work. None is sent within a transaction: what a transaction makes ready is collected in a
//! [`Bell`], which its commit rings.

mod bell;
mod local;

pub use bell::Bell;
pub use local::LocalBus;

use async_trait::async_trait;
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::BoxStream;

/// What somebody waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Runs that are ready: each ring wakes one worker.
    Work,
    /// Events that are to be delivered.
    Events,
}

/// What somebody follows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// The subject of runs, such as an upload. The body is the progress of its run as JSON, [`END`] when the
    /// run has ended, or empty when rows have changed.
    Subject(String),
    /// A run that is cancelled.
    Run(String),
}

/// The body that tells of an end.
pub const END: &[u8] = b"end";

/// The way of messages; in this process for now.
#[async_trait]
pub trait Bus: Send + Sync {
    /// Wakes so many of those who wait.
    async fn ring(&self, call: Call, count: usize);
    /// A ring from now on ends the wait. Whoever waits looks once more before.
    async fn hear(&self, call: Call) -> BoxFuture<'static, ()>;
    /// Tells all who follow.
    async fn tell(&self, topic: &Topic, body: Bytes);
    /// What is told from now on. Whoever is too slow hears an empty message in place of those missed.
    async fn listen(&self, topic: Topic) -> BoxStream<'static, Bytes>;
}
