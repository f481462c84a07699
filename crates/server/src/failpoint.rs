//! Places where a crash test ends this process.
//!
//! `TRAMLINE_FAILPOINT=NAME[:N]` in the environment aborts the process when it passes the point of
//! that name for the N-th time (the first, when N is not given). Without the variable a point costs
//! one comparison.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Every point, in the order in which an upload passes them. A test holds that each is placed.
pub const POINTS: &[&str] = &[
    "upload.written",
    "upload.flushed",
    "upload.compared",
    "upload.checked",
    "upload.adopted",
    "upload.committing",
    "upload.committed",
    "run.leased",
    "file.announcing",
    "file.announced",
    "file.adopted",
    "file.publishing",
    "file.published",
    "run.converted",
    "run.publishing",
    "run.published",
    "run.told",
];

struct Armed {
    name: String,
    left: AtomicU64,
}

/// `NAME` or `NAME:N`.
fn armed(text: &str) -> Armed {
    let (name, count) = text.split_once(':').unwrap_or((text, "1"));
    Armed {
        name: name.to_owned(),
        left: AtomicU64::new(count.parse().unwrap_or(1)),
    }
}

impl Armed {
    /// Whether this passing is the one.
    fn passes(&self, name: &str) -> bool {
        self.name == name && self.left.fetch_sub(1, Ordering::Relaxed) == 1
    }
}

/// Passes a point.
pub(crate) fn pass(name: &str) {
    static ARMED: OnceLock<Option<Armed>> = OnceLock::new();
    let found = ARMED.get_or_init(|| {
        let text = std::env::var("TRAMLINE_FAILPOINT").ok()?;
        Some(armed(&text))
    });
    if found.as_ref().is_some_and(|armed| armed.passes(name)) {
        std::process::abort();
    }
}

#[cfg(test)]
mod tests {
    //! Which passing of which point it is.

    use super::{POINTS, armed};

    #[test]
    fn the_named_passing_and_no_other() {
        let third = armed("run.leased:3");
        let passings = [
            "run.leased",
            "run.converted",
            "run.leased",
            "run.leased",
            "run.leased",
        ];
        let hits: Vec<bool> = passings.iter().map(|name| third.passes(name)).collect();
        assert_eq!(hits, [false, false, false, true, false]);
        assert!(armed("run.leased").passes("run.leased"));
    }

    #[test]
    fn every_point_is_placed_once() {
        let sources = [
            include_str!("api/batches/receive.rs"),
            include_str!("api/batches/uploads.rs"),
            include_str!("store/sqlite/uploads.rs"),
            include_str!("store/sqlite/conversions.rs"),
            include_str!("jobs/worker.rs"),
            include_str!("jobs/convert/mod.rs"),
            include_str!("jobs/convert/end.rs"),
            include_str!("jobs/convert/publish.rs"),
        ];
        for point in POINTS {
            let call = format!("pass(\"{point}\")");
            let count: usize = sources.iter().map(|text| text.matches(&call).count()).sum();
            assert_eq!(count, 1, "{point}");
        }
    }
}
