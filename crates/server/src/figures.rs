//! Figures about the process: what is counted, and the recorder that Prometheus reads.
//!
//! Rules: labels are words of closed lists, so that no client can make a series; without a listener for the
//! figures nothing is recorded. A counter is a name in `COUNTERS` and a call of `count` where it happens.

use crate::clock::{SECOND, now};
use crate::state::State;
use crate::store::RunState;
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Logins with a wrong name or password.
pub(crate) const LOGIN_FAILED: &str = "tramline_logins_failed_total";
/// Logins that came before their wait was over, or found no room; nobody looked at their passwords.
pub(crate) const LOGIN_SENT_AWAY: &str = "tramline_logins_sent_away_total";
/// Connections beyond the bounds.
pub(crate) const CONNECTION_REFUSED: &str = "tramline_connections_refused_total";
/// Uploads that were acknowledged.
pub(crate) const UPLOAD_ACCEPTED: &str = "tramline_uploads_total";
/// Their bytes.
pub(crate) const UPLOAD_BYTES: &str = "tramline_upload_bytes_total";
/// Conversions that ended with a report.
pub(crate) const CONVERSION_FINISHED: &str = "tramline_conversions_finished_total";
/// Conversions that ended without one.
pub(crate) const CONVERSION_FAILED: &str = "tramline_conversions_failed_total";
/// Runs that were put off for trouble of the service.
pub(crate) const RUN_PUT_OFF: &str = "tramline_runs_put_off_total";
/// Connections that were accepted.
pub(crate) const CONNECTION: &str = "tramline_connections_total";
/// Calls of webhooks that failed.
pub(crate) const CALL_FAILED: &str = "tramline_webhook_calls_failed_total";

/// Requests by route, method and status.
pub(crate) const REQUESTS: &str = "tramline_requests_total";
/// Answers by the first digit of their status.
pub(crate) const RESPONSES: &str = "tramline_responses_total";
/// Seconds until the head of an answer.
pub(crate) const SECONDS: &str = "tramline_request_seconds";
const OPEN_CONNECTIONS: &str = "tramline_connections_open";
const RUNS: &str = "tramline_runs";
const OLDEST: &str = "tramline_runs_oldest_waiting_seconds";
const STORED: &str = "tramline_stored_bytes";
const FREE: &str = "tramline_free_bytes";
const MEMORY: &str = "tramline_resident_memory_bytes";
const BUILD: &str = "tramline_build_info";
const STARTED: &str = "tramline_start_time_seconds";

/// Counters without labels: they are there from the beginning, with 0.
const COUNTERS: &[(&str, &str)] = &[
    (LOGIN_FAILED, "Logins with a wrong name or password"),
    (
        LOGIN_SENT_AWAY,
        "Logins that were sent away before their password was looked at",
    ),
    (CONNECTION_REFUSED, "Connections beyond the bounds"),
    (UPLOAD_ACCEPTED, "Uploads that were acknowledged"),
    (UPLOAD_BYTES, "Bytes of the uploads that were acknowledged"),
    (CONVERSION_FINISHED, "Conversions that ended with a report"),
    (CONVERSION_FAILED, "Conversions that ended without a report"),
    (
        RUN_PUT_OFF,
        "Runs that were put off for trouble of the service",
    ),
    (CONNECTION, "Connections that were accepted"),
    (CALL_FAILED, "Calls of webhooks that failed"),
];

/// How often gathered samples are condensed.
const UPKEEP: Duration = Duration::from_secs(5);
/// For how long the sum of bytes stands: it reads every row of artifacts.
const SUM_STANDS: Duration = Duration::from_secs(60);

/// One recorder for the process.
static RECORDER: LazyLock<Option<PrometheusHandle>> = LazyLock::new(|| {
    let buckets = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 60.0];
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(SECONDS.to_owned()), &buckets)
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|cause| tracing::warn!(%cause, "no figures"))
        .ok()?;
    describe();
    Some(handle)
});

