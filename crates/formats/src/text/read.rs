//! One table from its stream to the receiver.

use super::claim::sniff;
use super::decode::{Utf8, read_error};
use super::sniff::Layout;
use crate::claim::{Claim, ReadOptions};
use crate::columns::describe::{Clock, Facts, describe, provider};
use crate::columns::project::Projection;
use crate::columns::table::{Cell, Plan, Profile, Table};
use crate::columns::{Mapping, TimeColumns};
use crate::source::{EntryId, Limits, Tree};
use csv::StringRecord;
use std::io::{BufRead, BufReader, Read};
use tramline_model::{Ending, Finding, Place, Property, ReadError, Receiver, Severity};

/// Rows, and their bytes, that decide on the kinds of columns.
const SAMPLE_ROWS: usize = 4_096;
const SAMPLE_BYTES: usize = 8 << 20;

type Rows<'a> = csv::Reader<BufReader<Utf8<Box<dyn Read + Send + 'a>>>>;

/// Reads a claimed table.
pub(super) fn read(
    tree: &Tree,
    claim: &Claim,
    limits: &Limits,
    options: &ReadOptions,
    receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    let Some(layout) = sniff(tree, claim.main) else {
        let what = "the csv has no rows of one length after its header";
        return Err(ReadError::malformed(
            tree.place(claim.main),
            what,
            "export the table again",
        ));
    };
    table(tree, claim.main, &layout, limits, options, receiver)
}

/// Reads a table of a known layout.
fn table(
    tree: &Tree,
    entry: EntryId,
    layout: &Layout,
    limits: &Limits,
    options: &ReadOptions,
    receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    let place = tree.place(entry);
    if layout.titles.len() > limits.columns {
        return Err(ReadError::Limit {
            place,
            limit: "columns",
            allowed: limits.columns as u64,
        });
    }
    let mapping = layout.mapping(&options.column_map);
    if !mapping.has_values() {
        return Err(missing(layout, place));
    }
    let mut rows = open(tree, entry, layout, limits)?;
    let sample = sample(&mut rows, &place)?;
    if sample.is_empty() {
        return Err(ReadError::malformed(
            place,
            "no points: the csv has no rows",
            "",
        ));
    }
    let comma = layout.decimal_comma;
    let mut profiles = vec![Profile::default(); layout.titles.len()];
    for row in &sample {
        for (profile, text) in profiles.iter_mut().zip(row) {
            profile.observe(Cell::from_text(text), comma);
        }
    }
    let position = Position::find(&mapping, &sample, layout, options, &place)?;
    let clock = mapping.time.and_then(|columns| {
        let texts: Vec<(String, String)> = sample
            .iter()
            .map(|row| time_texts(columns, row))
            .map(|(date, time)| (date.to_owned(), time.to_owned()))
            .collect();
        Clock::from_rows(columns, mapping.family, &texts, options)
    });
    let plan = Plan {
        titles: &layout.titles,
        mapping: &mapping,
        profiles: &profiles,
        position: &position.columns(),
        instants: clock.is_some(),
        decimal_comma: comma,
        areas: false,
    };
    let mut table = Table::new(&plan);
    receiver.begin(describe(&Facts {
        path: &tree.entry(entry).path,
        file_format: "CSV",
        provider: provider(mapping.family),
        mapping: &mapping,
        profiles: &profiles,
        options,
        time_source: clock.as_ref().map_or("none", |c| c.source),
        points_schema: table.points_schema(),
    }))?;
    let mut opening: Vec<Finding> = position.finding(&place).into_iter().collect();
    match &clock {
        Some(clock) => opening.extend(clock.findings(&place)),
        None => opening.push(no_times(&mapping, &place)),
    }
    for finding in opening {
        receiver.finding(finding);
    }
    let mut run = Run {
        position,
        clock,
        comma,
        width: layout.titles.len(),
        odd_rows: 0,
        odd_line: 0,
        no_instant: 0,
    };
    let outcome = run.all(sample, &mut rows, &mut table, limits, &place, receiver);
    let outcome = outcome.and_then(|()| table.flush(&place, receiver));
    for finding in run.findings(&table, &place) {
        receiver.finding(finding);
    }
    match outcome {
        Ok(()) => {}
        Err(ReadError::Stopped(stop)) => return Err(stop.into()),
        Err(error @ ReadError::Limit { .. }) => return Ok(receiver.failed(None, error)?),
        Err(error) => {
            // The rows before the damage are good.
            table.flush(&place, receiver)?;
            let text = format!(
                "the rest after row {} could not be read: {error}",
                table.rows
            );
            let hint = error.hint().to_owned();
            receiver.finding(
                Finding::new("text.unreadable-rest", Severity::Error, place, text).hint(hint),
            );
        }
    }
    Ok(receiver.finish(Ending {
        records: table.rows,
        ..Ending::default()
    })?)
}

