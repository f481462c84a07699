//! The life of one machine file: begun, filled batch by batch, finished through all steps.

use crate::configuration::{FilterProfile, UnitSystem};
use crate::export::AdaptExport;
use crate::plan::Step;
use crate::report::{FileReport, FileStatus, Outcome, PointCounts, RecordCounts, Steps};
use crate::run::{Options, Progress, RunError};
use crate::spool::Spool;
use crate::steps::analysis::{self, Analysis, Fate};
use crate::steps::filter::{self, Filter};
use crate::steps::pass::Passed;
use crate::steps::point_outline::PointOutline;
use crate::steps::standard::{Split, Standard};
use crate::steps::{findings, polygons, raw, status, summary};
use crate::writers::{Artifact, document};
use arrow_array::{Array, BooleanArray, Float64Array, RecordBatch};
use arrow_select::filter::filter_record_batch;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use tramline_model::{
    Ending, Finding, OperationDescription, OperationType, Place, Property, ReadError,
};
use tramline_outputs::{Sink, WriteError};

/// Identity of a machine file within the run.
pub(crate) struct Identity {
    pub(crate) index: usize,
    pub(crate) id: String,
    pub(crate) dir: String,
}

pub(crate) struct File {
    identity: Identity,
    description: OperationDescription,
    units: UnitSystem,
    pub(crate) standard: Standard,
    raw: Option<Artifact>,
    geojson: Option<Artifact>,
    parquet: Option<Artifact>,
    adapt: Option<AdaptExport>,
    dropped: Option<Artifact>,
    spool: Spool,
    analysis: Analysis,
    /// By row of the spool: not in the standard output, of use after a lag. Empty when none is.
    restorable: Vec<bool>,
    points: u64,
    /// Made of other machine files: it has no source of its own.
    merged: bool,
    artifacts: BTreeMap<&'static str, String>,
    pub(crate) findings: Vec<Finding>,
}

