//! What lies beside a file that was given alone and belongs to it.
//!
//! Rule: only names are read until one belongs; links and special files are passed over, so nothing
//! outside of the folder is reached. Who belongs is said by the caller: nothing here knows a format.

use std::io;
use std::path::{Path, PathBuf};

/// Names of a folder that are looked at.
const NAMES: usize = 200_000;
/// Files that are taken in beside the one that was given.
const FILES: usize = 20_000;

/// Whether a file belongs: the name given, and another, both in lower case.
pub(super) type Belongs<'a> = &'a dyn Fn(&str, &str) -> bool;

/// The files that belong to `path`, with their names from its folder, in the order of these.
pub(super) fn beside(path: &Path, belongs: Belongs) -> io::Result<Vec<(String, PathBuf)>> {
    let Some(given) = path.file_name().map(|name| name.to_string_lossy()) else {
        return Ok(Vec::new());
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let lower = given.to_lowercase();
    let mut found = Vec::new();
    let mut folders = vec![(folder.to_path_buf(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        for item in std::fs::read_dir(&folder)?.take(NAMES) {
            let item = item?;
            let own = item.file_name();
            let name = format!("{prefix}{}", own.to_string_lossy());
            if name == given || found.len() >= FILES {
                continue;
            }
            let low = name.to_lowercase();
            if belongs(&lower, &low) && item.file_type()?.is_file() {
                found.push((name, item.path()));
            } else if prefix.is_empty()
                && belongs(&lower, &format!("{low}/"))
                && item.file_type()?.is_dir()
            {
                folders.push((item.path(), format!("{name}/")));
            }
        }
    }
    found.sort();
    Ok(found)
}
