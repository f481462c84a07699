//! Attempts to get out: what a probe tries when the service starts, and what a converter of a test tries in the
//! middle of a dataset.

use rustix::process::{Pid, test_kill_process};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// Names the attempts of a test: a JSON array, each with the `attempt` and the beginning of the names of the
/// `dataset`s in which it is made. The service starts converters without an environment, so
/// only a program in between can set it.
pub const PLANNED: &str = "TRAMLINE_ATTEMPT";

/// How long a network may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Something that a converter may not do.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Attempt {
    /// Read a file.
    Read(PathBuf),
    /// Make a file.
    Write(PathBuf),
    /// Reach a listener.
    Network(SocketAddr),
    /// Start a program.
    Program(PathBuf),
    /// Send a signal to a process.
    Signal(i32),
}

impl Attempt {
    /// For people: what is tried.
    pub fn text(&self) -> &'static str {
        match self {
            Self::Read(_) => "read a file that is not its own",
            Self::Write(_) => "write outside its folder",
            Self::Network(_) => "use the network",
            Self::Program(_) => "start a program",
            Self::Signal(_) => "signal another process",
        }
    }

    /// Tries it; an error says what refused it.
    pub(crate) fn make(&self) -> io::Result<()> {
        match self {
            Self::Read(path) => File::open(path).map(drop),
            Self::Write(path) => {
                File::create_new(path)?;
                std::fs::remove_file(path)
            }
            Self::Network(address) => TcpStream::connect_timeout(address, PATIENCE).map(drop),
            Self::Program(path) => Command::new(path).env_clear().status().map(drop),
            Self::Signal(process) => {
                let process = Pid::from_raw(*process).ok_or(io::ErrorKind::InvalidInput)?;
                test_kill_process(process).map_err(io::Error::from)
            }
        }
    }
}

/// What a converter of a test tries, and in which datasets.
#[derive(Debug, Deserialize)]
pub(crate) struct Planned {
    /// Their main entries begin so.
    dataset: String,
    attempt: Attempt,
}

impl Planned {
    /// What the environment says.
    pub(crate) fn from_environment() -> Vec<Self> {
        let planned = std::env::var(PLANNED).ok();
        let planned = planned.and_then(|text| serde_json::from_str(&text).ok());
        planned.unwrap_or_default()
    }

    /// Tries it in such a dataset. As a reader that is refused what it needs, it goes no further; one that
    /// is not refused goes on as if nothing were.
    pub(crate) fn in_dataset(&self, main: &str) {
        if main.starts_with(&self.dataset)
            && let Err(cause) = self.attempt.make()
        {
            use std::io::Write;
            let _ = writeln!(io::stderr(), "{} was refused: {cause}", self.attempt.text());
            std::process::abort();
        }
    }
}
