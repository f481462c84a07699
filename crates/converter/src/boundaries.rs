//! Reads the boundaries of an upload.

use crate::protocol::{BoundaryAnswer, ReadBoundaries};
use crate::tell::{Failure, refused};
use tramline_formats::{Limits, Tree};

pub(crate) fn run(task: &ReadBoundaries) -> Result<(), Failure> {
    let limits = Limits {
        upload_bytes: task.upload_bytes,
        ..Limits::default()
    };
    let tree = Tree::open_named(&task.input, &task.name, &limits).map_err(|e| refused(&e))?;
    let found = tramline_formats::boundaries::read(&tree, &limits);
    let fields = found
        .list
        .into_iter()
        .map(|found| (found.name, found.entry, found.geometry));
    let answer = BoundaryAnswer {
        fields: fields.collect(),
        faults: found.faults,
    };
    let fault = |cause: String| (74, format!("cannot write the answer: {cause}"));
    let text = serde_json::to_vec(&answer).map_err(|e| fault(e.to_string()))?;
    std::fs::write(&task.answer, text).map_err(|e| fault(e.to_string()))
}
