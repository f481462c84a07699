//! The life of one machine file: begun, filled batch by batch, finished through all steps.

use crate::configuration::FilterProfile;
use crate::export::AdaptExport;
use crate::plan::Step;
use crate::report::{FileReport, FileStatus, Outcome, PointCounts, RecordCounts, Steps};
use crate::run::{Options, Progress, RunError};
use crate::second_pass::{Described, without_restorable};
use crate::spool::Spool;
use crate::steps::analysis::{Analysis, Fate};
use crate::steps::pass::Passed;
use crate::steps::standard::{Split, Standard};
use crate::steps::{findings, raw, status, summary};
use crate::writers::{Artifact, document};
use arrow_array::{BooleanArray, RecordBatch};
use arrow_select::filter::filter_record_batch;
use std::collections::BTreeMap;
use tramline_model::{Ending, Finding, OperationDescription, Place, ReadError, UnitSystem};
use tramline_outputs::{Sink, WriteError};

/// Identity of a machine file within the run.
pub(crate) struct Identity {
    pub(crate) index: usize,
    pub(crate) id: String,
    pub(crate) dir: String,
}

pub(crate) struct File {
    pub(crate) identity: Identity,
    pub(crate) description: OperationDescription,
    pub(crate) units: UnitSystem,
    pub(crate) standard: Standard,
    pub(crate) raw: Option<Artifact>,
    pub(crate) geojson: Option<Artifact>,
    pub(crate) parquet: Option<Artifact>,
    pub(crate) adapt: Option<AdaptExport>,
    pub(crate) dropped: Option<Artifact>,
    pub(crate) spool: Spool,
    pub(crate) analysis: Analysis,
    /// By row of the spool: not in the standard output, of use after a lag. Empty when none is.
    pub(crate) restorable: Vec<bool>,
    pub(crate) points: u64,
    /// Made of other machine files: it has no source of its own.
    pub(crate) merged: bool,
    pub(crate) artifacts: BTreeMap<&'static str, String>,
    pub(crate) findings: Vec<Finding>,
}

pub(crate) fn shape(cause: impl std::fmt::Display) -> RunError {
    RunError::Write(WriteError::Shape(cause.to_string()))
}

impl File {
    pub(crate) fn begin(
        identity: Identity,
        description: OperationDescription,
        options: &Options,
        sink: &mut dyn Sink,
    ) -> Result<Self, RunError> {
        let units = options
            .unit_systems
            .first()
            .copied()
            .unwrap_or(options.configuration.unit_measurement);
        let mut standard =
            Standard::new(&description, &options.configuration, units, &options.read);
        let configuration = &options.configuration;
        let profile = if configuration.operations_filtered_geojson {
            configuration.filter_profile
        } else {
            FilterProfile::None
        };
        let mut analysis = Analysis::new(profile, configuration);
        if configuration.makes_polygons() || configuration.file_images {
            analysis.keep_footprints();
        }
        standard.hands_on_all = analysis.wants_all(&standard);
        standard.calibration = options.calibrations.begin(&identity, &description);
        let name = |file: &str| format!("{}/{file}", identity.dir);
        let geojson = options
            .geojson
            .then(|| Artifact::geojson(sink, name("standard.geojson"), serde_json::Map::new()))
            .transpose()?;
        let parquet = options
            .geoparquet
            .then(|| Artifact::geoparquet(sink, name("standard.parquet"), standard.schema.clone()))
            .transpose()?;
        let adapt = options
            .adapt
            .then(|| AdaptExport::begin(sink, &identity.dir, &standard))
            .transpose()?;
        Ok(Self {
            identity,
            description,
            units,
            standard,
            raw: None,
            geojson,
            parquet,
            adapt,
            dropped: None,
            spool: Spool::default(),
            analysis,
            restorable: Vec::new(),
            points: 0,
            merged: false,
            artifacts: BTreeMap::new(),
            findings: Vec::new(),
        })
    }

    /// A machine file that is made of the standard points of others.
    pub(crate) fn begin_merged(
        identity: Identity,
        description: OperationDescription,
        options: &Options,
        sink: &mut dyn Sink,
    ) -> Result<Self, RunError> {
        let mut file = Self::begin(identity, description, options, sink)?;
        file.merged = true;
        Ok(file)
    }

