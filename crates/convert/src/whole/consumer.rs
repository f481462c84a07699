//! What a consumer of the whole file is: it begins when all points are known, takes them again batch
//! by batch, and finishes.
//!
//! Rule: a consumer keeps its own state and shares nothing with its neighbours but [`Out`]; whether
//! a row is in the standard output is [`Rows`]' to say, so that no one counts rows by hand.

use super::described::Described;
use crate::analysis::Analysis;
use crate::error::RunError;
use crate::fields::Located;
use crate::identity::Identity;
use crate::machine_file::artifacts::Artifacts;
use crate::machine_file::dropped::DroppedPoints;
use crate::options::Options;
use crate::points::standard::Standard;
use crate::report::PointCounts;
use arrow_array::{BooleanArray, RecordBatch};
use arrow_select::filter::filter_record_batch;
use std::ops::Range;
use tramline_outputs::Sink;

/// The machine file as it stands when all points are known.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) identity: &'a Identity,
    pub(crate) options: &'a Options,
    pub(crate) standard: &'a Standard,
    pub(crate) analysis: &'a Analysis,
    /// The covered ground; `None` where neither widths nor polygons are known.
    pub(crate) covered: Option<&'a geo::MultiPolygon<f64>>,
    /// By row of the spool: not in the standard output, of use after a lag. Empty when none is.
    pub(crate) restorable: &'a [bool],
    /// Where the standard points lie, if that was asked.
    pub(crate) located: Option<&'a Located>,
    /// The spatial records of the ADAPT Standard, if they were written.
    pub(crate) adapt_records: Option<&'a str>,
}

/// Where consumers put what they make.
pub(crate) struct Out<'a> {
    pub(crate) sink: &'a mut dyn Sink,
    pub(crate) artifacts: &'a mut Artifacts,
    pub(crate) dropped: &'a mut DroppedPoints,
    pub(crate) points: &'a mut PointCounts,
    pub(crate) described: &'a mut Described,
}

/// The rows of a batch within the file.
pub(crate) struct Rows<'a> {
    /// Places in the spool.
    pub(crate) places: Range<usize>,
    /// By row: not in the standard output. Empty when every row of the file is.
    pub(crate) restorable: &'a [bool],
}

impl<'a> Rows<'a> {
    /// `first` is the place of the batch's first row in the spool.
    pub(crate) fn new(first: usize, batch: &RecordBatch, restorable: &'a [bool]) -> Self {
        let places = first..first + batch.num_rows();
        Self {
            restorable: restorable.get(places.clone()).unwrap_or_default(),
            places,
        }
    }

    /// Whether a row of the batch is not in the standard output.
    pub(crate) fn is_restorable(&self, row: usize) -> bool {
        self.restorable.get(row).copied().unwrap_or(false)
    }

    /// The rows of the batch that are in the standard output.
    pub(crate) fn standard(&self, batch: &RecordBatch) -> Result<RecordBatch, RunError> {
        if !self.restorable.contains(&true) {
            return Ok(batch.clone());
        }
        let keep: BooleanArray = self.restorable.iter().map(|r| Some(!r)).collect();
        Ok(filter_record_batch(batch, &keep)?)
    }
}

/// Something that needs every point of a machine file.
pub(crate) trait Consumer {
    /// Takes a batch of the spool.
    fn batch(
        &mut self,
        batch: &RecordBatch,
        rows: &Rows<'_>,
        out: &mut Out<'_>,
    ) -> Result<(), RunError>;

    /// All batches were taken.
    fn finish(self: Box<Self>, out: &mut Out<'_>) -> Result<(), RunError>;
}

/// Begins a consumer; `None` where the options do not ask for it.
pub(crate) type Begin =
    for<'a> fn(&Subject<'a>, &mut dyn Sink) -> Result<Option<Box<dyn Consumer + 'a>>, RunError>;
