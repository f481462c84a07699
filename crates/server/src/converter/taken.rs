//! What a converter left becomes the service's own. A converter has read strangers' bytes: what it left is
//! looked at before anything is followed.

use std::io;
use std::os::unix::fs::{MetadataExt, lchown};
use std::path::Path;

/// Takes a folder over, with all below it: plain files with one name, and folders. Anything else leads
/// somewhere, and is an error.
pub(super) fn take_over(folder: &Path) -> io::Result<()> {
    let own = (
        rustix::process::geteuid().as_raw(),
        rustix::process::getegid().as_raw(),
    );
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        let found = std::fs::symlink_metadata(&path)?;
        let plain = found.is_dir() || (found.is_file() && found.nlink() == 1);
        if !plain {
            let text = format!(
                "the converter left `{}`, which is no plain file",
                path.display()
            );
            return Err(io::Error::other(text));
        }
        if found.uid() != own.0 {
            lchown(&path, Some(own.0), Some(own.1))?;
        }
        if found.is_dir() {
            for entry in std::fs::read_dir(&path)? {
                open.push(entry?.path());
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    //! Links of both kinds are refused, wherever they are.

    use super::take_over;

    #[test]
    fn what_leads_elsewhere_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("01-field/images");
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::write(inner.join("a.png"), "").unwrap();
        take_over(folder.path()).unwrap();
        let link = inner.join("b.png");
        std::os::unix::fs::symlink("/etc/hostname", &link).unwrap();
        let said = take_over(folder.path()).unwrap_err().to_string();
        assert!(said.contains("b.png"), "{said}");
        std::fs::remove_file(&link).unwrap();
        std::fs::hard_link(inner.join("a.png"), &link).unwrap();
        take_over(folder.path()).unwrap_err();
    }
}
