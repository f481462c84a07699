//! Results that lie in a folder already: what they are of, and which folders are theirs.
//!
//! Rule: results of another input are not touched unless the caller says so, and then only what their
//! report names is removed. Files that Tramline did not write stay in any case.

use super::names::{REPORT, at, is_ours};
use anyhow::bail;
use serde::Deserialize;
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use tramline_convert::Input;

/// A report beyond this is not read.
const MOST_BYTES: u64 = 256 << 20;

/// What a report says of them, of any version.
#[derive(Default, Deserialize)]
pub(super) struct Earlier {
    #[serde(default)]
    input: Of,
    #[serde(default)]
    files: Vec<Folder>,
}

#[derive(Default, Deserialize)]
struct Of {
    #[serde(default)]
    name: String,
    #[serde(default)]
    sha256: String,
}

#[derive(Deserialize)]
struct Folder {
    dir: String,
}

impl Earlier {
    /// Of a folder of results; `None` where there is no report.
    pub(super) fn read(out: &Path) -> io::Result<Option<Self>> {
        let path = out.join(REPORT);
        let file = match std::fs::File::open(&path) {
            Ok(file) if file.metadata().is_ok_and(|about| about.is_file()) => file,
            Ok(_) => return Ok(Some(Self::default())),
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(at(&path)(cause)),
        };
        let mut text = Vec::new();
        file.take(MOST_BYTES)
            .read_to_end(&mut text)
            .map_err(at(&path))?;
        Ok(Some(serde_json::from_slice(&text).unwrap_or_default()))
    }

    /// Refuses a folder that has the results of another input.
    pub(super) fn check(&self, out: &Path, input: &Input) -> anyhow::Result<()> {
        if self.input.sha256 == input.sha256 || self.is_empty() {
            return Ok(());
        }
        let whose = match &self.input.name {
            none if none.is_empty() => {
                format!("has a `{REPORT}` that is not one of Tramline's")
            }
            same if *same == input.name => {
                format!("has the results of another `{same}`, with other content")
            }
            other => format!("has the results of another input, `{other}`"),
        };
        bail!(
            "`{}` {whose}\nwhat to do: give another folder with `--out`, or replace those results with \
             `--overwrite` (your own files in the folder stay)",
            out.display()
        )
    }

    /// A report of Tramline's without machine files: nothing is lost with it.
    fn is_empty(&self) -> bool {
        !self.input.sha256.is_empty() && self.files.is_empty()
    }

    /// The name of the input.
    pub(super) fn input(&self) -> &str {
        &self.input.name
    }

    /// The folders of its machine files.
    pub(super) fn folders(&self) -> impl Iterator<Item = &str> {
        let names = self.files.iter().map(|file| file.dir.as_str());
        names.filter(|name| is_ours(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(name: &str, sha256: &str) -> Input {
        Input {
            name: name.to_owned(),
            sha256: sha256.to_owned(),
            size_bytes: 1,
        }
    }

    #[test]
    fn only_results_of_another_input_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path();
        assert!(Earlier::read(out).unwrap().is_none());
        let mine = input("stick.zip", "aa");
        for (report, words) in [
            (
                r#"{"input":{"name":"stick.zip","sha256":"aa"},"files":[{"dir":"01-a"}]}"#,
                "",
            ),
            (
                r#"{"input":{"name":"other.zip","sha256":"bb"},"files":[]}"#,
                "",
            ),
            (
                r#"{"input":{"name":"other.zip","sha256":"bb"},"files":[{"dir":"01-a"}]}"#,
                "another input, `other.zip`",
            ),
            (
                r#"{"input":{"name":"stick.zip","sha256":"bb"},"files":[{"dir":"01-a"}]}"#,
                "another `stick.zip`, with other content",
            ),
            ("[1, 2]", "not one of Tramline's"),
            ("", "not one of Tramline's"),
        ] {
            std::fs::write(out.join(REPORT), report).unwrap();
            let earlier = Earlier::read(out).unwrap().unwrap();
            match earlier.check(out, &mine) {
                Ok(()) => assert_eq!(words, "", "{report}"),
                Err(refused) => {
                    let said = refused.to_string();
                    assert!(!words.is_empty() && said.contains(words), "{said}");
                    assert!(said.contains("what to do: ") && said.contains("--overwrite"));
                }
            }
        }
    }

    #[test]
    fn only_names_of_machine_files_are_its_folders() {
        let files = ["01-a", "../up", "/tmp", "02-b/../..", "", "notes"];
        let files: Vec<_> = files
            .iter()
            .map(|dir| format!(r#"{{"dir":"{dir}"}}"#))
            .collect();
        let text = format!(r#"{{"files":[{}]}}"#, files.join(","));
        let earlier: Earlier = serde_json::from_str(&text).unwrap();
        assert_eq!(earlier.folders().collect::<Vec<_>>(), ["01-a"]);
    }
}
