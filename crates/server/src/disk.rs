//! How much space is left on the disks of the data folder, and what follows from too little.
//!
//! Rules: a full disk is a state that passes, not an error of a run or of an upload. It begins when less than
//! `free_bytes_min` is left, or when a write found no space, and it ends when clearly more is left and a write
//! goes well. The log tells of its beginning and of its end, once each.

use crate::blocking::blocking;
use crate::settings::Settings;
use crate::store::DATABASE;
use std::fmt::{Display, Formatter};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What a batch that waits says of itself.
pub(crate) const WAITS: &str = "waits for disk space";
/// How old what was measured may be.
const FRESH: Duration = Duration::from_secs(1);
/// How long nothing is tried after a write that found no space.
const PAUSE: Duration = Duration::from_secs(5);
/// Bytes that a trial writes.
const TRIAL: usize = 64 << 10;
/// An upload needs so many times its own bytes: its copy, the spool of its conversion, and what comes of it.
const TIMES: u64 = 4;

/// Parts of the data folder, each perhaps a file system of its own, by what they are for.
const PLACES: [(&str, &str); 4] = [
    (DATABASE, ""),
    ("uploads under way", "incoming"),
    ("conversions under way", "work"),
    ("stored files", "blobs"),
];

/// The disks of a data folder; cheap to clone.
#[derive(Clone)]
pub(crate) struct Disk(Arc<Shared>);

struct Shared {
    places: Vec<(&'static str, PathBuf)>,
    /// Less is too little; 0: only a write that fails tells.
    least: u64,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    looked: Option<Instant>,
    /// Bytes that are free, by place.
    free: Vec<(&'static str, u64)>,
    /// When a write last found no space.
    failed: Option<Instant>,
    short: Option<Shortage>,
}

/// Too little space, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shortage {
    /// What the disk is for.
    place: &'static str,
    /// Bytes that are free and that are needed; `None` when a write found no space.
    bytes: Option<(u64, u64)>,
}

impl Display for Shortage {
    fn fmt(&self, to: &mut Formatter<'_>) -> std::fmt::Result {
        let place = self.place;
        match self.bytes {
            Some((free, needed)) => write!(
                to,
                "the disk of {place} has {free} bytes free, and {needed} are needed"
            ),
            None => write!(to, "a write to the disk of {place} found no space"),
        }
    }
}

impl Disk {
    /// The disks of the data folder, measured at once.
    pub(crate) fn new(settings: &Settings) -> Self {
        let places = PLACES.map(|(place, folder)| (place, settings.data.join(folder)));
        let disk = Self(Arc::new(Shared {
            places: places.into(),
            least: settings.free_bytes_min,
            seen: Mutex::default(),
        }));
        disk.look();
        disk
    }

    /// What is short, if anything is.
    pub(crate) async fn shortage(&self) -> Option<Shortage> {
        self.freshen().await;
        self.seen().short.clone()
    }

    /// Whether anything was short when it was last looked at.
    pub(crate) fn is_short(&self) -> bool {
        self.seen().short.is_some()
    }

    /// What is too little for an upload of so many bytes, if anything is.
    pub(crate) async fn short_for(&self, bytes: u64) -> Option<Shortage> {
        self.short_of(bytes.saturating_mul(TIMES)).await
    }

    /// What is too little for an upload of which so many bytes have arrived already, if anything is.
    pub(crate) async fn short_meanwhile(&self, arrived: u64) -> Option<Shortage> {
        self.short_of(arrived.saturating_mul(TIMES - 1)).await
    }

    async fn short_of(&self, bytes: u64) -> Option<Shortage> {
        self.freshen().await;
        let seen = self.seen();
        if seen.short.is_some() || self.0.least == 0 {
            return seen.short.clone();
        }
        least_below(&seen.free, bytes.max(self.0.least))
    }

