//! Systematic corruption of a set of files: every sample is attacked in the same ways.
//!
//! Rule: each attack is one change, has a label that names it, and is the same at every run.

use tramline_samples::{Files, zip};

/// One attack: what was done, and the files after it.
pub struct Attack {
    pub label: String,
    pub files: Files,
}

/// Every attack on a set of files. `cuts` is the number of lengths at which each file is cut,
/// `flips` the number of single bytes that are flipped in each.
pub fn attacks(files: &Files, cuts: usize, flips: usize) -> impl Iterator<Item = Attack> + '_ {
    let cut = (0..files.len()).flat_map(move |which| {
        (0..cuts).map(move |n| {
            change(files, which, &format!("cut {n} of {cuts}"), |bytes| {
                // The first cut leaves nothing, the last all but one byte.
                let keep = match n {
                    0 => 0,
                    n if n + 1 == cuts => bytes.len().saturating_sub(1),
                    n => bytes.len() * n / cuts.max(1) + n % 3,
                };
                bytes.truncate(keep);
            })
        })
    });
    let flip = (0..files.len()).flat_map(move |which| {
        (0..flips).map(move |n| {
            change(files, which, &format!("flip {n} of {flips}"), |bytes| {
                let length = bytes.len();
                // Half of the flips hit the first 200 bytes, where the headers are.
                let reach = if n % 2 == 0 { length.min(200) } else { length };
                let place = (n + 1).wrapping_mul(7_919) % reach.max(1);
                if let Some(byte) = bytes.get_mut(place) {
                    *byte ^= [0xFF, 0x80, 0x01, 0x20][n % 4];
                }
            })
        })
    });
    let missing = (0..files.len()).map(move |which| {
        let mut left = files.clone();
        let (path, _) = left.remove(which);
        Attack {
            label: format!("{path} missing"),
            files: left,
        }
    });
    cut.chain(flip).chain(missing).chain(whole(files))
}

/// Attacks that change the set but no byte of a file: results must not get worse.
pub fn harmless(files: &Files) -> impl Iterator<Item = Attack> + '_ {
    let renamed = |label: &str, name: fn(&str) -> String| Attack {
        label: label.to_owned(),
        files: files
            .iter()
            .map(|(path, bytes)| (name(path), bytes.clone()))
            .collect(),
    };
    [
        renamed("upper case", str::to_uppercase),
        renamed("lower case", str::to_lowercase),
        renamed("deeper folder", |path| format!("a b/c/{path}")),
        Attack {
            label: "reversed".to_owned(),
            files: files.iter().rev().cloned().collect(),
        },
        Attack {
            label: "with junk".to_owned(),
            files: files
                .iter()
                .cloned()
                .chain([
                    ("Thumbs.db".to_owned(), vec![0xD0, 0xCF, 0x11, 0xE0]),
                    ("__MACOSX/._x".to_owned(), vec![0, 5, 22, 7]),
                ])
                .collect(),
        },
    ]
    .into_iter()
}

/// Attacks on the set as a whole that need the zip opener.
pub fn nested(files: &Files) -> Vec<u8> {
    let inner = zip(files);
    zip(&[("inner.zip".to_owned(), inner)])
}

fn whole(files: &Files) -> impl Iterator<Item = Attack> + '_ {
    let emptied = Attack {
        label: "all empty".to_owned(),
        files: files
            .iter()
            .map(|(path, _)| (path.clone(), Vec::new()))
            .collect(),
    };
    let doubled = Attack {
        label: "twice".to_owned(),
        files: files
            .iter()
            .flat_map(|(path, bytes)| {
                [
                    (path.clone(), bytes.clone()),
                    (format!("copy/{path}"), bytes.clone()),
                ]
            })
            .collect(),
    };
    harmless(files).chain([emptied, doubled])
}

fn change(files: &Files, which: usize, label: &str, with: impl FnOnce(&mut Vec<u8>)) -> Attack {
    let mut files = files.clone();
    let mut path = String::new();
    if let Some((name, bytes)) = files.get_mut(which) {
        path.clone_from(name);
        with(bytes);
    }
    Attack {
        label: format!("{path}: {label}"),
        files,
    }
}
