//! The files of an export on disk.
//!
//! Rule: an export is written below `incoming`, opened, and its folder removed before the first byte
//! is sent, so that a client that goes away leaves nothing.

use crate::api::problem::Problem;
use crate::blobs::LocalCopy;
use crate::disk::try_write;
use crate::error::{StoreError, Stored, is_full};
use serde_json::Value;
use std::fs::File;
use std::io::{Seek, Write};
use std::path::PathBuf;
use tramline_convert::exports::StoredFormat;
use tramline_model::tells_full_disk;
use tramline_outputs::WriteError;
use tramline_outputs::adapt_standard::{DOCUMENT, RECORDS, StoredFile, write_stored};
use tramline_outputs::export::{ExportFormat, ExportOptions};
use zip::write::SimpleFileOptions;

/// What an export holds.
pub(super) enum Content {
    /// Rows of a stored file in a format.
    Rows {
        stored: LocalCopy,
        format: StoredFormat,
        options: ExportOptions,
    },
    /// An ADAPT Standard data set, with the ground if there is any.
    Adapt {
        points: LocalCopy,
        ground: Option<LocalCopy>,
        entry: Value,
        summary: Value,
    },
}

pub(super) struct Making {
    pub(super) folder: PathBuf,
    pub(super) name: String,
    pub(super) content: Content,
}

impl Making {
    /// Makes the export and opens it; its folder is gone either way. Blocks.
    pub(super) fn make(&self) -> Result<(File, u64), Problem> {
        let made = self.open();
        if let Err(cause) = std::fs::remove_dir_all(&self.folder)
            && cause.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%cause, "the folder of an export is left to the sweeper");
        }
        made
    }

    fn open(&self) -> Result<(File, u64), Problem> {
        let files = self.write().map_err(|cause| match cause {
            WriteError::Refused(text) => Problem::bad_request(text),
            WriteError::Io { cause, .. }
                if tells_full_disk(&cause.to_string()) || self.finds_no_space() =>
            {
                StoreError::full(&self.folder).into()
            }
            WriteError::Io { cause, .. } => StoreError::io(&self.folder, cause).into(),
            other => StoreError::corrupt("points", other).into(),
        })?;
        let whole = match &self.content {
            Content::Rows { format, .. } => {
                *format != StoredFormat::Features(ExportFormat::Shapefile)
            }
            Content::Adapt { .. } => false,
        };
        let file = if whole {
            let first = files.first().map(String::as_str).unwrap_or_default();
            let path = self.folder.join(first);
            File::open(&path).map_err(|cause| StoreError::io(&path, cause))?
        } else {
            self.zipped(&files)?
        };
        let size = file
            .metadata()
            .map_err(|cause| StoreError::io(&self.folder, cause))?
            .len();
        Ok((file, size))
    }

    /// Whether the disk is full, by a trial: some libraries say only that they cannot write.
    fn finds_no_space(&self) -> bool {
        let above = self.folder.parent().unwrap_or(&self.folder);
        try_write(above).is_err_and(|cause| is_full(&cause))
    }

    /// Writes the files into the folder; gives their names.
    fn write(&self) -> Result<Vec<String>, WriteError> {
        match &self.content {
            Content::Rows {
                stored,
                format,
                options,
            } => format.export(stored.path(), options, &self.folder, &self.name),
            Content::Adapt {
                points,
                ground,
                entry,
                summary,
            } => {
                std::fs::create_dir_all(&self.folder).map_err(|cause| WriteError::Io {
                    name: self.name.clone(),
                    cause,
                })?;
                let stored = StoredFile {
                    points: points.path(),
                    ground: ground.as_ref().map(LocalCopy::path),
                    file: entry,
                    summary,
                };
                write_stored(&stored, &self.folder)?;
                Ok(vec![DOCUMENT.to_owned(), RECORDS.to_owned()])
            }
        }
    }

    /// Several files in one zip.
    fn zipped(&self, files: &[String]) -> Stored<File> {
        let trouble = |cause: std::io::Error| StoreError::io(&self.folder, cause);
        let path = self.folder.join("export.zip");
        let file = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(path)
            .map_err(trouble)?;
        let mut zip = zip::ZipWriter::new(file);
        for name in files {
            zip.start_file(name.as_str(), SimpleFileOptions::default())
                .map_err(|cause| trouble(std::io::Error::other(cause)))?;
            let mut part = File::open(self.folder.join(name)).map_err(trouble)?;
            std::io::copy(&mut part, &mut zip).map_err(trouble)?;
        }
        let mut file = zip
            .finish()
            .map_err(|cause| trouble(std::io::Error::other(cause)))?;
        file.flush().and_then(|()| file.rewind()).map_err(trouble)?;
        Ok(file)
    }
}
