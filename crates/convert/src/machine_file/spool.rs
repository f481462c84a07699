//! Standard batches kept for the whole-file consumers: in memory while they are few, then on disk as an
//! Arrow stream in an unnamed temporary file.

use crate::error::RunError;
use arrow_array::RecordBatch;
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use std::fs::File;
use std::io::{BufReader, BufWriter, Seek, SeekFrom};

/// Bytes kept in memory.
const IN_MEMORY: usize = 48 << 20;

#[derive(Default)]
pub(crate) struct Spool {
    memory: Vec<RecordBatch>,
    bytes: usize,
    disk: Option<StreamWriter<BufWriter<File>>>,
}

fn fault(cause: impl std::fmt::Display) -> RunError {
    RunError::Spool(cause.to_string())
}

impl Spool {
    pub(crate) fn push(&mut self, batch: RecordBatch) -> Result<(), RunError> {
        if self.disk.is_none() {
            let size = batch.get_array_memory_size();
            if self.bytes + size <= IN_MEMORY {
                self.bytes += size;
                self.memory.push(batch);
                return Ok(());
            }
            let file = BufWriter::with_capacity(1 << 20, tempfile::tempfile().map_err(fault)?);
            self.disk = Some(StreamWriter::try_new(file, batch.schema_ref()).map_err(fault)?);
        }
        match &mut self.disk {
            Some(writer) => writer.write(&batch).map_err(fault),
            None => Ok(()),
        }
    }

    /// Hands every batch to `take`, in order.
    pub(crate) fn replay(
        self,
        mut take: impl FnMut(RecordBatch) -> Result<(), RunError>,
    ) -> Result<(), RunError> {
        for batch in self.memory {
            take(batch)?;
        }
        let Some(mut writer) = self.disk else {
            return Ok(());
        };
        writer.finish().map_err(fault)?;
        let buffered = writer.into_inner().map_err(fault)?;
        let mut file = buffered.into_inner().map_err(|e| fault(e.error()))?;
        file.seek(SeekFrom::Start(0)).map_err(fault)?;
        let reader =
            StreamReader::try_new(BufReader::with_capacity(1 << 20, file), None).map_err(fault)?;
        for batch in reader {
            take(batch.map_err(fault)?)?;
        }
        Ok(())
    }
}