    /// A write found no space.
    pub(crate) fn failed(&self, place: &'static str) {
        let mut seen = self.seen();
        seen.failed = Some(Instant::now());
        let known = seen.short.clone();
        let short = known.unwrap_or(Shortage { place, bytes: None });
        settle(&mut seen, Some(short));
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks again if the last look is old. Whoever comes meanwhile goes by that one.
    async fn freshen(&self) {
        let is_fresh = |looked: Instant| looked.elapsed() < FRESH;
        {
            let mut seen = self.seen();
            if seen.looked.is_some_and(is_fresh) {
                return;
            }
            seen.looked = Some(Instant::now());
        }
        let disk = self.clone();
        if let Err(cause) = blocking("the state of the disk", move || disk.look()).await {
            tracing::warn!(%cause, "free space not measured");
        }
    }

    /// Measures, and tries to write where a write has failed. Blocks.
    fn look(&self) {
        let places = self.0.places.iter();
        let free: Vec<_> = places
            .filter_map(|(place, folder)| Some((*place, free(folder)?)))
            .collect();
        let failed = self.seen().failed;
        let still = failed.is_some_and(|failed| failed.elapsed() < PAUSE || !self.can_write());
        let mut seen = self.seen();
        seen.looked = Some(Instant::now());
        if failed.is_some() && seen.failed == failed {
            let elapsed = failed.is_some_and(|failed| failed.elapsed() >= PAUSE);
            match (still, elapsed) {
                (true, true) => seen.failed = Some(Instant::now()),
                (true, false) => {}
                (false, _) => seen.failed = None,
            }
        }
        let least = self.0.least;
        // It takes more to end than to begin, so that it does not come and go.
        let needed = match seen.short {
            Some(_) => least.saturating_add(least / 20),
            None => least,
        };
        let mut short = least_below(&free, needed);
        if short.is_none() && seen.failed.is_some() {
            short.clone_from(&seen.short);
        }
        seen.free = free;
        settle(&mut seen, short);
    }

    /// Whether every place takes a few bytes.
    fn can_write(&self) -> bool {
        let places = self.0.places.iter();
        let tried = places.map(|(_, folder)| try_write(folder));
        tried.into_iter().all(|tried| tried.is_ok())
    }
}

/// Notes what is short, and tells the log when that begins or ends.
fn settle(seen: &mut Seen, short: Option<Shortage>) {
    match (&seen.short, &short) {
        (None, Some(short)) => tracing::warn!(
            %short,
            "disk space is short: no run begins and no upload is taken until there is more"
        ),
        (Some(_), None) => tracing::info!("there is disk space again: work goes on"),
        _ => {}
    }
    seen.short = short;
}

/// The place with the least free bytes, if that is less than needed.
fn least_below(free: &[(&'static str, u64)], needed: u64) -> Option<Shortage> {
    let (place, free) = free.iter().min_by_key(|(_, free)| *free)?;
    (*free < needed).then_some(Shortage {
        place,
        bytes: Some((*free, needed)),
    })
}

/// Bytes that this process may still use there; `None` when nobody says.
fn free(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

/// Writes a few bytes to the disk and takes them away again. Blocks.
pub(crate) fn try_write(folder: &Path) -> std::io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(&vec![0; TRIAL])?;
    file.as_file().sync_all()
}

#[cfg(test)]
mod tests {
    //! When space is short, and when it is no more.

    use super::{Disk, Seen, Shortage, least_below, settle};
    use crate::settings::Settings;
    use std::time::{Duration, Instant};

    const HOUR: Duration = Duration::from_secs(3_600);

    fn disk(folder: &std::path::Path, free_bytes_min: u64) -> Disk {
        for below in ["incoming", "work", "blobs"] {
            std::fs::create_dir_all(folder.join(below)).unwrap();
        }
        Disk::new(&Settings {
            data: folder.to_owned(),
            free_bytes_min,
            ..Settings::default()
        })
    }

    #[tokio::test]
    async fn a_disk_with_less_than_the_least_is_short_for_everything() {
        let folder = tempfile::tempdir().unwrap();
        let disk = disk(folder.path(), u64::MAX);
        let short = disk.shortage().await.unwrap();
        assert!(matches!(short.bytes, Some((_, u64::MAX))), "{short}");
        assert!(disk.short_for(0).await.is_some());
    }

    #[tokio::test]
    async fn an_upload_needs_four_times_its_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let disk = disk(folder.path(), 1);
        assert!(disk.shortage().await.is_none());
        assert!(disk.short_for(1 << 10).await.is_none());
        let short = disk.short_for(u64::MAX / 8).await.unwrap();
        let Some((free, needed)) = short.bytes else {
            panic!("{short}");
        };
        assert!(free < needed && needed == u64::MAX / 8 * 4, "{short}");
        assert!(disk.short_meanwhile(u64::MAX / 8).await.is_some());
    }

    #[tokio::test]
    async fn a_write_without_space_counts_for_a_while_whatever_is_measured() {
        let folder = tempfile::tempdir().unwrap();
        let disk = disk(folder.path(), 0);
        assert!(disk.short_for(u64::MAX).await.is_none(), "it is turned off");
        disk.failed("stored files");
        // The pause lasts however slow the machine is.
        disk.seen().failed = Instant::now().checked_add(HOUR);
        disk.look();
        let short = disk.short_for(1).await.unwrap();
        let text = "a write to the disk of stored files found no space";
        assert_eq!(short.to_string(), text);
        // The pause is over, and a trial goes well.
        disk.seen().failed = Instant::now().checked_sub(super::PAUSE * 2);
        disk.look();
        assert!(!disk.is_short());
        // A trial that fails is a failure again.
        disk.failed("stored files");
        let before = Instant::now();
        disk.seen().failed = before.checked_sub(super::PAUSE * 2);
        std::fs::remove_dir(folder.path().join("work")).unwrap();
        disk.look();
        assert!(disk.is_short());
        let failed = disk.seen().failed;
        assert!(failed >= Some(before), "the pause begins anew");
    }

    #[test]
    fn the_fullest_disk_is_named() {
        let free = [("the database", 7), ("stored files", 5)];
        assert_eq!(least_below(&free, 5), None);
        let short = least_below(&free, 6);
        let expected = Shortage {
            place: "stored files",
            bytes: Some((5, 6)),
        };
        assert_eq!(short.as_ref(), Some(&expected));
        let mut seen = Seen::default();
        settle(&mut seen, short);
        assert_eq!(seen.short, Some(expected));
    }
}
