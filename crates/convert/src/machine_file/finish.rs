//! A machine file finishes: the standard output stands or is taken back, the whole-file consumers
//! run, and the documents are written.

use super::MachineFile;
use super::raw::RawRecords;
use super::reported::{fail_raw, report};
use crate::analysis;
use crate::describe::status::Missing;
use crate::describe::{findings, status, summary};
use crate::error::RunError;
use crate::facts::FileFacts;
use crate::fields::{FieldLocator, Located};
use crate::options::Options;
use crate::plausible::judge::judge;
use crate::plausible::told;
use crate::progress::Progress;
use crate::report::{FileReport, Outcome, PointCounts, RecordCounts, Steps};
use crate::step::Step;
use crate::whole::consumer::{Out, Rows, Subject};
use crate::whole::described::Described;
use crate::whole::walk::walk;
use crate::writers::document;
use serde_json::value::{RawValue, to_raw_value};
use tramline_model::{
    Artifact, DropReason, Ending, FileStatus, ReadError, RefusedStandard, UnitSystem,
};
use tramline_outputs::Sink;

impl MachineFile {
    /// The machine file could not be read: what was begun is taken back.
    pub(crate) fn fail(
        mut self,
        error: &ReadError,
        sink: &mut dyn Sink,
    ) -> Result<FileReport, RunError> {
        for artifact in self.begun() {
            artifact.discard(sink)?;
        }
        if let Some(raw) = self.raw.take() {
            raw.discard(sink)?;
        }
        let mut steps = Steps::default();
        fail_raw(&mut steps, &error.to_string(), error.hint());
        let mut points = PointCounts {
            read: self.points,
            ..PointCounts::default()
        };
        if self.points > 0 {
            points.dropped.insert(DropReason::ReadFailed, self.points);
        }
        self.close(steps, points, RecordCounts::default(), sink)
    }

