//! The standardising of one machine file: source points go through the batch steps of the plan
//! into the standard properties, and the points that do not belong there are set apart with a
//! reason.

use super::batch::Points;
use super::columns::Texts;
use super::context::Context;
use super::fate::Fate;
use super::layout::{Layout, Sources};
use super::noticed::Noticed;
use super::passed::{Passed, name_columns};
use super::reasons::Reasons;
use super::standardised::Standardised;
use crate::calibration::Calibrate;
use crate::configuration::Configuration;
use arrow_array::{Array, BinaryArray, BooleanArray, RecordBatch};
use arrow_schema::{ArrowError, SchemaRef};
use arrow_select::filter::{filter, filter_record_batch};
use std::sync::Arc;
use tramline_formats::ReadOptions;
use tramline_model::{DropReason, OperationDescription, Property, UnitSystem, records};

/// A function of the rows of a batch, of what holds for all batches, and of what is gathered.
pub(crate) type BatchStep = fn(&mut Points, &Context, &mut Noticed);

/// What one batch became.
pub(crate) struct Split {
    pub(crate) standard: RecordBatch,
    /// The dropped rows with their reason, if there are any.
    pub(crate) dropped: Option<RecordBatch>,
    /// Every row in the standard schema with what it is to the analysis, where that asks for it.
    pub(crate) all: Option<(RecordBatch, Vec<Fate>)>,
    /// The source's polygons of the rows of `all`, else of `standard`.
    pub(crate) outlines: Option<BinaryArray>,
}

/// The standard output of one machine file in the making.
pub(crate) struct Standard {
    layout: Layout,
    pub(crate) context: Context,
    pub(crate) noticed: Noticed,
    refused_units: Vec<String>,
    /// The rate is its target.
    target_stands: bool,
}

impl Standard {
    /// `hands_on_all` asks for the dropped rows too.
    pub(crate) fn new(
        description: &OperationDescription,
        configuration: &Configuration,
        read: &ReadOptions,
        system: UnitSystem,
        calibration: Calibrate,
        hands_on_all: bool,
    ) -> Self {
        let schema = &description.points_schema;
        let mut sources = Sources::of(schema, system, &description.operation_type);
        let logs_way = [Property::Distance, Property::SamplingInterval]
            .iter()
            .all(|property| sources.has(*property));
        let context = Context::new(
            description,
            configuration,
            read,
            calibration,
            hands_on_all,
            (sources.units.clone(), logs_way),
        );
        let refused_units = std::mem::take(&mut sources.refused);
        let target_stands = sources.stands.is_some();
        Self {
            layout: Layout::new(sources, schema, &context),
            context,
            noticed: Noticed::default(),
            refused_units,
            target_stands,
        }
    }

