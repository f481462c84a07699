//! `cargo xtask fuzz [TARGET…] [--seconds N]`: the targets of `fuzz/`, each for N seconds (60), without names all.
//!
//! 1. `fuzz-seeds` writes the first inputs, made by our own writers, into `target/fuzz/<target>/seeds`;
//! 2. the engine is built with counters on each branch and AddressSanitizer, by the nightly toolchain where there is one,
//!    else by the present one with its unstable options allowed;
//! 3. libFuzzer runs it; what it learns stays in `target/fuzz/<target>/corpus`, so that the next run goes on from there.
//!
//! Rule: an input that fails is kept in `target/fuzz/<target>/crashes`, and the end says how to run it again.

use anyhow::{Context, Result, bail};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

const USAGE: &str = "fuzz [TARGET…] [--seconds N]";
const SECONDS: u32 = 60;
/// An input that takes longer is a fault; the machine may be busy.
const TIMEOUT_S: u32 = 25;
/// Memory of the process, with what AddressSanitizer adds.
const MEMORY_MB: u32 = 3_072;
/// Longer inputs are slow and seldom say more.
const LONGEST: u32 = 256 << 10;

/// Counters on each branch, and the operands of comparisons.
const COVERAGE: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                        -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
                        -Cllvm-args=-sanitizer-coverage-pc-table \
                        -Cllvm-args=-sanitizer-coverage-trace-compares \
                        -Cllvm-args=-simplifycfg-branch-fold-threshold=0";
/// Machines for which the compiler brings AddressSanitizer.
const SANITIZED: &[&str] = &[
    "aarch64-apple-darwin",
    "aarch64-unknown-linux-gnu",
    "x86_64-apple-darwin",
    "x86_64-unknown-linux-gnu",
];

#[derive(Debug, PartialEq, Eq)]
struct Wish {
    targets: Vec<String>,
    seconds: u32,
}

/// Fuzzes.
///
/// # Errors
/// A target that is none, a build that fails, or an input that broke a promise.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<()> {
    let wish = wish(arguments)?;
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let folder = target
        .map_or_else(|| root.join("target"), |folder| root.join(folder))
        .join("fuzz");
    let targets = seeds(root, &folder, &wish.targets)?;
    let engine = build(root, &folder.join("build"))?;
    let mut failed = String::new();
    for name in &targets {
        let own = folder.join(name);
        let before = crashes(&own);
        let log = fuzz(&engine, name, &own, wish.seconds)?;
        let new: Vec<PathBuf> = crashes(&own)
            .into_iter()
            .filter(|path| !before.contains(path))
            .collect();
        say(&format!("{name:<16} {}", told(&log.text, log.is_ok)))?;
        if !log.is_ok {
            failed.push_str(&again(name, &new, &own.join("log.txt")));
        }
    }
    if !failed.is_empty() {
        bail!("inputs that fail:\n{failed}");
    }
    Ok(())
}

fn wish(arguments: &[String]) -> Result<Wish> {
    let mut wish = Wish {
        targets: Vec::new(),
        seconds: SECONDS,
    };
    let mut given = arguments.iter();
    while let Some(word) = given.next() {
        if word == "--seconds" {
            let number = given.next().and_then(|text| text.parse().ok());
            wish.seconds = number.context("--seconds takes a whole number")?;
        } else if word.starts_with('-') {
            bail!("unknown option `{word}`: {USAGE}");
        } else {
            wish.targets.push(word.clone());
        }
    }
    Ok(wish)
}

/// Has the first inputs written; the names of the targets.
fn seeds(root: &Path, folder: &Path, names: &[String]) -> Result<Vec<String>> {
    let made = Command::new("cargo")
        .args([
            "run",
            "--quiet",
            "--package",
            "tramline-fuzz",
            "--bin",
            "fuzz-seeds",
            "--",
        ])
        .arg(folder)
        .args(names)
        .current_dir(root)
        .stderr(std::process::Stdio::inherit())
        .output()
        .context("cannot run cargo")?;
    if !made.status.success() {
        bail!("the first inputs cannot be made");
    }
    let text = String::from_utf8_lossy(&made.stdout);
    Ok(text.lines().map(str::to_owned).collect())
}

/// Builds the engine with instruments; its path.
fn build(root: &Path, folder: &Path) -> Result<PathBuf> {
    let nightly = Command::new("rustup")
        .args(["run", "nightly", "rustc", "--version"])
        .output()
        .is_ok_and(|output| output.status.success());
    let mut cargo = if nightly {
        let mut rustup = Command::new("rustup");
        rustup.args(["run", "nightly", "cargo"]);
        rustup
    } else {
        let mut cargo = Command::new("cargo");
        cargo.env("RUSTC_BOOTSTRAP", "1");
        cargo
    };
    let host = host(root)?;
    let mut flags = COVERAGE.to_owned();
    if SANITIZED.contains(&host.as_str()) {
        flags.push_str(" -Zsanitizer=address");
    }
    // With a named target the flags do not reach build scripts and macros.
    let done = cargo
        .args([
            "build",
            "--package",
            "tramline-fuzz",
            "--bin",
            "fuzz-engine",
        ])
        .args([
            "--no-default-features",
            "--features",
            "libfuzzer",
            "--profile",
            "fuzz",
        ])
        .args(["--target", &host, "--target-dir"])
        .arg(folder)
        .env("RUSTFLAGS", flags)
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .current_dir(root)
        .status()
        .context("cannot run cargo")?;
    if !done.success() {
        bail!("the engine cannot be built");
    }
    Ok(folder.join(host).join("fuzz/fuzz-engine"))
}

