//! Delivering events to webhooks: signed, retried for a day, each failure written down.
//!
//! Rule: a receiver that is slow or dead keeps no other waiting: each has few calls at once.

mod addresses;

pub(crate) use addresses::judge;

use crate::bus::Call;
use crate::clock::{Micros, SECOND, now};
use crate::error::{StoreError, Stored};
use crate::figures;
use crate::state::State;
use crate::store::{Due, FailedCall};
use addresses::PublicOnly;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Nobody else takes a delivery for so long.
const HOLD: Duration = Duration::from_secs(60);
/// Deliveries at once, in all and to one webhook.
const MOST: usize = 128;
const EACH: u64 = 4;
/// What is under way when the server stops gets so long; then it is due again after [`HOLD`].
const GRACE: Duration = Duration::from_secs(2);
/// How often what is old is forgotten, and how old that is.
const FORGET: Duration = Duration::from_secs(3_600);
const EVENTS_DAYS: Micros = 30;
const CALLS_DAYS: Micros = 90;
/// How often it looks without being rung.
const LOOK: Duration = Duration::from_secs(5);
/// Of an answer's body.
const KEPT: usize = 2_048;
/// Minutes from one try to the next: at 1, 30, 60 and 240 minutes after the first, then after 12
/// and 24 hours.
const WAITS: [u64; 6] = [1, 29, 30, 180, 480, 720];

/// The wait after a number of tries; `None` when there were enough.
pub(super) fn wait_after(tries: u32) -> Option<Duration> {
    let minutes = WAITS.get(usize::try_from(tries).ok()?.checked_sub(1)?)?;
    Some(Duration::from_secs(minutes * 60))
}

/// Base64 of an HMAC-SHA256.
fn signature(key: &[u8], parts: &[&[u8]]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        // Keys of any length are taken.
        return String::new();
    };
    for part in parts {
        mac.update(part);
    }
    STANDARD.encode(mac.finalize().into_bytes())
}

/// The key of Standard Webhooks: what `whsec_…` says in base64, any other secret as it is.
fn standard_key(secret: &str) -> Cow<'_, [u8]> {
    let decoded = secret
        .strip_prefix("whsec_")
        .and_then(|text| STANDARD.decode(text).ok());
    decoded.map_or(Cow::Borrowed(secret.as_bytes()), Cow::Owned)
}

/// Starts the task that delivers; it ends when `stop` turns true.
pub(crate) fn start(
    state: &State,
    stop: &watch::Receiver<bool>,
    tasks: &mut JoinSet<()>,
) -> Stored<()> {
    let client = client(state, PATIENCE)?;
    tasks.spawn(run(state.clone(), client, stop.clone()));
    Ok(())
}

/// What calls are made with.
fn client(state: &State, patience: Duration) -> Stored<reqwest::Client> {
    crate::tls::use_tls();
    let mut builder = reqwest::Client::builder()
        .timeout(patience)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .user_agent(concat!("tramline/", env!("CARGO_PKG_VERSION")));
    if !state.settings.webhooks_allow_private {
        builder = builder.dns_resolver(Arc::new(PublicOnly));
    }
    builder
        .build()
        .map_err(|cause| StoreError::defect("client for webhooks", cause))
}

enum Next {
    Look,
    Forget,
    Stop,
}

