//! Webhooks, and the deliveries of events to them.

use super::{By, Event};
use crate::clock::Micros;
use crate::error::Stored;
use async_trait::async_trait;
use std::time::Duration;

/// An address that events are sent to.
#[derive(Clone, Debug)]
pub struct Webhook {
    pub id: String,
    pub name: String,
    /// As it is stored: sealed.
    pub secret: String,
    pub url: String,
    pub events: Vec<String>,
}

/// A delivery that is due, with all that sending it needs.
#[derive(Clone, Debug)]
pub struct Due {
    pub id: String,
    pub account_id: String,
    pub webhook_id: String,
    pub event_id: String,
    pub body: String,
    pub url: String,
    /// As it is stored: sealed.
    pub secret: String,
    /// Tries before this one.
    pub attempt: u32,
}

/// A call that did not end in 2xx.
#[derive(Clone, Debug)]
pub struct FailedCall {
    pub url: String,
    pub status: Option<u16>,
    pub response: Option<String>,
    pub request_body: String,
    pub connection_error: Option<String>,
    pub created: Micros,
}

/// Webhooks, and what is still to be delivered to them.
#[async_trait]
pub trait Webhooks: Send + Sync {
    /// Adds a webhook and its confirmation message; the event that is registered already
    /// otherwise.
    async fn add_webhook(
        &self,
        account: &str,
        webhook: &Webhook,
        confirmation: &Event,
        by: &By,
    ) -> Stored<Result<(), String>>;
    /// Webhooks of the account.
    async fn webhooks(&self, account: &str) -> Stored<Vec<Webhook>>;
    /// A webhook of the account.
    async fn webhook(&self, account: &str, id: &str) -> Stored<Option<Webhook>>;
    /// Ids of all webhooks of all accounts with their secrets as they are stored.
    async fn webhook_secrets(&self) -> Stored<Vec<(String, String)>>;
    /// Another form of a webhook's secret, if it is still as it was before. Nothing of that stays behind.
    async fn replace_webhook_secret(&self, id: &str, before: &str, after: &str) -> Stored<()>;
    /// Removes a webhook; `false` when there is none.
    async fn remove_webhook(&self, account: &str, id: &str, by: &By) -> Stored<bool>;
    /// Failed calls, the newest first.
    async fn failed_calls(&self, account: &str, most: u64) -> Stored<Vec<FailedCall>>;
    /// Makes deliveries of new events.
    async fn spread_events(&self) -> Stored<u64>;
    /// Deliveries of accounts that are not disabled that are due, at most `each` to one webhook and none to the `busy` ones; nobody
    /// else gets them for `hold`.
    async fn due_deliveries(
        &self,
        most: u64,
        each: u64,
        busy: &[String],
        hold: Duration,
    ) -> Stored<Vec<Due>>;
    /// The delivery was taken.
    async fn delivered(&self, id: &str) -> Stored<()>;
    /// Writes the call down; `again` is the wait until the next try, `None` gives up.
    async fn not_delivered(
        &self,
        due: &Due,
        call: &FailedCall,
        again: Option<Duration>,
    ) -> Stored<()>;
    /// Removes some events of before `events` that nobody waits for and some failed calls of before
    /// `calls`; how many rows went.
    async fn forget(&self, events: Micros, calls: Micros) -> Stored<u64>;
}
