//! One dataset from its files to the receiver, a record batch at a time.

use super::claim::Files;
use super::map::deere::Metadata;
use super::map::plan::{self, Constants, Feed};
use super::map::times::{self, TimeSource};
use super::map::trimble;
use super::raw::cells;
use super::raw::dbf::{RowReader, Rows};
use super::raw::projection::Projection;
use super::raw::shp::{Geometry, ShapeReader, Shapes, geometry};
use crate::claim::{Claim, ReadOptions};
use crate::columns::{Family, Mapping, Title, map_titles};
use crate::source::{EntryId, Limits, Tree};
use arrow_array::{ArrayRef, BinaryArray, Float64Array, RecordBatch, TimestampMillisecondArray};
use arrow_schema::{Field, Schema, SchemaRef};
use std::io::{BufReader, Read};
use std::sync::Arc;
use tramline_model::records::{self, SourceColumn};
use tramline_model::{
    Ending, Finding, Machine, MachineKind, OperationDescription, OperationType, Place, Product,
    Property, Provider, ReadError, Receiver, Severity,
};

type Stream<'a> = BufReader<Box<dyn Read + 'a>>;

/// Reads a claimed shapefile.
pub(super) fn read(
    tree: &Tree,
    claim: &Claim,
    limits: &Limits,
    options: &ReadOptions,
    receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    let files = Files::of(tree, claim);
    let (mut session, description, first) = Session::open(tree, claim, &files, limits, options)?;
    receiver.begin(description)?;
    for finding in session.findings.drain(..) {
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
    metadata: Option<Metadata>,
    deere: bool,
    feeds: Vec<Feed>,
    time: TimeSource,
    day_first: bool,
    area: bool,
    polygons: bool,
    schema: SchemaRef,
    raw_schema: SchemaRef,
    latest_ms: i64,
    findings: Vec<Finding>,
    rows_read: u64,
    deleted: u64,
    without_row: u64,
    bad_instants: u64,
}

impl<'a> Session<'a> {
    /// Opens the files, reads the first batch and decides what everything means.
    fn open(
        tree: &'a Tree,
        claim: &Claim,
        files: &Files,
        limits: &Limits,
        options: &ReadOptions,
    ) -> Result<(Self, OperationDescription, First), ReadError> {
        let place = tree.place(files.shp);
        let mut shapes = ShapeReader::open(
            stream(tree, files.shp)?,
            tree.entry(files.shp).size,
            place.clone(),
        )?;
        let Some(dbf) = files.dbf else {
            return Err(ReadError::malformed(
                place,
                "the .dbf of this shapefile is missing",
                "put the .shp, .dbf, .shx and .prj of one name into the upload",
            ));
        };
        let cpg = files
            .cpg
            .map(|id| String::from_utf8_lossy(&tree.head(id, 64)).into_owned());
        let open_table = || -> Result<RowReader<Stream<'a>>, ReadError> {
            RowReader::open(
                stream(tree, dbf)?,
                tree.entry(dbf).size,
                cpg.as_deref(),
                limits,
                tree.place(dbf),
            )
        };
        let mut table = open_table()?;
        let mut findings = Vec::new();
        let projection = match files.prj {
            Some(prj) => Projection::from_wkt(&tree.head(prj, 1 << 20), &tree.place(prj))?,
            None => {
                findings.push(
                    Finding::new(
                        "shapefile.prj-missing",
                        Severity::Warning,
                        place.clone(),
                        "no .prj: the coordinates are taken for WGS 84 degrees",
                    )
                    .hint("add the .prj to the upload"),
                );
                Projection::Degrees
            }
        };
        if projection.is_approximate() {
            findings.push(
                Finding::new(
                    "shapefile.datum-approximate",
                    Severity::Warning,
                    place.clone(),
                    "the coordinates are on an older datum; positions are good to a few metres",
                )
                .hint("export in WGS 84 for full accuracy"),
            );
        }
        let mut batch = Shapes::default();
        shapes.read(table.rows_per_read(), &mut batch)?;
        if batch.len() == 0 {
            return Err(ReadError::malformed(
                place,
                shapes.cut.take().map_or_else(
                    || "no points: the .shp has no records".to_owned(),
                    |why| format!("no points: {why}"),
                ),
                "export the shapefile again; this one holds no data",
            ));
        }
        if files.prj.is_none() && !mostly_degrees(&batch) {
            return Err(ReadError::unsupported(
                place,
                "the .prj is missing and the coordinates are no degrees",
                "add the .prj of the same name to the upload",
            ));
        }
        projection.apply(&mut batch);
        let mut rows = Rows::default();
        table.read(batch.len(), &mut rows)?;

        let metadata = files.metadata(tree);
        let titles = plan::titles(&table.header, metadata.as_ref());
        let names: Vec<&str> = titles.iter().map(|t| t.name.as_str()).collect();
        let sample = arrays(
            &table,
            &rows,
            &(0..rows.len().min(1_000)).collect::<Vec<_>>(),
        );
        let in_trimble_tree = trimble::is_tree(&place.entry);
        let mapping = if in_trimble_tree {
            map_titles(
                &titles,
                &trimble::column_map(&names, &sample, &options.column_map),
            )
        } else {
            map_titles(&titles, &options.column_map)
        };
        let (operation, reason) = operation_type(options, metadata.as_ref(), &mapping);
        let deere = metadata.is_some() || mapping.family == Family::DeereOperationsCenter;
        let mut feeds = plan::feeds(&mapping, &operation);
        if !feeds.iter().any(|f| plan::is_measured(f.property)) {
            return Err(no_known_columns(tree.place(dbf), &titles));
        }
        let mapped_time = mapping.columns.iter().position(|m| {
            m.as_ref()
                .is_some_and(|m| m.property == Property::Timestamp)
        });
        let time = times::find(&names, &sample, deere, mapped_time);
        let day_first = times::day_first(time, &sample);
        let polygons = geometry(shapes.shape_type()) == Some(Geometry::Polygon);
        let area = polygons && feeds.iter().all(|f| f.property != Property::Area);

        let constants = constants(open_table()?, &feeds)?;
        let entries: Vec<String> = claim
            .entries
            .iter()
            .map(|id| tree.entry(*id).path.clone())
            .collect();
        let name = tree.name(files.shp);
        let mut description = OperationDescription {
            name: name
                .rsplit_once('.')
                .map_or(name, |(stem, _)| stem)
                .to_owned(),
            file_format: "SHAPEFILE",
            provider: provider(deere, in_trimble_tree, mapping.family),
            operation_type: operation,
            operation_reason: reason,
            original_operation_type: metadata.as_ref().and_then(|m| m.operation()).map(|o| o.0),
            operation_description: None,
            grower: None,
            farm: None,
            field: None,
            crop: None,
            variety: None,
            products: Vec::new(),
            tank_mix: false,
            machines: Vec::new(),
            entries,
            points_schema: Arc::new(Schema::empty()),
            time_source: time.text().to_owned(),
            assumed_units: Vec::new(),
        };
        if in_trimble_tree {
            let given = options.operation_type.is_some();
            trimble::describe(&place.entry, given, &mut description);
        }
        if let Some(metadata) = &metadata {
            metadata.describe(&mut description);
        }
        settle_constants(&mut description, &mut feeds, &constants, deere);
        if let Some(crop) = &options.crop {
            description.crop = Some(crop.clone());
        }
        description.assumed_units = feeds
            .iter()
            .filter(|f| f.assumed)
            .filter_map(|f| Some((f.property, f.unit?)))
            .collect();
        let schema = plan::schema(&feeds, &titles, time, (area, polygons));
        description.points_schema = Arc::clone(&schema);
        let raw_schema = raw_schema(&table, &titles, time);
        let mut session = Self {
            shapes,
            table,
            projection,
            place,
            metadata,
            deere,
            feeds,
            time,
            day_first,
            area,
            polygons,
            schema,
            raw_schema,
            findings,
            table_place: tree.place(dbf),
            latest_ms: options.latest_instant_ms.unwrap_or(times::LATEST_MS),
            rows_read: 0,
            deleted: 0,
            without_row: 0,
            bad_instants: 0,
        };
        session.note_opening();
        Ok((session, description, (batch, rows)))
    }

    /// Findings that are known before the first record goes out.
    fn note_opening(&mut self) {
        if let Some(length) = self.shapes.wrong_length() {
            let text =
                format!("the .shp header says {length} bytes; its records are read as they are");
            self.note("shapefile.file-length", Severity::Warning, false, text, "");
        }
        let (stated, present) = (
            self.table.header.stated_rows,
            self.table.header.present_rows,
        );
        if stated > present || (stated == 0 && present > 0) {
            let text = format!("the .dbf header says {stated} rows, there are bytes for {present}");
            self.note(
                "shapefile.row-count",
                Severity::Warning,
                true,
                text,
                "export the shapefile again",
            );
        }
        match self.time {
            time if time.is_local() => self.note(
                "shapefile.time-local",
                Severity::Warning,
                true,
                "times are local and the file does not say the zone; they are kept as wall clock"
                    .to_owned(),
                "",
            ),
            TimeSource::Incomplete(_) => self.note(
                "shapefile.time-missing",
                Severity::Warning,
                true,
                "the file has only a date or only a time of day; points are without instant"
                    .to_owned(),
                "export with date and time",
            ),
            TimeSource::None => self.note(
                "shapefile.time-missing",
                Severity::Warning,
                true,
                "the file has no times; points are without instant".to_owned(),
                "export with date and time",
            ),
            _ => {}
        }
    }

    fn note(
        &mut self,
        code: &'static str,
        severity: Severity,
        table: bool,
        text: String,
        hint: &str,
    ) {
        let place = if table {
            self.table_place.clone()
        } else {
            self.place.clone()
        };
        self.findings
            .push(Finding::new(code, severity, place, text).hint(hint));
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
            self.projection.apply(&mut shapes);
            self.table.read(shapes.len(), &mut rows)?;
        }
        self.note_ending();
        for finding in self.findings.drain(..) {
            receiver.finding(finding);
        }
        receiver.finish(Ending {
            records: self.rows_read,
            ..Ending::default()
        })?;
        Ok(())
    }

    fn note_ending(&mut self) {
        if let Some(why) = self.shapes.cut.take() {
            let text = format!("{why}; the records before are kept");
            self.note(
                "shapefile.truncated",
                Severity::Error,
                false,
                text,
                "copy the file from the stick again",
            );
        }
        if self.deleted > 0 {
            let text = format!(
                "{} rows are marked as deleted and left out with their shapes",
                self.deleted
            );
            self.note("shapefile.deleted-rows", Severity::Note, true, text, "");
        }
        if self.without_row > 0 {
            let text = format!(
                "{} shapes have no row in the .dbf and are left out",
                self.without_row
            );
            self.note(
                "shapefile.rows-missing",
                Severity::Warning,
                true,
                text,
                "export the shapefile again",
            );
        }
        let mut extra = Rows::default();
        if self.table.read(1, &mut extra).is_ok() && extra.len() > 0 {
            let text =
                "the .dbf has more rows than the .shp has shapes; they are left out".to_owned();
            self.note(
                "shapefile.rows-extra",
                Severity::Warning,
                true,
                text,
                "export the shapefile again",
            );
        }
        if self.shapes.multipoints > 0 {
            let text = format!(
                "{} records have several points; the first is taken",
                self.shapes.multipoints
            );
            self.note("shapefile.multipoint", Severity::Note, false, text, "");
        }
        if self.bad_instants > 0 {
            let text = format!(
                "{} instants lie before 1990 or in the future and are left out",
                self.bad_instants
            );
            self.note(
                "shapefile.instants-out-of-range",
                Severity::Warning,
                true,
                text,
                "check the clock of the display",
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
        if self.time.columns().next().is_some() {
            let latest = self.latest_ms;
            let bad = &mut self.bad_instants;
            let instants = times::instants(self.time, &cells, self.day_first)
                .into_iter()
                .map(|instant| {
                    let believed = instant.filter(|ms| (times::EARLIEST_MS..=latest).contains(ms));
                    *bad += u64::from(instant.is_some() && believed.is_none());
                    believed
                });
            let instants: TimestampMillisecondArray = instants.collect();
            let instants: ArrayRef = Arc::new(instants.with_timezone("UTC"));
            points.push(Arc::clone(&instants));
            raw.push(instants);
        }
        for feed in &self.feeds {
            if let Some(cells) = cells.get(feed.column) {
                points.push(plan::values(
                    feed,
                    cells,
                    self.deere,
                    self.metadata.as_ref(),
                ));
            }
        }
        if self.area {
            points.push(pick(&shapes.area));
        }
        if self.polygons {
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

    fn record_batch(
        &self,
        schema: &SchemaRef,
        columns: Vec<ArrayRef>,
    ) -> Result<RecordBatch, ReadError> {
        RecordBatch::try_new(Arc::clone(schema), columns)
            .map_err(|e| ReadError::malformed(self.table_place.clone(), e.to_string(), ""))
    }
}

fn stream(tree: &Tree, id: EntryId) -> Result<Stream<'_>, ReadError> {
    Ok(BufReader::with_capacity(1 << 16, tree.stream(id)?))
}

/// All columns of the table in the given rows.
fn arrays(table: &RowReader<Stream<'_>>, rows: &Rows, kept: &[usize]) -> Vec<ArrayRef> {
    let header = &table.header;
    header
        .columns
        .iter()
        .map(|c| cells::column(c, rows, kept, header.version, table.encoding))
        .collect()
}

/// Whether most of the positions that are numbers could be degrees.
fn mostly_degrees(shapes: &Shapes) -> bool {
    let finite = shapes
        .x
        .iter()
        .zip(&shapes.y)
        .filter(|(x, y)| x.is_finite() && y.is_finite());
    let (mut inside, mut all) = (0_usize, 0_usize);
    for (x, y) in finite {
        all += 1;
        inside += usize::from(x.abs() <= 180.0 && y.abs() <= 90.0);
    }
    inside * 2 >= all
}

fn operation_type(
    options: &ReadOptions,
    metadata: Option<&Metadata>,
    mapping: &Mapping,
) -> (OperationType, String) {
    if let Some(given) = &options.operation_type {
        return (given.clone(), "given by the caller".to_owned());
    }
    if let Some((word, kind)) = metadata.and_then(Metadata::operation) {
        return (kind, format!("metadata file says `{word}`"));
    }
    match &mapping.operation_type {
        Some(kind) => (kind.clone(), mapping.reason.clone()),
        None => (
            OperationType::Other("unknown".to_owned()),
            "no column tells the work".to_owned(),
        ),
    }
}

fn provider(deere: bool, trimble: bool, family: Family) -> Provider {
    match family {
        _ if deere => Provider::JohnDeere,
        _ if trimble => Provider::Trimble,
        Family::SmsNamed | Family::SmsTemplate1 | Family::AgLeaderText => Provider::AgLeader,
        _ => Provider::Leaf,
    }
}

fn no_known_columns(place: Place, titles: &[Title]) -> ReadError {
    let names: Vec<&str> = titles.iter().take(20).map(|t| t.name.as_str()).collect();
    let what = if names.is_empty() {
        "missing required properties: the .dbf has no columns".to_owned()
    } else {
        let more = if titles.len() > names.len() {
            ", …"
        } else {
            ""
        };
        format!(
            "missing required properties: no known column among {}{more}",
            names.join(", ")
        )
    };
    ReadError::unsupported(
        place,
        what,
        "say which column is which property (`--column TITLE=PROPERTY:UNIT`)",
    )
}

/// Reads the columns that may have one text in all rows, as far as one of them still has.
fn constants(mut table: RowReader<Stream<'_>>, feeds: &[Feed]) -> Result<Constants, ReadError> {
    let mut found = Constants::default();
    let watched: Vec<usize> = feeds
        .iter()
        .filter(|f| plan::may_be_constant(f.property))
        .map(|f| f.column)
        .collect();
    let mut rows = Rows::default();
    while watched.iter().any(|c| found.open(*c)) {
        table.read(table.rows_per_read(), &mut rows)?;
        if rows.len() == 0 {
            break;
        }
        let kept: Vec<usize> = (0..rows.len()).filter(|row| !rows.deleted(*row)).collect();
        for index in watched
            .iter()
            .filter(|c| found.open(**c))
            .copied()
            .collect::<Vec<_>>()
        {
            if let Some(column) = table.header.columns.get(index) {
                let cells =
                    cells::column(column, &rows, &kept, table.header.version, table.encoding);
                found.add(index, &cells);
            }
        }
    }
    Ok(found)
}

/// Moves what is the same in all rows into the description, and drops columns that say the same
/// as the metadata file.
fn settle_constants(
    description: &mut OperationDescription,
    feeds: &mut Vec<Feed>,
    constants: &Constants,
    deere: bool,
) {
    feeds.retain(|feed| {
        let Some(text) = constants
            .get(feed.column)
            .filter(|_| plan::may_be_constant(feed.property))
        else {
            // Without any text there is nothing to say per row either.
            return !plan::may_be_constant(feed.property) || !constants.open(feed.column);
        };
        match feed.property {
            Property::Crop if description.crop.is_none() => {
                description.crop = plan::crop(text, deere);
            }
            Property::Variety => description.variety = Some(text.to_owned()),
            Property::Product if description.products.is_empty() => {
                description.products.push(Product {
                    name: text.to_owned(),
                    kind: None,
                    rate: None,
                });
            }
            Property::Machinery if description.machines.is_empty() && !deere => {
                description.machines.push(Machine {
                    name: text.to_owned(),
                    kind: MachineKind::Machine,
                    serial_number: None,
                    brand: None,
                });
            }
            _ => {}
        }
        false
    });
}

fn raw_schema(table: &RowReader<Stream<'_>>, titles: &[Title], time: TimeSource) -> SchemaRef {
    let number = |name: &str| Field::new(name, arrow_schema::DataType::Float64, true);
    let mut fields = vec![number("longitude"), number("latitude")];
    if time.columns().next().is_some() {
        fields.push(Field::new(
            "timestamp",
            records::data_type(Property::Timestamp),
            true,
        ));
    }
    let mut taken: std::collections::HashSet<String> =
        fields.iter().map(|f| f.name().clone()).collect();
    for (column, title) in table.header.columns.iter().zip(titles) {
        let mut name = title.name.clone();
        let mut copy = 2;
        while !taken.insert(name.clone()) {
            name = format!("{}_{copy}", title.name);
            copy += 1;
        }
        let source = SourceColumn {
            name: title.name.clone(),
            code: String::new(),
            unit: title.unit.clone().unwrap_or_default(),
        };
        fields.push(records::raw_field(&name, cells::data_type(column), &source));
    }
    Arc::new(Schema::new(fields))
}
