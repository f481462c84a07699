//! What was made of stored points and may be asked for again: features of tiles, ground of maps. All of
//! it is kept in one memory, within one bound.
//!
//! Rules: whoever asks for a thing that is being made waits for that one making. The thing used
//! longest ago goes first, whatever it is; one that failed is not kept.

use super::NotMade;
use crate::blocking::blocking;
use crate::error::StoreError;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OnceCell, Semaphore};
use tramline_convert::maps::{Map, MapError, MapPlane};
use tramline_tiles::{Pick, Source, TileError};

/// Things that are made at once.
const MAKINGS: usize = 2;

/// Of what a thing is made: the hash of the points, and what was chosen.
#[derive(Clone, Debug, PartialEq)]
enum Key {
    Tiles(String, Pick),
    Map(String, MapPlane),
}

/// A thing that is kept.
#[derive(Clone)]
enum Made {
    Tiles(Arc<Source>),
    Map(Arc<Map>),
}

impl Made {
    fn bytes(&self) -> usize {
        match self {
            Self::Tiles(source) => source.memory_bytes(),
            Self::Map(map) => map.memory_bytes(),
        }
    }
}

type Cell = Arc<OnceCell<Made>>;

/// Bounded by bytes; the last in the list were used last.
pub(crate) struct Kept {
    list: Mutex<Vec<(Key, Cell)>>,
    makings: Semaphore,
    most_bytes: usize,
}

impl Kept {
    pub(crate) fn new(most_bytes: usize) -> Self {
        Self {
            list: Mutex::default(),
            makings: Semaphore::new(MAKINGS),
            most_bytes,
        }
    }

    /// More than this no thing may take.
    pub(crate) fn most_bytes(&self) -> usize {
        self.most_bytes
    }

    /// The features of points with this hash.
    pub(crate) async fn tiles(
        &self,
        sha256: String,
        pick: Pick,
        make: impl FnOnce() -> Result<Source, TileError> + Send + 'static,
    ) -> Result<Arc<Source>, NotMade<TileError>> {
        let make = move || make().map(|source| Made::Tiles(Arc::new(source)));
        match self.get(Key::Tiles(sha256, pick), make).await? {
            Made::Tiles(source) => Ok(source),
            Made::Map(_) => Err(StoreError::defect("tiles", "they are a map").into()),
        }
    }

    /// The ground of points with this hash.
    pub(crate) async fn map(
        &self,
        sha256: String,
        plane: MapPlane,
        make: impl FnOnce() -> Result<Map, MapError> + Send + 'static,
    ) -> Result<Arc<Map>, NotMade<MapError>> {
        let make = move || make().map(|map| Made::Map(Arc::new(map)));
        match self.get(Key::Map(sha256, plane), make).await? {
            Made::Map(map) => Ok(map),
            Made::Tiles(_) => Err(StoreError::defect("map", "it is tiles").into()),
        }
    }

    /// The thing of a key, made on a thread that may block if it is not there.
    async fn get<E: Send + 'static>(
        &self,
        key: Key,
        make: impl FnOnce() -> Result<Made, E> + Send + 'static,
    ) -> Result<Made, NotMade<E>> {
        let cell = self.cell(key);
        let load = || async {
            // Only closed when the service ends.
            let _place = self.makings.acquire().await.ok();
            blocking("map", make).await?.map_err(NotMade::Refused)
        };
        let made = cell.get_or_try_init(load).await.cloned();
        self.shrink(made.is_err().then_some(&cell));
        made
    }

    fn cell(&self, key: Key) -> Cell {
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        let known = list.iter().position(|(known, _)| *known == key);
        let entry = known.map_or_else(|| (key, Cell::default()), |place| list.remove(place));
        let cell = Arc::clone(&entry.1);
        list.push(entry);
        cell
    }

    /// Forgets the oldest beyond the bound, and the one that failed.
    fn shrink(&self, failed: Option<&Cell>) {
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        list.retain(|(_, cell)| {
            let failed = failed.is_some_and(|failed| Arc::ptr_eq(cell, failed));
            // Those that waited for one may have gone before it was made.
            !failed && (cell.initialized() || Arc::strong_count(cell) > 1)
        });
        let bytes = |cell: &Cell| cell.get().map_or(0, Made::bytes);
        let mut all: usize = list.iter().map(|(_, cell)| bytes(cell)).sum();
        while list.len() > 1 && all > self.most_bytes {
            let (_, oldest) = list.remove(0);
            all = all.saturating_sub(bytes(&oldest));
        }
    }
}