    /// Takes standard points as they are; those whose `keep` is false are repeated records.
    pub(crate) fn pass(
        &mut self,
        batch: &RecordBatch,
        passed: Passed,
        keep: &[bool],
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        self.points += batch.num_rows() as u64;
        let split = self.standard.pass(batch, passed, keep).map_err(shape)?;
        self.take(split, sink)
    }

    pub(crate) fn points_read(&self) -> u64 {
        self.points
    }

    pub(crate) fn index(&self) -> usize {
        self.identity.index
    }

    pub(crate) fn name(&self, file: &str) -> String {
        format!("{}/{file}", self.identity.dir)
    }

    pub(crate) fn raw(
        &mut self,
        batch: &RecordBatch,
        options: &Options,
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        if !options.geojson {
            return Ok(());
        }
        if self.raw.is_none() {
            let members = raw::members(batch.schema_ref());
            self.raw = Some(Artifact::geojson(sink, self.name("raw.geojson"), members)?);
        }
        match &self.raw {
            Some(raw) if !raw.write(batch) => Err(self.writer_ended()),
            _ => Ok(()),
        }
    }

    pub(crate) fn points(
        &mut self,
        batch: &RecordBatch,
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        self.points += batch.num_rows() as u64;
        let split = self.standard.refine(batch).map_err(shape)?;
        self.take(split, sink)
    }

    /// Writes what stays, keeps it for the second pass, writes what goes.
    fn take(&mut self, split: Split, sink: &mut dyn Sink) -> Result<(), RunError> {
        if self.standard.calibration.measure(&split.standard) {
            return Ok(());
        }
        let adapt = self.adapt.as_ref().map(|adapt| &adapt.records);
        let writers = [self.geojson.as_ref(), self.parquet.as_ref(), adapt];
        if !writers
            .into_iter()
            .flatten()
            .all(|writer| writer.write(&split.standard))
        {
            return Err(self.writer_ended());
        }
        if let Some(dropped) = &split.dropped {
            self.drop_points(dropped, sink)?;
        }
        let outlines = split.outlines.as_ref();
        if let Some((all, fates)) = split.all {
            let fate = |row: usize| fates.get(row).copied().unwrap_or(Fate::Passive);
            self.analysis.add(&self.standard, &all, outlines, fate);
            let spooled: BooleanArray = fates.iter().map(|f| Some(*f != Fate::Passive)).collect();
            self.restorable.extend(
                fates
                    .iter()
                    .filter(|fate| **fate != Fate::Passive)
                    .map(|fate| *fate == Fate::Restorable),
            );
            let spooled = filter_record_batch(&all, &spooled).map_err(shape)?;
            if spooled.num_rows() > 0 {
                self.spool.push(spooled)?;
            }
        } else if split.standard.num_rows() > 0 {
            let fate = |_| Fate::Standard;
            self.analysis
                .add(&self.standard, &split.standard, outlines, fate);
            self.spool.push(split.standard)?;
        }
        Ok(())
    }

    pub(crate) fn drop_points(
        &mut self,
        batch: &RecordBatch,
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        if self.dropped.is_none() {
            let schema = self.standard.dropped_schema().clone();
            self.dropped = Some(Artifact::geoparquet(
                sink,
                self.name("dropped.parquet"),
                schema,
            )?);
        }
        match &self.dropped {
            Some(dropped) if !dropped.write(batch) => Err(self.writer_ended()),
            _ => Ok(()),
        }
    }

    /// A writer's thread is gone: its own error is told by the first that can be joined.
    fn writer_ended(&mut self) -> RunError {
        for writer in self.begun() {
            if let Err(error) = writer.finish() {
                return RunError::Write(error);
            }
        }
        shape("a writer ended early")
    }

