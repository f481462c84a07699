//! The text form of stored columns: byte for byte what the writer makes of the same rows when they
//! are converted.

use super::{GeoJsonWriter, source_columns};
use crate::WriteError;
use crate::geoparquet::{BBOX, GEOMETRY};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use serde_json::Map;
use std::fs::File;
use std::io::Write;
use tramline_model::Artifact;

/// Changes when the same columns give another text.
pub const EDITION: u32 = 1;

/// Rows that are read at once, and what they take in memory on the average of their group.
const ROWS: usize = 4_096;
const BYTES: usize = 4 << 20;

/// Writes the text form `kind` of a stored GeoParquet file, which stays open while it is read: what
/// happens to its name meanwhile does no harm. Holds one batch.
///
/// # Errors
/// [`WriteError::Io`] when the file cannot be read or the destination fails, [`WriteError::Shape`]
/// for a column that has no rendering.
pub fn render<W: Write>(stored: File, kind: Artifact, out: W) -> Result<W, WriteError> {
    let unreadable = |cause: &dyn std::fmt::Display| WriteError::Io {
        name: kind.name().to_owned(),
        cause: std::io::Error::other(format!(
            "its columns cannot be read: {cause}; convert the upload again"
        )),
    };
    let metadata =
        ArrowReaderMetadata::load(&stored, Default::default()).map_err(|e| unreadable(&e))?;
    let schema = metadata.schema();
    let fields = schema.fields().iter().enumerate();
    let roots = fields.filter(|(_, field)| field.name() != BBOX);
    let roots: Vec<usize> = roots.map(|(index, _)| index).collect();
    if schema.field_with_name(GEOMETRY).is_err() {
        return Err(unreadable(&"there is no column of geometry"));
    }
    let members = match kind {
        Artifact::RawGeojson => source_columns(schema),
        _ => Map::new(),
    };
    let mask = ProjectionMask::roots(metadata.parquet_schema(), roots);
    let mut writer = GeoJsonWriter::new(out, &members)?;
    for (group, described) in metadata.metadata().row_groups().iter().enumerate() {
        let file = stored.try_clone().map_err(|e| unreadable(&e))?;
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone())
            .with_row_groups(vec![group])
            .with_projection(mask.clone())
            .with_batch_size(rows_at_once(described))
            .build()
            .map_err(|e| unreadable(&e))?;
        for batch in reader {
            writer.write(&batch.map_err(|e| unreadable(&e))?)?;
        }
    }
    writer.finish()
}

/// Rows of a group that take so much memory as is allowed.
fn rows_at_once(group: &RowGroupMetaData) -> usize {
    let rows = usize::try_from(group.num_rows()).unwrap_or(0).max(1);
    let column = |column: &ColumnChunkMetaData| {
        // A dictionary makes texts longer in memory than they are in the file.
        let texts = column.unencoded_byte_array_data_bytes().unwrap_or(0);
        let stored = column.uncompressed_size();
        usize::try_from(texts.max(stored)).unwrap_or(0).max(rows)
    };
    let bytes: usize = group.columns().iter().map(column).sum();
    (BYTES / (bytes / rows).max(1)).clamp(16, ROWS)
}
