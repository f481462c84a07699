//! Decides whether a received upload may be kept.

use crate::inputs::Inputs;
use crate::protocol::{Check, REFUSED};
use crate::tell::{Failure, refused};
use tramline_formats::{Limits, ReadOptions, Tree, detect};

/// Opens the upload; a body that is no archive must be one machine file.
pub(crate) fn run(task: &Check, inputs: &mut Inputs) -> Result<(), Failure> {
    let limits = Limits {
        upload_bytes: task.upload_bytes,
        ..Limits::default()
    };
    let input = inputs.upload(&task.input)?;
    let tree = Tree::open_file(input, &task.name, &limits).map_err(|e| refused(&e))?;
    let entries = tree.entries();
    let bare = entries.len() == 1 && entries.iter().all(|entry| entry.path == task.name);
    let options = ReadOptions {
        column_map: task.column_map.clone(),
        ..ReadOptions::default()
    };
    if bare && detect(&tree, None, &options).machine_data().count() == 0 {
        let broken = tree.ids().find_map(|id| tree.problem(id));
        let text =
            broken.unwrap_or("the file is neither a zip nor a machine file that stands alone");
        let hint = "zip the folder as it is on the stick and send the zip";
        return Err((REFUSED as u8, format!("{text}\n{hint}")));
    }
    Ok(())
}
