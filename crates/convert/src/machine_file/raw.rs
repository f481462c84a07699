//! The records as logged, `raw.parquet` and `raw.geojson`.
//!
//! Rule: a source may change its columns from log to log; the output has all of them, in the order in
//! which they came. So records are kept until the last has come, and written then.

use super::artifacts::Artifacts;
use super::spool::Spool;
use crate::error::RunError;
use crate::findings::{self, warning};
use crate::identity::Identity;
use crate::options::Outputs;
use crate::writers::{ArtifactWriter, Out, finish_geojson, finish_geoparquet};
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, new_null_array};
use arrow_schema::{FieldRef, Schema, SchemaRef};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;
use tramline_model::{Artifact, Finding, Place};
use tramline_outputs::geojson::{GeoJsonWriter, source_columns};
use tramline_outputs::geoparquet::GeoParquetWriter;
use tramline_outputs::{Sink, WriteError};

/// Raw records being taken, in the forms that were asked for.
pub(super) struct RawRecords {
    /// The further form, where both are written.
    also: Option<(Artifact, String)>,
    kind: Artifact,
    writer: ArtifactWriter,
    told: Arc<Told>,
}

/// What is said between the machine file and the thread that writes.
#[derive(Default)]
struct Told {
    /// Nobody wants the records any more.
    unwanted: AtomicBool,
    /// Columns that were too many.
    left_out: AtomicUsize,
}

/// Columns of the output at most.
const COLUMNS: usize = 4_096;
/// Values of a batch that is written at once: a wide output has few rows at a time.
const VALUES: usize = 2 << 20;

impl RawRecords {
    /// `None` where no raw output is asked for.
    pub(super) fn begin(
        identity: &Identity,
        outputs: Outputs,
        sink: &mut dyn Sink,
    ) -> Result<Option<Self>, RunError> {
        let parquet = (Artifact::RawGeoparquet, identity.name("raw.parquet"));
        let geojson = (Artifact::RawGeojson, identity.name("raw.geojson"));
        let wanted = |form: bool| outputs.raw && form;
        let (columns, text) = (wanted(outputs.parquet), wanted(outputs.geojson));
        let columns = columns.then(|| sink.create(&parquet.1)).transpose()?;
        let text = text.then(|| sink.create(&geojson.1)).transpose()?;
        let ((kind, name), also) = match (&columns, &text) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => (parquet, Some(geojson)),
            (Some(_), None) => (parquet, None),
            (None, Some(_)) => (geojson, None),
        };
        let told: Arc<Told> = Arc::default();
        let heard = Arc::clone(&told);
        let writer =
            ArtifactWriter::start(name, move |batches| write(batches, columns, text, &heard));
        Ok(Some(Self {
            also,
            kind,
            writer,
            told,
        }))
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        self.writer.write(batch)
    }

    /// The last record has come: the rest is written beside what follows.
    pub(super) fn end(&mut self) {
        self.writer.end();
    }

    /// Waits for the last byte. Says so where the records have more columns than the output.
    pub(super) fn keep(
        self,
        artifacts: &mut Artifacts,
        place: Place,
    ) -> Result<Option<Finding>, RunError> {
        artifacts.keep(self.kind, Some(self.writer))?;
        if let Some((kind, name)) = self.also {
            artifacts.insert(kind, name);
        }
        let left_out = self.told.left_out.load(Ordering::Relaxed);
        let text = format!(
            "the records have {left_out} more columns than the {COLUMNS} that the raw points can hold; these \
             columns are left out of the raw points"
        );
        let finding = warning(&findings::RAW_COLUMNS_LEFT_OUT, &place, text)
            .value("columns", left_out)
            .value("limit", COLUMNS);
        Ok((left_out > 0).then_some(finding))
    }

    pub(super) fn discard(self, sink: &mut dyn Sink) -> Result<(), RunError> {
        self.told.unwanted.store(true, Ordering::Relaxed);
        self.writer.discard(sink)?;
        if let Some((_, name)) = self.also {
            sink.remove(&name)?;
        }
        Ok(())
    }
}

