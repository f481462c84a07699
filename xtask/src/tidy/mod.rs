//! `cargo xtask tidy`: the checks of shape that the compiler does not make.
//!
//! It reads the sources below `crates`, `fuzz` and `xtask` once and gives them to each check. Rule: a check is one file and says
//! in its module documentation exactly what is a fault; all faults are told at once.

mod circles;
mod crates;
mod fixtures;
pub(crate) mod formats;
mod modules;
mod shape;
mod tokens;

use anyhow::{Context, Result, bail};
use std::io::Write;
use std::path::Path;

/// A source file: its path from the root of the repository, with `/`, and its text.
#[derive(Clone, Debug)]
struct Source {
    path: String,
    text: String,
}

/// Tests may be longer and may import in circles.
fn is_test(path: &str) -> bool {
    let mut folders = path.split('/');
    folders.any(|part| part == "tests" || part == "benches" || part == "tests.rs")
}

/// Checks everything below `root`.
///
/// # Errors
/// Faults, which are told before, or a file that cannot be read.
pub(crate) fn run(root: &Path) -> Result<()> {
    let mut sources = Vec::new();
    for folder in ["crates", "fuzz", "xtask"] {
        read(root, &root.join(folder), &mut sources)?;
    }
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    let mut faults = crates::faults(root, &sources)?;
    let listed = formats::listed(root)?;
    faults.extend(crates::missing_pages(root, &listed));
    faults.extend(fixtures::faults(root, &listed)?);
    for source in &sources {
        faults.extend(shape::faults(root, source));
    }
    faults.extend(shape::stale_tables(&sources));
    faults.extend(formats::faults(&sources));
    faults.extend(circles::faults(&sources));
    let mut out = std::io::stderr().lock();
    for fault in &faults {
        writeln!(out, "{fault}")?;
    }
    if !faults.is_empty() {
        bail!("{} faults", faults.len());
    }
    writeln!(out, "tidy")?;
    Ok(())
}

fn read(root: &Path, folder: &Path, sources: &mut Vec<Source>) -> Result<()> {
    for item in std::fs::read_dir(folder)? {
        let path = item?.path();
        if path.is_dir() {
            read(root, &path, sources)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            let name = path
                .strip_prefix(root)
                .unwrap_or(&path)
                .display()
                .to_string();
            sources.push(Source { path: name, text });
        }
    }
    Ok(())
}
