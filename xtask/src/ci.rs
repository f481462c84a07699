//! `cargo xtask ci [PART…]`: everything that must hold before a change goes in, and how long each part took.
//!
//! All parts are tried, also after one failed. Their order lets each use what the ones before built: `clippy`, `fuzz` and
//! `doc` check the dependencies once, `test` builds them, and `e2e` takes the executable that `test` built. `deny` is last,
//! because a new machine compiles it first.
//!
//! Rule: a part is one command that a person can give too; the list here is the only one.

use crate::tidy;
use anyhow::{Context, Result, bail};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// What is run, by name, in order.
const PARTS: &[(&str, Work)] = &[
    ("fmt", Work::Command(&["cargo", "fmt", "--all", "--check"])),
    (
        "clippy",
        Work::Command(&[
            "cargo",
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "--deny",
            "warnings",
        ]),
    ),
    (
        "fuzz",
        Work::Command(&[
            "cargo",
            "clippy",
            "--package",
            "tramline-fuzz",
            "--all-targets",
            "--features",
            "engine",
            "--",
            "--deny",
            "warnings",
        ]),
    ),
    (
        "doc",
        Work::Command(&[
            "cargo",
            "doc",
            "--workspace",
            "--no-deps",
            "--config",
            DENY_IN_DOC,
        ]),
    ),
    ("tidy", Work::Tidy),
    (
        "test",
        Work::Command(&["cargo", "test", "--workspace", "--no-fail-fast"]),
    ),
    ("e2e", Work::EndToEnd(&["e2e/run.sh"])),
    (
        "deny",
        Work::Deny(&[
            "cargo",
            "deny",
            "check",
            "--hide-inclusion-graph",
            "licenses",
            "bans",
            "sources",
        ]),
    ),
];

const DENY_IN_DOC: &str = "build.rustdocflags = ['--deny', 'warnings']";

/// Builds what `e2e` runs, as `test` builds it: nothing to do behind it.
const BUILD_TESTS: &[&str] = &["cargo", "test", "--workspace", "--no-run"];

/// Installs `cargo deny`. Without optimisation it is compiled in half the time, and fast enough.
const INSTALL_DENY: &[&str] = &["cargo", "install", "--locked", "--debug", "cargo-deny"];

#[derive(Clone, Copy)]
enum Work {
    Command(&'static [&'static str]),
    /// In this process.
    Tidy,
    /// A command that runs the executable of the tests: building another for it would take a third of all time.
    EndToEnd(&'static [&'static str]),
    /// A command that is installed first where it is missing.
    Deny(&'static [&'static str]),
}

struct Outcome {
    name: &'static str,
    took: Duration,
    failure: Option<String>,
}

/// Runs the parts that are named; without names all.
///
/// # Errors
/// A name that is none, or parts that failed.
pub(crate) fn run(root: &Path, names: &[String]) -> Result<()> {
    let parts = chosen(names)?;
    let mut outcomes = Vec::new();
    for (name, work) in parts {
        say(&format!("== {name}"))?;
        let begin = Instant::now();
        let done = match work {
            Work::Command(words) => command(root, words, &[]),
            Work::EndToEnd(words) => command(root, BUILD_TESTS, &[])
                .and_then(|()| command(root, words, &[("TRAMLINE_BIN", executable(root))])),
            Work::Tidy => tidy::run(root),
            Work::Deny(words) => installed(root).and_then(|()| command(root, words, &[])),
        };
        outcomes.push(Outcome {
            name,
            took: begin.elapsed(),
            failure: done.err().map(|error| format!("{error:#}")),
        });
    }
    say(&table(&outcomes))?;
    let failed: Vec<&str> = outcomes
        .iter()
        .filter(|one| one.failure.is_some())
        .map(|one| one.name)
        .collect();
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

fn say(text: &str) -> Result<()> {
    writeln!(std::io::stderr().lock(), "{text}")?;
    Ok(())
}

fn chosen(names: &[String]) -> Result<Vec<(&'static str, Work)>> {
    let known = |name: &String| PARTS.iter().any(|(part, _)| part == name);
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        let all: Vec<&str> = PARTS.iter().map(|(part, _)| *part).collect();
        bail!("unknown part `{unknown}`; there are {}", all.join(", "));
    }
    let wanted = |part: &str| names.is_empty() || names.iter().any(|name| name == part);
    Ok(PARTS
        .iter()
        .copied()
        .filter(|(part, _)| wanted(part))
        .collect())
}

fn command(root: &Path, words: &[&str], variables: &[(&str, PathBuf)]) -> Result<()> {
    let (program, arguments) = words.split_first().context("a command has a name")?;
    // A path is meant from the root; a name is found by the system.
    let path = root.join(program);
    let mut command = if program.contains('/') {
        Command::new(path)
    } else {
        Command::new(program)
    };
    let done = command
        .args(arguments)
        .current_dir(root)
        .envs(variables.iter().cloned())
        .status()
        .with_context(|| format!("cannot run {program}"))?;
    if !done.success() {
        bail!("{}: {done}", words.join(" "));
    }
    Ok(())
}

/// The executable that was built with the tests.
fn executable(root: &Path) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let target = target.map_or_else(|| root.join("target"), |folder| root.join(folder));
    target.join("debug/tramline")
}

fn installed(root: &Path) -> Result<()> {
    let known = Command::new("cargo").args(["deny", "--version"]).output();
    if known.is_ok_and(|output| output.status.success()) {
        return Ok(());
    }
    command(root, INSTALL_DENY, &[])
}

/// A line for each part: name, seconds, how it ended.
fn table(outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    let total: Duration = outcomes.iter().map(|one| one.took).sum();
    for one in outcomes {
        let end = one
            .failure
            .as_deref()
            .map_or("ok".to_owned(), |cause| format!("FAILED ({cause})"));
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{:<8}{:>6.0} s  {end}",
            one.name,
            one.took.as_secs_f64()
        );
    }
    let _ = write!(text, "{:<8}{:>6.0} s", "all", total.as_secs_f64());
    text
}

#[cfg(test)]
mod tests {
    use super::{Outcome, PARTS, chosen, table};
    use std::time::Duration;

    #[test]
    fn parts_keep_their_order_whatever_order_they_are_named_in() {
        let names = |given: &[&str]| {
            let given: Vec<String> = given.iter().map(|name| (*name).to_owned()).collect();
            chosen(&given).map(|parts| parts.iter().map(|(name, _)| *name).collect::<Vec<_>>())
        };
        assert_eq!(names(&["tidy", "fmt"]).unwrap(), ["fmt", "tidy"]);
        assert_eq!(names(&[]).unwrap().len(), PARTS.len());
        let error = names(&["fmt", "nothing"]).unwrap_err().to_string();
        assert_eq!(
            error,
            "unknown part `nothing`; there are fmt, clippy, fuzz, doc, tidy, test, e2e, deny"
        );
    }

    #[test]
    fn the_table_tells_seconds_and_what_failed() {
        let outcome = |name, seconds, failure: Option<&str>| Outcome {
            name,
            took: Duration::from_secs(seconds),
            failure: failure.map(str::to_owned),
        };
        let outcomes = [
            outcome("fmt", 2, None),
            outcome("clippy", 130, Some("3 faults")),
        ];
        let wanted = "fmt          2 s  ok\nclippy     130 s  FAILED (3 faults)\nall        132 s";
        assert_eq!(table(&outcomes), wanted);
    }
}