fn missing(layout: &Layout, place: Place) -> ReadError {
    let titles: Vec<&str> = layout
        .titles
        .iter()
        .take(20)
        .map(|t| t.name.as_str())
        .collect();
    let hint = format!(
        "none of the columns is known ({}); say which is which, for example \
         `--column \"<title>=wetMassPerArea:t/ha\"`",
        titles.join(", ")
    );
    let what = "missing required properties: no yield, moisture, flow, seed rate, applied rate or \
                tillage depth in the table";
    ReadError::malformed(place, what, hint)
}

fn no_times(mapping: &Mapping, place: &Place) -> Finding {
    let text = match mapping.time {
        Some(_) => {
            "the time column holds no believable instants (a counter, or a clock that was not set)"
        }
        None => "the table has no times",
    };
    Finding::new(
        "text.no-instants",
        Severity::Warning,
        place.clone(),
        format!("{text}; the points have no timestamp"),
    )
    .hint("export with date and time if the season or time of day matters")
}

/// Opens the stream behind preamble and header.
fn open<'a>(
    tree: &'a Tree,
    entry: EntryId,
    layout: &Layout,
    limits: &Limits,
) -> Result<Rows<'a>, ReadError> {
    let place = tree.place(entry);
    let text = Utf8::new(
        tree.stream(entry)?,
        layout.encoding,
        layout.separator,
        limits.line_bytes,
    );
    let mut text = BufReader::with_capacity(64 * 1024, text);
    let mut line = Vec::new();
    for _ in 0..layout.skip_lines {
        line.clear();
        text.read_until(b'\n', &mut line)
            .map_err(|e| read_error(e.into(), &place))?;
    }
    let mut rows = csv::ReaderBuilder::new()
        .delimiter(layout.separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text);
    if layout.has_header {
        rows.read_record(&mut StringRecord::new())
            .map_err(|e| read_error(e, &place))?;
    }
    Ok(rows)
}

/// The first rows. Trouble later than the first row ends the sample, and comes again on reading on.
fn sample(rows: &mut Rows<'_>, place: &Place) -> Result<Vec<StringRecord>, ReadError> {
    let mut sample = Vec::new();
    let mut bytes = 0;
    while sample.len() < SAMPLE_ROWS && bytes < SAMPLE_BYTES {
        let mut record = StringRecord::new();
        if !rows
            .read_record(&mut record)
            .map_err(|e| read_error(e, place))?
        {
            break;
        }
        bytes += record.as_slice().len() + 64 * record.len();
        sample.push(record);
    }
    Ok(sample)
}

/// Texts of date and time, or of the one column and nothing.
fn time_texts(columns: TimeColumns, row: &StringRecord) -> (&str, &str) {
    let text = |at: usize| row.get(at).unwrap_or_default();
    match columns {
        TimeColumns::One(at) => (text(at), ""),
        TimeColumns::DateAndTime { date, time } => (text(date), text(time)),
    }
}

