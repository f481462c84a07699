//! Delivering events to webhooks: signed, retried for a day and a half, each failure written down.

use super::addresses::{PublicOnly, judge};
use crate::clock::{SECOND, now};
use crate::db::{Due, FailedCall};
use crate::error::{StoreError, Stored};
use crate::state::State;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Nobody else takes a delivery for so long.
const HOLD: Duration = Duration::from_secs(60);
/// Deliveries at once.
const MOST: u64 = 16;
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
pub(crate) fn signature(secret: &str, parts: &[&[u8]]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        // Keys of any length are taken.
        return String::new();
    };
    for part in parts {
        mac.update(part);
    }
    STANDARD.encode(mac.finalize().into_bytes())
}

/// Starts the task that delivers; it ends when `stop` turns true.
pub(crate) fn start(
    state: &State,
    stop: &watch::Receiver<bool>,
    tasks: &mut JoinSet<()>,
) -> Stored<()> {
    crate::serve::use_tls();
    let mut builder = reqwest::Client::builder()
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .user_agent(concat!("tramline/", env!("CARGO_PKG_VERSION")));
    if !state.settings.webhooks_allow_private {
        builder = builder.dns_resolver(Arc::new(PublicOnly));
    }
    let client = builder
        .build()
        .map_err(|cause| StoreError::document("client for webhooks", cause))?;
    let (state, mut stop) = (state.clone(), stop.clone());
    tasks.spawn(async move {
        loop {
            let rung = state.events.notified();
            if let Err(cause) = round(&state, &client).await {
                tracing::warn!(%cause, "events not delivered");
            }
            tokio::select! {
                () = rung => {}
                () = tokio::time::sleep(LOOK) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    });
    Ok(())
}

/// Spreads new events and sends all that is due.
async fn round(state: &State, client: &reqwest::Client) -> Stored<()> {
    while state.db.spread_events().await? > 0 {}
    loop {
        let due = state.db.due_deliveries(MOST, HOLD).await?;
        if due.is_empty() {
            return Ok(());
        }
        let sent = due.iter().map(|due| send(state, client, due));
        for done in futures::future::join_all(sent).await {
            done?;
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
    let again = wait_after(due.attempt.saturating_add(1));
    state.db.not_delivered(due, &call, again).await
}

/// Status and the beginning of the answer.
async fn post(state: &State, client: &reqwest::Client, due: &Due) -> Result<(u16, String), String> {
    // Literal addresses never reach the resolver.
    let url = judge(&due.url, state.settings.webhooks_allow_private)
        .map_err(|wrong| format!("the address {wrong}"))?;
    let time = (now() / SECOND).to_string();
    let body = due.body.as_bytes();
    let parts: [&[u8]; 5] = [due.event_id.as_bytes(), b".", time.as_bytes(), b".", body];
    let answer = client
        .post(url)
        .header("content-type", "application/json")
        .header("x-leaf-signature", signature(&due.secret, &[body]))
        .header("webhook-id", &due.event_id)
        .header("webhook-timestamp", &time)
        .header(
            "webhook-signature",
            format!("v1,{}", signature(&due.secret, &parts)),
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
    //! Signatures against another implementation, and when it is tried again.

    use super::{signature, wait_after};

    #[test]
    fn signatures_are_those_of_python() {
        // base64(hmac.new(b"secret", b'{"a": 1}', "sha256").digest())
        let expected = "nvoUoYQQpXpDL78M441LwzM5A2pk5XuMhtoLseEi2XI=";
        assert_eq!(signature("secret", &[br#"{"a": 1}"#]), expected);
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
