//! Finds the points of stored machine files in fields.

use crate::confine::limit_processor;
use crate::inputs::Inputs;
use crate::protocol::LocateStored;
use crate::sink::{HERE, HashingSink};
use crate::tell::{Failure, answer, trouble};
use tramline_convert::FileFacts;
use tramline_convert::fields::split_by_fields;

/// The points in no field of each machine file go into the folder of its id.
pub(crate) fn run(task: &LocateStored, inputs: &mut Inputs) -> Result<(), Failure> {
    let mut sink = HashingSink::new(HERE.as_ref());
    let mut facts = Vec::with_capacity(task.files.len());
    let wanted = &task.locate;
    let known = sink.clone();
    for file in &task.files {
        // Each file has the whole allowance.
        let _ = limit_processor(task.cpu_seconds);
        let located = match inputs.next() {
            Ok(parquet) => Some(
                split_by_fields(&parquet, wanted, &mut sink, &file.id)
                    .map_err(|cause| trouble(&cause, &known))?,
            ),
            // Deleted or converted again meanwhile: the others of the order go on.
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => None,
            Err(cause) => return Err((74, cause.to_string())),
        };
        facts.push(FileFacts {
            id: file.id.clone(),
            located,
            ..FileFacts::default()
        });
    }
    answer(HERE.as_ref(), (), facts, &sink)
}