/// Where a row's position comes from.
enum Position {
    Degrees {
        lon: usize,
        lat: usize,
        letters: Option<(usize, usize)>,
        assumed: bool,
    },
    Projected {
        x: usize,
        y: usize,
        projection: Box<Projection>,
    },
}

impl Position {
    fn find(
        mapping: &Mapping,
        sample: &[StringRecord],
        layout: &Layout,
        options: &ReadOptions,
        place: &Place,
    ) -> Result<Self, ReadError> {
        let number = |row: &StringRecord, at| cell(row, at).number(layout.decimal_comma);
        if let (Some(lon), Some(lat)) = (
            mapping.column(Property::Longitude),
            mapping.column(Property::Latitude),
        ) {
            let spells = |at: usize, letters: &[&str]| {
                let mut texts = sample
                    .iter()
                    .filter_map(|r| r.get(at))
                    .filter(|t| !t.is_empty())
                    .peekable();
                texts.peek().is_some() && texts.all(|t| letters.contains(&t))
            };
            let letters = (spells(lon + 1, &["E", "W"]) && spells(lat + 1, &["N", "S"]))
                .then_some((lon + 1, lat + 1));
            return Ok(Self::Degrees {
                lon,
                lat,
                letters,
                assumed: false,
            });
        }
        let Some((x, y)) = mapping.projected else {
            let what = "missing required properties: the table has no longitude and latitude";
            return Err(ReadError::malformed(
                place.clone(),
                what,
                "say which they are, for example `--column X=longitude --column Y=latitude`",
            ));
        };
        if let Some(code) = options.column_map.get("crs") {
            let hint = "give it as `--column crs=EPSG:<code>`";
            let projection = Projection::from_code(code)
                .map_err(|what| ReadError::unsupported(place.clone(), what, hint))?;
            return Ok(Self::Projected {
                x,
                y,
                projection: Box::new(projection),
            });
        }
        let positions: Vec<(f64, f64)> = sample
            .iter()
            .filter_map(|row| Some((number(row, x)?, number(row, y)?)))
            .collect();
        if in_degrees(&positions) {
            return Ok(Self::Degrees {
                lon: x,
                lat: y,
                letters: None,
                assumed: true,
            });
        }
        let titles = [x, y].map(|at| layout.titles.get(at).map_or("", |t| t.name.as_str()));
        let what = format!(
            "columns `{}` and `{}` are not in degrees and the file does not say its coordinate system",
            titles[0], titles[1]
        );
        let hint = "export with longitude and latitude, or give the coordinate system \
                    (`--column crs=EPSG:32720` is UTM zone 20 south)";
        Err(ReadError::unsupported(place.clone(), what, hint))
    }

    fn columns(&self) -> Vec<usize> {
        match self {
            Self::Degrees { lon, lat, .. } => vec![*lon, *lat],
            Self::Projected { .. } => Vec::new(),
        }
    }

    fn finding(&self, place: &Place) -> Option<Finding> {
        matches!(self, Self::Degrees { assumed: true, .. }).then(|| {
            let text =
                "the positions look like degrees and are taken as WGS 84; the file does not say so";
            Finding::new(
                "text.position-assumed",
                Severity::Warning,
                place.clone(),
                text,
            )
        })
    }

    /// Degrees of a row.
    fn read(&self, row: &StringRecord, comma: bool) -> Option<(f64, f64)> {
        let number = |at: usize| cell(row, at).number(comma);
        match self {
            Self::Degrees {
                lon, lat, letters, ..
            } => {
                let (mut x, mut y) = (number(*lon)?, number(*lat)?);
                if let Some((east, north)) = letters {
                    x = if row.get(*east) == Some("W") {
                        -x.abs()
                    } else {
                        x
                    };
                    y = if row.get(*north) == Some("S") {
                        -y.abs()
                    } else {
                        y
                    };
                }
                Some((x, y))
            }
            Self::Projected { x, y, projection } => projection.degrees(number(*x)?, number(*y)?),
        }
    }
}