fn shape(cause: impl std::fmt::Display) -> RunError {
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
        if configuration.makes_polygons() {
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

    fn name(&self, file: &str) -> String {
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
        if let Some((all, fates)) = split.all {
            let fate = |row: usize| fates.get(row).copied().unwrap_or(Fate::Passive);
            self.analysis.add(&self.standard, &all, fate);
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
            self.analysis
                .add(&self.standard, &split.standard, |_| Fate::Standard);
            self.spool.push(split.standard)?;
        }
        Ok(())
    }

    fn drop_points(&mut self, batch: &RecordBatch, sink: &mut dyn Sink) -> Result<(), RunError> {
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

    fn keep(&mut self, kind: &'static str, artifact: Option<Artifact>) -> Result<(), RunError> {
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
                steps.set(step, Outcome::skipped(status::NO_IMAGES));
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

    /// Filtered output and covered ground from the kept standard batches.
    fn second_pass(
        &mut self,
        options: &Options,
        sink: &mut dyn Sink,
        points: &mut PointCounts,
    ) -> Result<Described, RunError> {
        let configuration = &options.configuration;
        let filtered = configuration.operations_filtered_geojson;
        self.analysis.finish(&self.standard);
        let outline = self.analysis.outline();
        let rules = Filter::new(
            configuration,
            &self.standard.totals,
            self.standard.operation == OperationType::Harvested,
            self.standard.unit(Property::Speed),
        );
        let geojson = (filtered && options.geojson)
            .then(|| Artifact::geojson(sink, self.name("filtered.geojson"), serde_json::Map::new()))
            .transpose()?;
        let parquet = (filtered && options.geoparquet)
            .then(|| {
                let schema = self.standard.schema.clone();
                Artifact::geoparquet(sink, self.name("filtered.parquet"), schema)
            })
            .transpose()?;
        let polygon_schema = polygons::schema(&self.standard.schema);
        let polygon = configuration
            .makes_polygons()
            .then(|| {
                Artifact::geoparquet(sink, self.name("polygon.parquet"), polygon_schema.clone())
            })
            .transpose()?;
        let bounds = self.standard.totals.bounds.unwrap_or_default();
        let mut around = outline
            .is_none()
            .then(|| PointOutline::new(bounds, self.buffer_radius()));
        let spool = std::mem::take(&mut self.spool);
        let restorable = std::mem::take(&mut self.restorable);
        let decides = self.analysis.cleaning.decides();
        let mut kept_rows: Vec<bool> = Vec::new();
        let mut row = 0;
        spool.replay(|batch| {
            if let Some(around) = &mut around {
                surround(around, &batch);
            }
            if let Some(polygon) = &polygon {
                let with = polygons::with_footprints(&batch, &polygon_schema, &self.analysis, row)
                    .map_err(shape)?;
                let with = without_restorable(with, &restorable, &mut row.clone())?;
                if !polygon.write(&with) {
                    return Err(shape("`polygon.parquet`: the writer ended early"));
                }
            }
            if !filtered {
                row += batch.num_rows();
                return Ok(());
            }
            let first = row;
            let rows = first..first + batch.num_rows();
            let (batch, verdict) = if decides {
                row = rows.end;
                self.cleaned(batch, rows, &restorable, points)?
            } else {
                let batch = without_restorable(batch, &restorable, &mut row)?;
                let verdict = rules.judge(&batch);
                (batch, verdict)
            };
            if decides || restorable.is_empty() {
                kept_rows.extend(verdict.keep.iter().map(|kept| kept == Some(true)));
            } else {
                let mut judged = verdict.keep.iter();
                let stood = restorable.get(first..row).unwrap_or_default();
                kept_rows.extend(
                    stood
                        .iter()
                        .map(|restorable| !restorable && judged.next().flatten() == Some(true)),
                );
            }
            let kept = filter_record_batch(&batch, &verdict.keep).map_err(shape)?;
            points.filtered += kept.num_rows() as u64;
            for writer in [&geojson, &parquet].into_iter().flatten() {
                if !writer.write(&kept) {
                    return Err(shape(format!("`{}`: the writer ended early", writer.name)));
                }
            }
            for (reason, mask) in &verdict.refused {
                let count = mask.true_count() as u64;
                if count > 0 {
                    *points.dropped.entry((*reason).to_owned()).or_default() += count;
                    let gone = filter_record_batch(&batch, mask).map_err(shape)?;
                    let gone = self
                        .standard
                        .as_dropped(&gone, reason, "filtered")
                        .map_err(shape)?;
                    self.drop_points(&gone, sink)?;
                }
            }
            Ok(())
        })?;
        self.keep("filteredGeojson", geojson)?;
        self.keep("filteredGeoparquet", parquet)?;
        self.keep("polygonGeoparquet", polygon)?;
        let geometry = match (outline, around) {
            (Some(outline), _) => serde_json::value::to_raw_value(&summary::geometry(&outline)),
            (None, Some(around)) => serde_json::value::to_raw_value(&around.geometry()),
            (None, None) => serde_json::value::to_raw_value(&serde_json::Value::Null),
        };
        let profile = configuration.filter_profile;
        let extensions = analysis::documents(
            &self.standard,
            &self.analysis,
            filtered.then_some(profile),
            &kept_rows,
            &points.dropped,
        );
        let place = Place::entry(
            self.description
                .entries
                .first()
                .cloned()
                .unwrap_or_default(),
        );
        self.findings
            .extend(findings::of_cleaning(&self.analysis.cleaning, &place));
        Ok(Described {
            geometry: geometry.map_err(shape)?,
            extensions,
        })
    }

    /// A batch of the spool as the analysis has judged it: values after the lag, and a verdict.
    fn cleaned(
        &mut self,
        batch: RecordBatch,
        rows: std::ops::Range<usize>,
        restorable: &[bool],
        points: &mut PointCounts,
    ) -> Result<(RecordBatch, filter::Verdict), RunError> {
        let cleaning = &self.analysis.cleaning;
        let stood = restorable.get(rows.clone()).unwrap_or_default();
        let restores = cleaning.restores();
        if restores {
            points.restored += stood.iter().filter(|restored| **restored).count() as u64;
        }
        let reasons = cleaning.reasons.get(rows.clone()).unwrap_or_default();
        let verdict = filter::Verdict::of_reasons(batch.num_rows(), reasons, |row| {
            restores || !stood.get(row).copied().unwrap_or(false)
        });
        if cleaning.mass_kg.is_empty() {
            return Ok((batch, verdict));
        }
        let mass_kg = cleaning.mass_kg.get(rows.clone()).unwrap_or_default();
        let moisture = cleaning.moisture.get(rows).unwrap_or_default();
        let batch = self
            .standard
            .lagged(&batch, mass_kg, moisture)
            .map_err(shape)?;
        Ok((batch, verdict))
    }

    /// Half the implement's width, else half the way between points, in metres.
    fn buffer_radius(&self) -> f64 {
        let totals = &self.standard.totals;
        let metres = |property: Property| {
            let factor = self.standard.unit(property).map_or(1.0, |unit| unit.factor);
            totals.statistic(property).mean().map(|mean| mean * factor)
        };
        let width = metres(Property::EquipmentWidth).filter(|w| *w > 0.0);
        width.or_else(|| metres(Property::Distance)).unwrap_or(2.0) / 2.0
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

/// What the second pass leaves for the summary.
struct Described {
    geometry: Box<RawValue>,
    extensions: analysis::Documents,
}

/// The rows of a batch that are in the standard output; `row` is the place of the first in the
/// spool, and moves on.
fn without_restorable(
    batch: RecordBatch,
    restorable: &[bool],
    row: &mut usize,
) -> Result<RecordBatch, RunError> {
    let rows = *row..*row + batch.num_rows();
    *row = rows.end;
    match restorable.get(rows) {
        Some(stood) if stood.contains(&true) => {
            let keep: BooleanArray = stood.iter().map(|r| Some(!r)).collect();
            filter_record_batch(&batch, &keep).map_err(shape)
        }
        _ => Ok(batch),
    }
}

fn surround(around: &mut PointOutline, batch: &RecordBatch) {
    let column = |property: Property| {
        batch
            .column_by_name(property.name())
            .and_then(|array| array.as_any().downcast_ref::<Float64Array>())
    };
    if let (Some(longitudes), Some(latitudes)) =
        (column(Property::Longitude), column(Property::Latitude))
    {
        for (longitude, latitude) in longitudes.iter().zip(latitudes) {
            if let (Some(longitude), Some(latitude)) = (longitude, latitude) {
                around.add(longitude, latitude);
            }
        }
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
