//! The access log: a line for each request, once its answer has gone or its client has.
//!
//! Rule: the line holds numbers, ids that the service gave, and words of closed lists. Names, queries, headers and
//! whatever else a client writes stay out of it; so the route stands for the path.

use super::headers::REQUEST_ID;
use super::peer::Peer;
use super::service::metrics::method_name;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{MatchedPath, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::Instant;

/// Where probes look, every few seconds.
const PROBES: &str = "/health/";

/// Filled in once it is known who asks.
#[derive(Clone, Default)]
struct Asker(Arc<OnceLock<String>>);

/// The request is that of this account.
pub(crate) fn asked_by(parts: &Parts, account: &str) {
    if let Some(Asker(known)) = parts.extensions.get() {
        // The first that is known stands.
        let _ = known.set(account.to_owned());
    }
}

/// The route of a request: its path with the names of parameters in place of their values.
pub(super) fn route(request: &Request) -> Option<&str> {
    request
        .extensions()
        .get::<MatchedPath>()
        .map(MatchedPath::as_str)
}

/// What is told of a request when it is dropped.
struct Line {
    begin: Instant,
    id: Option<String>,
    method: &'static str,
    route: Option<String>,
    client: Option<IpAddr>,
    asker: Asker,
    status: Option<StatusCode>,
    received: Arc<AtomicU64>,
    sent: u64,
}

impl Drop for Line {
    fn drop(&mut self) {
        let ms = u64::try_from(self.begin.elapsed().as_millis()).unwrap_or(u64::MAX);
        let status = self.status.map(|status| status.as_u16());
        let client = self.client.map(|client| client.to_string());
        let account = self.asker.0.get().map(String::as_str);
        let received = self.received.load(Ordering::Relaxed);
        let (id, route) = (self.id.as_deref(), self.route.as_deref());
        macro_rules! tell {
            ($level:ident) => {
                tracing::$level!(
                    target: "access",
                    id,
                    method = self.method,
                    route,
                    status,
                    ms,
                    bytes_in = received,
                    bytes_out = self.sent,
                    account,
                    client,
                    "request"
                )
            };
        }
        if route.is_some_and(|route| route.starts_with(PROBES)) {
            tell!(debug);
        } else {
            tell!(info);
        }
    }
}

/// Writes the line of each request.
pub(super) async fn log(request: Request, next: Next) -> Response {
    let text = |value: &axum::http::HeaderValue| value.to_str().ok().map(str::to_owned);
    let mut line = Line {
        begin: Instant::now(),
        id: request.headers().get(REQUEST_ID).and_then(text),
        method: method_name(request.method()),
        route: route(&request).map(str::to_owned),
        client: request.extensions().get::<Peer>().map(|peer| peer.0),
        asker: Asker::default(),
        status: None,
        received: Arc::default(),
        sent: 0,
    };
    let received = Arc::clone(&line.received);
    let mut request = request.map(|body| Body::new(Received { body, received }));
    request.extensions_mut().insert(line.asker.clone());
    let response = next.run(request).await;
    line.status = Some(response.status());
    response.map(|body| Body::new(Sent { body, line }))
}

fn bytes_of(frame: &Frame<Bytes>) -> u64 {
    frame.data_ref().map_or(0, |data| data.len() as u64)
}

/// The body of a request, counted as it is read.
struct Received {
    body: Body,
    received: Arc<AtomicU64>,
}

/// The body of an answer, counted as it is sent; the line is written with its end.
struct Sent {
    body: Body,
    line: Line,
}

/// A body whose frames are counted.
macro_rules! counted {
    ($kind:ty, $count:expr) => {
        impl HttpBody for $kind {
            type Data = Bytes;
            type Error = axum::Error;

            fn poll_frame(
                mut self: Pin<&mut Self>,
                context: &mut Context<'_>,
            ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
                let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
                if let Some(Ok(frame)) = &frame {
                    let count: fn(&mut Self, u64) = $count;
                    count(&mut self, bytes_of(frame));
                }
                Poll::Ready(frame)
            }

            fn is_end_stream(&self) -> bool {
                self.body.is_end_stream()
            }

            fn size_hint(&self) -> SizeHint {
                self.body.size_hint()
            }
        }
    };
}

counted!(Received, |body, bytes| {
    body.received.fetch_add(bytes, Ordering::Relaxed);
});
counted!(Sent, |body, bytes| body.line.sent += bytes);
