//! One dataset from its files to the receiver, a record batch at a time.

use super::claim::Files;
use super::describe::{constants, describe};
use super::findings;
use super::layout::{Layout, time_texts};
use super::map::plan;
use super::open::{Opened, Stream, arrays, open, table};
use super::raw::dbf::{RowReader, Rows};
use super::raw::shp::{ShapeReader, Shapes};
use crate::claim::{Claim, ReadOptions};
use crate::shared::columns::clock::Clock;
use crate::shared::projection::Projection;
use crate::source::{Limits, Tree};
use arrow_array::{ArrayRef, BinaryArray, Float64Array, RecordBatch, TimestampMillisecondArray};
use arrow_schema::SchemaRef;
use std::sync::Arc;
use tramline_model::{Code, Ending, Finding, Place, ReadError, Receiver, Severity};

/// Reads a claimed shapefile.
pub(super) fn read(
    tree: &Tree,
    claim: &Claim,
    limits: &Limits,
    options: &ReadOptions,
    receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    let files = Files::of(tree, claim);
    let opened = open(tree, &files, limits, options)?;
    let mut layout = Layout::find(tree, &files, &opened, options)?;
    let constants = constants(table(tree, &files, limits)?, &layout.feeds)?;
    let description = describe(tree, claim, &files, &mut layout, &constants, options);
    let schema = Arc::clone(&description.points_schema);
    let (mut session, first) = Session::new(opened, layout, schema);
    receiver.begin(description)?;
    let proved = std::mem::take(&mut session.layout.proved);
    for finding in session.findings.drain(..).chain(proved) {
        receiver.finding(finding);
    }
    match session.run(first, limits, receiver) {
        Ok(()) => Ok(()),
        Err(ReadError::Stopped(stop)) => Err(stop.into()),
        Err(error) => Ok(receiver.failed(None, error)?),
    }
}

/// A batch of shapes in degrees with its rows.
type First = (Shapes, Rows);

struct Session<'a> {
    shapes: ShapeReader<Stream<'a>>,
    table: RowReader<Stream<'a>>,
    projection: Projection,
    place: Place,
    table_place: Place,
    layout: Layout,
    schema: SchemaRef,
    raw_schema: SchemaRef,
    findings: Vec<Finding>,
    rows_read: u64,
    deleted: u64,
    without_row: u64,
    bad_instants: u64,
}

impl<'a> Session<'a> {
    fn new(opened: Opened<'a>, layout: Layout, schema: SchemaRef) -> (Self, First) {
        let mut session = Self {
            raw_schema: layout.raw_schema(&opened.table.header),
            shapes: opened.shapes,
            table: opened.table,
            projection: opened.projection,
            place: opened.place,
            table_place: opened.table_place,
            layout,
            schema,
            findings: opened.findings,
            rows_read: 0,
            deleted: 0,
            without_row: 0,
            bad_instants: 0,
        };
        session.note_opening();
        (session, opened.first)
    }

    /// Findings that are known before the first record goes out.
    fn note_opening(&mut self) {
        if let Some(bytes) = self.shapes.wrong_length() {
            let text = format!(
                "the .shp header states {bytes} bytes, which is not the size of the file; its records are \
                 read as they are"
            );
            let finding = self.shapes_note(&findings::FILE_LENGTH, Severity::Warning, text);
            self.findings.push(finding.value("statedBytes", bytes));
        }
        let (stated, present) = (
            self.table.header.stated_rows,
            self.table.header.present_rows,
        );
        if stated > present || (stated == 0 && present > 0) {
            let text = format!(
                "the .dbf header states {stated} rows, but the file has bytes for {present}"
            );
            let finding = self.table_note(&findings::ROW_COUNT, Severity::Warning, text);
            self.findings.push(
                finding
                    .value("statedRows", stated)
                    .value("rows", present)
                    .hint("export the shapefile again"),
            );
        }
        match &self.layout.clock {
            Some(clock) => self.findings.extend(clock.findings(&self.table_place)),
            None => {
                let text = "the shapefile has no plausible times; the points have no timestamp";
                let finding = self.table_note(&findings::TIME_MISSING, Severity::Warning, text);
                let hint = "export with date and time if the season or time of day matters";
                self.findings.push(finding.hint(hint));
            }
        }
    }

    fn shapes_note(
        &self,
        code: &'static Code,
        severity: Severity,
        text: impl Into<String>,
    ) -> Finding {
        Finding::new(code, severity, self.place.clone(), text)
    }

    fn table_note(
        &self,
        code: &'static Code,
        severity: Severity,
        text: impl Into<String>,
    ) -> Finding {
        Finding::new(code, severity, self.table_place.clone(), text)
    }

    fn run(
        &mut self,
        first: First,
        limits: &Limits,
        receiver: &mut dyn Receiver,
    ) -> Result<(), ReadError> {
        let (mut shapes, mut rows) = first;
        let per_read = self.table.rows_per_read();
        while shapes.len() > 0 {
            self.batch(&shapes, &rows, receiver)?;
            if self.rows_read > limits.points {
                let place = self.place.clone();
                return Err(ReadError::Limit {
                    place,
                    limit: "points",
                    allowed: limits.points,
                });
            }
            self.shapes.read(per_read, &mut shapes)?;
            shapes.project(&self.projection);
            self.table.read(shapes.len(), &mut rows)?;
        }
        self.note_ending();
        for finding in self.findings.drain(..) {
            receiver.finding(finding);
        }
        receiver.finish(Ending {
            records: self.rows_read,
            days: self.layout.clock.as_ref().and_then(Clock::days),
            ..Ending::default()
        })?;
        Ok(())
    }

