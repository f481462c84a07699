//! The bridge: a command that the operator configured for a closed format turns a dataset of it into
//! one that Tramline reads (ADM, ADAPT Standard, or any other format it knows).
//!
//! Rule: the command is a list of words and never a shell's line; it gets a copy of the dataset in a
//! folder and an empty folder for what it makes, and limits on time, memory and bytes. What it leaves is
//! as hostile as an upload, and its failure is that of one dataset.

mod command;
mod configured;
mod folder;

pub use configured::{Bridge, BridgeError, BridgeHand, Bridges};

use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use tramline_formats::{Claim, Tree};

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

/// The parts of a dataset's folder: what the command gets, what it makes, and room for what it does not keep.
struct Parts {
    input: PathBuf,
    output: PathBuf,
    temporary: PathBuf,
}

impl Parts {
    fn of(folder: &Path) -> Self {
        Self {
            input: folder.join("input"),
            output: folder.join("output"),
            temporary: folder.join("temporary"),
        }
    }
}

/// Runs the command of a bridge on the folder that a dataset was copied to, and waits. `abandoned` says
/// that nobody waits any longer; the command ends then.
///
/// # Errors
/// The command cannot be started, fails, or uses more than it may.
pub fn run_bridge(
    bridge: &Bridge,
    folder: &Path,
    abandoned: &dyn Fn() -> bool,
) -> Result<(), BridgeError> {
    let time = Duration::from_secs(bridge.seconds);
    command::run(bridge, &Parts::of(folder), time, abandoned)
}

/// Runs the command on a dataset: by the hand, where this process has one.
pub(crate) fn run(
    (file_format, bridge): (&str, &Bridge),
    hand: Option<&BridgeHand>,
    tree: &Tree,
    claim: &Claim,
) -> Result<Bridged, BridgeError> {
    let disk = |error: &dyn std::fmt::Display| {
        BridgeError::new(
            format!(
                "the dataset cannot be copied for `{}`: {error}",
                bridge.program()
            ),
            "ask the operator to free space on the temporary disk",
        )
    };
    let folder = tempfile::Builder::new()
        .prefix("tramline-bridge-")
        .tempdir()
        .map_err(|error| disk(&error))?;
    let parts = Parts::of(folder.path());
    for part in [&parts.input, &parts.output, &parts.temporary] {
        std::fs::create_dir(part).map_err(|error| disk(&error))?;
    }
    folder::hand_over(tree, claim, &parts.input).map_err(|error| disk(&error))?;
    match hand {
        Some(hand) => hand.run(file_format, folder.path())?,
        None => run_bridge(bridge, folder.path(), &|| false)?,
    }
    folder::inspect(bridge, &parts.output)?;
    Ok(Bridged {
        output: parts.output,
        _folder: folder,
    })
}