    /// Every artifact that is being written, taken out.
    fn begun(&mut self) -> Vec<Artifact> {
        let adapt = self.adapt.take().map(|adapt| adapt.records);
        [
            self.raw.take(),
            self.geojson.take(),
            self.parquet.take(),
            self.dropped.take(),
            adapt,
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    pub(crate) fn keep(
        &mut self,
        kind: &'static str,
        artifact: Option<Artifact>,
    ) -> Result<(), RunError> {
        if let Some(artifact) = artifact {
            let name = artifact.finish()?;
            self.artifacts.insert(kind, name);
        }
        Ok(())
    }

    /// The machine file could not be read: what was begun is taken back.
    pub(crate) fn fail(
        mut self,
        error: &ReadError,
        sink: &mut dyn Sink,
    ) -> Result<FileReport, RunError> {
        for artifact in self.begun() {
            artifact.discard(sink)?;
        }
        let mut steps = Steps::default();
        fail_raw(&mut steps, &error.to_string(), error.hint());
        let mut points = PointCounts {
            read: self.points,
            ..PointCounts::default()
        };
        if self.points > 0 {
            points.dropped.insert("read.failed".to_owned(), self.points);
        }
        self.close(steps, points, RecordCounts::default(), sink)
    }

    /// Runs the steps that need the whole file.
    pub(crate) fn finish(
        mut self,
        ending: &Ending,
        options: &Options,
        sink: &mut dyn Sink,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<FileReport, RunError> {
        let index = self.identity.index;
        let mut steps = Steps::default();
        let source = if self.merged {
            Outcome::skipped("skipped")
        } else {
            Outcome::ok()
        };
        steps.set(Step::OriginalFile, source.clone());
        if options.geojson && !self.merged {
            if self.raw.is_none() {
                let members = serde_json::Map::new();
                self.raw = Some(Artifact::geojson(sink, self.name("raw.geojson"), members)?);
            }
            let raw = self.raw.take();
            self.keep("rawGeojson", raw)?;
        }
        steps.set(Step::RawGeojson, source);
        progress(Progress::Step {
            index,
            step: Step::StandardGeojson,
        });
        let mut points = PointCounts {
            read: self.points,
            standard: self.standard.totals.points,
            filtered: 0,
            restored: 0,
            dropped: std::mem::take(&mut self.standard.dropped),
        };
        self.standard.dropped.clone_from(&points.dropped);
        let failure = status::standard_failure(&self.standard, &options.configuration);
        if let Some((reason, outcome)) = failure {
            self.standard_failed(reason, sink, &mut points)?;
            steps.set(Step::StandardGeojson, outcome);
            status::skip_after(&mut steps, &[Step::FilteredGeojson, Step::Summary]);
            self.write_units(options, sink)?;
            steps.set(Step::Units, Outcome::ok());
            status::skip_after(&mut steps, &[Step::PropertiesPngs, Step::ZippedPngs]);
        } else {
            let (geojson, parquet) = (self.geojson.take(), self.parquet.take());
            self.keep("standardGeojson", geojson)?;
            self.keep("standardGeoparquet", parquet)?;
            if let Some(adapt) = self.adapt.take() {
                let (dir, standard) = (&self.identity.dir, &self.standard);
                adapt.finish(sink, dir, &self.description, standard, &mut self.artifacts)?;
            }
            steps.set(Step::StandardGeojson, Outcome::ok());
            progress(Progress::Step {
                index,
                step: Step::FilteredGeojson,
            });
            let described = self.second_pass(options, sink, &mut points)?;
            steps.set(
                Step::FilteredGeojson,
                if options.configuration.operations_filtered_geojson {
                    Outcome::ok()
                } else {
                    Outcome::skipped("skipped: operationsFilteredGeojson is disabled")
                },
            );
            progress(Progress::Step {
                index,
                step: Step::Summary,
            });
            let entry = self.description.entries.first().cloned();
            self.findings.extend(findings::of_totals(
                &ending.display_totals,
                &self.standard,
                &Place::entry(entry.unwrap_or_default()),
            ));
            self.write_summary(ending, &described, options, sink)?;
            steps.set(Step::Summary, Outcome::ok());
            self.write_units(options, sink)?;
            steps.set(Step::Units, Outcome::ok());
            for step in [Step::PropertiesPngs, Step::ZippedPngs] {
                let outcome = if described.painted {
                    Outcome::ok()
                } else if options.configuration.file_images {
                    Outcome::skipped(status::NO_IMAGES)
                } else {
                    Outcome::skipped("skipped: fileImages is disabled")
                };
                steps.set(step, outcome);
            }
        }
        let dropped = self.dropped.take();
        self.keep("droppedGeoparquet", dropped)?;
        let place = Place::entry(
            self.description
                .entries
                .first()
                .cloned()
                .unwrap_or_default(),
        );
        let noticed = findings::of(&self.standard, &self.description, &place);
        self.findings.extend(noticed);
        let records = RecordCounts {
            read: ending.records,
            skipped_bytes: ending.skipped_bytes,
        };
        self.close(steps, points, records, sink)
    }

    /// Takes the standard output back and keeps its points as dropped ones.
    fn standard_failed(
        &mut self,
        reason: &str,
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
        if points.standard > 0 {
            points.dropped.insert(reason.to_owned(), points.standard);
        }
        points.standard = 0;
        let spool = std::mem::take(&mut self.spool);
        let restorable = std::mem::take(&mut self.restorable);
        let mut row = 0;
        spool.replay(|batch| {
            let batch = without_restorable(batch, &restorable, &mut row)?;
            let dropped = self
                .standard
                .as_dropped(&batch, reason, "standard")
                .map_err(shape)?;
            self.drop_points(&dropped, sink)
        })
    }

    fn write_summary(
        &mut self,
        ending: &Ending,
        described: &Described,
        options: &Options,
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        for (system, suffix) in self.systems(options) {
            let units = self.standard.units_in(system, self.units);
            let feature = summary::feature(
                &self.standard,
                &units,
                &self.description,
                &ending.display_totals,
                &options.configuration,
                &described.extensions,
                described.geometry.clone(),
            );
            let name = self.name(&format!("summary{suffix}.json"));
            document(sink, &name, &feature)?;
            self.artifacts.entry("summary").or_insert(name);
        }
        Ok(())
    }

    fn write_units(&mut self, options: &Options, sink: &mut dyn Sink) -> Result<(), RunError> {
        for (system, suffix) in self.systems(options) {
            let units = self.standard.units_in(system, self.units);
            let name = self.name(&format!("units{suffix}.json"));
            document(sink, &name, &summary::units_map(&self.standard, &units))?;
            self.artifacts.entry("units").or_insert(name);
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
        let name = self.name("status.json");
        document(sink, &name, &status::document(&steps, &self.findings))?;
        self.artifacts.insert("status", name);
        debug_assert!(points.add_up(false), "points do not add up: {points:?}");
        Ok(report(
            self.identity,
            &self.description,
            steps,
            points,
            records,
            self.artifacts,
            self.findings,
        ))
    }
}

/// Marks a file that could not be read.
fn fail_raw(steps: &mut Steps, detail: &str, hint: &str) {
    steps.set(Step::OriginalFile, Outcome::ok());
    steps.set(
        Step::RawGeojson,
        Outcome::failed(status::UNREADABLE).detail(detail, hint),
    );
    status::skip_after(steps, &Step::ALL[2..]);
}

/// A dataset that was recognised and gave no machine file: a failed one of its own.
pub(crate) fn unreadable(
    identity: Identity,
    description: &OperationDescription,
    detail: &str,
    hint: &str,
    findings: Vec<Finding>,
    sink: &mut dyn Sink,
) -> Result<FileReport, RunError> {
    let mut steps = Steps::default();
    fail_raw(&mut steps, detail, hint);
    let name = format!("{}/status.json", identity.dir);
    document(sink, &name, &status::document(&steps, &findings))?;
    let artifacts = BTreeMap::from([("status", name)]);
    let (points, records) = (PointCounts::default(), RecordCounts::default());
    Ok(report(
        identity,
        description,
        steps,
        points,
        records,
        artifacts,
        findings,
    ))
}

fn report(
    identity: Identity,
    description: &OperationDescription,
    steps: Steps,
    points: PointCounts,
    records: RecordCounts,
    artifacts: BTreeMap<&'static str, String>,
    findings: Vec<Finding>,
) -> FileReport {
    let status: FileStatus = steps.file_status();
    FileReport {
        id: identity.id,
        dir: identity.dir,
        file_format: description.file_format.to_owned(),
        provider: description.provider.code().to_owned(),
        name: description.name.clone(),
        operation_type: description.operation_type.name().to_owned(),
        status,
        steps,
        entries: description.entries.clone(),
        records,
        points,
        artifacts,
        findings,
    }
}