    fn note_ending(&mut self) {
        if let Some(why) = self.shapes.cut.take() {
            let text = format!("{why}; the records before it are kept");
            let finding = self.shapes_note(&findings::TRUNCATED, Severity::Error, text);
            self.findings.push(
                finding
                    .value("problem", why)
                    .hint("copy the file from the display again"),
            );
        }
        if self.deleted > 0 {
            let text = format!(
                "{} rows are marked as deleted and are left out with their shapes",
                self.deleted
            );
            let finding = self.table_note(&findings::DELETED_ROWS, Severity::Note, text);
            self.findings.push(finding.value("rows", self.deleted));
        }
        if self.without_row > 0 {
            let text = format!(
                "{} shapes have no row in the .dbf and are left out",
                self.without_row
            );
            let finding = self.table_note(&findings::ROWS_MISSING, Severity::Warning, text);
            self.findings.push(
                finding
                    .value("shapes", self.without_row)
                    .hint("export the shapefile again"),
            );
        }
        let mut extra = Rows::default();
        if self.table.read(1, &mut extra).is_ok() && extra.len() > 0 {
            let text =
                "the .dbf has more rows than the .shp has shapes; the extra rows are left out";
            let finding = self.table_note(&findings::ROWS_EXTRA, Severity::Warning, text);
            self.findings
                .push(finding.hint("export the shapefile again"));
        }
        let records = self.shapes.multipoints;
        if records > 0 {
            let text =
                format!("{records} records have several points; only the first of each is used");
            let finding = self.shapes_note(&findings::MULTIPOINT, Severity::Note, text);
            self.findings.push(finding.value("records", records));
        }
        if self.bad_instants > 0 {
            let text = format!(
                "{} times cannot be read, lie before 1990 or lie in the future, and are left out",
                self.bad_instants
            );
            let finding =
                self.table_note(&findings::INSTANTS_OUT_OF_RANGE, Severity::Warning, text);
            self.findings.push(
                finding
                    .value("rows", self.bad_instants)
                    .hint("check the clock of the display"),
            );
        }
    }

    fn batch(
        &mut self,
        shapes: &Shapes,
        rows: &Rows,
        receiver: &mut dyn Receiver,
    ) -> Result<(), ReadError> {
        let both = shapes.len().min(rows.len());
        self.without_row += (shapes.len() - both) as u64;
        let kept: Vec<usize> = (0..both).filter(|row| !rows.deleted(*row)).collect();
        self.deleted += (both - kept.len()) as u64;
        if kept.is_empty() {
            return Ok(());
        }
        self.rows_read += kept.len() as u64;
        let pick = |values: &[f64]| -> ArrayRef {
            let finite = |row: &usize| values.get(*row).copied().filter(|v| v.is_finite());
            Arc::new(kept.iter().map(finite).collect::<Float64Array>())
        };
        let (longitude, latitude) = (pick(&shapes.x), pick(&shapes.y));
        let cells = arrays(&self.table, rows, &kept);
        let mut points = vec![Arc::clone(&longitude), Arc::clone(&latitude)];
        let mut raw = vec![longitude, latitude];
        let instants = self.instants(&cells);
        if self.layout.has_instants() {
            let instants: ArrayRef = Arc::new(instants.with_timezone("UTC"));
            points.push(Arc::clone(&instants));
            raw.push(instants);
        }
        for feed in &self.layout.feeds {
            if let Some(cells) = cells.get(feed.column) {
                points.push(plan::values(
                    feed,
                    cells,
                    self.layout.deere,
                    self.layout.metadata.as_ref(),
                ));
            }
        }
        let own = self.layout.own.iter();
        points.extend(own.filter_map(|own| cells.get(own.column).map(Arc::clone)));
        if self.layout.area {
            points.push(pick(&shapes.area));
        }
        if self.layout.polygons {
            let degrees = |x: f64, y: f64| {
                let (x, y, _) = self.projection.point(x, y, f64::NAN);
                Some((x, y))
            };
            let outline = |row: &usize| shapes.outlines.get(*row)?.wkb(degrees);
            points.push(Arc::new(kept.iter().map(outline).collect::<BinaryArray>()));
        }
        raw.extend(cells);
        receiver.raw(&self.record_batch(&self.raw_schema, raw)?)?;
        receiver.points(&self.record_batch(&self.schema, points)?)?;
        Ok(())
    }

    /// Instants of rows; the days are noted where they have none.
    fn instants(&mut self, cells: &[ArrayRef]) -> TimestampMillisecondArray {
        let Some(clock) = &mut self.layout.clock else {
            return TimestampMillisecondArray::new_null(0);
        };
        let bad = &mut self.bad_instants;
        let gives = clock.gives_instants();
        let rows = time_texts(clock.columns, cells).into_iter();
        rows.map(|(date, time)| {
            let instant = clock.note(&date, &time);
            *bad += u64::from(gives && instant.is_none() && !date.trim().is_empty());
            instant
        })
        .collect()
    }

    fn record_batch(
        &self,
        schema: &SchemaRef,
        columns: Vec<ArrayRef>,
    ) -> Result<RecordBatch, ReadError> {
        RecordBatch::try_new(Arc::clone(schema), columns)
            .map_err(|e| ReadError::malformed(self.table_place.clone(), e.to_string(), ""))
    }
}
