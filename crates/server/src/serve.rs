//! The running service: accounts at first start, the listener, the workers, an orderly end.
//!
//! Rule: what other crates await is boxed here. An unboxed future is compiled by its caller, and
//! with it the database, the listener and HTTP a second time.

use crate::api::router;
use crate::blobs::{Blobs, Folder};
use crate::bus::LocalBus;
use crate::error::{StoreError, Stored};
use crate::jobs;
use crate::settings::Settings;
use crate::state::State;
use crate::store::{Accounts, Queue, Sqlite, Sweep};
use crate::tokens::hash_password;
use futures::future::BoxFuture;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::Layer;
use tower_http::normalize_path::NormalizePathLayer;

/// How long open requests may take after the end was asked for.
const GRACE: Duration = Duration::from_secs(10);

/// A server that is listening.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    stop: watch::Sender<bool>,
    http: tokio::task::JoinHandle<()>,
    workers: JoinSet<()>,
    database: Sqlite,
    /// One server at a time on an embedded store.
    _lock: std::fs::File,
}

fn lock(data: &Path) -> Stored<std::fs::File> {
    let path = data.join("lock");
    let file = std::fs::File::create(&path).map_err(|cause| StoreError::io(&path, cause))?;
    if file.try_lock().is_ok() {
        return Ok(file);
    }
    let cause = "another server is using this data folder";
    let cause = std::io::Error::new(std::io::ErrorKind::ResourceBusy, cause);
    Err(StoreError::io(&path, cause))
}

/// Opens the database of a data folder.
pub fn open_database(data: &Path) -> BoxFuture<'_, Stored<Sqlite>> {
    Box::pin(async move {
        std::fs::create_dir_all(data).map_err(|cause| StoreError::io(data, cause))?;
        Sqlite::open(&data.join("tramline.db"), Arc::new(LocalBus::default())).await
    })
}

/// Adds an account; `false` when the name is taken.
pub fn add_account<'a>(
    database: &'a Sqlite,
    name: &'a str,
    password: &'a str,
) -> BoxFuture<'a, Stored<bool>> {
    Box::pin(async move {
        let hash =
            hash_password(password).map_err(|cause| StoreError::defect("password", cause))?;
        database.add_account(name, &hash).await
    })
}

/// Removes GeoJSON that an earlier version stored and that is rendered now: how many artifacts, and
/// their bytes. Nothing else may work on the data folder meanwhile.
pub fn migrate(data: &Path) -> BoxFuture<'_, Stored<(u64, u64)>> {
    Box::pin(async move {
        if !data.join("tramline.db").exists() {
            let cause = std::io::Error::from(std::io::ErrorKind::NotFound);
            return Err(StoreError::io(data.join("tramline.db"), cause));
        }
        let _lock = lock(data)?;
        let database = open_database(data).await?;
        let forgotten = database.forget_text().await?;
        let keys: Vec<String> = forgotten.iter().map(|blob| blob.key.clone()).collect();
        Folder::open(&data.join("blobs"))?.remove(&keys).await;
        database.close().await;
        let bytes = forgotten.iter().map(|blob| blob.size).sum();
        Ok((forgotten.len() as u64, bytes))
    })
}

/// As many open files as the system allows: connections, stored files and renderings are some each.
fn allow_open_files() {
    let mut limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(cause) = rustix::process::setrlimit(rustix::process::Resource::Nofile, limit) {
        tracing::warn!(%cause, "the limit of open files stays as it is");
    }
}

impl Server {
    /// Opens the stores, makes the first account, takes up interrupted work, listens.
    pub fn start(settings: Settings) -> BoxFuture<'static, Stored<Self>> {
        Box::pin(Self::start_here(settings))
    }

    async fn start_here(settings: Settings) -> Stored<Self> {
        let data = settings.data.clone();
        std::fs::create_dir_all(&data).map_err(|cause| StoreError::io(&data, cause))?;
        let lock = lock(&data)?;
        let database = open_database(&data).await?;
        if let (Some(name), Some(password)) =
            (&settings.bootstrap_user, &settings.bootstrap_password)
            && !database.any_account().await?
        {
            add_account(&database, name, password).await?;
        }
        // The lock says that no other process works on this database: what runs is nobody's.
        let released = database.release_all().await?;
        if released > 0 {
            tracing::info!(released, "interrupted runs are taken up again");
        }
        clear(&data.join("incoming"));
        clear(&data.join("work"));
        allow_open_files();
        let listen = settings.listen;
        let state = State::open(settings, Arc::new(database.clone()), database.bus()).await?;
        let (stop, stopped) = watch::channel(false);
        let workers = jobs::start(&state, &stopped)?;
        let listener = TcpListener::bind(listen)
            .await
            .map_err(|cause| StoreError::io(listen.to_string(), cause))?;
        let address = listener
            .local_addr()
            .map_err(|cause| StoreError::io(listen.to_string(), cause))?;
        let service = NormalizePathLayer::trim_trailing_slash().layer(router(state));
        let http = tokio::spawn(crate::listen::run(listener, service, stopped.clone()));
        Ok(Self {
            address,
            stop,
            http,
            workers,
            database,
            _lock: lock,
        })
    }

    /// Ends: no new work, open requests get some time, runs go back to the queue.
    pub fn stop(self) -> BoxFuture<'static, ()> {
        Box::pin(self.stop_here())
    }

    async fn stop_here(mut self) {
        self.stop.send_replace(true);
        if tokio::time::timeout(GRACE, &mut self.http).await.is_err() {
            self.http.abort();
        }
        let _ = tokio::time::timeout(GRACE, async {
            while self.workers.join_next().await.is_some() {}
        })
        .await;
        self.database.close().await;
    }
}

/// What an earlier process left half done.
fn clear(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let _ = if path.is_dir() {
            std::fs::remove_dir_all(&path)
        } else {
            std::fs::remove_file(&path)
        };
    }
}