async fn run(state: State, client: reqwest::Client, mut stop: watch::Receiver<bool>) {
    let mut under_way = UnderWay::default();
    let mut forget = tokio::time::interval(FORGET);
    loop {
        let rung = state.bus.hear(Call::Events).await;
        if let Err(cause) = under_way.fill(&state, &client).await {
            tracing::warn!(%cause, "events not delivered");
        }
        let next = tokio::select! {
            () = rung => Next::Look,
            () = under_way.one_ended() => Next::Look,
            () = tokio::time::sleep(LOOK) => Next::Look,
            _ = forget.tick() => Next::Forget,
            _ = stop.wait_for(|stop| *stop) => Next::Stop,
        };
        match next {
            Next::Look => {}
            Next::Forget => forget_old(&state).await,
            Next::Stop => break,
        }
    }
    let all = async { while under_way.calls.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(GRACE, all).await;
}

/// Calls that are being made, counted by webhook.
#[derive(Default)]
struct UnderWay {
    calls: JoinSet<()>,
    webhooks: HashMap<tokio::task::Id, String>,
}

impl UnderWay {
    /// Spreads new events and begins what is due, as far as there is room.
    async fn fill(&mut self, state: &State, client: &reqwest::Client) -> Stored<()> {
        while state.db.spread_events().await? > 0 {}
        let room = MOST.saturating_sub(self.calls.len());
        if room == 0 {
            return Ok(());
        }
        let busy: HashSet<String> = self.webhooks.values().cloned().collect();
        let busy: Vec<String> = busy.into_iter().collect();
        let due = state
            .db
            .due_deliveries(room as u64, EACH, &busy, HOLD)
            .await?;
        for due in due {
            let (state, client) = (state.clone(), client.clone());
            let webhook = due.webhook_id.clone();
            let call = self.calls.spawn(async move {
                if let Err(cause) = send(&state, &client, &due).await {
                    tracing::warn!(delivery = due.id, %cause, "the end of a call is not written");
                }
            });
            self.webhooks.insert(call.id(), webhook);
        }
        Ok(())
    }

    /// Never, when there is none.
    async fn one_ended(&mut self) {
        let id = match self.calls.join_next_with_id().await {
            Some(Ok((id, ()))) => id,
            Some(Err(defect)) => defect.id(),
            None => return std::future::pending().await,
        };
        self.webhooks.remove(&id);
    }
}

async fn forget_old(state: &State) {
    let before = |days: Micros| now().saturating_sub(days * 86_400 * SECOND);
    let (events, calls) = (before(EVENTS_DAYS), before(CALLS_DAYS));
    loop {
        match state.db.forget(events, calls).await {
            Ok(0) => return,
            Ok(gone) => tracing::debug!(gone, "old events and failed calls forgotten"),
            Err(cause) => {
                tracing::warn!(%cause, "old events not forgotten");
                return;
            }
        }
    }
}

async fn send(state: &State, client: &reqwest::Client, due: &Due) -> Stored<()> {
    let failed = |status, response, connection_error| FailedCall {
        url: due.url.clone(),
        status,
        response,
        request_body: due.body.clone(),
        connection_error,
        created: now(),
    };
    let call = match post(state, client, due).await {
        Ok((200..=299, _)) => return state.db.delivered(&due.id).await,
        Ok((status, response)) => failed(Some(status), Some(response), None),
        Err(cause) => failed(None, None, Some(cause)),
    };
    figures::count(figures::CALL_FAILED);
    let again = wait_after(due.attempt.saturating_add(1));
    state.db.not_delivered(due, &call, again).await
}

/// Status and the beginning of the answer.
async fn post(state: &State, client: &reqwest::Client, due: &Due) -> Result<(u16, String), String> {
    // Literal addresses never reach the resolver.
    let url = judge(&due.url, state.settings.webhooks_allow_private)
        .map_err(|wrong| format!("the address {wrong}"))?;
    let secret = state.seal.open_webhook(&due.webhook_id, &due.secret);
    let secret = secret.map_err(|cause| cause.to_string())?;
    let time = (now() / SECOND).to_string();
    let body = due.body.as_bytes();
    let parts: [&[u8]; 5] = [due.event_id.as_bytes(), b".", time.as_bytes(), b".", body];
    let answer = client
        .post(url)
        .header("content-type", "application/json")
        .header("x-leaf-signature", signature(secret.as_bytes(), &[body]))
        .header("webhook-id", &due.event_id)
        .header("webhook-timestamp", &time)
        .header(
            "webhook-signature",
            format!("v1,{}", signature(&standard_key(&secret), &parts)),
        )
        .body(due.body.clone())
        .send()
        .await;
    let mut answer = answer.map_err(|cause| root(&cause))?;
    let status = answer.status().as_u16();
    let mut kept = Vec::new();
    while kept.len() < KEPT {
        match answer.chunk().await {
            Ok(Some(part)) => kept.extend_from_slice(&part),
            Ok(None) | Err(_) => break,
        }
    }
    kept.truncate(KEPT);
    Ok((status, String::from_utf8_lossy(&kept).into_owned()))
}

/// The innermost cause: what was wrong with the connection.
fn root(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    //! Signatures against another implementation, when it is tried again, and the end.

    #![allow(clippy::unwrap_used)]

    use super::{client, run, signature, standard_key, wait_after};
    use crate::bus::LocalBus;
    use crate::settings::Settings;
    use crate::state::State;
    use crate::store::conformance::webhooks::{hook, register};
    use crate::store::{Sqlite, Webhook, conformance::World};
    use std::sync::Arc;
    use std::time::Duration;
    use tokio::net::TcpListener;
    use tokio::sync::watch;
    use tokio::time::timeout;

    /// More than any machine takes, and less than the receiver has.
    const LONG: Duration = Duration::from_secs(300);
    const HOUR: Duration = Duration::from_secs(3_600);

    #[tokio::test]
    async fn the_end_waits_for_no_receiver_that_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tramline.db");
        let db = Sqlite::open(&path, Arc::new(LocalBus::default())).await;
        let db = Arc::new(db.unwrap());
        let settings = Settings {
            data: folder.path().to_owned(),
            webhooks_allow_private: true,
            ..Settings::default()
        };
        let state = State::open(settings, db.clone(), db.bus()).await.unwrap();
        let world = World::new(db.clone(), db.bus(), Some(folder)).await;
        let silent = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let webhook = Webhook {
            url: format!("http://{}/", silent.local_addr().unwrap()),
            secret: state.seal.seal_webhook("hook", "secret").unwrap(),
            ..hook("hook", &["fieldCreated"])
        };
        register(&world, &webhook).await.unwrap();
        let (stop, stopped) = watch::channel(false);
        let client = client(&state, HOUR).unwrap();
        let delivers = tokio::spawn(run(state, client, stopped));
        let called = timeout(LONG, silent.accept()).await.unwrap().unwrap();
        stop.send_replace(true);
        timeout(LONG, delivers).await.unwrap().unwrap();
        drop(called);
    }

    #[test]
    fn signatures_are_those_of_python() {
        // base64(hmac.new(b"secret", b'{"a": 1}', "sha256").digest())
        let expected = "nvoUoYQQpXpDL78M441LwzM5A2pk5XuMhtoLseEi2XI=";
        assert_eq!(signature(b"secret", &[br#"{"a": 1}"#]), expected);
    }

    #[test]
    fn a_secret_of_standard_webhooks_is_decoded() {
        assert_eq!(*standard_key("whsec_c2VjcmV0"), *b"secret");
        assert_eq!(*standard_key("whsec_not base64"), *b"whsec_not base64");
        assert_eq!(*standard_key("c2VjcmV0"), *b"c2VjcmV0");
    }

    #[test]
    fn tries_stand_at_the_contracts_minutes() {
        let mut minutes = 0;
        let mut times = Vec::new();
        for tries in 1.. {
            let Some(wait) = wait_after(tries) else { break };
            minutes += wait.as_secs() / 60;
            times.push(minutes);
        }
        assert_eq!(times, [1, 30, 60, 240, 720, 1_440]);
    }
}
