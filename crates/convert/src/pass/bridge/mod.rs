//! The bridge: a command that the operator configured for a closed format turns a dataset of it into
//! one that Tramline reads (ADM, ADAPT Standard, or any other format it knows).
//!
//! Rule: the command is a list of words and never a shell's line; it gets a copy of the dataset in a
//! folder and an empty folder for what it makes, and limits on time, memory and bytes. What it leaves is
//! as hostile as an upload, and its failure is that of one dataset.

mod command;
mod configured;
mod folder;

pub use configured::{Bridge, Bridges};

use configured::BridgeError;
use std::path::PathBuf;
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

/// Runs the command on a dataset.
pub(crate) fn run(bridge: &Bridge, tree: &Tree, claim: &Claim) -> Result<Bridged, BridgeError> {
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
