//! Files of people in the folder of a machine file: a project of a GIS, a note.
//!
//! Rule: when results replace earlier ones, what Tramline did not write goes along; what it wrote does
//! not, as it would be taken for a result of now.

use super::names::at;
use std::io::{self, Read};
use std::path::Path;
use tramline_convert::exports::StoredFormat;
use tramline_outputs::disk;
use tramline_outputs::page::{INDEX, POLICY};

/// Beginnings of what a conversion writes: `standard.parquet`, `summary.metric.json`.
const STEMS: [&str; 12] = [
    "raw",
    "standard",
    "filtered",
    "dropped",
    "polygon",
    "outside-field",
    "summary",
    "units",
    "status",
    "images",
    "original",
    "report",
];
/// Their endings.
const ENDINGS: [&str; 5] = ["geojson", "parquet", "json", "zip", "html"];
/// Folders of which all is Tramline's.
const FOLDERS: [&str; 7] = [
    "images",
    "adapt",
    "classes",
    "geotiff",
    "geotiff-utm",
    "grid",
    "picture",
];
/// Folder of the exports.
pub(crate) const EXPORTS: &str = "export";
/// What exports have beside the endings of their formats; the last two are SQLite's.
const PARTS: [&str; 7] = [
    ".shx",
    ".dbf",
    ".prj",
    ".cpg",
    "-columns.csv",
    ".gpkg-wal",
    ".gpkg-shm",
];

/// Carries what is not Tramline's from the folder of before into the new one; `name` is that of the
/// machine file. Nothing is taken away from the old one.
pub(super) fn carry(old: &Path, new: &Path, name: &str) -> io::Result<()> {
    folder(old, new, &|entry, is_folder| match is_folder {
        true => FOLDERS.contains(&entry),
        false => is_result(entry),
    })?;
    let (old, new) = (old.join(EXPORTS), new.join(EXPORTS));
    if !old.is_dir() {
        return Ok(());
    }
    folder(&old, &new, &|entry, is_folder| {
        !is_folder && entry.strip_prefix(name).is_some_and(is_export)
    })
}

/// Removes what is Tramline's from the folder of a machine file of before, and the folder if nothing
/// else is in it.
pub(super) fn remove(old: &Path, name: &str) -> io::Result<()> {
    // A link is not ours: what it leads to is somebody else's.
    match std::fs::symlink_metadata(old) {
        Ok(about) if about.is_dir() => {}
        _ => return Ok(()),
    }
    let exports = old.join(EXPORTS);
    if exports.is_dir() {
        remove_in(&exports, &|entry, is_folder| {
            !is_folder && entry.strip_prefix(name).is_some_and(is_export)
        })?;
    }
    remove_in(old, &|entry, is_folder| match is_folder {
        true => FOLDERS.contains(&entry),
        false => is_result(entry),
    })
}

/// Removes the page over all machine files, if it is one of Tramline's.
pub(super) fn remove_index(out: &Path) -> io::Result<()> {
    let path = out.join(INDEX);
    let mut start = Vec::new();
    let file = std::fs::File::open(&path);
    let read = file.and_then(|file| file.take(2_000).read_to_end(&mut start));
    let ours = String::from_utf8_lossy(&start).contains(POLICY);
    if read.is_ok() && ours {
        std::fs::remove_file(&path).map_err(at(&path))?;
    }
    Ok(())
}

/// Removes the entries of a folder that are ours, and the folder if it is empty then.
fn remove_in(folder: &Path, is_ours: &dyn Fn(&str, bool) -> bool) -> io::Result<()> {
    for entry in std::fs::read_dir(folder).map_err(at(folder))? {
        let entry = entry.map_err(at(folder))?;
        let path = entry.path();
        let is_folder = entry.file_type().map_err(at(&path))?.is_dir();
        let name = entry.file_name();
        if !name.to_str().is_some_and(|name| is_ours(name, is_folder)) {
            continue;
        }
        match is_folder {
            true => std::fs::remove_dir_all(&path).map_err(at(&path))?,
            false => std::fs::remove_file(&path).map_err(at(&path))?,
        }
    }
    // One that has something in it stays.
    let _ = std::fs::remove_dir(folder);
    Ok(())
}

fn is_result(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let ending = name.rsplit('.').next().unwrap_or_default();
    STEMS.contains(&stem) && ENDINGS.contains(&ending)
}

fn is_export(ending: &str) -> bool {
    let format = |format: StoredFormat| ending.strip_prefix('.') == Some(format.ending());
    PARTS.contains(&ending) || StoredFormat::all().any(format)
}

/// Carries the entries of a folder that are not ours and that the new one has not.
fn folder(old: &Path, new: &Path, is_ours: &dyn Fn(&str, bool) -> bool) -> io::Result<()> {
    for entry in std::fs::read_dir(old).map_err(at(old))? {
        let entry = entry.map_err(at(old))?;
        let is_folder = entry.file_type().map_err(at(&entry.path()))?.is_dir();
        let name = entry.file_name();
        let target = new.join(&name);
        let ours = name.to_str().is_some_and(|name| is_ours(name, is_folder));
        if ours || name == EXPORTS || (!is_folder && target.exists()) {
            continue;
        }
        if is_folder {
            folder(&entry.path(), &target, &|_, _| false)?;
            continue;
        }
        disk::create_folder(new)?;
        // A second name takes no space; where there are none, it is a copy.
        if std::fs::hard_link(entry.path(), &target).is_err() {
            std::fs::copy(entry.path(), &target).map_err(at(&target))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_put_there_goes_along_and_results_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (
            folder.path().join("01-a"),
            folder.path().join("01-a.partial"),
        );
        let results = [
            "standard.parquet",
            "summary.metric.json",
            "images/speed.png",
            "export/01-a.gpkg",
            "export/01-a-columns.csv",
        ];
        let own = [
            "notes.txt",
            "map.qgz",
            "export/01-a.qgz",
            "mine/deep/standard.parquet",
        ];
        for name in results.iter().chain(&own) {
            let path = old.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, name).unwrap();
        }
        std::fs::create_dir(&new).unwrap();
        carry(&old, &new, "01-a").unwrap();
        for name in own {
            assert_eq!(std::fs::read_to_string(new.join(name)).unwrap(), name);
        }
        for name in results {
            assert!(!new.join(name).exists(), "{name}");
        }
        // And nothing but results is removed.
        remove(&old, "01-a").unwrap();
        for name in own {
            assert_eq!(std::fs::read_to_string(old.join(name)).unwrap(), name);
        }
        for name in results {
            assert!(!old.join(name).exists(), "{name}");
        }
    }
}
