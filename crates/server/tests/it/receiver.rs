//! A receiver of webhooks that judges signatures as a client would and answers as it is told.

use crate::http::PATIENCE;
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

pub(crate) const SECRET: &str = "a secret";

/// A call with right signatures.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) id: String,
    pub(crate) body: String,
}

impl Call {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Type of the event; empty for a confirmation.
    pub(crate) fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap_or_default().to_owned()
    }
}

/// Statuses that the next calls get; 204 when there are none.
type Answers = Arc<Mutex<VecDeque<u16>>>;

pub(crate) struct Receiver {
    pub(crate) url: String,
    answers: Answers,
    calls: watch::Receiver<Vec<Call>>,
}

fn signature(parts: &[&[u8]]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    for part in parts {
        mac.update(part);
    }
    STANDARD.encode(mac.finalize().into_bytes())
}

fn judged(headers: &HeaderMap, body: &Bytes) -> Call {
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    let (id, time) = (text("webhook-id"), text("webhook-timestamp"));
    assert_eq!(text("x-leaf-signature"), signature(&[body]));
    let signed = signature(&[id.as_bytes(), b".", time.as_bytes(), b".", body]);
    assert_eq!(text("webhook-signature"), format!("v1,{signed}"));
    assert_eq!(text("content-type"), "application/json");
    Call {
        id,
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let (sender, calls) = watch::channel(Vec::new());
        let answers = Answers::default();
        let wanted = Arc::clone(&answers);
        let handler = move |headers: HeaderMap, body: Bytes| {
            // A wrong signature panics here: the call is neither listed nor answered.
            let call = judged(&headers, &body);
            sender.send_modify(|calls| calls.push(call));
            let status = wanted.lock().unwrap().pop_front().unwrap_or(204);
            let status = StatusCode::from_u16(status).unwrap();
            async move { (status, [("location", "/elsewhere")], "no thanks").into_response() }
        };
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let router = Router::new().fallback(handler);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            answers,
            calls,
        }
    }

    pub(crate) fn answer(&self, statuses: &[u16]) {
        self.answers.lock().unwrap().extend(statuses);
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.borrow().clone()
    }

    /// Waits until there are so many calls.
    pub(crate) async fn wait(&self, count: usize) -> Vec<Call> {
        let mut calls = self.calls.clone();
        let enough = calls.wait_for(|calls| calls.len() >= count);
        let found = tokio::time::timeout(PATIENCE, enough).await;
        found.expect("calls in time").unwrap().clone()
    }
}