    /// The schema of the standard output.
    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.layout.schema
    }

    /// What came of all batches so far.
    pub(crate) fn standardised(&self) -> Standardised<'_> {
        Standardised {
            operation: &self.context.operation,
            units: &self.context.units,
            products: &self.context.products,
            calibration: &self.context.calibration,
            refused_units: &self.refused_units,
            target_stands: self.target_stands,
            without_way: self.context.logs_no_step || self.noticed.counts.unordered,
            unknown_rules: self.context.unknown_rules(),
            present: &self.noticed.present,
            derived: &self.noticed.derived,
            counts: &self.noticed.counts,
            absent: &self.noticed.absent,
            pairs: &self.noticed.pairs,
            totals: &self.noticed.totals,
            dropped: &self.noticed.dropped,
            clip: self.context.clip.as_ref(),
            outside: self.noticed.outside,
            left_out: &self.noticed.left_out,
        }
    }

    /// Takes one batch of source points through the steps.
    pub(crate) fn refine(
        &mut self,
        batch: &RecordBatch,
        steps: &[BatchStep],
    ) -> Result<Split, ArrowError> {
        let counts = &mut self.noticed.counts;
        let mut points = Points::new(self.layout.decode(batch, &self.context, counts));
        self.walk(steps, &mut points);
        let fates = points
            .placed
            .take()
            .map(|placed| self.fates(&points, &placed));
        let outlines = outlines_of(batch, &points.keep, fates.is_some())?;
        let split = self.split(points, &Passed::default(), fates)?;
        Ok(Split { outlines, ..split })
    }

    /// Takes a batch that is in this output's properties and units already, for a merge. Rows whose
    /// `keep` is false are repeated records. Single products and machines are named for the totals.
    pub(crate) fn pass(
        &mut self,
        batch: &RecordBatch,
        passed: &Passed,
        keep: &[bool],
        steps: &[BatchStep],
    ) -> Result<Split, ArrowError> {
        let counts = &mut self.noticed.counts;
        let mut columns = self.layout.decode(batch, &self.context, counts);
        name_columns(&mut columns, passed);
        let mut points = Points::new(columns);
        for (row, _) in keep.iter().enumerate().filter(|(_, kept)| !**kept) {
            points.drop_row(row, DropReason::MergeDuplicate);
        }
        self.walk(steps, &mut points);
        self.split(points, passed, None)
    }

    /// Standard rows as dropped ones, all for one reason.
    pub(crate) fn as_dropped(
        &self,
        batch: &RecordBatch,
        reason: DropReason,
    ) -> Result<RecordBatch, ArrowError> {
        let step = if reason.is_of_filter() {
            "filtered"
        } else {
            "standard"
        };
        let mut columns = batch.columns().to_vec();
        columns.push(Texts::constant(&reason.to_string(), batch.num_rows()).array());
        columns.push(Texts::constant(step, batch.num_rows()).array());
        RecordBatch::try_new(Arc::clone(&self.layout.dropped_schema), columns)
    }

    fn walk(&mut self, steps: &[BatchStep], points: &mut Points) {
        for step in steps {
            step(points, &self.context, &mut self.noticed);
        }
        for (reason, count) in points.reasons.counts() {
            *self.noticed.dropped.entry(reason).or_default() += count;
        }
    }

    /// What each row is to the analysis; `placed` rows have a position.
    fn fates(&self, points: &Points, placed: &[bool]) -> Vec<Fate> {
        let keep = &points.keep;
        let mut at_work: Vec<bool> = placed.iter().zip(keep).map(|(p, k)| *p && !*k).collect();
        if let Some(rules) = &self.context.cleanup_without_mass {
            let asked = at_work.clone();
            let rates = self.context.products.planned_rates();
            rules.apply(&points.columns, &points.logged, rates, &asked, |row, _| {
                at_work[row] = false;
            });
        }
        keep.iter()
            .zip(at_work)
            .map(|(kept, at_work)| match (kept, at_work) {
                (true, _) => Fate::Standard,
                (false, true) => Fate::Restorable,
                (false, false) => Fate::Passive,
            })
            .collect()
    }

    /// Rows that stay, and those that go with their reason.
    fn split(
        &self,
        points: Points,
        passed: &Passed,
        fates: Option<Vec<Fate>>,
    ) -> Result<Split, ArrowError> {
        let Points {
            columns,
            keep,
            reasons,
            ..
        } = points;
        let full = self.layout.encode(columns, &self.context, passed)?;
        let all = fates.map(|fates| (full.clone(), fates));
        if keep.iter().all(|kept| *kept) {
            return Ok(Split {
                standard: full,
                dropped: None,
                all,
                outlines: None,
            });
        }
        let inverse = BooleanArray::from(keep.iter().map(|kept| !*kept).collect::<Vec<bool>>());
        let standard = filter_record_batch(&full, &BooleanArray::from(keep))?;
        let with_reason = self.with_reasons(&full, reasons)?;
        let dropped = filter_record_batch(&with_reason, &inverse)?;
        Ok(Split {
            standard,
            dropped: Some(dropped),
            all,
            outlines: None,
        })
    }

    fn with_reasons(
        &self,
        full: &RecordBatch,
        reasons: Reasons,
    ) -> Result<RecordBatch, ArrowError> {
        let mut columns = full.columns().to_vec();
        columns.push(reasons.texts().array());
        columns.push(Texts::constant("standard", full.num_rows()).array());
        RecordBatch::try_new(Arc::clone(&self.layout.dropped_schema), columns)
    }
}

/// The polygons of the rows that are kept, or of `every` row.
fn outlines_of(
    batch: &RecordBatch,
    keep: &[bool],
    every: bool,
) -> Result<Option<BinaryArray>, ArrowError> {
    let index = records::outline_index(batch.schema_ref());
    let Some(array) = index.and_then(|index| batch.columns().get(index)) else {
        return Ok(None);
    };
    let kept = if every || keep.iter().all(|kept| *kept) {
        Arc::clone(array)
    } else {
        filter(array, &BooleanArray::from(keep.to_vec()))?
    };
    Ok(kept.as_any().downcast_ref().cloned())
}