/// Keeps the batches until the last, and writes them with all columns.
fn write(
    batches: Receiver<RecordBatch>,
    columns: Option<Out>,
    text: Option<Out>,
    told: &Told,
) -> Result<(), WriteError> {
    let trouble = |cause: RunError| match cause {
        RunError::Write(cause) => cause,
        RunError::Spool(cause) => WriteError::Io {
            name: "raw records".to_owned(),
            cause,
        },
    };
    let mut spool = Spool::default();
    let mut union = Union::default();
    for batch in batches {
        union.add(batch.schema_ref());
        spool.push(batch).map_err(trouble)?;
    }
    if told.unwanted.load(Ordering::Relaxed) {
        return Ok(());
    }
    told.left_out.store(union.left_out.len(), Ordering::Relaxed);
    let schema: SchemaRef = Arc::new(Schema::new(std::mem::take(&mut union.fields)));
    let rows_at_once = (VALUES / schema.fields().len().max(1)).max(1);
    let mut parquet = columns
        .map(|out| GeoParquetWriter::new(out, &schema))
        .transpose()?;
    let mut geojson = text
        .map(|out| GeoJsonWriter::new(out, &source_columns(&schema)))
        .transpose()?;
    spool
        .replay(|batch| {
            let rows = batch.num_rows();
            for first in (0..rows).step_by(rows_at_once) {
                let part = batch.slice(first, rows_at_once.min(rows - first));
                let part = union.align(&part, &schema)?;
                if let Some(parquet) = &mut parquet {
                    parquet.write(&part)?;
                }
                if let Some(geojson) = &mut geojson {
                    geojson.write(&part)?;
                }
            }
            Ok(())
        })
        .map_err(trouble)?;
    parquet.map_or(Ok(()), finish_geoparquet)?;
    geojson.map_or(Ok(()), finish_geojson)
}

/// The columns of several schemas: each once, in the order in which they came.
#[derive(Default)]
struct Union {
    fields: Vec<FieldRef>,
    /// Where the columns of one name and kind stand.
    known: HashMap<FieldRef, Vec<usize>>,
    /// By schema: where each of its columns stands; `None` where there are too many.
    places: Vec<(SchemaRef, Vec<Option<usize>>)>,
    left_out: HashSet<FieldRef>,
}

impl Union {
    fn add(&mut self, schema: &SchemaRef) {
        if self.place(schema).is_some() {
            return;
        }
        let mut used: HashMap<FieldRef, usize> = HashMap::new();
        let mut places = Vec::with_capacity(schema.fields().len());
        for field in schema.fields() {
            let field: FieldRef = Arc::new(field.as_ref().clone().with_nullable(true));
            // A source may have two columns of one name and kind.
            let count = used.entry(Arc::clone(&field)).or_default();
            let known = self.known.entry(Arc::clone(&field)).or_default();
            let place = match known.get(*count) {
                Some(place) => Some(*place),
                None if self.fields.len() >= COLUMNS => {
                    self.left_out.insert(field);
                    None
                }
                None => {
                    known.push(self.fields.len());
                    self.fields.push(field);
                    known.last().copied()
                }
            };
            *count += 1;
            places.push(place);
        }
        self.places.push((Arc::clone(schema), places));
    }

    /// The places of a schema's columns. That of the batch before is looked at first.
    fn place(&self, schema: &SchemaRef) -> Option<&[Option<usize>]> {
        let mut known = self.places.iter().rev();
        let found = known.find(|(known, _)| Arc::ptr_eq(known, schema) || known == schema);
        found.map(|(_, places)| places.as_slice())
    }

    /// A batch in the columns of all.
    fn align(&self, batch: &RecordBatch, all: &SchemaRef) -> Result<RecordBatch, RunError> {
        let rows = batch.num_rows();
        let mut columns: Vec<Option<ArrayRef>> = vec![None; all.fields().len()];
        let places = self.place(batch.schema_ref()).unwrap_or_default();
        for (place, column) in places.iter().zip(batch.columns()) {
            if let Some(slot) = place.and_then(|place| columns.get_mut(place)) {
                *slot = Some(Arc::clone(column));
            }
        }
        let fields = all.fields().iter();
        let columns = columns
            .into_iter()
            .zip(fields)
            .map(|(column, field)| {
                column.unwrap_or_else(|| new_null_array(field.data_type(), rows))
            })
            .collect();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        Ok(RecordBatch::try_new_with_options(
            Arc::clone(all),
            columns,
            &options,
        )?)
    }
}
