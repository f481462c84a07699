//! The running service: accounts at first start, the listener, the workers, an orderly end.
//!
//! Rule: what other crates await is boxed here. An unboxed future is compiled by its caller, and
//! with it the database, the listener and HTTP a second time.

use crate::api::{figures_router, router, tidied};
use crate::bind::{self, bind};
use crate::blobs::{Blobs, Folder};
use crate::bus::LocalBus;
use crate::converter::examine;
use crate::data_folder;
use crate::error::{StoreError, Stored};
use crate::figures;
use crate::jobs;
use crate::listen::{Bounds, Connections};
use crate::operator::{Refused, add_account};
use crate::sealing;
use crate::settings::{Proxies, Settings, ShutIn};
use crate::state::State;
use crate::store::{Accounts, Queue, Sqlite, Sweep};
use futures::future::BoxFuture;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::Layer;
use tower::util::MapRequestLayer;
use tramline_converter::Terms;

/// How long open requests may take after the end was asked for.
const GRACE: Duration = Duration::from_secs(10);

/// Connections to the figures.
const OF_METRICS: Bounds = Bounds {
    all: 100,
    of_address: 100,
    shared: Proxies::none(),
};

/// A server that is listening.
pub struct Server {
    /// Where it listens: the first of its addresses.
    pub address: SocketAddr,
    /// All addresses at which it listens.
    pub addresses: Vec<SocketAddr>,
    /// Where it answers `/metrics`.
    pub metrics: Vec<SocketAddr>,
    /// Whether anybody can log in. An account that is made later can at once.
    pub has_account: bool,
    stop: watch::Sender<bool>,
    http: JoinSet<()>,
    workers: JoinSet<()>,
    database: Sqlite,
    /// One server at a time on an embedded store.
    _lock: data_folder::Lock,
}

/// Opens the database of a data folder.
pub fn open_database(data: &Path) -> BoxFuture<'_, Stored<Sqlite>> {
    Box::pin(async move {
        data_folder::create(data)?;
        Sqlite::open(&data.join("tramline.db"), Arc::new(LocalBus::default())).await
    })
}

/// Removes GeoJSON that an earlier version stored and that is rendered now: how many artifacts, and
/// their bytes. Nothing else may work on the data folder meanwhile.
pub fn migrate(data: &Path) -> BoxFuture<'_, Stored<(u64, u64)>> {
    Box::pin(async move {
        let (_lock, database) = open_alone(data).await?;
        let forgotten = database.forget_text().await?;
        let keys: Vec<String> = forgotten.iter().map(|blob| blob.key.clone()).collect();
        Folder::open(&data.join("blobs"))?.remove(&keys).await;
        database.close().await;
        let bytes = forgotten.iter().map(|blob| blob.size).sum();
        Ok((forgotten.len() as u64, bytes))
    })
}

/// Forgets the secrets that nobody can open without their key: tokens end, webhooks go. How many those were.
/// Nothing else may work on the data folder meanwhile.
pub fn forget_secrets(data: &Path) -> BoxFuture<'_, Stored<u64>> {
    Box::pin(async move {
        let (_lock, database) = open_alone(data).await?;
        let webhooks = sealing::forget(data, &database).await?;
        database.close().await;
        Ok(webhooks)
    })
}

/// The database of a data folder that exists, and the lock that keeps others away.
async fn open_alone(data: &Path) -> Stored<(data_folder::Lock, Sqlite)> {
    let path = data.join("tramline.db");
    std::fs::metadata(&path).map_err(|cause| StoreError::io(&path, cause))?;
    let lock = data_folder::lock(data, "migrate")?;
    Ok((lock, open_database(data).await?))
}

/// As many open files as the system allows: connections, stored files and renderings are some each. How many
/// of them connections may be.
fn allow_open_files() -> usize {
    let mut limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(cause) = rustix::process::setrlimit(rustix::process::Resource::Nofile, limit) {
        tracing::warn!(%cause, "the limit of open files stays as it is");
        limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    }
    let files = limit.current.and_then(|files| usize::try_from(files).ok());
    files.map_or(usize::MAX, |files| files / 2)
}

