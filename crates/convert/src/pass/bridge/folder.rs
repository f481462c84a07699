//! The two folders: the dataset's entries as files, and a look at what was left before it is opened.

use super::configured::{Bridge, BridgeError, OPERATOR};
use std::fs::File;
use std::io;
use std::path::{Component, Path};
use tramline_formats::{Claim, Tree};

/// Writes the entries of a claim below a folder, under their own paths.
pub(super) fn hand_over(tree: &Tree, claim: &Claim, input: &Path) -> io::Result<()> {
    for id in &claim.entries {
        let path = Path::new(&tree.entry(*id).path);
        // Entries were named by the source tree, which refuses paths that lead out of it.
        let within = path
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if !within {
            continue;
        }
        let target = input.join(path);
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent)?;
        }
        let mut stream = tree
            .stream(*id)
            .map_err(|error| io::Error::other(error.to_string()))?;
        let mut file = File::create(&target)?;
        io::copy(&mut stream, &mut file)?;
    }
    Ok(())
}

/// Files and bytes below a folder; an error for anything that is neither file nor folder.
pub(super) fn size(folder: &Path) -> io::Result<(usize, u64)> {
    let (mut files, mut bytes) = (0, 0);
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for item in std::fs::read_dir(folder)? {
            let item = item?;
            let kind = item.file_type()?;
            if kind.is_dir() {
                open.push(item.path());
                // Folders count, so that endless ones end.
                files += 1;
            } else if kind.is_file() {
                files += 1;
                bytes += item.metadata()?.len();
            } else {
                let name = item.file_name().to_string_lossy().into_owned();
                return Err(io::Error::other(format!(
                    "`{name:.80}` is not a plain file"
                )));
            }
        }
    }
    Ok((files, bytes))
}

/// What may not be opened, before it is.
pub(super) fn inspect(bridge: &Bridge, output: &Path) -> Result<(), BridgeError> {
    let program = bridge.program();
    let (files, bytes) = size(output).map_err(|error| {
        BridgeError::new(
            format!("the output of `{program}` cannot be used: {error}"),
            OPERATOR,
        )
    })?;
    if files == 0 {
        return Err(BridgeError::new(
            format!("`{program}` wrote nothing to its output folder"),
            OPERATOR,
        ));
    }
    if files > bridge.output_files || bytes > bridge.output_bytes {
        return Err(too_much(bridge));
    }
    Ok(())
}

pub(super) fn too_much(bridge: &Bridge) -> BridgeError {
    BridgeError::new(
        format!(
            "`{}` wrote more than {} files or {} MiB",
            bridge.program(),
            bridge.output_files,
            bridge.output_bytes >> 20
        ),
        "upload less at once, or ask the operator to raise the limits of the bridge",
    )
}
