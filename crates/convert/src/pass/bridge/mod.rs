//! The bridge: a command that the operator configured for a closed format turns a dataset of it into
//! one that Tramline reads (ADM, ADAPT Standard, or any other format it knows).
//!
//! Rule: the command is a list of words and never a shell's line; it gets a copy of the dataset in a
//! folder and an empty folder for what it makes, and limits on time, memory and bytes. What it leaves is
//! as hostile as an upload, and its failure is that of one dataset.

mod command;
mod folder;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;
use tramline_formats::{Claim, Tree};

/// Commands by `fileFormat` code.
pub type Bridges = BTreeMap<String, Bridge>;

/// A command for one format, and what it may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bridge {
    /// Program and arguments; `{input}` and `{output}` stand for the two folders, and are added at the
    /// end where neither occurs.
    pub command: Vec<String>,
    pub seconds: u64,
    pub memory_bytes: u64,
    /// Of all that it leaves.
    pub output_bytes: u64,
    pub output_files: usize,
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
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BridgeError {
    pub(crate) what: String,
    pub(crate) hint: &'static str,
}

impl BridgeError {
    fn new(what: impl Into<String>, hint: &'static str) -> Self {
        Self {
            what: what.into(),
            hint,
        }
    }
}

const OPERATOR: &str = "ask the operator to look at the configured command";

/// What a bridge left; gone when dropped.
pub(crate) struct Bridged {
    pub(crate) output: PathBuf,
    _folder: TempDir,
}

/// The bridge of a format, whatever the letters of its code.
pub(crate) fn bridge_for<'a>(bridges: &'a Bridges, file_format: &str) -> Option<&'a Bridge> {
    bridges
        .iter()
        .find(|(code, _)| code.eq_ignore_ascii_case(file_format))
        .map(|(_, bridge)| bridge)
}

/// Runs the command on a dataset.
pub(crate) fn run(bridge: &Bridge, tree: &Tree, claim: &Claim) -> Result<Bridged, BridgeError> {
    let disk = |error: &dyn std::fmt::Display| {
        BridgeError::new(
            format!(
                "the dataset cannot be handed to `{}`: {error}",
                bridge.program()
            ),
            "ask the operator for room on the temporary disk",
        )
    };
    let folder = tempfile::Builder::new()
        .prefix("tramline-bridge-")
        .tempdir()
        .map_err(|error| disk(&error))?;
    let (input, output) = (folder.path().join("input"), folder.path().join("output"));
    for part in [&input, &output] {
        std::fs::create_dir(part).map_err(|error| disk(&error))?;
    }
    folder::hand_over(tree, claim, &input).map_err(|error| disk(&error))?;
    command::run(bridge, &input, &output, Duration::from_secs(bridge.seconds))?;
    folder::inspect(bridge, &output)?;
    Ok(Bridged {
        output,
        _folder: folder,
    })
}
