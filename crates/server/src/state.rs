//! What every request and worker shares.

use crate::blobs::{Blobs, Folder};
use crate::bus::Bus;
use crate::cache::{Bounds, Kept, Renderings};
use crate::error::{StoreError, Stored};
use crate::settings::Settings;
use crate::store::{Database, Run};
use crate::tokens::Tokens;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

/// Exports and pages that are made at once.
const EXPORTS_AT_ONCE: usize = 2;

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
    pub tokens: Tokens,
    /// Uploads at once, in all.
    pub uploads: Arc<Semaphore>,
    /// Uploads at once, by account.
    pub uploads_by_account: Mutex<HashMap<String, Arc<Semaphore>>>,
    /// Exports and pages that are made at once; further ones wait.
    pub(crate) exports: Semaphore,
    /// Text forms that were asked of lately.
    pub(crate) renderings: Renderings,
    /// What tiles and maps were made of lately.
    pub(crate) kept: Kept,
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
        let mut proposal = Uuid::new_v4().as_bytes().to_vec();
        proposal.extend_from_slice(Uuid::new_v4().as_bytes());
        proposal.extend_from_slice(Uuid::new_v4().as_bytes());
        let tokens = Tokens::new(&db.secret("tokens", proposal).await?);
        let uploads = Arc::new(Semaphore::new(settings.uploads_at_once));
        let kept = Kept::new(usize::try_from(settings.memory_cache_bytes).unwrap_or(usize::MAX));
        let cache = settings.data.join("cache");
        let bounds = Bounds {
            kept_bytes: settings.rendering_cache_bytes,
            one_bytes: settings.convert_file_bytes,
        };
        let renderings = Renderings::new(&cache, bounds)?;
        Ok(Self(Arc::new(Shared {
            settings,
            db,
            blobs,
            bus,
            tokens,
            uploads,
            uploads_by_account: Mutex::new(HashMap::new()),
            exports: Semaphore::new(EXPORTS_AT_ONCE),
            renderings,
            kept,
        })))
    }

    /// The executable that converts.
    pub(crate) fn converter(&self) -> Stored<PathBuf> {
        if let Some(program) = &self.settings.converter {
            return Ok(program.clone());
        }
        // This very program, also when its file was replaced meanwhile.
        let own = PathBuf::from("/proc/self/exe");
        if own.exists() {
            return Ok(own);
        }
        std::env::current_exe().map_err(|cause| StoreError::io("converter", cause))
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
