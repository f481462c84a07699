//! Batches kept until all are known: in memory while they are few, then on disk as Arrow streams in an
//! unnamed temporary file, a new one where the columns change.

use crate::error::RunError;
use arrow_array::RecordBatch;
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, SchemaRef};
use std::io::{BufRead, BufReader, BufWriter, Seek, SeekFrom};
use tramline_outputs::disk::DiskFile;

/// Bytes kept in memory.
const IN_MEMORY: usize = 48 << 20;

#[derive(Default)]
pub(crate) struct Spool {
    memory: Vec<RecordBatch>,
    bytes: usize,
    disk: Option<Disk>,
}

struct Disk {
    stream: StreamWriter<BufWriter<DiskFile>>,
    schema: SchemaRef,
}

impl Disk {
    fn start(file: BufWriter<DiskFile>, schema: SchemaRef) -> Result<Self, RunError> {
        let stream = StreamWriter::try_new(file, &schema).map_err(stream_fault)?;
        Ok(Self { stream, schema })
    }

    fn end(self) -> Result<BufWriter<DiskFile>, RunError> {
        let mut stream = self.stream;
        stream.finish().map_err(stream_fault)?;
        stream.into_inner().map_err(stream_fault)
    }
}

fn fault(cause: std::io::Error) -> RunError {
    RunError::Spool(cause)
}

fn stream_fault(cause: ArrowError) -> RunError {
    RunError::Spool(match cause {
        ArrowError::IoError(_, cause) => cause,
        other => std::io::Error::other(other),
    })
}

impl Spool {
    pub(crate) fn push(&mut self, batch: RecordBatch) -> Result<(), RunError> {
        let mut disk = match self.disk.take() {
            Some(disk) if disk.schema == batch.schema() => disk,
            Some(disk) => Disk::start(disk.end()?, batch.schema())?,
            None => {
                let size = batch.get_array_memory_size();
                if self.bytes + size <= IN_MEMORY {
                    self.bytes += size;
                    self.memory.push(batch);
                    return Ok(());
                }
                let file = BufWriter::with_capacity(1 << 20, DiskFile::temporary().map_err(fault)?);
                Disk::start(file, batch.schema())?
            }
        };
        disk.stream.write(&batch).map_err(stream_fault)?;
        self.disk = Some(disk);
        Ok(())
    }

    /// Hands every batch to `take`, in order.
    pub(crate) fn replay(
        self,
        mut take: impl FnMut(RecordBatch) -> Result<(), RunError>,
    ) -> Result<(), RunError> {
        for batch in self.memory {
            take(batch)?;
        }
        let Some(disk) = self.disk else {
            return Ok(());
        };
        let file = disk.end()?.into_inner();
        let mut file = file.map_err(|e| fault(e.into_error()))?.into_file();
        file.seek(SeekFrom::Start(0)).map_err(fault)?;
        let mut file = BufReader::with_capacity(1 << 20, file);
        while !file.fill_buf().map_err(fault)?.is_empty() {
            for batch in StreamReader::try_new(&mut file, None).map_err(stream_fault)? {
                take(batch.map_err(stream_fault)?)?;
            }
        }
        Ok(())
    }
}
