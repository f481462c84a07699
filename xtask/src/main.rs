//! Chores: `cargo xtask TASK`, one task a file.
//!
//! Rule: one door. Continuous integration calls it and has no logic of its own.

mod ci;
mod fuzz;
mod same;
mod tidy;

use anyhow::{Context, Result, bail};
use std::io::Write;
use std::path::{Path, PathBuf};

const TASKS: &str = "\
  ci [PART…]               everything that must hold before a change goes in, with the seconds of each part
  tidy [FOLDER]            checks of shape that the compiler does not make, of this checkout or another
  fuzz [TARGET…] [--seconds N]
                           gives readers, container and detection made-up bytes; each target for N seconds (60)
  same OLD NEW [OPTION…]   compares everything that two executables of `tramline` make; same --help tells more";

fn main() -> std::process::ExitCode {
    let mut given = std::env::args().skip(1);
    let task = given.next().unwrap_or_default();
    let arguments: Vec<String> = given.collect();
    match run(&task, &arguments) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            // The chain of causes, without a backtrace: the faults above it are the message.
            drop(writeln!(std::io::stderr(), "{error:#}"));
            std::process::ExitCode::FAILURE
        }
    }
}

fn run(task: &str, arguments: &[String]) -> Result<()> {
    let root = root()?;
    match task {
        "ci" => ci::run(&root, arguments),
        "tidy" => tidy::run(arguments.first().map_or(root.as_path(), Path::new)),
        "fuzz" => fuzz::run(&root, arguments),
        "same" => same::run(&root, arguments),
        other => bail!("unknown task `{other}`; there are\n{TASKS}"),
    }
}

/// The folder of the workspace.
fn root() -> Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    Ok(root.context("xtask lies in the workspace")?.to_path_buf())
}
