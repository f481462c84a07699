//! What an order has read. It is opened before the converter shuts itself in: a path is worth nothing to it
//! afterwards.

use crate::protocol::{Order, REFUSED};
use crate::tell::Failure;
use std::fs::File;
use std::io;
use std::path::Path;

/// The files of an order, in its order.
pub(crate) struct Inputs(std::vec::IntoIter<io::Result<File>>);

impl Inputs {
    pub(crate) fn open(order: &Order) -> Self {
        let files: Vec<io::Result<File>> = match order {
            Order::Check(task) => vec![File::open(&task.input)],
            Order::Boundaries(task) => vec![File::open(&task.input)],
            Order::Convert(task) => vec![File::open(&task.input)],
            Order::Merge(task) => task
                .sources
                .iter()
                .map(|one| File::open(&one.parquet))
                .collect(),
            Order::Locate(task) => task
                .files
                .iter()
                .map(|one| File::open(&one.parquet))
                .collect(),
            Order::Probe(_) => Vec::new(),
        };
        Self(files.into_iter())
    }

    /// The next one.
    pub(crate) fn next(&mut self) -> io::Result<File> {
        self.0
            .next()
            .unwrap_or_else(|| Err(io::ErrorKind::NotFound.into()))
    }

    /// The upload, which the service wrote there.
    pub(crate) fn upload(&mut self, path: &Path) -> Result<File, Failure> {
        let refused = |cause| (REFUSED as u8, format!("`{}`: {cause}\n", path.display()));
        self.next().map_err(refused)
    }
}
