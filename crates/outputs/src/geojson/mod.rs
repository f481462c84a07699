//! GeoJSON (RFC 7946): a FeatureCollection of points, streamed, one feature to a line.
//!
//! Takes record batches as they come and holds a MiB of text. Absent is left out: a null or non-finite value has no key, a row without position a null geometry. Numbers
//! are the shortest text that reads back as the same `f64`; instants are ISO 8601 in milliseconds.

mod columns;
mod stored;
pub(crate) mod text;

pub use stored::{EDITION, render};
pub use text::push_instant;

use crate::WriteError;
use crate::geoparquet::origin_of;
use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};
use columns::{Columns, Keys};
use std::io::Write;

/// Text is handed on when this much has come together.
const FLUSH_BYTES: usize = 1 << 20;

/// Writes record batches with `longitude` and `latitude` columns as Point features, or with a
/// `geometry` column of well-known binary as features of points or polygons.
///
/// ```
/// use arrow_array::{Float64Array, RecordBatch};
/// use std::sync::Arc;
/// use tramline_outputs::geojson::GeoJsonWriter;
///
/// let column = |value| Arc::new(Float64Array::from(vec![value])) as arrow_array::ArrayRef;
/// let batch = RecordBatch::try_from_iter([
///     ("longitude", column(9.5)), ("latitude", column(51.25)), ("speed", column(3.0)),
/// ]).expect("columns of one length");
/// let mut writer = GeoJsonWriter::new(Vec::new(), &serde_json::Map::new()).expect("memory");
/// writer.write(&batch).expect("memory");
/// let text = String::from_utf8(writer.finish().expect("memory")).expect("utf-8");
/// assert!(text.contains(r#""coordinates":[9.5,51.25]},"properties":{"speed":3.0}}"#));
/// ```
pub struct GeoJsonWriter<W: Write> {
    out: W,
    buffer: Vec<u8>,
    keys: Option<(SchemaRef, Keys)>,
    any_feature: bool,
}

impl<W: Write> GeoJsonWriter<W> {
    /// Starts the collection. `members` are foreign members put before `features`; `type` and
    /// `features` among them are passed over.
    ///
    /// # Errors
    /// [`WriteError::Shape`] for a member that is no JSON.
    pub fn new(
        out: W,
        members: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<Self, WriteError> {
        let mut buffer = Vec::with_capacity(FLUSH_BYTES + (FLUSH_BYTES >> 2));
        buffer.extend_from_slice(br#"{"type":"FeatureCollection","#);
        for (name, value) in members
            .iter()
            .filter(|(n, _)| *n != "type" && *n != "features")
        {
            text::push_quoted(&mut buffer, name);
            buffer.push(b':');
            serde_json::to_writer(&mut buffer, value)
                .map_err(|e| WriteError::Shape(format!("the collection's member `{name}`: {e}")))?;
            buffer.push(b',');
        }
        buffer.extend_from_slice(br#""features":["#);
        Ok(Self {
            out,
            buffer,
            keys: None,
            any_feature: false,
        })
    }

    /// One feature per row. Null columns are left out; a row without position has a null geometry.
    /// `Utf8` columns marked [`crate::JSON`] are written as the JSON they hold.
    ///
    /// # Errors
    /// [`WriteError::Shape`] on a column type that has no rendering, before anything of the batch is
    /// written, and [`WriteError::Io`] when the destination fails.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        let known = self
            .keys
            .take()
            .filter(|(schema, _)| schema == batch.schema_ref());
        let (schema, keys) = match known {
            Some(known) => known,
            None => (batch.schema(), Keys::of(batch.schema_ref())),
        };
        let columns = Columns::of(batch, &keys)?;
        for row in 0..batch.num_rows() {
            columns.push_row(&mut self.buffer, row, self.any_feature);
            self.any_feature = true;
            if self.buffer.len() >= FLUSH_BYTES {
                self.flush_buffer()?;
            }
        }
        self.keys = Some((schema, keys));
        Ok(())
    }

    fn flush_buffer(&mut self) -> Result<(), WriteError> {
        self.out.write_all(&self.buffer).map_err(io)?;
        self.buffer.clear();
        Ok(())
    }

    /// Ends the collection and flushes. Without any feature the collection is empty and valid.
    ///
    /// # Errors
    /// [`WriteError::Io`] when the destination fails.
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.buffer.extend_from_slice(b"\n]}\n");
        self.flush_buffer()?;
        self.out.flush().map_err(io)?;
        Ok(self.out)
    }
}

/// The foreign member `tramline` of records as logged: what the source calls each column, its code
/// and its unit.
pub fn source_columns(schema: &Schema) -> serde_json::Map<String, serde_json::Value> {
    let columns = serde_json::json!({ "columns": origin_of(schema) });
    serde_json::Map::from_iter([("tramline".to_owned(), columns)])
}

fn io(cause: std::io::Error) -> WriteError {
    WriteError::Io {
        name: "GeoJSON".to_owned(),
        cause,
    }
}
