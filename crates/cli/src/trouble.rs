//! What a person is told when something cannot be written: what, where, why, how much is free and how
//! much is needed, and what to do. One message.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use tramline_convert::RunError;
use tramline_convert::maps::MapError;
use tramline_outputs::WriteError;
use tramline_outputs::disk::{self, Free, Trouble};

/// Something could not be written.
#[derive(Debug)]
pub(crate) struct CannotWrite {
    text: String,
    pub(crate) kind: ErrorKind,
}

impl std::fmt::Display for CannotWrite {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.text)
    }
}

impl Error for CannotWrite {}

/// How far a run was.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scene {
    /// Datasets that were begun, and all of them.
    pub(crate) datasets: (usize, usize),
    /// Bytes of results that were written.
    pub(crate) written: u64,
    /// The folder of the results, and what is left in it.
    pub(crate) out: PathBuf,
    pub(crate) left: String,
}

impl Scene {
    /// What the datasets to come will take, by those so far.
    fn to_come(&self) -> Option<u64> {
        let (begun, all) = self.datasets;
        let rest = all.checked_sub(begun).filter(|rest| *rest > 0)?;
        let each = self.written.checked_div(begun as u64)?;
        Some(each.saturating_mul(rest as u64)).filter(|bytes| *bytes > 0)
    }
}

/// The error for a person, where it is one of writing; else as it is.
pub(crate) fn told(error: anyhow::Error, scene: &Scene) -> anyhow::Error {
    let Some(trouble) = error.chain().find_map(trouble_in) else {
        return error;
    };
    let kind = trouble.cause.kind();
    CannotWrite {
        text: text(trouble, scene),
        kind,
    }
    .into()
}

/// What is packed in the input does not fit into the temporary folder.
pub(crate) fn unpacking(folder: PathBuf, needed: u64, cause: io::Error) -> CannotWrite {
    let kind = cause.kind();
    // What was unpacked is gone again, and its room is free.
    let free = disk::free(&folder);
    let trouble = Trouble {
        free,
        path: folder,
        temporary: true,
        unwritten: needed.saturating_sub(free.map_or(0, |free| free.bytes)),
        cause,
    };
    let text = text(&trouble, &Scene::default());
    CannotWrite { text, kind }
}

