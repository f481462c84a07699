//! Telling a full disk from other trouble, once an error is text.

/// ENOSPC and EDQUOT as the standard library writes them, and what SQLite says.
const MARKS: [&str; 3] = [
    "(os error 28)",
    "(os error 122)",
    "database or disk is full",
];

/// Whether an error of the operating system that is told here says that a disk, or the caller's share of one,
/// has no space left. Only for what the system said: a text that quotes an upload may say anything.
pub fn tells_full_disk(text: &str) -> bool {
    MARKS.iter().any(|mark| text.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::tells_full_disk;
    use std::io::Error;

    #[test]
    fn no_space_and_no_share_are_told_from_a_file_that_is_too_large() {
        let told = |code| tells_full_disk(&Error::from_raw_os_error(code).to_string());
        assert!(told(28) && told(122));
        assert!(!told(27) && !told(5));
    }
}
