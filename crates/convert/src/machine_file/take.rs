//! A machine file takes batches: what stays is written and kept for the whole-file consumers, what
//! goes is written as dropped.

use super::MachineFile;
use super::raw::RawRecords;
use crate::error::RunError;
use crate::options::Options;
use crate::plan::{BATCH_STEPS, MERGED_STEPS};
use crate::points::fate::Fate;
use crate::points::passed::Passed;
use crate::points::standard::Split;
use arrow_array::{BooleanArray, RecordBatch};
use arrow_select::filter::filter_record_batch;
use tramline_outputs::Sink;

impl MachineFile {
    /// Takes records as they were logged.
    pub(crate) fn raw(
        &mut self,
        batch: &RecordBatch,
        options: &Options,
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        if self.raw.is_none() {
            self.raw = RawRecords::begin(&self.identity, options.outputs, sink)?;
        }
        match &mut self.raw {
            Some(raw) => Ok(raw.write(batch)?),
            None => Ok(()),
        }
    }

    /// Takes source points.
    pub(crate) fn points(
        &mut self,
        batch: &RecordBatch,
        options: &Options,
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        self.points += batch.num_rows() as u64;
        let split = self.standard.refine(batch, BATCH_STEPS)?;
        self.take(split, options, sink)
    }

    /// Takes standard points as they are; those whose `keep` is false are repeated records.
    pub(crate) fn pass(
        &mut self,
        batch: &RecordBatch,
        passed: &Passed,
        keep: &[bool],
        options: &Options,
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        self.points += batch.num_rows() as u64;
        let split = self.standard.pass(batch, passed, keep, MERGED_STEPS)?;
        self.take(split, options, sink)
    }

    fn take(
        &mut self,
        split: Split,
        options: &Options,
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        if let Some(measured) = &mut self.measured {
            measured.add(&split.standard);
            return Ok(());
        }
        self.write(&split, options, sink)?;
        if let Some(locator) = &mut self.locator {
            locator.add(&split.standard)?;
        }
        let results = self.standard.standardised();
        let outlines = split.outlines.as_ref();
        if let Some((all, fates)) = split.all {
            let fate = |row: usize| fates.get(row).copied().unwrap_or(Fate::Passive);
            self.analysis.add(&results, &all, outlines, fate);
            let spooled: BooleanArray = fates.iter().map(|f| Some(*f != Fate::Passive)).collect();
            self.restorable.extend(
                fates
                    .iter()
                    .filter(|fate| **fate != Fate::Passive)
                    .map(|fate| *fate == Fate::Restorable),
            );
            let spooled = filter_record_batch(&all, &spooled)?;
            if spooled.num_rows() > 0 {
                self.spool.push(spooled)?;
            }
        } else if split.standard.num_rows() > 0 {
            let fate = |_| Fate::Standard;
            self.analysis.add(&results, &split.standard, outlines, fate);
            self.spool.push(split.standard)?;
        }
        Ok(())
    }

    fn write(
        &mut self,
        split: &Split,
        options: &Options,
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        let adapt = self.adapt.as_mut().map(|adapt| &mut adapt.records);
        for writer in [self.geojson.as_mut(), self.parquet.as_mut(), adapt]
            .into_iter()
            .flatten()
        {
            writer.write(&split.standard)?;
        }
        match &split.dropped {
            Some(dropped) => {
                if options.clip.as_ref().is_some_and(|clip| clip.keep_outside) {
                    let how = (&self.identity, options.outputs);
                    let schema = self.standard.schema();
                    self.outside.write(dropped, schema, how, sink)?;
                }
                self.dropped.write(dropped, sink)
            }
            None => Ok(()),
        }
    }
}
