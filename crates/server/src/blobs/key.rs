//! Names of blobs: what a blob is makes its key, and nothing else does.

use std::fmt::{Display, Formatter, Result as Formatted};

/// What a blob is. Keys are written once; a run that begins again writes under another fence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// Bytes that a client sent.
    Upload {
        /// Whose they are.
        user: String,
        /// Id of the upload.
        upload: String,
    },
    /// A file that a run made.
    Made {
        /// Id of the run.
        run: String,
        /// Its fence.
        fence: i64,
        /// Name below these, with slashes.
        name: String,
    },
}

pub(crate) const UPLOADS: &str = "uploads";
const RUNS: &str = "runs";

impl Key {
    /// What every key begins with.
    pub const PREFIXES: [&'static str; 2] = [UPLOADS, RUNS];

    /// Reads a key as it stands in a row.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, '/');
        let mut part = || parts.next().filter(|part| !part.is_empty());
        let (kind, owner, second) = (part()?, part()?, part()?);
        let name = parts.next();
        match kind {
            UPLOADS if name.is_none() && second != ".." => Some(Self::Upload {
                user: owner.to_owned(),
                upload: second.to_owned(),
            }),
            RUNS => Some(Self::Made {
                run: owner.to_owned(),
                fence: second.parse().ok()?,
                name: name.filter(|name| is_inner(name))?.to_owned(),
            }),
            _ => None,
        }
        .filter(|_| owner != "..")
    }

    /// Of a file within the folder of this key.
    #[must_use]
    pub fn below(&self, inner: &str) -> Self {
        let mut key = self.clone();
        if let Self::Made { name, .. } = &mut key {
            name.push('/');
            name.push_str(inner);
        }
        key
    }
}

/// Whether a name leads nowhere but down.
pub(crate) fn is_inner(name: &str) -> bool {
    !name.is_empty()
        && !name
            .split(['/', '\\'])
            .any(|part| matches!(part, "" | "." | ".."))
}

impl Display for Key {
    fn fmt(&self, f: &mut Formatter<'_>) -> Formatted {
        match self {
            Self::Upload { user, upload } => write!(f, "{UPLOADS}/{user}/{upload}"),
            Self::Made { run, fence, name } => write!(f, "{RUNS}/{run}/{fence}/{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    //! Keys there and back, and what is no key.

    use super::Key;

    #[test]
    fn a_key_is_read_as_it_is_written() {
        for text in [
            "uploads/user/upload",
            "runs/run/7/01-harvest/images/yield.png",
        ] {
            let key = Key::parse(text);
            assert_eq!(key.map(|key| key.to_string()).as_deref(), Some(text));
        }
        for text in [
            "",
            "uploads",
            "uploads/user",
            "uploads/user/upload/more",
            "uploads/../upload",
            "uploads/user/..",
            "runs/run/1",
            "runs/run/first/points.parquet",
            "runs/run/1/../../other",
            "runs/run/1//points",
            "cache/a/b",
        ] {
            assert_eq!(Key::parse(text), None, "{text}");
        }
    }
}
