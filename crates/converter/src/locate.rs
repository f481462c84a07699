//! Finds the points of stored machine files in fields.

use crate::confine::limit_processor;
use crate::protocol::LocateStored;
use crate::sink::HashingSink;
use crate::tell::{Failure, answer};
use tramline_convert::FileFacts;
use tramline_convert::fields::split_by_fields;

/// The points in no field of each machine file go into the folder of its id.
pub(crate) fn run(task: &LocateStored) -> Result<(), Failure> {
    let mut sink = HashingSink::new(&task.out);
    let mut facts = Vec::with_capacity(task.files.len());
    let wanted = &task.locate;
    for file in &task.files {
        // Each file has the whole allowance.
        let _ = limit_processor(task.cpu_seconds);
        let split = split_by_fields(&file.parquet, wanted, &mut sink, &file.id);
        let located = match split {
            Ok(split) => Some(split),
            // Deleted or converted again meanwhile: the others of the order go on.
            Err(_) if !file.parquet.exists() => None,
            Err(cause) => return Err((74, cause.to_string())),
        };
        facts.push(FileFacts {
            id: file.id.clone(),
            located,
            ..FileFacts::default()
        });
    }
    answer(&task.out, (), facts, &sink)
}
