//! What every request and worker shares.

use crate::blobs::Blobs;
use crate::db::Database;
use crate::error::{StoreError, Stored};
use crate::settings::Settings;
use crate::tokens::Tokens;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Notify, Semaphore};
use uuid::Uuid;

/// Shared parts; cheap to clone.
#[derive(Clone)]
pub struct State(pub Arc<Shared>);

pub struct Shared {
    pub settings: Settings,
    pub db: Arc<dyn Database>,
    pub blobs: Blobs,
    pub tokens: Tokens,
    /// Rung when there is new work.
    pub work: Notify,
    /// Rung when there are new events to deliver.
    pub events: Notify,
    /// Uploads at once, in all.
    pub uploads: Arc<Semaphore>,
    /// Uploads at once, by account.
    pub uploads_by_account: Mutex<HashMap<String, usize>>,
}

impl std::ops::Deref for State {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl State {
    /// Opens the stores below the data folder.
    pub async fn open(settings: Settings, db: Arc<dyn Database>) -> Stored<Self> {
        let blobs = Blobs::local(&settings.data.join("blobs"))?;
        for folder in ["incoming", "work"] {
            let path = settings.data.join(folder);
            std::fs::create_dir_all(&path).map_err(|cause| StoreError::io(&path, cause))?;
        }
        let mut proposal = Uuid::new_v4().as_bytes().to_vec();
        proposal.extend_from_slice(Uuid::new_v4().as_bytes());
        proposal.extend_from_slice(Uuid::new_v4().as_bytes());
        let tokens = Tokens::new(&db.secret("tokens", proposal).await?);
        let uploads = Arc::new(Semaphore::new(settings.uploads_at_once));
        Ok(Self(Arc::new(Shared {
            settings,
            db,
            blobs,
            tokens,
            work: Notify::new(),
            events: Notify::new(),
            uploads,
            uploads_by_account: Mutex::new(HashMap::new()),
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
}

/// One of the uploads at once that an account and the server take; free again when dropped.
pub(crate) struct Slot {
    state: State,
    account: String,
    _permit: tokio::sync::OwnedSemaphorePermit,
}

impl Slot {
    pub(crate) fn take(state: &State, account: &str) -> Option<Self> {
        let permit = Arc::clone(&state.uploads).try_acquire_owned().ok()?;
        let mut counts = state
            .uploads_by_account
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(account.to_owned()).or_default();
        if *count >= state.settings.uploads_at_once_per_account {
            return None;
        }
        *count += 1;
        drop(counts);
        Some(Self {
            state: state.clone(),
            account: account.to_owned(),
            _permit: permit,
        })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let counts = &self.state.uploads_by_account;
        let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.account) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.account);
            }
        }
    }
}
