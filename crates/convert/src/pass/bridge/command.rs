//! The command: started with a clean environment, watched, and ended with all that it started.
//!
//! Rule: the command's words never pass through a shell's reading. A gate (`/bin/sh`, which waits for a
//! line and then becomes the command) holds it back until its limits are set.

use super::configured::{Bridge, BridgeError, OPERATOR};
use super::{Parts, folder};
use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process_group, prlimit};
use std::io::{Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Waits for a line, then becomes the command; the rest of the line's end is its empty input.
const GATE: &str = "read -r _ && exec \"$@\"";
/// What is kept of the command's last words.
const LAST_WORDS: usize = 2_048;
/// Between two looks at the size of the output.
const LOOK: Duration = Duration::from_millis(250);

pub(super) fn run(
    bridge: &Bridge,
    parts: &Parts,
    time: Duration,
    abandoned: &dyn Fn() -> bool,
) -> Result<(), BridgeError> {
    let program = bridge.program();
    let mut child = start(bridge, parts).map_err(|error| {
        BridgeError::new(
            format!("the bridge `{program}` cannot be started: {error}"),
            OPERATOR,
        )
    })?;
    let pid = Pid::from_child(&child);
    limit(pid, bridge);
    if let Some(mut gate) = child.stdin.take() {
        // A gate that has ended already needs no word; its status tells.
        let _ = gate.write_all(b"go\n");
    }
    let words = child.stderr.take().map(last_words);
    let silence = child.stdout.take().map(last_words);
    let (send, ended) = channel();
    let waiter = std::thread::spawn(move || {
        let _ = send.send(child.wait());
    });
    let deadline = Instant::now() + time;
    let mut too_much = false;
    let status = loop {
        match ended.recv_timeout(LOOK.min(deadline.saturating_duration_since(Instant::now()))) {
            Ok(status) => break status.ok(),
            Err(RecvTimeoutError::Disconnected) => break None,
            Err(RecvTimeoutError::Timeout) => {
                too_much = folder::size(&parts.output).is_ok_and(|(files, bytes)| {
                    files > bridge.output_files || bytes > bridge.output_bytes
                });
                if too_much || Instant::now() >= deadline || abandoned() {
                    break None;
                }
            }
        }
    };
    // Also what it started and left behind.
    let _ = kill_process_group(pid, Signal::KILL);
    let _ = waiter.join();
    let said = [words, silence]
        .into_iter()
        .flatten()
        .filter_map(|thread| thread.join().ok())
        .find(|text| !text.is_empty());
    judge(bridge, status, too_much, said.as_deref())
}

fn start(bridge: &Bridge, parts: &Parts) -> std::io::Result<Child> {
    let mut words = bridge.command.iter();
    let program = words.next().map_or("", String::as_str);
    found(program)?;
    let folders = [("{input}", &parts.input), ("{output}", &parts.output)];
    let mut named = false;
    let mut command = Command::new("/bin/sh");
    command.args(["-c", GATE, "bridge", program]);
    for word in words {
        let mut word = word.clone();
        for (mark, folder) in folders {
            if word.contains(mark) {
                named = true;
                word = word.replace(mark, &folder.to_string_lossy());
            }
        }
        command.arg(word);
    }
    if !named {
        command.args(folders.map(|(_, folder)| folder));
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    command
        .env_clear()
        .env("PATH", path)
        .env("HOME", &parts.output)
        .env("TMPDIR", &parts.temporary)
        .env("LANG", "C.UTF-8")
        .current_dir(&parts.output)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
}

/// Whether there is such a program, so that its absence is told before anything runs.
fn found(program: &str) -> std::io::Result<()> {
    let absent = || std::io::Error::new(std::io::ErrorKind::NotFound, "the program does not exist");
    if program.contains('/') {
        return std::fs::metadata(program).map(drop);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let known = std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    if known && !program.is_empty() {
        Ok(())
    } else {
        Err(absent())
    }
}

/// Limits on the process; those that the caller has already are kept where they are lower.
fn limit(pid: Pid, bridge: &Bridge) {
    let wanted = [
        (Resource::As, bridge.memory_bytes),
        (Resource::Cpu, bridge.seconds),
        (Resource::Fsize, bridge.output_bytes),
        (Resource::Core, 0),
    ];
    for (resource, most) in wanted {
        let now = rustix::process::getrlimit(resource);
        let most = now.maximum.map_or(most, |known| known.min(most));
        let limit = Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        // A process that has ended already needs none.
        let _ = prlimit(Some(pid), resource, limit);
    }
}

/// Reads a stream to its end in a thread of its own and keeps its last words.
fn last_words(mut stream: impl Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut kept: Vec<u8> = Vec::new();
        let mut chunk = [0; 4_096];
        while let Ok(read @ 1..) = stream.read(&mut chunk) {
            kept.extend(chunk.get(..read).unwrap_or_default());
            let surplus = kept.len().saturating_sub(LAST_WORDS);
            kept.drain(..surplus);
        }
        let text = String::from_utf8_lossy(&kept);
        let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
        plain.collect::<String>().trim().to_owned()
    })
}

fn judge(
    bridge: &Bridge,
    status: Option<ExitStatus>,
    too_much: bool,
    said: Option<&str>,
) -> Result<(), BridgeError> {
    let program = bridge.program();
    let said = said.map_or_else(String::new, |text| format!("; its message: {text}"));
    if too_much {
        return Err(folder::too_much(bridge));
    }
    let Some(status) = status else {
        return Err(BridgeError::new(
            format!(
                "the bridge `{program}` took more than {} s{said}",
                bridge.seconds
            ),
            "upload less at once, or ask the operator to raise the limits of the bridge",
        ));
    };
    if status.success() {
        return Ok(());
    }
    let what = match (status.code(), status.signal()) {
        (Some(code), _) => format!("the bridge `{program}` failed with exit code {code}{said}"),
        (None, Some(signal)) => {
            format!("signal {signal} ended the bridge `{program}` (memory, time or a defect){said}")
        }
        (None, None) => format!("the bridge `{program}` failed{said}"),
    };
    Err(BridgeError::new(what, OPERATOR))
}
