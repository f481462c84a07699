//! What is complete gets its own name.
//!
//! Rule: what has that name is never gone, except for the moment between two renames on a file system
//! that cannot exchange names; `stale` undoes that. An exchange that fails undoes those before it.

use super::kept;
use super::names::{EARLIER, REPORT, at, partial};
use super::partials::Names;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Renames, with the trouble of the new name.
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::rename(from, to).map_err(at(to))
}

/// Gives a complete folder its name. What had the name before is given back, to be removed.
pub(super) fn into_place(out: &Path, name: &str, named: &mut Names) -> io::Result<Option<PathBuf>> {
    let (new, own) = (out.join(partial(name)), out.join(name));
    if std::fs::symlink_metadata(&own).is_err() {
        rename(&new, &own)?;
        named.forget(&new);
        return Ok(None);
    }
    if new.is_dir() {
        kept::carry(&own, &new, name)?;
    }
    if renameat_with(CWD, &new, CWD, &own, RenameFlags::EXCHANGE).is_ok() {
        // The partial name is now that of the earlier folder.
        return Ok(Some(new));
    }
    let earlier = out.join(format!("{name}{EARLIER}"));
    rename(&own, &earlier)?;
    if let Err(cause) = rename(&new, &own) {
        rename(&earlier, &own)?;
        return Err(cause);
    }
    named.forget(&new);
    named.add(&earlier);
    Ok(Some(earlier))
}

/// Gives all folders their names, and then the report. What is to be removed afterwards.
pub(super) fn all(
    out: &Path,
    names: &[String],
    report: &Path,
    named: &mut Names,
) -> io::Result<Vec<PathBuf>> {
    let own = out.join(REPORT);
    let earlier = out.join(format!("{REPORT}{EARLIER}"));
    // Without a report there is none that belongs to other folders, should the power go now.
    let was_there = match std::fs::rename(&own, &earlier) {
        Ok(()) => true,
        Err(cause) if cause.kind() == ErrorKind::NotFound => false,
        Err(cause) => return Err(at(&own)(cause)),
    };
    let mut done: Vec<(&str, Option<PathBuf>)> = Vec::new();
    let mut swapped = || {
        for name in names {
            let old = into_place(out, name, named)?;
            done.push((name, old));
        }
        rename(report, &own)
    };
    if let Err(cause) = swapped() {
        for (name, old) in done.into_iter().rev() {
            back(out, name, old, named)?;
        }
        if was_there {
            rename(&earlier, &own)?;
        }
        return Err(cause);
    }
    named.forget(report);
    let mut old: Vec<PathBuf> = done.into_iter().filter_map(|(_, old)| old).collect();
    if was_there {
        named.add(&earlier);
        old.push(earlier);
    }
    Ok(old)
}

/// Takes a folder out of its place again, and puts back what was there.
fn back(out: &Path, name: &str, old: Option<PathBuf>, named: &mut Names) -> io::Result<()> {
    let (new, own) = (out.join(partial(name)), out.join(name));
    named.add(&new);
    match old {
        Some(old) if old == new => renameat_with(CWD, &new, CWD, &own, RenameFlags::EXCHANGE)
            .map_err(|cause| at(&own)(cause.into())),
        Some(old) => {
            rename(&own, &new)?;
            named.forget(&old);
            rename(&old, &own)
        }
        None => rename(&own, &new),
    }
}