/// Whether the disk did not take something.
pub(crate) fn is_disk(cause: &(dyn Error + 'static)) -> bool {
    trouble_in(cause).is_some()
}

fn trouble_in<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a Trouble> {
    if let Some(trouble) = cause.downcast_ref() {
        return Some(trouble);
    }
    Trouble::of(io_error(cause)?)
}

/// The error of the system in those that have one.
pub(crate) fn io_error<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a io::Error> {
    if let Some(RunError::Spool(cause)) = cause.downcast_ref() {
        return Some(cause);
    }
    if let Some(RunError::Write(WriteError::Io { cause, .. })) = cause.downcast_ref() {
        return Some(cause);
    }
    if let Some(WriteError::Io { cause, .. }) = cause.downcast_ref() {
        return Some(cause);
    }
    if let Some(MapError::Write { cause, .. }) = cause.downcast_ref() {
        return Some(cause);
    }
    cause.downcast_ref()
}

fn text(trouble: &Trouble, scene: &Scene) -> String {
    let shown = own_name(&trouble.path);
    let out = Some(scene.out.as_path()).filter(|out| !out.as_os_str().is_empty());
    let folder = match (out, trouble.path.parent()) {
        _ if trouble.temporary => &trouble.path,
        // The folders below it may be gone when this is read.
        (Some(out), _) if trouble.path.starts_with(out) => out,
        (_, Some(folder)) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let folder = own_name(folder);
    let mut lines = Vec::new();
    lines.push(match trouble.temporary {
        true => format!(
            "cannot write to the temporary folder `{}`: {}",
            shown.display(),
            why(trouble)
        ),
        false => format!("cannot write `{}`: {}", shown.display(), why(trouble)),
    });
    if is_about_space(trouble.cause.kind()) {
        lines.push(space(trouble, &folder, scene));
    }
    lines.push(format!("what to do: {}", what_to_do(trouble, &folder)));
    if !scene.left.is_empty() {
        lines.push(scene.left.clone());
    }
    lines.join("\n")
}

/// A path as it will be called when it is complete: what is not is gone when this is read.
fn own_name(path: &Path) -> PathBuf {
    let parts = path.components().map(|part| {
        let name = part.as_os_str();
        let own = name.to_str().and_then(|name| name.strip_suffix(".partial"));
        own.map_or(name.to_owned(), Into::into)
    });
    parts.collect()
}

fn is_about_space(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

fn why(trouble: &Trouble) -> String {
    let full_of_files = trouble.free.is_some_and(|free| free.no_more_files);
    let words = match trouble.cause.kind() {
        ErrorKind::StorageFull if full_of_files => "the file system has no room for another file",
        ErrorKind::StorageFull => "the disk is full",
        ErrorKind::QuotaExceeded => "your quota of this disk is used up",
        ErrorKind::PermissionDenied => "you have no permission to write there",
        ErrorKind::ReadOnlyFilesystem => "the disk can only be read",
        ErrorKind::InvalidFilename => "the name is too long for this file system",
        ErrorKind::FileTooLarge => "the file would be larger than allowed",
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => "a file is where a folder has to be",
        ErrorKind::IsADirectory => "a folder is where the file has to be",
        _ => return trouble.cause.to_string(),
    };
    words.to_owned()
}

fn space(trouble: &Trouble, folder: &Path, scene: &Scene) -> String {
    let folder = folder.display();
    let no_more_files = trouble.free.is_some_and(|free| free.no_more_files);
    let free = match trouble.free {
        Some(Free { bytes, .. }) => format!("free on the disk of `{folder}`: {}", size(bytes)),
        None => format!("the system does not say what is free on the disk of `{folder}`"),
    };
    let needed = match trouble.unwritten {
        _ if no_more_files => "at least one more file".to_owned(),
        0 => "more than that".to_owned(),
        bytes => format!("at least {} more", size(bytes)),
    };
    let mut text = format!("{free}; needed: {needed}");
    if let Some(bytes) = scene
        .to_come()
        .filter(|_| !trouble.temporary && !no_more_files)
    {
        let (begun, all) = scene.datasets;
        let bytes = size(bytes.saturating_add(trouble.unwritten));
        text.push_str(&format!(
            ", and about {bytes} for the rest of the input, judging by {begun} of {all} datasets"
        ));
    }
    text
}

fn what_to_do(trouble: &Trouble, folder: &Path) -> String {
    let shown = folder.display();
    if trouble.temporary {
        return match trouble.cause.kind() {
            kind if is_about_space(kind) => format!(
                "free space in `{shown}`, or set TMPDIR to a folder on a disk with more space, then run \
                 the command again"
            ),
            _ => "set TMPDIR to a folder that you can write to, then run the command again"
                .to_owned(),
        };
    }
    match trouble.cause.kind() {
        ErrorKind::StorageFull => "free space there, or choose a folder on another disk, then run \
                                   the command again"
            .to_owned(),
        ErrorKind::QuotaExceeded => {
            "delete files of yours on that disk, ask its administrator for \
                                     more, or choose a folder on another disk"
                .to_owned()
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "choose a folder that you can write to".to_owned()
        }
        ErrorKind::InvalidFilename => "choose a folder with a shorter path".to_owned(),
        ErrorKind::FileTooLarge => {
            "raise the limit of your shell (`ulimit -f`), or choose a disk that takes larger files"
                .to_owned()
        }
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists | ErrorKind::IsADirectory => {
            "move what is there, or choose another folder".to_owned()
        }
        _ => "check the disk and its cable or network, then run the command again".to_owned(),
    }
}

/// A size for a person.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    for (unit, name) in UNITS {
        if bytes >= unit {
            return format!("{:.1} {name}", bytes as f64 / unit as f64);
        }
    }
    match bytes {
        1 => "1 byte".to_owned(),
        _ => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    fn said(kind: ErrorKind, scene: &Scene) -> String {
        let path = Path::new("/results/01-field.partial/standard.geojson");
        let cause = Trouble::of_path(path, kind.into());
        let name = "01-field/standard.geojson".to_owned();
        let failed: Result<(), _> = Err(RunError::Write(WriteError::Io { name, cause }));
        told(failed.context("cannot").expect_err("fails"), scene).to_string()
    }

    #[test]
    fn every_trouble_has_path_reason_and_cure() {
        for (kind, words) in [
            (ErrorKind::StorageFull, "the disk is full"),
            (ErrorKind::QuotaExceeded, "quota"),
            (ErrorKind::PermissionDenied, "permission"),
            (ErrorKind::ReadOnlyFilesystem, "can only be read"),
            (ErrorKind::InvalidFilename, "too long"),
            (ErrorKind::FileTooLarge, "ulimit -f"),
            (ErrorKind::NotADirectory, "a file is where"),
            (ErrorKind::Other, "other error"),
        ] {
            let text = said(kind, &Scene::default());
            assert!(
                text.contains("`/results/01-field/standard.geojson`"),
                "{text}"
            );
            assert!(
                text.contains(words) && text.contains("what to do: "),
                "{text}"
            );
            assert_eq!(
                text.contains("free on the disk of"),
                is_about_space(kind),
                "{text}"
            );
            assert_eq!(text.contains("needed: "), is_about_space(kind), "{text}");
        }
    }

    #[test]
    fn what_is_to_come_is_judged_by_what_came() {
        let scene = Scene {
            datasets: (2, 10),
            written: 3_000_000,
            left: "nothing".to_owned(),
            ..Scene::default()
        };
        let text = said(ErrorKind::StorageFull, &scene);
        assert!(text.contains("about 12.0 MB for the rest"), "{text}");
        assert!(text.contains("2 of 10 datasets"), "{text}");
        assert_eq!(
            Scene {
                datasets: (0, 10),
                ..scene.clone()
            }
            .to_come(),
            None
        );
        assert_eq!(
            Scene {
                datasets: (10, 10),
                ..scene
            }
            .to_come(),
            None
        );
    }

    #[test]
    fn other_errors_stay_as_they_are() {
        let error = told(anyhow::anyhow!("no such option"), &Scene::default());
        assert_eq!(error.to_string(), "no such option");
        assert_eq!(
            [0, 1, 999, 12_345, 2_500_000].map(size).join(" "),
            "0 bytes 1 byte 999 bytes 12.3 kB 2.5 MB"
        );
    }
}
