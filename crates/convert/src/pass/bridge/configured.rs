//! What the operator configured for a closed format, and why it gave nothing.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Commands by `fileFormat` code.
pub type Bridges = BTreeMap<String, Bridge>;

/// A command for one format, and what it may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bridge {
    /// Program and arguments; `{input}` and `{output}` stand for the two folders, and are added at the
    /// end where neither occurs.
    pub command: Vec<String>,
    /// Time that the command has.
    pub seconds: u64,
    /// Memory that the command has.
    pub memory_bytes: u64,
    /// Of all that it leaves.
    pub output_bytes: u64,
    /// Files and folders that it may leave.
    pub output_files: usize,
    /// What it may read beside its own folder and the programs of the system, where a service runs it.
    pub reads: Vec<PathBuf>,
}

impl Default for Bridge {
    /// No command; 10 minutes, 4 GiB of memory, 4 GiB and 10,000 files of output.
    fn default() -> Self {
        Self {
            command: Vec::new(),
            seconds: 600,
            memory_bytes: 4 << 30,
            output_bytes: 4 << 30,
            output_files: 10_000,
            reads: Vec::new(),
        }
    }
}

impl Bridge {
    /// A command of words divided by blanks, within the usual limits. `None` without a word.
    pub fn of_words(text: &str) -> Option<Self> {
        let command: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        (!command.is_empty()).then(|| Self {
            command,
            ..Self::default()
        })
    }

    /// Name of the program, for people.
    pub fn program(&self) -> &str {
        let path = self.command.first().map_or("", String::as_str);
        path.rsplit('/').next().unwrap_or(path)
    }
}

/// Why a bridge gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BridgeError {
    /// What went wrong.
    pub what: String,
    /// What to do about it.
    pub hint: String,
}

impl BridgeError {
    /// With what to do about it.
    pub fn new(what: impl Into<String>, hint: &str) -> Self {
        Self {
            what: what.into(),
            hint: hint.to_owned(),
        }
    }
}

/// Runs the command of a bridge for this process: it gets the code of the format and the dataset's folder.
#[derive(Clone)]
pub struct BridgeHand(Arc<Hand>);

type Hand = dyn Fn(&str, &Path) -> Result<(), BridgeError> + Send + Sync;

impl BridgeHand {
    /// One that does this.
    pub fn new(
        hand: impl Fn(&str, &Path) -> Result<(), BridgeError> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(hand))
    }

    pub(super) fn run(&self, file_format: &str, folder: &Path) -> Result<(), BridgeError> {
        (self.0)(file_format, folder)
    }
}

impl std::fmt::Debug for BridgeHand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BridgeHand").finish_non_exhaustive()
    }
}

pub(super) const OPERATOR: &str = "ask the operator to check the configured command";