/// The triple of this machine.
fn host(root: &Path) -> Result<String> {
    let output = Command::new("rustc")
        .args(["--version", "--verbose"])
        .current_dir(root)
        .output()
        .context("cannot run rustc")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc tells no host")?.to_owned())
}

struct Log {
    text: String,
    is_ok: bool,
}

fn fuzz(engine: &Path, name: &str, own: &Path, seconds: u32) -> Result<Log> {
    for folder in ["corpus", "crashes"] {
        std::fs::create_dir_all(own.join(folder))?;
    }
    let path = own.join("log.txt");
    let file =
        std::fs::File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    let done = Command::new(engine)
        .arg(own.join("corpus"))
        .arg(own.join("seeds"))
        .arg(format!("-dict={}", own.join("words").display()))
        .arg(format!(
            "-artifact_prefix={}/",
            own.join("crashes").display()
        ))
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-timeout={TIMEOUT_S}"))
        .arg(format!("-rss_limit_mb={MEMORY_MB}"))
        .arg(format!("-max_len={LONGEST}"))
        .arg("-print_final_stats=1")
        // Names of functions are looked up in the whole executable, which is slow.
        .arg("-print_funcs=0")
        .env("TRAMLINE_FUZZ_TARGET", name)
        .stdout(std::process::Stdio::null())
        .stderr(file)
        .status()
        .with_context(|| format!("cannot run {}", engine.display()))?;
    let text = std::fs::read(&path)?;
    Ok(Log {
        text: String::from_utf8_lossy(&text).into_owned(),
        is_ok: done.success(),
    })
}

fn crashes(own: &Path) -> Vec<PathBuf> {
    let Ok(folder) = std::fs::read_dir(own.join("crashes")) else {
        return Vec::new();
    };
    folder.flatten().map(|item| item.path()).collect()
}

/// What a log says at its end: runs, and branches that were reached.
fn told(log: &str, is_ok: bool) -> String {
    let runs = log
        .lines()
        .find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    let branches = log.lines().rev().find_map(|line| {
        let mut words = line.split_whitespace().skip_while(|word| *word != "cov:");
        words.nth(1)
    });
    format!(
        "{:>10} runs {:>7} branches  {}",
        runs.map_or("?", str::trim),
        branches.unwrap_or("?"),
        if is_ok { "ok" } else { "FAILED" }
    )
}

/// How to run again what failed.
fn again(name: &str, inputs: &[PathBuf], log: &Path) -> String {
    let mut text = format!("{name}: what happened is in {}\n", log.display());
    for input in inputs {
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "  cargo run --package tramline-fuzz --bin fuzz-replay -- {name} {}",
            input.display()
        );
    }
    text
}

fn say(text: &str) -> Result<()> {
    writeln!(std::io::stderr().lock(), "{text}")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{SECONDS, Wish, again, told, wish};
    use std::path::{Path, PathBuf};

    #[test]
    fn targets_and_seconds() {
        let of = |words: &[&str]| {
            let owned: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            wish(&owned).map_err(|error| error.to_string())
        };
        let wanted = |targets: &[&str], seconds| {
            let targets = targets.iter().map(|name| (*name).to_owned()).collect();
            Ok(Wish { targets, seconds })
        };
        assert_eq!(of(&[]), wanted(&[], SECONDS));
        assert_eq!(
            of(&["kml", "--seconds", "5", "text"]),
            wanted(&["kml", "text"], 5)
        );
        assert_eq!(
            of(&["--seconds", "x"]),
            Err("--seconds takes a whole number".to_owned())
        );
        assert!(
            of(&["--fast"])
                .unwrap_err()
                .starts_with("unknown option `--fast`")
        );
    }

    #[test]
    fn the_end_of_a_log_is_told() {
        let log = "#2 INITED cov: 10 ft: 11\n#99 NEW cov: 1234 ft: 20\nDone\n\
                   stat::number_of_executed_units: 4567\n";
        assert_eq!(told(log, true), "      4567 runs    1234 branches  ok");
        assert_eq!(told("", false), "         ? runs       ? branches  FAILED");
        let text = again("kml", &[PathBuf::from("crashes/a")], Path::new("log.txt"));
        assert!(text.ends_with("fuzz-replay -- kml crashes/a\n"), "{text}");
    }
}
