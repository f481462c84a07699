//! The standard points in no field.

use super::consumer::{Consumer, Out, Rows, Subject};
use crate::error::RunError;
use crate::fields::OutsidePoints;
use arrow_array::RecordBatch;
use tramline_outputs::Sink;

struct Outside<'a>(OutsidePoints<'a>);

/// Begins where that is asked and some, but not all, points lie in no field.
pub(crate) fn begin<'a>(
    subject: &Subject<'a>,
    sink: &mut dyn Sink,
) -> Result<Option<Box<dyn Consumer + 'a>>, RunError> {
    let asked = subject.options.locate.as_ref();
    let Some(located) = subject.located.filter(|_| asked.is_some_and(|l| l.outside)) else {
        return Ok(None);
    };
    let points = OutsidePoints::begin(
        located,
        subject.options.outputs,
        subject.standard.schema(),
        sink,
        &subject.identity.dir,
    )?;
    Ok(points.map(|points| Box::new(Outside(points)) as Box<dyn Consumer + 'a>))
}

impl Consumer for Outside<'_> {
    fn batch(
        &mut self,
        batch: &RecordBatch,
        rows: &Rows<'_>,
        _: &mut Out<'_>,
    ) -> Result<(), RunError> {
        self.0.add(&rows.standard(batch)?)
    }

    fn finish(self: Box<Self>, out: &mut Out<'_>) -> Result<(), RunError> {
        for (kind, name) in self.0.finish()? {
            out.artifacts.insert(kind, name);
        }
        Ok(())
    }
}
