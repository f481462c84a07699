//! Exports of a machine file for other programs, made from its stored GeoParquet file: GeoPackage,
//! FlatGeobuf, CSV, Shapefile, GeoJSON and GeoParquet, with a choice of columns, of a box and of
//! units.
//!
//! Rule: record batches stream through, columns stay columns. The same file and options give the
//! same bytes. Null and what is no finite number are absent in every format. An export that fails
//! leaves no file.

mod columns;
mod conversion;
mod csv;
mod dbf;
mod features;
mod files;
mod flatgeobuf;
mod geopackage;
mod names;
mod options;
mod plain;
mod r_tree;
mod region;
mod schema;
mod shapefile;
mod source;
mod style;

pub use options::{ExportFormat, ExportOptions};
pub use region::bbox;

use crate::WriteError;
use crate::disk;
use files::{Files, io};
use source::Source;
use std::path::Path;

/// Exports a stored GeoParquet file into a folder, which is made if it is not there. Gives the
/// names of the files, all of which begin with `name`; the first is the one to open.
///
/// # Errors
/// [`WriteError::Refused`] for a wish that the file or the format cannot meet, with what to do;
/// [`WriteError::Io`] when the stored file cannot be read or the folder not be written.
pub fn export(
    parquet: &Path,
    format: ExportFormat,
    options: &ExportOptions,
    folder: &Path,
    name: &str,
) -> Result<Vec<String>, WriteError> {
    let plain = |c: char| !c.is_control() && !r#"/\:*?"<>|"#.contains(c);
    if name.is_empty() || name.starts_with('.') || !name.chars().all(plain) {
        return Err(WriteError::Refused(format!(
            "`{}` cannot be the name of an export: it is empty, begins with a dot or has a character that \
             file names cannot have; use letters, digits, - and _",
            name.escape_debug()
        )));
    }
    let source = Source::open(parquet, options)?;
    disk::create_folder(folder).map_err(|cause| io(name, cause))?;
    let mut files = Files {
        folder,
        name,
        made: Vec::new(),
    };
    let layer = options.layer.as_deref().filter(|layer| !layer.is_empty());
    let layer = layer.unwrap_or(name);
    let written = match format {
        ExportFormat::GeoPackage => geopackage::write(&source, layer, &mut files),
        ExportFormat::FlatGeobuf => flatgeobuf::write(&source, layer, &mut files),
        ExportFormat::Csv => csv::write(&source, &mut files),
        ExportFormat::Shapefile => shapefile::write(&source, &mut files),
        ExportFormat::GeoJson => plain::geojson(&source, layer, &mut files),
        ExportFormat::GeoParquet => plain::geoparquet(&source, &mut files),
    };
    if let Err(cause) = written {
        for name in &files.made {
            // The cause of the failure matters, not that of a file left behind.
            let _ = std::fs::remove_file(folder.join(name));
        }
        return Err(cause);
    }
    Ok(files.made)
}
