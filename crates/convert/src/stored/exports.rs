//! Exports of a stored machine file by the name of their format, for command line and service: the
//! formats of `tramline_outputs::export`, and the vector tiles that it does not know.
//!
//! Rule: all take the same options and fail alike. An export that fails leaves no file.

use std::io::{BufWriter, Write};
use std::path::Path;
use tramline_outputs::WriteError;
use tramline_outputs::disk::{self, DiskFile};
use tramline_outputs::export::{ExportFormat, ExportOptions, export};
use tramline_tiles::{Pick, TileError, write_pmtiles};

/// Bytes of memory that the features of tiles may take.
const TILES_BYTES: usize = 512 << 20;

/// A format that a stored machine file is exported in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoredFormat {
    /// Features in one of the formats.
    Features(ExportFormat),
    /// All vector tiles in one archive.
    PmTiles,
}

impl StoredFormat {
    /// All of them, in the order in which they are told.
    pub fn all() -> impl Iterator<Item = Self> {
        let features = ExportFormat::ALL.into_iter().map(Self::Features);
        features.chain([Self::PmTiles])
    }

    /// Ending of the file, which is also the name of the format in a request.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Features(format) => format.ending(),
            Self::PmTiles => "pmtiles",
        }
    }

    /// The format with an ending.
    pub fn from_ending(ending: &str) -> Option<Self> {
        Self::all().find(|format| format.ending() == ending)
    }

    /// Kind of content in a response.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Features(format) => format.content_type(),
            Self::PmTiles => "application/vnd.pmtiles",
        }
    }

    /// Exports a stored GeoParquet file into a folder, as `tramline_outputs::export::export` does.
    /// Gives the names of the files.
    ///
    /// # Errors
    /// [`WriteError::Refused`] for a wish that cannot be met, with what to do; [`WriteError::Io`]
    /// when the stored file cannot be read or the folder not be written.
    pub fn export(
        self,
        parquet: &Path,
        options: &ExportOptions,
        folder: &Path,
        name: &str,
    ) -> Result<Vec<String>, WriteError> {
        match self {
            Self::Features(format) => export(parquet, format, options, folder, name),
            Self::PmTiles => tiles(parquet, options, folder, name),
        }
    }
}

/// The chosen rows and columns as a stored file of their own first, which tiles are made of.
fn tiles(
    parquet: &Path,
    options: &ExportOptions,
    folder: &Path,
    name: &str,
) -> Result<Vec<String>, WriteError> {
    let file = format!("{name}.{}", StoredFormat::PmTiles.ending());
    let failed = |cause: std::io::Error| WriteError::Io {
        name: file.clone(),
        cause,
    };
    disk::create_folder(folder).map_err(failed)?;
    let chosen = tempfile::tempdir_in(folder).map_err(failed)?;
    let made = export(
        parquet,
        ExportFormat::GeoParquet,
        options,
        chosen.path(),
        name,
    )?;
    let made = made.first().map(String::as_str).unwrap_or_default();
    let told = |cause: TileError| refused(&file, cause);
    let path = folder.join(&file);
    let mut out = BufWriter::new(DiskFile::create(&path).map_err(failed)?);
    let chosen_rows = chosen.path().join(made);
    let written = write_pmtiles(&chosen_rows, &Pick::All, TILES_BYTES, &mut out)
        .map_err(told)
        .and_then(|_| out.flush().map_err(failed));
    if let Err(cause) = written {
        // The cause of the failure matters, not that of a file left behind.
        let _ = std::fs::remove_file(&path);
        return Err(cause);
    }
    Ok(vec![file])
}

fn refused(name: &str, cause: TileError) -> WriteError {
    match cause {
        TileError::Write(cause) => WriteError::Io {
            name: name.to_owned(),
            cause,
        },
        TileError::Unreadable(_) => WriteError::Io {
            name: name.to_owned(),
            cause: std::io::Error::other(cause),
        },
        cause => WriteError::Refused(format!("`{name}` cannot be made: {cause}")),
    }
}
