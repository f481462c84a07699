//! Things that were made of stored files and may be asked for again: kept in memory, within bounds.
//!
//! Rules: whoever asks for a thing that is being made waits for that one making. The thing used
//! longest ago goes first; one that failed is not kept.

use super::problem::Problem;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OnceCell, Semaphore};

/// Things that are made at once.
const MAKINGS: usize = 2;

type Cell<V> = Arc<OnceCell<Arc<V>>>;

/// Bounded by number and bytes; the last in the list were used last.
pub(crate) struct Kept<K, V> {
    list: Mutex<Vec<(K, Cell<V>)>>,
    makings: Semaphore,
    most: usize,
    most_bytes: usize,
    bytes_of: fn(&V) -> usize,
}

impl<K: PartialEq, V: Send + Sync + 'static> Kept<K, V> {
    pub(crate) fn new(most: usize, most_bytes: usize, bytes_of: fn(&V) -> usize) -> Self {
        Self {
            list: Mutex::default(),
            makings: Semaphore::new(MAKINGS),
            most,
            most_bytes,
            bytes_of,
        }
    }

    /// The thing of a key, made on a thread that may block if it is not there.
    pub(crate) async fn get<E: Into<Problem> + Send + 'static>(
        &self,
        key: K,
        make: impl FnOnce() -> Result<V, E> + Send + 'static,
    ) -> Result<Arc<V>, Problem> {
        let cell = self.cell(key);
        let load = || async {
            // Only closed when the service ends.
            let _place = self.makings.acquire().await.ok();
            match tokio::task::spawn_blocking(make).await {
                Ok(made) => made.map(Arc::new).map_err(Into::into),
                Err(cause) => Err(crate::error::StoreError::document("map", cause).into()),
            }
        };
        let made = cell.get_or_try_init(load).await.map(Arc::clone);
        self.shrink(made.is_err().then_some(&cell));
        made
    }

    fn cell(&self, key: K) -> Cell<V> {
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        let known = list.iter().position(|(known, _)| *known == key);
        let entry = known.map_or_else(|| (key, Cell::default()), |place| list.remove(place));
        let cell = Arc::clone(&entry.1);
        list.push(entry);
        cell
    }

    /// Forgets the oldest beyond the bounds, and the one that failed.
    fn shrink(&self, failed: Option<&Cell<V>>) {
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        list.retain(|(_, cell)| failed.is_none_or(|failed| !Arc::ptr_eq(cell, failed)));
        let bytes = |cell: &Cell<V>| cell.get().map_or(0, |thing| (self.bytes_of)(thing));
        let mut all: usize = list.iter().map(|(_, cell)| bytes(cell)).sum();
        while list.len() > 1 && (list.len() > self.most || all > self.most_bytes) {
            let (_, oldest) = list.remove(0);
            all = all.saturating_sub(bytes(&oldest));
        }
    }
}