/// How well the converter is shut in here, told once: the terms on which converters work.
async fn examined(settings: &Settings) -> Stored<Terms> {
    let trouble = |cause| StoreError::io("converter", cause);
    let program = settings.converter_program()?;
    let examined = examine(settings, program).await.map_err(trouble)?;
    if settings.converter_shut_in == ShutIn::Required
        && let Some(why) = examined.forbids()
    {
        let text = format!("`converter_shut_in` is `required`, but: {why}");
        return Err(trouble(std::io::Error::other(text)));
    }
    let lacking = examined.lacking();
    if lacking.is_empty() {
        tracing::info!("the converter is shut in");
    }
    for what in lacking {
        tracing::warn!(what, "the converter is not wholly shut in");
    }
    Ok(examined.terms)
}

impl Server {
    /// Opens the stores, makes the first account, takes up interrupted work, listens.
    pub fn start(settings: Settings) -> BoxFuture<'static, Stored<Self>> {
        Box::pin(Self::start_here(settings))
    }

    async fn start_here(settings: Settings) -> Stored<Self> {
        let data = settings.data.clone();
        data_folder::create(&data)?;
        let lock = data_folder::lock(&data, "serve")?;
        if let Some(open) = data_folder::open_to_others(&data) {
            tracing::warn!("{open}");
        }
        let database = open_database(&data).await?;
        let has_account = first_account(&settings, &database).await?;
        // The lock says that no other process works on this database: what runs is nobody's.
        let released = database.release_all().await?;
        if released > 0 {
            tracing::info!(released, "interrupted runs are taken up again");
        }
        clear(&data.join("incoming"));
        clear(&data.join("work"));
        let most = allow_open_files();
        if most < settings.connections {
            tracing::warn!(
                connections = most,
                wanted = settings.connections,
                "the limit of open files allows fewer connections: raise it (`ulimit -n`, `LimitNOFILE=`)"
            );
        }
        let connections = Connections::new(Bounds {
            all: settings.connections.min(most),
            of_address: settings.connections_per_address,
            shared: settings.trusted_proxies.clone(),
        });
        let listeners = bind(&settings.listen, bind::API).await?;
        let for_metrics = match &settings.metrics_listen {
            None => Vec::new(),
            Some(listen) => bind(listen, bind::METRICS).await?,
        };
        let (addresses, metrics) = (bind::addresses(&listeners)?, bind::addresses(&for_metrics)?);
        let public_url = settings.public_url.as_deref();
        if let Some(told) = bind::reachable_by_others(&addresses, public_url) {
            tracing::warn!("{told}");
        }
        if !metrics.is_empty() {
            figures::record();
        }
        let state = State::open(settings, Arc::new(database.clone()), database.bus()).await?;
        let _ = state.terms.set(examined(&state.settings).await?);
        let (stop, stopped) = watch::channel(false);
        let workers = jobs::start(&state, &stopped)?;
        let tidy = MapRequestLayer::new(tidied);
        let mut http = JoinSet::new();
        let service = tidy.layer(figures_router(state.clone()));
        let few = Connections::new(OF_METRICS);
        for listener in for_metrics {
            http.spawn(crate::listen::run(
                listener,
                Arc::clone(&few),
                service.clone(),
                stopped.clone(),
            ));
        }
        let service = tidy.layer(router(state));
        for listener in listeners {
            http.spawn(crate::listen::run(
                listener,
                Arc::clone(&connections),
                service.clone(),
                stopped.clone(),
            ));
        }
        let none = || StoreError::defect("listener", "a name without an address");
        Ok(Self {
            address: addresses.first().copied().ok_or_else(none)?,
            addresses,
            metrics,
            has_account,
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
        let ended = async { while self.http.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, ended).await.is_err() {
            self.http.abort_all();
        }
        let _ = tokio::time::timeout(GRACE, async {
            while self.workers.join_next().await.is_some() {}
        })
        .await;
        self.database.close().await;
    }
}

/// Makes the account of the settings where there is none yet; whether there is one then.
async fn first_account(settings: &Settings, database: &Sqlite) -> Stored<bool> {
    if database.any_account().await? {
        return Ok(true);
    }
    let Some((name, password)) = settings
        .bootstrap_user
        .as_ref()
        .zip(settings.bootstrap_password.as_ref())
    else {
        tracing::warn!(
            "there is no account, so nobody can log in: make one with `tramline account add NAME`, also while the service runs"
        );
        return Ok(false);
    };
    match add_account(database, name, password).await {
        Ok(()) => Ok(true),
        Err(Refused::Store(cause)) => Err(cause),
        Err(cause @ Refused::Name(_)) => Err(StoreError::setting("bootstrap_user", cause)),
        Err(cause) => Err(StoreError::setting("bootstrap_password", cause)),
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
