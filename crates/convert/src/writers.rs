//! Writers on their own threads, fed by a bounded channel: GeoJSON and Parquet are written while
//! the next batch is read. A record batch is shared, not copied.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use std::io::Write;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use tramline_outputs::adapt_standard::RecordsWriter;
use tramline_outputs::geojson::GeoJsonWriter;
use tramline_outputs::geoparquet::GeoParquetWriter;
use tramline_outputs::{Sink, WriteError};

/// Batches that may wait for a writer.
const WAITING: usize = 4;

/// Where an artifact goes.
pub(crate) type Out = Box<dyn Write + Send>;

/// One artifact being written.
pub(crate) struct ArtifactWriter {
    pub(crate) name: String,
    /// Gone once the last batch was handed over.
    sender: Option<SyncSender<RecordBatch>>,
    /// Gone once it was joined.
    thread: Option<JoinHandle<Result<(), WriteError>>>,
}

impl ArtifactWriter {
    pub(crate) fn geojson(sink: &mut dyn Sink, name: String) -> Result<Self, WriteError> {
        let out = sink.create(&name)?;
        Ok(Self::start(name, move |batches| {
            let mut writer = GeoJsonWriter::new(out, &serde_json::Map::new())?;
            for batch in batches {
                writer.write(&batch)?;
            }
            finish_geojson(writer)
        }))
    }

    pub(crate) fn geoparquet(
        sink: &mut dyn Sink,
        name: String,
        schema: SchemaRef,
    ) -> Result<Self, WriteError> {
        let out = sink.create(&name)?;
        Ok(Self::start(name, move |batches| {
            let mut writer = GeoParquetWriter::new(out, &schema)?;
            for batch in batches {
                writer.write(&batch)?;
            }
            finish_geoparquet(writer)
        }))
    }

    /// Spatial records of the ADAPT Standard.
    pub(crate) fn adapt_records(
        sink: &mut dyn Sink,
        name: String,
        schema: SchemaRef,
    ) -> Result<Self, WriteError> {
        let out = sink.create(&name)?;
        Ok(Self::start(name, move |batches| {
            let mut writer = RecordsWriter::new(out, &schema)?;
            for batch in batches {
                writer.write(&batch)?;
            }
            close(writer.finish()?)
        }))
    }

    /// Work on a thread of its own, which takes the batches and writes the artifact of that name.
    pub(crate) fn start(
        name: String,
        work: impl FnOnce(Receiver<RecordBatch>) -> Result<(), WriteError> + Send + 'static,
    ) -> Self {
        let (sender, receiver) = sync_channel(WAITING);
        let thread = std::thread::spawn(move || work(receiver));
        Self {
            name,
            sender: Some(sender),
            thread: Some(thread),
        }
    }

    /// Hands a batch over. A writer that has ended tells its error.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        let sent = |sender: &SyncSender<RecordBatch>| sender.send(batch.clone()).is_ok();
        if batch.num_rows() == 0 || self.sender.as_ref().is_some_and(sent) {
            return Ok(());
        }
        self.join()?;
        let text = format!("`{}`: the writer ended early", self.name);
        Err(WriteError::Shape(text))
    }

    /// The last batch was handed over: the artifact is finished beside what follows.
    pub(crate) fn end(&mut self) {
        self.sender = None;
    }

    /// Waits for the last batch; gives the name.
    pub(crate) fn finish(mut self) -> Result<String, WriteError> {
        self.end();
        joined(&self.name, self.thread.take()).map(|()| self.name)
    }

    fn join(&mut self) -> Result<(), WriteError> {
        joined(&self.name, self.thread.take())
    }

    /// Takes the artifact back.
    pub(crate) fn discard(self, sink: &mut dyn Sink) -> Result<(), WriteError> {
        let name = self.name.clone();
        // What the writer says of an artifact that nobody wants does not matter.
        let _ = self.finish();
        sink.remove(&name)
    }
}

fn joined(
    name: &str,
    thread: Option<JoinHandle<Result<(), WriteError>>>,
) -> Result<(), WriteError> {
    thread.map_or(Ok(()), |thread| {
        thread.join().unwrap_or_else(|_| {
            let text = format!("`{name}`: the writer ended by a defect");
            Err(WriteError::Shape(text))
        })
    })
}

pub(crate) fn finish_geojson(writer: GeoJsonWriter<Out>) -> Result<(), WriteError> {
    close(writer.finish()?)
}

pub(crate) fn finish_geoparquet(writer: GeoParquetWriter<Out>) -> Result<(), WriteError> {
    close(writer.finish()?)
}

fn close(mut out: Out) -> Result<(), WriteError> {
    out.flush().map_err(|cause| WriteError::Io {
        name: String::new(),
        cause,
    })
}

/// Writes a small JSON document.
pub(crate) fn document(
    sink: &mut dyn Sink,
    name: &str,
    value: &impl serde::Serialize,
) -> Result<(), WriteError> {
    let mut out = sink.create(name)?;
    serde_json::to_writer_pretty(&mut out, value)
        .map_err(std::io::Error::from)
        .and_then(|()| out.write_all(b"\n"))
        .and_then(|()| out.flush())
        .map_err(|cause| WriteError::Io {
            name: name.to_owned(),
            cause,
        })
}
