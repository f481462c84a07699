//! The cases of `fixtures/`, a folder `<format>/<case>` each.
//!
//! - Each format of the registry has a `<case>/case.toml` that says `kind = "good"`, and one that says `kind = "broken"`.
//! - Each folder is that of a format, and each case has what is expected of it.
//! - An input has at most [`LARGE`] bytes: what is larger, one of our generators makes.

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

const LARGE: u64 = 32 << 10;

const KINDS: [&str; 2] = ["good", "broken"];

/// A case: its format, its name, and its kind as `case.toml` says it.
type Case = (String, String, String);

/// Faults of the cases below `root/fixtures`.
///
/// # Errors
/// A folder or file that cannot be read.
pub(super) fn faults(root: &Path, formats: &[String]) -> Result<Vec<String>> {
    let mut cases = Vec::new();
    let mut found = Vec::new();
    for folder in folders(&root.join("fixtures"))? {
        for case in folders(&folder)? {
            let path = case.join("case.toml");
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            let (format, name) = (last(&folder), last(&case));
            if !case.join("expected/report.txt").is_file() {
                found.push(format!(
                    "fixtures/{format}/{name} has nothing that is expected"
                ));
            }
            large(
                &case.join("input"),
                &format!("fixtures/{format}/{name}"),
                &mut found,
            )?;
            cases.push((format, name, kind(&text)));
        }
    }
    found.extend(kinds(formats, &cases));
    Ok(found)
}

fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    let items =
        std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut found = Vec::new();
    for item in items {
        let path = item?.path();
        if path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn last(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The value of `kind`, which stands above all tables.
fn kind(toml: &str) -> String {
    let value = toml.lines().find_map(|line| line.strip_prefix("kind = "));
    value
        .unwrap_or_default()
        .trim()
        .trim_matches('"')
        .to_owned()
}

fn large(folder: &Path, case: &str, found: &mut Vec<String>) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for item in std::fs::read_dir(folder)? {
        let item = item?;
        let bytes = item.metadata()?.len();
        if item.path().is_dir() {
            large(&item.path(), case, found)?;
        } else if bytes > LARGE {
            let name = last(&item.path());
            found.push(format!(
                "{case}: `{name}` has {bytes} bytes, at most {LARGE}: name a sample"
            ));
        }
    }
    Ok(())
}

/// Formats without a case of a kind, and cases of no format or no kind.
fn kinds(formats: &[String], cases: &[Case]) -> Vec<String> {
    let mut found = Vec::new();
    for format in formats {
        for kind in KINDS {
            if !cases.iter().any(|case| case.0 == *format && case.2 == kind) {
                found.push(format!("fixtures/{format} has no {kind} case"));
            }
        }
    }
    for (format, name, kind) in cases {
        if !formats.contains(format) {
            found.push(format!("fixtures/{format}/{name} is of no format"));
        }
        if !KINDS.contains(&kind.as_str()) {
            found.push(format!(
                "fixtures/{format}/{name}: `{kind}` is neither good nor broken"
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{kind, kinds};

    #[test]
    fn a_format_has_a_good_and_a_broken_case() {
        /// Format and kind of each case, and the faults.
        type Told<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str]);
        let formats = ["isoxml".to_owned()];
        let cases: [Told<'_>; 5] = [
            (&[("isoxml", "good"), ("isoxml", "broken")], &[]),
            (
                &[("isoxml", "good")],
                &["fixtures/isoxml has no broken case"],
            ),
            (
                &[],
                &[
                    "fixtures/isoxml has no good case",
                    "fixtures/isoxml has no broken case",
                ],
            ),
            (
                &[("isoxml", "good"), ("isoxml", "broken"), ("old", "good")],
                &["fixtures/old/a is of no format"],
            ),
            (
                &[("isoxml", "good"), ("isoxml", "broken"), ("isoxml", "bad")],
                &["fixtures/isoxml/a: `bad` is neither good nor broken"],
            ),
        ];
        for (told, wanted) in cases {
            let owned: Vec<_> = told
                .iter()
                .map(|(format, kind)| ((*format).to_owned(), "a".to_owned(), (*kind).to_owned()))
                .collect();
            assert_eq!(kinds(&formats, &owned), wanted, "{told:?}");
        }
    }

    #[test]
    fn the_kind_is_read() {
        assert_eq!(kind("# kind\nproves = \"kind\"\nkind = \"good\"\n"), "good");
        assert_eq!(kind("proves = \"a\""), "");
    }
}
