//! Reads the boundaries of an upload.

use crate::inputs::Inputs;
use crate::protocol::{ANSWER, BoundaryAnswer, ReadBoundaries};
use crate::tell::{Failure, refused, unwritten};
use tramline_formats::{Limits, Tree};

pub(crate) fn run(task: &ReadBoundaries, inputs: &mut Inputs) -> Result<(), Failure> {
    let limits = Limits {
        upload_bytes: task.upload_bytes,
        ..Limits::default()
    };
    let input = inputs.upload(&task.input)?;
    let tree = Tree::open_file(input, &task.name, &limits).map_err(|e| refused(&e))?;
    let found = tramline_formats::boundaries::read(&tree, &limits);
    let fields = found
        .list
        .into_iter()
        .map(|found| (found.name, found.entry, found.geometry));
    let answer = BoundaryAnswer {
        fields: fields.collect(),
        faults: found.faults,
    };
    let fault = |cause: std::io::Error| unwritten("the answer", &cause);
    let text = serde_json::to_vec(&answer).map_err(|cause| fault(cause.into()))?;
    std::fs::write(ANSWER, text).map_err(fault)
}