/// Whether unnamed coordinates are degrees: in range, fractional, and of one place.
fn in_degrees(positions: &[(f64, f64)]) -> bool {
    let range = |pick: fn(&(f64, f64)) -> f64| {
        positions
            .iter()
            .map(pick)
            .fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(v), b.max(v)))
    };
    let ((west, east), (south, north)) = (range(|p| p.0), range(|p| p.1));
    let fractional = positions
        .iter()
        .any(|p| p.0.fract() != 0.0 && p.1.fract() != 0.0);
    fractional
        && west >= -180.0
        && east <= 180.0
        && south >= -90.0
        && north <= 90.0
        && east - west < 2.0
        && north - south < 2.0
}

fn cell(row: &StringRecord, at: usize) -> Cell<'_> {
    row.get(at).map_or(Cell::Null, Cell::from_text)
}

/// The rows of a file on their way, and what is counted.
struct Run {
    position: Position,
    clock: Option<Clock>,
    comma: bool,
    width: usize,
    odd_rows: u64,
    odd_line: u64,
    no_instant: u64,
}

impl Run {
    fn all(
        &mut self,
        sample: Vec<StringRecord>,
        rows: &mut Rows<'_>,
        table: &mut Table,
        limits: &Limits,
        place: &Place,
        receiver: &mut dyn Receiver,
    ) -> Result<(), ReadError> {
        for record in sample {
            self.row(&record, table);
            if table.is_full() {
                table.flush(place, receiver)?;
            }
        }
        let mut record = StringRecord::new();
        while rows
            .read_record(&mut record)
            .map_err(|e| read_error(e, place))?
        {
            if table.rows >= limits.points {
                return Err(ReadError::Limit {
                    place: place.clone(),
                    limit: "points",
                    allowed: limits.points,
                });
            }
            self.row(&record, table);
            if table.is_full() {
                table.flush(place, receiver)?;
            }
        }
        Ok(())
    }

    fn row(&mut self, record: &StringRecord, table: &mut Table) {
        let extra =
            record.len() == self.width + 1 && record.get(self.width).is_some_and(str::is_empty);
        if record.len() != self.width && !extra {
            self.odd_rows += 1;
            if self.odd_line == 0 {
                self.odd_line = record.position().map_or(0, csv::Position::line);
            }
        }
        let position = self.position.read(record, self.comma);
        let instant = self.clock.as_ref().and_then(|clock| {
            let (date, time) = time_texts(clock.columns, record);
            clock.read(date, time)
        });
        self.no_instant += u64::from(self.clock.is_some() && instant.is_none());
        table.push(position, instant, |at| cell(record, at));
    }

    fn findings(&self, table: &Table, place: &Place) -> Vec<Finding> {
        let warn =
            |code, place: Place, text: String| Finding::new(code, Severity::Warning, place, text);
        let mut list = Vec::new();
        if self.odd_rows > 0 {
            let at = Place::inside(place.entry.clone(), format!("line {}", self.odd_line));
            let text = format!(
                "{} rows have another number of cells than {}; cells that are not there are null",
                self.odd_rows, self.width
            );
            list.push(warn("text.row-length", at, text));
        }
        if table.misfits > 0 {
            let text = format!(
                "{} cells of number columns hold no number, and are null",
                table.misfits
            );
            list.push(warn("text.not-a-number", place.clone(), text));
        }
        if table.strange_status > 0 {
            let text = format!(
                "{} status cells are neither on nor off, and are null",
                table.strange_status
            );
            list.push(warn("text.unknown-status", place.clone(), text));
        }
        if self.no_instant > 0 {
            let text = format!(
                "{} rows have no believable instant; their timestamp is null",
                self.no_instant
            );
            list.push(warn("text.instant-not-believed", place.clone(), text));
        }
        list
    }
}
