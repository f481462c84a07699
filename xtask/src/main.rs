//! Chores: `cargo xtask tidy` checks what the compiler cannot, `cargo xtask same` compares two executables.
//!
//! Rule: one door for all checks of shape; continuous integration calls it and has no logic of
//! its own.

mod same;

use anyhow::{Context, Result, bail};
use std::io::Write;
use std::path::{Path, PathBuf};

/// What each crate may depend on, from the bottom up.
const ALLOWED: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("analysis", &[]),
    ("render", &[]),
    ("formats", &["model"]),
    ("outputs", &["model"]),
    ("tiles", &["model"]),
    (
        "convert",
        &["model", "formats", "outputs", "analysis", "render", "tiles"],
    ),
    (
        "testkit",
        &["model", "formats", "outputs", "convert", "analysis"],
    ),
    (
        "server",
        &["model", "formats", "outputs", "convert", "tiles"],
    ),
    (
        "cli",
        &[
            "model", "formats", "outputs", "convert", "server", "testkit", "tiles",
        ],
    ),
];

/// Lines above which a source file needs a reason.
const LONG_FILE: usize = 800;

fn main() -> std::process::ExitCode {
    let mut given = std::env::args().skip(1);
    let task = given.next();
    let arguments: Vec<String> = given.collect();
    let done = match task.as_deref() {
        Some("tidy") => tidy(),
        Some("same") => same::run(&arguments),
        other => Err(anyhow::anyhow!("unknown task {other:?}; known: tidy, same")),
    };
    match done {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            // The chain of causes, without a backtrace: the faults above it are the message.
            drop(writeln!(std::io::stderr(), "{error:#}"));
            std::process::ExitCode::FAILURE
        }
    }
}

/// The folder of the workspace.
fn root() -> Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    Ok(root.context("xtask lies in the workspace")?.to_path_buf())
}

fn tidy() -> Result<()> {
    let root = root()?;
    let mut faults = Vec::new();
    dependency_direction(&root, &mut faults)?;
    format_pages(&root, &mut faults)?;
    source_files(&root.join("crates"), &mut faults)?;
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

/// `[dependencies]` of a crate name only crates below it. Development dependencies are free.
fn dependency_direction(root: &Path, faults: &mut Vec<String>) -> Result<()> {
    for (name, allowed) in ALLOWED {
        let manifest = root.join("crates").join(name).join("Cargo.toml");
        let text = std::fs::read_to_string(&manifest)
            .with_context(|| format!("cannot read {}", manifest.display()))?;
        let mut in_dependencies = false;
        for line in text.lines() {
            if line.starts_with('[') {
                in_dependencies = line.trim() == "[dependencies]";
            }
            let Some(rest) = line.strip_prefix("tramline-").filter(|_| in_dependencies) else {
                continue;
            };
            let other = rest.split(['.', ' ', '=']).next().unwrap_or_default();
            if !allowed.contains(&other) {
                faults.push(format!("crates/{name} must not depend on crates/{other}"));
            }
        }
    }
    Ok(())
}

/// Each format folder has its page.
fn format_pages(root: &Path, faults: &mut Vec<String>) -> Result<()> {
    let registry = std::fs::read_to_string(root.join("crates/formats/src/registry.rs"))?;
    for line in registry.lines() {
        let Some(rest) = line.trim().strip_prefix("&crate::") else {
            continue;
        };
        let id = rest.split("::").next().unwrap_or_default();
        if !root.join("docs/formats").join(format!("{id}.md")).exists() {
            faults.push(format!("docs/formats/{id}.md is missing"));
        }
    }
    Ok(())
}

/// Every source file begins with its module documentation and is of a readable size.
fn source_files(folder: &Path, faults: &mut Vec<String>) -> Result<()> {
    for item in std::fs::read_dir(folder)? {
        let path = item?.path();
        if path.is_dir() {
            source_files(&path, faults)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path)?;
            if !text.starts_with("//!") {
                faults.push(format!("{}: no module documentation", path.display()));
            }
            let lines = text.lines().count();
            if lines > LONG_FILE {
                faults.push(format!("{}: {lines} lines", path.display()));
            }
        }
    }
    Ok(())
}
