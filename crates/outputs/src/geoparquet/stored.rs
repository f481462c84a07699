//! Rows of a stored file to a new one: the geometry as it stands, the `geo` metadata made anew.

use super::{BBOX, arrow_writer, encode, failed, metadata, properties};
use crate::WriteError;
use crate::geoparquet::GEOMETRY;
use crate::wkb::{NOWHERE, widen};
use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use std::collections::BTreeSet;
use std::io::Write;

/// Writes batches that have a `geometry` column, and mostly a `bbox` column.
pub(crate) struct StoredWriter<W: Write + Send> {
    writer: ArrowWriter<W>,
    schema: SchemaRef,
    types: BTreeSet<&'static str>,
    bounds: [f64; 4],
}

impl<W: Write + Send> StoredWriter<W> {
    pub(crate) fn new(out: W, schema: &SchemaRef) -> Result<Self, WriteError> {
        let mut properties = properties()?;
        for field in schema.fields() {
            if field.name() != GEOMETRY && field.name() != BBOX {
                properties = encode(properties, field.name(), field.data_type());
            }
        }
        let writer = arrow_writer(out, schema, properties)?;
        Ok(Self {
            writer,
            schema: schema.clone(),
            types: BTreeSet::new(),
            bounds: NOWHERE,
        })
    }

    /// Notes a geometry of the rows that are written.
    pub(crate) fn saw(&mut self, kind: &'static str, bounds: [f64; 4]) {
        self.types.insert(kind);
        widen(&mut self.bounds, bounds);
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        self.writer.write(batch).map_err(failed)
    }

    /// Writes the metadata, and flushes.
    pub(crate) fn finish(mut self) -> Result<W, WriteError> {
        let types: Vec<&str> = self.types.iter().copied().collect();
        let bounds = self.bounds.iter().all(|corner| corner.is_finite());
        let bounds = bounds.then_some(self.bounds);
        for entry in metadata::entries(&self.schema, &types, bounds) {
            self.writer.append_key_value_metadata(entry);
        }
        let mut out = self.writer.into_inner().map_err(failed)?;
        out.flush().map_err(|cause| WriteError::Io {
            name: "GeoParquet".to_owned(),
            cause,
        })?;
        Ok(out)
    }
}
