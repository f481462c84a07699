//! What a run that was killed left in a folder of results.
//!
//! Rule: only names that a run gives itself (`01-field.partial`) are touched, and only while no other
//! run is in the folder.

use super::names::{EARLIER, PARTIAL, REPORT, at, is_ours};
use std::io;
use std::path::Path;
use tramline_outputs::page::INDEX;

/// Removes what is not complete, and puts back what was being replaced.
pub(super) fn remove(out: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(out).map_err(at(out))? {
        let entry = entry.map_err(at(out))?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let path = entry.path();
        let is_folder = entry.file_type().map_err(at(&path))?.is_dir();
        let of_ours = |ending: &str| [REPORT, INDEX].map(|own| format!("{own}{ending}"));
        let left = [of_ours(PARTIAL), of_ours(EARLIER)];
        let pdf = [PARTIAL, EARLIER].map(|ending| name.ends_with(&format!(".pdf{ending}")));
        if !is_folder && (left.as_flattened().contains(&name) || pdf.contains(&true)) {
            std::fs::remove_file(&path).map_err(at(&path))?;
        }
        if !is_folder {
            continue;
        }
        if let Some(own) = name.strip_suffix(EARLIER).filter(|own| is_ours(own)) {
            let own = out.join(own);
            match std::fs::symlink_metadata(&own) {
                Ok(_) => std::fs::remove_dir_all(&path).map_err(at(&path))?,
                Err(_) => std::fs::rename(&path, &own).map_err(at(&path))?,
            }
        } else if name.strip_suffix(PARTIAL).is_some_and(is_ours) {
            std::fs::remove_dir_all(&path).map_err(at(&path))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_a_run_are_touched() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path();
        let folders = [
            "01-a.partial",
            "02-b.earlier.partial",
            "03-c",
            "03-c.earlier.partial",
            "mine.partial",
            "04-d e.partial",
        ];
        for name in folders {
            std::fs::create_dir(out.join(name)).unwrap();
        }
        for name in ["report.json.partial", "01-x.zip.partial", "05-e.partial"] {
            std::fs::write(out.join(name), "x").unwrap();
        }
        remove(out).unwrap();
        let left = std::fs::read_dir(out).unwrap();
        let mut left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        let expected = [
            "01-x.zip.partial",
            "02-b",
            "03-c",
            "04-d e.partial",
            "05-e.partial",
            "mine.partial",
        ];
        assert_eq!(left, expected);
    }
}
