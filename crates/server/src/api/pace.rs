//! How fast a request's body has to arrive.
//!
//! Rules: a body that is silent for too long, or that arrives more slowly than its least rate once its grace is
//! over, is cut off with 408, whoever reads it. A form with files has patience for a field's edge; anything else is
//! small and has ten seconds.

use super::problem::Problem;
use crate::state::State;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{self, Request};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use futures::StreamExt;
use hyper::body::{Frame, SizeHint};
use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// What is asked of a body.
#[derive(Clone, Copy, Debug)]
struct Pace {
    /// Longest silence.
    idle: Duration,
    /// So long no rate is asked for.
    grace: Duration,
    /// Bytes per second since the grace ended.
    rate: u64,
}

/// Of a body that is no form: 64 kB within ten seconds, or as much again each ten seconds.
const SMALL: Pace = Pace {
    idle: Duration::from_secs(10),
    grace: Duration::from_secs(10),
    rate: 6_400,
};

/// How long the rest of a refused body is read.
const LINGER: Duration = Duration::from_secs(5);

/// The body stopped arriving, or dripped.
#[derive(Debug, thiserror::Error)]
#[error("the body stopped arriving, or arrived too slowly")]
pub(crate) struct TooSlow;

/// What the client is told.
pub(crate) fn too_slow() -> Problem {
    Problem::new(StatusCode::REQUEST_TIMEOUT, TooSlow.to_string())
        .key("bodyTooSlow")
        .hint("send the request again; over a bad link send smaller files")
}

/// Whether a body ended because it was too slow.
pub(crate) fn was_too_slow(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<TooSlow>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// What a body has earned and used up. Only waiting for the client counts, never the server's own work.
#[derive(Clone, Copy, Debug)]
struct Patience {
    pace: Pace,
    arrived: u64,
    waited: Duration,
}

impl Patience {
    fn new(pace: Pace) -> Self {
        Self {
            pace,
            arrived: 0,
            waited: Duration::ZERO,
        }
    }

    /// How long the next bytes may take from now on.
    fn left(&self) -> Duration {
        let rate = self.pace.rate.max(1);
        let earned = Duration::from_millis(self.arrived.saturating_mul(1_000) / rate);
        let by_rate = self.pace.grace.saturating_add(earned);
        by_rate.saturating_sub(self.waited).min(self.pace.idle)
    }

    fn came(&mut self, bytes: u64, after: Duration) {
        self.arrived = self.arrived.saturating_add(bytes);
        self.waited += after;
    }
}

struct Paced {
    body: Body,
    /// Nothing more comes of it, or is wanted.
    ended: bool,
    patience: Patience,
    /// Since when it is waited for, and what ends that.
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl Paced {
    fn new(body: Body, pace: Pace) -> Self {
        Self {
            body,
            ended: false,
            patience: Patience::new(pace),
            waiting: None,
        }
    }
}

/// A body that nobody takes, since its request was refused, is read on for a while: a connection that ends with bytes
/// unread may take the answer with it, and proxies and clients would see a broken connection instead.
impl Drop for Paced {
    fn drop(&mut self) {
        if self.ended || self.body.is_end_stream() {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let mut rest = std::mem::take(&mut self.body).into_data_stream();
        runtime.spawn(async move {
            let read = async { while let Some(Ok(_)) = rest.next().await {} };
            let _ = tokio::time::timeout(LINGER, read).await;
        });
    }
}

impl HttpBody for Paced {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            let waited = self.waiting.take();
            let waited = waited.map_or(Duration::ZERO, |(since, _)| since.elapsed());
            let data = frame
                .as_ref()
                .and_then(|frame| frame.as_ref().ok()?.data_ref());
            let bytes = data.map_or(0, |data| data.len() as u64);
            self.patience.came(bytes, waited);
            self.ended = !matches!(frame, Some(Ok(_)));
            return Poll::Ready(frame);
        }
        let left = self.patience.left();
        let (_, end) = self.waiting.get_or_insert_with(|| {
            let now = Instant::now();
            (now, Box::pin(tokio::time::sleep_until(now + left)))
        });
        match end.as_mut().poll(context) {
            Poll::Ready(()) => {
                self.ended = true;
                Poll::Ready(Some(Err(axum::Error::new(TooSlow))))
            }
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Gives each body its pace.
pub(super) async fn pace(
    extract::State(state): extract::State<State>,
    request: Request,
    next: Next,
) -> Response {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let is_form = kind.is_some_and(|kind| {
        kind.as_bytes()
            .to_ascii_lowercase()
            .starts_with(b"multipart/form-data")
    });
    let pace = if is_form {
        let idle = Duration::from_secs(state.settings.idle_body_seconds.max(1));
        Pace {
            idle,
            grace: idle,
            rate: state.settings.least_body_rate,
        }
    } else {
        SMALL
    };
    let paced = request.map(|body| {
        if body.is_end_stream() {
            return body;
        }
        Body::new(Paced::new(body, pace))
    });
    next.run(paced).await
}

#[cfg(test)]
mod tests {
    use super::{Pace, Patience};
    use std::time::Duration;

    const PACE: Pace = Pace {
        idle: Duration::from_secs(60),
        grace: Duration::from_secs(60),
        rate: 1_000,
    };

    /// Pieces (seconds of waiting for it, bytes) that arrive: seconds until the body is cut off, or until its end.
    fn cut_off(pieces: &[(u64, u64)]) -> Result<u64, u64> {
        let (mut patience, mut now) = (Patience::new(PACE), 0);
        for (wait, bytes) in pieces {
            let left = patience.left();
            if left < Duration::from_secs(*wait) {
                return Err(now + left.as_secs());
            }
            now += wait;
            patience.came(*bytes, Duration::from_secs(*wait));
        }
        Ok(now)
    }

    #[test]
    fn a_silent_body_and_one_that_drips_are_cut_off() {
        assert_eq!(cut_off(&[(0, 10), (59, 10)]), Ok(59));
        assert_eq!(cut_off(&[(0, 10), (61, 10)]), Err(60));
        assert_eq!(cut_off(&[(50, 100_000), (61, 10)]), Err(110));
        // A byte each ten seconds: the grace of a minute, and nothing earned.
        assert_eq!(cut_off(&[(10, 1); 100]), Err(60));
        // A kilobyte and a half a second is fast enough.
        assert_eq!(cut_off(&[(10, 15_000); 100]), Ok(1_000));
        // Half a kilobyte a second is not: after t seconds it has earned t/2.
        assert_eq!(cut_off(&[(10, 5_000); 100]), Err(115));
    }
}