    /// Runs what needs the whole file; the facts stand beside the report.
    pub(crate) fn finish(
        mut self,
        ending: &Ending,
        options: &Options,
        sink: &mut dyn Sink,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(FileReport, FileFacts), RunError> {
        let mut facts = FileFacts::new(&self.identity.id);
        let index = self.identity.index;
        let mut begins = |step| progress(Progress::Step { index, step });
        let mut steps = Steps::default();
        self.finish_source(&mut steps, options, sink)?;
        begins(Step::StandardGeojson);
        let results = self.standard.standardised();
        let mut points = PointCounts {
            read: self.points,
            standard: results.totals.points,
            filtered: 0,
            restored: 0,
            dropped: results.dropped.clone(),
        };
        match status::standard_failure(&results, &options.configuration) {
            Some((reason, outcome)) => {
                self.take_back(reason, sink, &mut points)?;
                steps.set(Step::StandardGeojson, outcome);
                status::skip_after(&mut steps, &[Step::FilteredGeojson, Step::Summary]);
                self.write_units(options, sink)?;
                steps.set(Step::Units, Outcome::ok());
                status::skip_after(&mut steps, &[Step::PropertiesPngs, Step::ZippedPngs]);
            }
            None => {
                self.keep_standard(sink)?;
                steps.set(Step::StandardGeojson, Outcome::ok());
                begins(Step::FilteredGeojson);
                let located = self.locator.take().map(FieldLocator::finish);
                let described = self.describe(options, located.as_ref(), sink, &mut points)?;
                steps.set(Step::FilteredGeojson, status::of_filtered(options));
                begins(Step::Summary);
                self.findings.extend(findings::of_totals(
                    &ending.display_totals,
                    &self.standard.standardised(),
                    described.covered.as_ref(),
                    &self.place(),
                ));
                self.write_summary(ending, &described, options, sink)?;
                steps.set(Step::Summary, Outcome::ok());
                let split = located.map(|located| located.split);
                let tolerance_m = options.locate.as_ref().map_or(0.0, |l| l.tolerance_m);
                let told = split
                    .as_ref()
                    .map(|split| split.told(tolerance_m, self.place()));
                self.findings.extend(told.flatten());
                facts.take_in(&self.standard.standardised(), split);
                self.write_units(options, sink)?;
                steps.set(Step::Units, Outcome::ok());
                for step in [Step::PropertiesPngs, Step::ZippedPngs] {
                    steps.set(step, status::of_images(described.painted, options));
                }
            }
        }
        let dropped = self.dropped.take();
        self.artifacts.keep(Artifact::DroppedGeoparquet, dropped)?;
        std::mem::take(&mut self.outside).keep(&mut self.artifacts)?;
        if let Some(raw) = self.raw.take() {
            let place = self.place();
            let told = raw.keep(&mut self.artifacts, place)?;
            self.findings.extend(told);
        }
        let results = self.standard.standardised();
        let missing = match steps.file_status() {
            FileStatus::Processed => status::missing(&results, &options.configuration),
            _ => Missing::default(),
        };
        let incomplete = status::incomplete(&missing, results.present, &self.place());
        self.findings.extend(incomplete);
        let noticed = findings::of(&results, &self.description, &self.place());
        self.findings.extend(noticed);
        let records = RecordCounts {
            read: ending.records,
            skipped_bytes: ending.skipped_bytes,
        };
        let mut report = self.close(steps, points, records, sink)?;
        report.missing = missing.names().into_iter().map(str::to_owned).collect();
        Ok((report, facts))
    }

    /// The raw output, which a merged file does not have.
    fn finish_source(
        &mut self,
        steps: &mut Steps,
        options: &Options,
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        let source = if self.merged {
            Outcome::skipped("skipped")
        } else {
            Outcome::ok()
        };
        steps.set(Step::OriginalFile, source.clone());
        if self.raw.is_none() && !self.merged {
            self.raw = RawRecords::begin(&self.identity, options.outputs, sink)?;
        }
        if let Some(raw) = &mut self.raw {
            raw.end();
        }
        steps.set(Step::RawGeojson, source);
        Ok(())
    }

    /// The standard output stands.
    fn keep_standard(&mut self, sink: &mut dyn Sink) -> Result<(), RunError> {
        let (geojson, parquet) = (self.geojson.take(), self.parquet.take());
        self.artifacts.keep(Artifact::StandardGeojson, geojson)?;
        self.artifacts.keep(Artifact::StandardGeoparquet, parquet)?;
        if let Some(adapt) = self.adapt.take() {
            let results = self.standard.standardised();
            let dir = &self.identity.dir;
            adapt.finish(sink, dir, &self.description, &results, &mut self.artifacts)?;
        }
        Ok(())
    }

    /// Takes the standard output back and keeps its points as dropped ones.
    fn take_back(
        &mut self,
        reason: RefusedStandard,
        sink: &mut dyn Sink,
        points: &mut PointCounts,
    ) -> Result<(), RunError> {
        let adapt = self.adapt.take().map(|adapt| adapt.records);
        for artifact in [self.geojson.take(), self.parquet.take(), adapt]
            .into_iter()
            .flatten()
        {
            artifact.discard(sink)?;
        }
        let reason = DropReason::from(reason);
        if points.standard > 0 {
            points.dropped.insert(reason, points.standard);
        }
        points.standard = 0;
        let restorable = std::mem::take(&mut self.restorable);
        let mut first = 0;
        let (standard, dropped) = (&self.standard, &mut self.dropped);
        std::mem::take(&mut self.spool).replay(|batch| {
            let rows = Rows::new(first, &batch, &restorable);
            first = rows.places.end;
            let gone = standard.as_dropped(&rows.standard(&batch)?, reason)?;
            dropped.write(&gone, sink)
        })
    }

    /// Ends the analysis and hands the spool to the consumers.
    fn describe(
        &mut self,
        options: &Options,
        located: Option<&Located>,
        sink: &mut dyn Sink,
        points: &mut PointCounts,
    ) -> Result<Described, RunError> {
        self.analysis.finish(&self.standard.standardised());
        let covered = self.analysis.outline();
        let adapt_records = self.artifacts.get(Artifact::AdaptStandardRecords);
        let adapt_records = adapt_records.map(str::to_owned);
        let subject = Subject {
            identity: &self.identity,
            options,
            standard: &self.standard,
            analysis: &self.analysis,
            covered: covered.as_ref(),
            restorable: &self.restorable,
            located,
            adapt_records: adapt_records.as_deref(),
        };
        let mut described = Described::default();
        let mut out = Out {
            sink,
            artifacts: &mut self.artifacts,
            dropped: &mut self.dropped,
            points,
            described: &mut described,
        };
        walk(&subject, std::mem::take(&mut self.spool), &mut out)?;
        let results = self.standard.standardised();
        described.coverage = analysis::coverage_document(&results, &self.analysis);
        let judged = judge(&results, &self.analysis, &self.description);
        let told = told::findings(&judged, &results, &self.description, &self.place());
        described.plausibility = judged.implausible;
        described.covered = self.analysis.covered();
        self.findings.extend(told);
        let noticed = findings::of_cleaning(&self.analysis.cleaning, &self.place());
        self.findings.extend(noticed);
        let spread = self.analysis.spread;
        self.findings
            .extend(spread.map(|spread| findings::of_clock(&spread, &self.place())));
        let results = self.standard.standardised();
        let odometer = self.analysis.odometer.as_ref();
        let told = odometer.and_then(|found| findings::of_odometer(found, &results, &self.place()));
        self.findings.extend(told);
        Ok(described)
    }

    fn write_summary(
        &mut self,
        ending: &Ending,
        described: &Described,
        options: &Options,
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        let geometry: Box<RawValue> = match &described.geometry {
            Some(geometry) => geometry.clone(),
            None => to_raw_value(&serde_json::Value::Null).map_err(RunError::shape)?,
        };
        for (system, suffix) in self.systems(options) {
            let feature = summary::feature(
                &self.standard.standardised(),
                &self.standard.context.units.in_system(system),
                &self.description,
                ending,
                &options.configuration,
                described,
                geometry.clone(),
            );
            let name = self.identity.name(&format!("summary{suffix}.json"));
            document(sink, &name, &feature)?;
            self.artifacts.insert_first(Artifact::Summary, name);
        }
        Ok(())
    }

    fn write_units(&mut self, options: &Options, sink: &mut dyn Sink) -> Result<(), RunError> {
        for (system, suffix) in self.systems(options) {
            let units = self.standard.context.units.in_system(system);
            let name = self.identity.name(&format!("units{suffix}.json"));
            let map = summary::units_map(&self.standard.standardised(), &units);
            document(sink, &name, &map)?;
            self.artifacts.insert_first(Artifact::Units, name);
        }
        Ok(())
    }

    /// The unit systems asked for, with what stands in the names of their documents.
    fn systems(&self, options: &Options) -> Vec<(UnitSystem, String)> {
        let mut list = vec![(self.units, String::new())];
        for system in options.unit_systems.iter().skip(1) {
            if !list.iter().any(|(known, _)| known == system) {
                list.push((*system, format!(".{}", system.name())));
            }
        }
        list
    }

    fn close(
        mut self,
        steps: Steps,
        points: PointCounts,
        records: RecordCounts,
        sink: &mut dyn Sink,
    ) -> Result<FileReport, RunError> {
        let recognised = self.description.provider;
        let told = findings::of_provider(recognised, self.given, &self.place());
        self.findings.extend(told);
        findings::gravest_first(&mut self.findings);
        let name = self.identity.name("status.json");
        document(sink, &name, &status::document(&steps, &self.findings))?;
        self.artifacts.insert(Artifact::Status, name);
        debug_assert!(points.add_up(false), "points do not add up: {points:?}");
        let mut report = report(self.identity, &self.description, self.given, steps);
        report.points = points;
        report.records = records;
        report.artifacts = self.artifacts.into_names();
        report.findings = self.findings;
        Ok(report)
    }
}
