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
mod flatgeobuf;
mod geopackage;
mod names;
mod plain;
mod r_tree;
mod region;
mod schema;
mod shapefile;
mod source;
mod style;

pub use region::bbox;

use crate::WriteError;
use source::Source;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use tramline_model::UnitSystem;

/// Format of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExportFormat {
    GeoPackage,
    FlatGeobuf,
    Csv,
    Shapefile,
    GeoJson,
    GeoParquet,
}

impl ExportFormat {
    pub const ALL: [Self; 6] = [
        Self::GeoPackage,
        Self::FlatGeobuf,
        Self::Csv,
        Self::Shapefile,
        Self::GeoJson,
        Self::GeoParquet,
    ];

    /// Ending of the file, which is also the name of the format in a request.
    pub fn ending(self) -> &'static str {
        match self {
            Self::GeoPackage => "gpkg",
            Self::FlatGeobuf => "fgb",
            Self::Csv => "csv",
            Self::Shapefile => "shp",
            Self::GeoJson => "geojson",
            Self::GeoParquet => "parquet",
        }
    }

    /// The format with an ending.
    pub fn from_ending(ending: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|format| format.ending() == ending)
    }

    /// Kind of content in a response.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::GeoPackage => "application/geopackage+sqlite3",
            Self::FlatGeobuf => "application/flatgeobuf",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Shapefile => "application/zip",
            Self::GeoJson => "application/geo+json",
            Self::GeoParquet => "application/vnd.apache.parquet",
        }
    }
}

/// What of the file is exported.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExportOptions {
    /// Names of the columns, in the order they shall have; all where it is not given.
    pub columns: Option<Vec<String>>,
    /// West, south, east, north in degrees: rows whose geometry's box touches it.
    pub bbox: Option<[f64; 4]>,
    /// Name of the layer; else that of the file.
    pub layer: Option<String>,
    /// Units of the numbers; those of the stored file where it is `Default`.
    pub units: UnitSystem,
}

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
            "`{}` cannot be the name of an export: it is empty, begins with a dot or has a sign that \
             file names have not; give letters, digits, - and _",
            name.escape_debug()
        )));
    }
    let source = Source::open(parquet, options)?;
    std::fs::create_dir_all(folder).map_err(|cause| io(name, &cause))?;
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

/// The files of one export.
struct Files<'a> {
    folder: &'a Path,
    name: &'a str,
    made: Vec<String>,
}

impl Files<'_> {
    /// A path for `<name><ending>`, with nothing there.
    fn path(&mut self, ending: &str) -> Result<PathBuf, WriteError> {
        let name = format!("{}{ending}", self.name);
        let path = self.folder.join(&name);
        match std::fs::remove_file(&path) {
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
                return Err(io(&name, &cause));
            }
            _ => {}
        }
        self.made.push(name);
        Ok(path)
    }

    fn create(&mut self, ending: &str) -> Result<BufWriter<File>, WriteError> {
        let path = self.path(ending)?;
        let file = File::create(&path).map_err(|cause| self.failed(ending)(cause))?;
        Ok(BufWriter::with_capacity(1 << 20, file))
    }

    /// Makes the error of a file out of its cause.
    fn failed(&self, ending: &str) -> impl Fn(std::io::Error) -> WriteError + use<> {
        let name = format!("{}{ending}", self.name);
        move |cause| io(&name, &cause)
    }
}

fn io(name: &str, cause: &std::io::Error) -> WriteError {
    WriteError::Io {
        name: name.to_owned(),
        cause: cause.to_string(),
    }
}
