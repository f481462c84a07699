//! What is fuzzed: a target for the reader of each format, one for the container of uploads, one for detection.
//!
//! A target takes any bytes, does with them what a conversion does, and panics where a promise of the crate `formats` is
//! broken. `bin/engine.rs` lets libFuzzer call it, `bin/replay.rs` runs it on files without any tool.
//!
//! Rule: the list of formats is the registry's; nothing is named here that it does not have.

mod input;
mod receiver;
#[cfg(feature = "seeds")]
pub mod seeds;
mod usual;

use receiver::Touching;
use std::io::Read as _;
use tramline_formats::{Format, Limits, ReadOptions, Tree, Verdict, detect, registry};

pub use input::{MARK, encode};

/// The zip container: bytes of an upload.
pub const CONTAINER: &str = "container";
/// Detection over entries.
pub const DETECTION: &str = "detection";

/// One thing that is fuzzed.
#[derive(Clone, Copy)]
pub enum Target {
    /// Opens the bytes as an upload and reads all entries.
    Container,
    /// Asks all formats for the entries.
    Detection,
    /// Has one format claim the entries, and read what it claims.
    Reader(&'static Format),
}

/// All targets: the container, detection, and the readers in the order of the registry.
pub fn targets() -> impl Iterator<Item = Target> {
    let readers = registry::FORMATS.iter().copied().map(Target::Reader);
    [Target::Container, Target::Detection]
        .into_iter()
        .chain(readers)
}

impl Target {
    /// The target of this name.
    pub fn named(name: &str) -> Option<Self> {
        targets().find(|target| target.name() == name)
    }

    /// The id of the format, or `container`, or `detection`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Container => CONTAINER,
            Self::Detection => DETECTION,
            Self::Reader(format) => format.id,
        }
    }

    /// Runs the target on an input: a zip for the container, else entries as [`encode`] joins them.
    ///
    /// # Panics
    /// Where a promise is broken.
    pub fn run(self, data: &[u8]) {
        match self {
            Self::Container => container(data),
            Self::Detection => detection(&input::tree(data, "upload")),
            Self::Reader(format) => reader(format, data),
        }
    }
}

/// Small enough that no input takes long or much memory by right.
fn limits() -> Limits {
    Limits {
        upload_bytes: 4 << 20,
        entries: 1_000,
        unpacked_bytes: 32 << 20,
        entry_bytes: 8 << 20,
        points: 100_000,
        ..Limits::default()
    }
}

fn container(data: &[u8]) {
    let limits = limits();
    let Ok(tree) = Tree::from_zip_bytes("upload.zip", data.to_vec(), &limits) else {
        return;
    };
    assert!(
        tree.entries().len() <= limits.entries,
        "more entries than the limit"
    );
    let mut unpacked = 0;
    for id in tree.ids() {
        let Ok(mut stream) = tree.stream(id) else {
            continue;
        };
        let mut chunk = [0; 4 << 10];
        while let Ok(read @ 1..) = stream.read(&mut chunk) {
            unpacked += read as u64;
        }
        assert!(
            unpacked <= limits.unpacked_bytes,
            "more bytes than the limit"
        );
    }
}

/// Asks all formats.
///
/// # Panics
/// When an entry belongs to two datasets, or to none without a reason.
fn detection(tree: &Tree) {
    let found = detect(tree, None, &ReadOptions::default());
    let mut told = vec![0; tree.entries().len()];
    let mut tell = |at: usize| {
        if let Some(times) = told.get_mut(at) {
            *times += 1;
        }
    };
    for claim in &found.claims {
        assert!(
            claim.entries.contains(&claim.main),
            "a claim without its main entry"
        );
        claim.entries.iter().for_each(|id| tell(id.index()));
    }
    for left in &found.unclaimed {
        assert!(
            !left.reason.is_empty(),
            "an entry is left out without a reason"
        );
        tell(left.entry.index());
    }
    assert!(
        told.iter().all(|times| *times == 1),
        "entries are told {told:?} times"
    );
}

fn reader(format: &Format, data: &[u8]) {
    let tree = input::tree(data, usual::name(format.id));
    let options = ReadOptions::default();
    for claim in (format.claim)(&tree, &options) {
        match &claim.verdict {
            Verdict::Read => {
                let mut receiver = Touching::default();
                let read = (format.read)(&tree, &claim, &limits(), &options, &mut receiver);
                receiver.end(read.is_ok());
            }
            Verdict::Recognised { text, .. } => assert!(!text.is_empty(), "named without words"),
            Verdict::NotMachineData { reason } | Verdict::OtherData { reason } => {
                assert!(!reason.is_empty(), "listed without words");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Target, targets, usual};

    #[test]
    fn every_format_is_a_target_with_a_usual_name() {
        for target in targets() {
            let name = target.name();
            assert!(
                Target::named(name).is_some_and(|found| found.name() == name),
                "{name}"
            );
            if let Target::Reader(format) = target {
                assert!(usual::is_known(format.id), "no usual name of {name}");
            }
        }
    }

    #[test]
    fn no_target_needs_a_certain_shape() {
        for target in targets() {
            for data in [
                &b""[..],
                b"#### ",
                b"#### a\n",
                b"\n#### a\n\n#### a\nx",
                b"PK",
            ] {
                target.run(data);
            }
        }
    }
}
