//! `original.zip`: the entries of the source that a machine file was made of, as they came.
//!
//! Rule: the same entries give the same bytes. Only a part of an entry is in memory.

use crate::error::RunError;
use crate::findings::{self, warning};
use crate::report::FileReport;
use std::io::{Read, Write};
use tramline_formats::{EntryId, Tree};
use tramline_model::{Artifact, Finding};
use tramline_outputs::{Sink, WriteError};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Name in the folder of a machine file.
const NAME: &str = "original.zip";
/// Logs are numbers: what a higher level saves is not worth its time.
const LEVEL: i64 = 1;
/// From here on a zip needs the fields of 64 bits; below the bound, as deflate can lengthen.
const LARGE: u64 = 0xf000_0000;
const CHUNK: usize = 64 << 10;

/// Writes `original.zip` into the folder of a machine file, and its name into the report. An entry
/// that cannot be read is left out with a finding.
///
/// # Errors
/// [`RunError::Write`] where the sink fails.
pub fn write_original(
    tree: &Tree,
    file: &mut FileReport,
    sink: &mut dyn Sink,
) -> Result<(), RunError> {
    let entries = file.entries.iter();
    let ids: Vec<EntryId> = entries.filter_map(|path| find(tree, path)).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let name = format!("{}/{NAME}", file.dir);
    let findings = pack(tree, &ids, sink.create(&name)?)?;
    file.findings.extend(findings);
    file.artifacts.insert(Artifact::OriginalFile, name);
    Ok(())
}

fn find(tree: &Tree, path: &str) -> Option<EntryId> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let id = tree.find(folder, name)?;
    (tree.entry(id).path == path).then_some(id)
}

/// Packs the entries; what could not be read.
fn pack(
    tree: &Tree,
    ids: &[EntryId],
    out: Box<dyn Write + Send>,
) -> Result<Vec<Finding>, RunError> {
    let trouble = |cause: std::io::Error| {
        RunError::Write(WriteError::Io {
            name: NAME.to_owned(),
            cause,
        })
    };
    let mut zip = ZipWriter::new_stream(out);
    let mut noticed = Vec::new();
    for id in ids {
        let entry = tree.entry(*id);
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(LEVEL))
            .last_modified_time(zip::DateTime::default())
            .large_file(entry.size >= LARGE);
        let mut unreadable = |cause: String| {
            let text = format!("`{NAME}` lacks this entry or its end: {cause}");
            noticed.push(
                warning(&findings::ORIGINAL_INCOMPLETE, &tree.place(*id), text)
                    .hint("copy the file from the display or stick again"),
            );
        };
        let mut stream = match tree.stream(*id) {
            Ok(stream) => stream,
            Err(error) => {
                unreadable(error.to_string());
                continue;
            }
        };
        zip.start_file(entry.path.as_str(), options)
            .map_err(|cause| trouble(cause.into()))?;
        let mut chunk = vec![0; CHUNK];
        loop {
            let read = match stream.read(&mut chunk) {
                Ok(0) => break,
                Ok(read) => read,
                Err(cause) if cause.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(cause) => {
                    unreadable(cause.to_string());
                    break;
                }
            };
            let part = chunk.get(..read).unwrap_or_default();
            zip.write_all(part).map_err(trouble)?;
        }
    }
    let mut out = zip.finish().map_err(|cause| trouble(cause.into()))?;
    out.flush().map_err(trouble)?;
    Ok(noticed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::io::Cursor;

    #[test]
    fn the_same_entries_give_the_same_bytes_and_come_back_whole() {
        let log = vec![7_u8; 300_000];
        let tree = Tree::from_files([
            ("TASKDATA/TASKDATA.XML".to_owned(), b"<x/>".to_vec()),
            ("TASKDATA/TLG00001.BIN".to_owned(), log.clone()),
            ("notes.txt".to_owned(), b"n".to_vec()),
        ]);
        let ids: Vec<EntryId> = ["TASKDATA/TASKDATA.XML", "TASKDATA/TLG00001.BIN"]
            .iter()
            .map(|path| find(&tree, path).unwrap())
            .collect();
        let packed = || {
            let sink = tramline_outputs::MemorySink::default();
            let out = sink.clone().create(NAME).unwrap();
            assert!(pack(&tree, &ids, out).unwrap().is_empty());
            sink.files.lock().unwrap().remove(NAME).unwrap()
        };
        let bytes = packed();
        assert_eq!(bytes, packed());
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(zip.len(), 2);
        let mut back = Vec::new();
        let mut entry = zip.by_name("TASKDATA/TLG00001.BIN").unwrap();
        entry.read_to_end(&mut back).unwrap();
        assert_eq!(back, log);
    }
}