fn describe() {
    for (name, text) in COUNTERS {
        describe_counter!(*name, *text);
        counter!(*name).increment(0);
    }
    describe_counter!(REQUESTS, "Requests by route, method and status");
    describe_counter!(RESPONSES, "Answers by the class of their status");
    describe_histogram!(
        SECONDS,
        Unit::Seconds,
        "Seconds until the head of an answer"
    );
    describe_gauge!(OPEN_CONNECTIONS, "Connections that are open");
    describe_gauge!(RUNS, "Runs by state; those that wait are queued");
    describe_gauge!(
        OLDEST,
        "Age of the run that waits longest, 0 when none does"
    );
    describe_gauge!(STORED, "Bytes of uploads and artifacts");
    describe_gauge!(FREE, "Bytes that are free for the data folder");
    describe_gauge!(MEMORY, "Memory of the service's own process");
    describe_gauge!(BUILD, "1, with the version as label");
    describe_gauge!(
        STARTED,
        "When the process began to record, in seconds since 1970"
    );
    gauge!(OPEN_CONNECTIONS).set(0);
    gauge!(BUILD, "version" => env!("CARGO_PKG_VERSION")).set(1);
    gauge!(STARTED).set((now() / SECOND) as f64);
}

/// From here on the process records.
pub(crate) fn record() {
    static UPKEPT: LazyLock<()> = LazyLock::new(|| {
        let upkeep = || {
            loop {
                std::thread::sleep(UPKEEP);
                RECORDER.as_ref().inspect(|recorder| recorder.run_upkeep());
            }
        };
        let thread = std::thread::Builder::new().name("figures".to_owned());
        if let Err(cause) = thread.spawn(upkeep) {
            tracing::warn!(%cause, "figures are condensed only when they are read");
        }
    });
    LazyLock::force(&RECORDER);
    LazyLock::force(&UPKEPT);
}

/// Once more of it has happened.
pub(crate) fn count(name: &'static str) {
    add(name, 1);
}

/// So much more of it has happened.
pub(crate) fn add(name: &'static str, more: u64) {
    counter!(name).increment(more);
}

/// A connection, counted as open until this is dropped.
pub(crate) struct Connection;

impl Connection {
    pub(crate) fn open() -> Self {
        count(CONNECTION);
        gauge!(OPEN_CONNECTIONS).increment(1);
        Self
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        gauge!(OPEN_CONNECTIONS).decrement(1);
    }
}

/// All figures as text for Prometheus. One that cannot be found out now is left out.
pub(crate) async fn text(state: &State) -> String {
    let Some(recorder) = RECORDER.as_ref() else {
        return String::new();
    };
    let told = |what: &str, cause: &dyn std::fmt::Display| {
        tracing::warn!(what, %cause, "a figure is not known");
    };
    match state.db.run_counts().await {
        Ok((queued, running, dead)) => {
            for (run, value) in [
                (RunState::Queued, queued),
                (RunState::Running, running),
                (RunState::Dead, dead),
            ] {
                gauge!(RUNS, "state" => run.name()).set(value as f64);
            }
        }
        Err(cause) => told(RUNS, &cause),
    }
    match state.db.oldest_waiting().await {
        Ok(added) => gauge!(OLDEST).set(added.map_or(0.0, |added| {
            now().saturating_sub(added).max(0) as f64 / SECOND as f64
        })),
        Err(cause) => told(OLDEST, &cause),
    }
    match stored_bytes(state).await {
        Ok(bytes) => gauge!(STORED).set(bytes as f64),
        Err(cause) => told(STORED, &cause),
    }
    match rustix::fs::statvfs(&state.settings.data) {
        Ok(disk) => gauge!(FREE).set(disk.f_bavail.saturating_mul(disk.f_frsize) as f64),
        Err(cause) => told(FREE, &cause),
    }
    if let Some(bytes) = resident_memory() {
        gauge!(MEMORY).set(bytes as f64);
    }
    recorder.render()
}

/// The sum of the last minute, or a new one.
async fn stored_bytes(state: &State) -> Result<u64, crate::error::StoreError> {
    static LAST: Mutex<Option<(Instant, String, u64)>> = Mutex::new(None);
    // Tests have several services in one process.
    let folder = state.settings.data.display().to_string();
    {
        let last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, of, bytes)) = last.as_ref()
            && at.elapsed() < SUM_STANDS
            && *of == folder
        {
            return Ok(*bytes);
        }
    }
    let bytes = state.db.stored_bytes().await?;
    *LAST.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), folder, bytes));
    Ok(bytes)
}

/// Where the system tells it.
fn resident_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes << 10)
}
