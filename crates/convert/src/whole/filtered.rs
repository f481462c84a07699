//! The filtered output: what stays is written, what goes is kept as dropped points with its reason.

use super::consumer::{Consumer, Out, Rows, Subject};
use super::filter::{Filter, Verdict};
use super::lagged::lagged;
use crate::analysis;
use crate::error::RunError;
use crate::report::PointCounts;
use crate::writers::ArtifactWriter;
use arrow_array::RecordBatch;
use arrow_select::filter::filter_record_batch;
use tramline_model::{Artifact, Property};
use tramline_outputs::Sink;

struct Filtered<'a> {
    subject: Subject<'a>,
    /// The rules of `compat`, where the analysis does not decide.
    rules: Filter,
    geojson: Option<ArtifactWriter>,
    parquet: Option<ArtifactWriter>,
    /// By row of the spool.
    kept: Vec<bool>,
}

/// Begins where the configuration asks for filtered output.
pub(crate) fn begin<'a>(
    subject: &Subject<'a>,
    sink: &mut dyn Sink,
) -> Result<Option<Box<dyn Consumer + 'a>>, RunError> {
    let Subject {
        options,
        standard,
        identity,
        ..
    } = *subject;
    if !options.configuration.operations_filtered_geojson {
        return Ok(None);
    }
    let results = standard.standardised();
    let geojson = options
        .outputs
        .geojson
        .then(|| ArtifactWriter::geojson(sink, identity.name("filtered.geojson")))
        .transpose()?;
    let parquet = options
        .outputs
        .parquet
        .then(|| {
            let schema = standard.schema().clone();
            ArtifactWriter::geoparquet(sink, identity.name("filtered.parquet"), schema)
        })
        .transpose()?;
    Ok(Some(Box::new(Filtered {
        subject: *subject,
        rules: Filter::new(
            &options.configuration,
            results.totals,
            results.is_harvest(),
            results.unit(Property::Speed),
        ),
        geojson,
        parquet,
        kept: Vec::new(),
    })))
}

impl Consumer for Filtered<'_> {
    fn batch(
        &mut self,
        batch: &RecordBatch,
        rows: &Rows<'_>,
        out: &mut Out<'_>,
    ) -> Result<(), RunError> {
        let (batch, verdict) = if self.subject.analysis.cleaning.decides() {
            let (batch, verdict) = self.cleaned(batch, rows, out.points)?;
            self.kept.extend(verdict.kept());
            (batch, verdict)
        } else {
            let batch = rows.standard(batch)?;
            let verdict = self.rules.judge(&batch);
            self.keep_judged(&verdict, rows);
            (batch, verdict)
        };
        let kept = filter_record_batch(&batch, &verdict.keep)?;
        out.points.filtered += kept.num_rows() as u64;
        for writer in [&mut self.geojson, &mut self.parquet].into_iter().flatten() {
            writer.write(&kept)?;
        }
        for (reason, mask) in &verdict.refused {
            let count = mask.true_count() as u64;
            if count > 0 {
                let reason = (*reason).into();
                *out.points.dropped.entry(reason).or_default() += count;
                let gone = filter_record_batch(&batch, mask)?;
                let gone = self.subject.standard.as_dropped(&gone, reason)?;
                out.dropped.write(&gone, &mut *out.sink)?;
            }
        }
        Ok(())
    }

    fn finish(self: Box<Self>, out: &mut Out<'_>) -> Result<(), RunError> {
        let Self {
            subject,
            geojson,
            parquet,
            kept,
            ..
        } = *self;
        out.artifacts.keep(Artifact::FilteredGeojson, geojson)?;
        out.artifacts.keep(Artifact::FilteredGeoparquet, parquet)?;
        out.described.cleaning = Some(analysis::cleaning_document(
            &subject.standard.standardised(),
            subject.analysis,
            subject.options.configuration.filter_profile,
            &kept,
            &out.points.dropped,
        ));
        Ok(())
    }
}

impl Filtered<'_> {
    /// By row of the spool, where the verdict is on standard rows only.
    fn keep_judged(&mut self, verdict: &Verdict, rows: &Rows<'_>) {
        let mut judged = verdict.kept();
        let kept = (0..rows.places.len())
            .map(|row| !rows.is_restorable(row) && judged.next().unwrap_or(false));
        self.kept.extend(kept);
    }

    /// A batch as the analysis has judged it: values after the lag, and a verdict.
    fn cleaned(
        &self,
        batch: &RecordBatch,
        rows: &Rows<'_>,
        points: &mut PointCounts,
    ) -> Result<(RecordBatch, Verdict), RunError> {
        let cleaning = &self.subject.analysis.cleaning;
        let restores = cleaning.restores();
        if restores {
            points.restored += rows.restorable.iter().filter(|r| **r).count() as u64;
        }
        let of_rows = rows.places.clone();
        let reasons = cleaning.reasons.get(of_rows.clone()).unwrap_or_default();
        let verdict = Verdict::of_reasons(batch.num_rows(), reasons, |row| {
            restores || !rows.is_restorable(row)
        });
        if cleaning.mass_kg.is_empty() {
            return Ok((batch.clone(), verdict));
        }
        let mass_kg = cleaning.mass_kg.get(of_rows.clone()).unwrap_or_default();
        let moisture = cleaning.moisture.get(of_rows).unwrap_or_default();
        let context = &self.subject.standard.context;
        let batch = lagged(context, batch, mass_kg, moisture)?;
        Ok((batch, verdict))
    }
}
