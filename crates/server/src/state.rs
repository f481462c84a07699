//! What every request and worker shares.

use crate::blobs::{Blobs, Folder};
use crate::bus::Bus;
use crate::cache::{Bounds, Kept, Renderings};
use crate::converter::Converter;
use crate::disk::Disk;
use crate::error::{StoreError, Stored};
use crate::faults::Faults;
use crate::logins::Logins;
use crate::readiness::Readiness;
use crate::sealing::{self, Seal};
use crate::settings::Settings;
use crate::store::{Database, Run};
use crate::tokens::Tokens;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tramline_converter::Terms;

/// Exports and pages that are made at once.
const EXPORTS_AT_ONCE: usize = 2;

/// Checks of uploads at once: each is a process with the memory of a conversion.
const CHECKS_AT_ONCE: usize = 4;

/// Large JSON bodies at once, of 16 MiB at most.
const LARGE_BODIES_AT_ONCE: usize = 4;

/// Shared parts; cheap to clone.
#[derive(Clone)]
pub struct State(pub Arc<Shared>);

/// What all requests and all workers share.
pub struct Shared {
    pub settings: Settings,
    pub db: Arc<dyn Database>,
    pub blobs: Arc<dyn Blobs>,
    /// How servers and workers wake each other.
    pub bus: Arc<dyn Bus>,
    /// How much space is left.
    pub(crate) disk: Disk,
    /// Whether the service can do its work.
    pub(crate) readiness: Readiness,
    /// Calls that a test has fail.
    pub(crate) faults: Faults,
    pub tokens: Tokens,
    /// Who may try a password.
    pub(crate) logins: Logins,
    /// Seals the secrets of webhooks.
    pub(crate) seal: Seal,
    /// Uploads at once, in all.
    pub uploads: Arc<Semaphore>,
    /// Uploads at once, by account.
    pub uploads_by_account: Mutex<HashMap<String, Arc<Semaphore>>>,
    /// Uploads that converters look through at once before they are acknowledged; further ones wait.
    pub(crate) checks: Semaphore,
    /// JSON bodies beyond a few hundred kilobytes that are held in memory at once.
    pub(crate) large_bodies: Semaphore,
    /// Told when an account is to be removed.
    pub(crate) removals: Notify,
    /// Exports and pages that are made at once; further ones wait.
    pub(crate) exports: Semaphore,
    /// Text forms that were asked of lately.
    pub(crate) renderings: Renderings,
    /// What tiles and maps were made of lately.
    pub(crate) kept: Kept,
    /// On which terms converters work, once that was examined.
    pub(crate) terms: OnceLock<Terms>,
}

impl std::ops::Deref for State {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl State {
    /// Opens the blobs below the data folder; `bus` is the one that the store of rows rings.
    pub async fn open(
        settings: Settings,
        db: Arc<dyn Database>,
        bus: Arc<dyn Bus>,
    ) -> Stored<Self> {
        let blobs = Arc::new(Folder::open(&settings.data.join("blobs"))?);
        for folder in ["incoming", "work"] {
            let path = settings.data.join(folder);
            std::fs::create_dir_all(&path).map_err(|cause| StoreError::io(&path, cause))?;
        }
        let (seal, secret) = sealing::unlock(&settings, db.as_ref()).await?;
        let tokens = Tokens::new(&secret);
        let uploads = Arc::new(Semaphore::new(settings.uploads_at_once));
        let kept = Kept::new(usize::try_from(settings.memory_cache_bytes).unwrap_or(usize::MAX));
        let cache = settings.data.join("cache");
        let bounds = Bounds {
            kept_bytes: settings.rendering_cache_bytes,
            one_bytes: settings.convert_file_bytes,
        };
        let faults = Faults::of_environment()?;
        let renderings = Renderings::new(&cache, bounds, faults.clone())?;
        let disk = Disk::new(&settings);
        let incoming = settings.data.join("incoming");
        let readiness = Readiness::new(Arc::clone(&db), disk.clone(), incoming);
        Ok(Self(Arc::new(Shared {
            settings,
            db,
            blobs,
            bus,
            disk,
            readiness,
            faults,
            tokens,
            logins: Logins::start()?,
            checks: Semaphore::new(CHECKS_AT_ONCE),
            large_bodies: Semaphore::new(LARGE_BODIES_AT_ONCE),
            seal,
            uploads,
            uploads_by_account: Mutex::new(HashMap::new()),
            removals: Notify::new(),
            exports: Semaphore::new(EXPORTS_AT_ONCE),
            renderings,
            kept,
            terms: OnceLock::new(),
        })))
    }

    /// The executable that converts, on the terms that were found to work.
    pub(crate) fn converter(&self) -> Stored<Converter> {
        Ok(Converter {
            program: self.settings.converter_program()?,
            terms: self.terms.get().copied().unwrap_or_default(),
        })
    }

    /// Files that are still arriving.
    pub fn incoming(&self) -> PathBuf {
        self.settings.data.join("incoming")
    }

    /// Folders of conversions under way.
    pub fn work_folder(&self) -> PathBuf {
        self.settings.data.join("work")
    }

    /// The folder of one of them.
    pub(crate) fn run_folder(&self, run: &Run) -> PathBuf {
        self.work_folder().join(format!("{}-{}", run.id, run.fence))
    }
}

/// How long an upload waits for a place before it is sent away.
const WAIT: Duration = Duration::from_secs(5);

/// One of the uploads at once that an account and the server take; free again when dropped.
pub(crate) struct Slot {
    _of_account: OwnedSemaphorePermit,
    _of_server: OwnedSemaphorePermit,
}

impl Slot {
    /// Waits for a place of the account, then for one of the server; `None` when none comes free in
    /// time. The order keeps one account from holding places of the server that it only waits in.
    pub(crate) async fn take(state: &State, account: &str) -> Option<Self> {
        let own = {
            let mut accounts = state
                .uploads_by_account
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let most = state.settings.uploads_at_once_per_account;
            let own = accounts
                .entry(account.to_owned())
                .or_insert_with(|| Arc::new(Semaphore::new(most)));
            Arc::clone(own)
        };
        let server = Arc::clone(&state.uploads);
        let places = async {
            Some(Self {
                _of_account: own.acquire_owned().await.ok()?,
                _of_server: server.acquire_owned().await.ok()?,
            })
        };
        tokio::time::timeout(WAIT, places).await.ok()?
    }
}
