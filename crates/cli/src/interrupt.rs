//! Ctrl-C, the end of the session, a request to end: a command that writes takes away what is not
//! complete, says so in one line, and ends with 128 and the number of the signal.
//!
//! Rule: the second signal ends at once. A signal that the caller has turned off (`nohup`) stays off.

use crate::results::Partials;
use anyhow::Context;
use rustix::process::Signal;
use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};
use tokio::sync::mpsc;

/// Signals that end a command, with the words of the line.
const ENDING: [(Signal, &str); 3] = [
    (Signal::INT, "stopped by Ctrl-C"),
    (Signal::TERM, "stopped by a request to end (SIGTERM)"),
    (Signal::HUP, "stopped because the session ended (SIGHUP)"),
];

/// What this process has under partial names, and whether a signal takes it away.
#[derive(Clone, Default)]
pub(crate) struct Watch {
    pub(crate) partials: Partials,
    /// The signals are somebody else's from now on.
    released: Arc<AtomicBool>,
}

impl Watch {
    /// Whoever called waits for the signals on its own from here on.
    pub(crate) fn release(&self) {
        self.released.store(true, Ordering::SeqCst);
    }
}

/// Begins to wait for signals, on a thread of its own.
pub(crate) fn watch() -> anyhow::Result<Watch> {
    let watch = Watch::default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot wait for signals")?;
    let streams = {
        let _inside = runtime.enter();
        let wanted = ENDING.into_iter().filter(|(which, _)| !is_ignored(*which));
        let opened = wanted.map(|(which, words)| Ok((open(which)?, which, words)));
        let streams: std::io::Result<Vec<_>> = opened.collect();
        // Unless somebody takes it, it ends the process; like this the write fails, and that is told.
        let _ = open(Signal::XFSZ);
        streams.context("cannot wait for signals")?
    };
    let heard = watch.clone();
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || runtime.block_on(wait(streams, heard)))
        .context("cannot wait for signals")?;
    Ok(watch)
}

fn open(which: Signal) -> std::io::Result<Stream> {
    signal(SignalKind::from_raw(which.as_raw()))
}

async fn wait(streams: Vec<(Stream, Signal, &'static str)>, watch: Watch) {
    let (told, mut comes) = mpsc::unbounded_channel();
    for (mut stream, which, words) in streams {
        let told = told.clone();
        tokio::spawn(async move {
            while stream.recv().await.is_some() {
                let _ = told.send((which, words));
            }
        });
    }
    let mut ending = false;
    while let Some((which, words)) = comes.recv().await {
        if watch.released.load(Ordering::SeqCst) {
            continue;
        }
        if ending {
            leave(which);
        }
        ending = true;
        let partials = watch.partials.clone();
        std::thread::spawn(move || {
            // Held to the end of the process.
            let _names = partials.end();
            say(words);
            leave(which);
        });
    }
}

fn say(words: &str) {
    let mut out = std::io::stderr();
    let clear = if out.is_terminal() { "\r\x1b[K" } else { "" };
    let _ = writeln!(out, "{clear}{words}: what was not complete is removed");
}

#[expect(
    clippy::exit,
    reason = "the other threads are at work and cannot be asked"
)]
fn leave(which: Signal) -> ! {
    std::process::exit(128 + which.as_raw())
}

/// Whether whoever started this process has turned the signal off.
fn is_ignored(which: Signal) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    let bit = u32::try_from(which.as_raw() - 1).unwrap_or(u32::MAX);
    mask.is_some_and(|mask| mask.checked_shr(bit).is_some_and(|rest| rest & 1 == 1))
}
