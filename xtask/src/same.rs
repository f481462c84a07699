//! `cargo xtask same OLD NEW`: compares everything that two `tramline` executables make.
//!
//! The comparison is a program of `e2e/`, because all that runs the executable from outside is there; this is its door.
//! It has samples of our own writers made first, unless `TRAMLINE_SAMPLES` names a folder that has them.
//!
//! Rule: both executables are given; nothing is built here that is compared.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Names the folder that has the samples.
const SAMPLES: &str = "TRAMLINE_SAMPLES";

/// Arguments for the comparison: paths of executables are made absolute, since it runs in another folder.
fn absolute(arguments: &[String], folder: &Path) -> Vec<String> {
    let is_path = |text: &String| folder.join(text).is_file();
    let path = |text: &String| folder.join(text).display().to_string();
    let replace = |text: &String| {
        if is_path(text) {
            path(text)
        } else {
            text.clone()
        }
    };
    arguments.iter().map(replace).collect()
}

/// Has `samples` write its samples; the folder they are in.
fn samples(root: &Path) -> Result<PathBuf> {
    if let Some(folder) = std::env::var_os(SAMPLES) {
        return Ok(PathBuf::from(folder));
    }
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let folder = target.join("same/samples");
    let made = Command::new("cargo")
        .args(["run", "--quiet", "--package", "tramline-samples"])
        .args(["--example", "write_samples", "--"])
        .arg(&folder)
        .current_dir(root)
        .status()
        .context("cannot run cargo")?;
    if !made.success() {
        bail!("the samples cannot be made");
    }
    Ok(folder)
}

/// Compares.
///
/// # Errors
/// When something differs, or the comparison cannot run.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<()> {
    let here = std::env::current_dir().context("cannot tell the folder")?;
    let done = Command::new("python3")
        .args(["-m", "same"])
        .args(absolute(arguments, &here))
        .env(SAMPLES, samples(root)?)
        .current_dir(root.join("e2e"))
        .status()
        .context("cannot run python3")?;
    if !done.success() {
        bail!("same: {done}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::absolute;
    use std::path::Path;

    #[test]
    fn only_files_become_absolute() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let given = ["Cargo.toml", "--quick", "isoxml", "src"].map(str::to_owned);
        let manifest = folder.join("Cargo.toml").display().to_string();
        let wanted = [manifest.as_str(), "--quick", "isoxml", "src"];
        assert_eq!(absolute(&given, folder), wanted);
    }
}
