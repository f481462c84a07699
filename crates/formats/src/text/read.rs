//! One table from its stream to the receiver.

use super::claim::sniff;
use super::decode::{Utf8, read_error};
use super::findings;
use super::sniff::Layout;
use crate::claim::{Claim, ReadOptions};
use crate::shared::columns::clock::{Clock, Setting};
use crate::shared::columns::describe::{Facts, crop, describe, names_work, provider};
use crate::shared::columns::number::Decimals;
use crate::shared::columns::position::{Position, Search};
use crate::shared::columns::table::{Cell, Plan, Profile, Table};
use crate::shared::columns::{Mapping, TimeColumns, products, proof};
use crate::source::{EntryId, Limits, Tree};
use csv::StringRecord;
use std::io::{BufRead, BufReader, Read};
use tramline_model::{Ending, Finding, Place, ReadError, Receiver, Severity};

/// Rows, and their bytes, that decide on the kinds of columns.
const SAMPLE_ROWS: usize = proof::ROWS;
const SAMPLE_BYTES: usize = 16 << 20;

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
        let what = "the csv has no rows of equal length after its header";
        return Err(ReadError::malformed(
            tree.place(claim.main),
            what,
            "export the table again",
        ));
    };
    table(tree, claim.main, &layout, limits, options, receiver)
}

/// What is known of a table from its first rows.
struct Known<'a> {
    layout: &'a Layout,
    sample: &'a [StringRecord],
    profiles: &'a [Profile],
    commas: &'a [bool],
    position: &'a Position,
    clock: Option<&'a Clock>,
    options: &'a ReadOptions,
}

impl Known<'_> {
    /// Settles what products are and which units the rows prove.
    fn settle(&self, mapping: &mut Mapping, place: &Place) -> Vec<Finding> {
        let sample = self.sample;
        products::settle(mapping, self.options.operation_type.as_ref(), |at| {
            sample.iter().filter_map(move |row| row.get(at))
        });
        let comma = |at: usize| self.commas.get(at).copied().unwrap_or(false);
        let first = proof::Sample::take(
            mapping,
            sample.len(),
            |row| {
                let record = sample.get(row)?;
                self.position.read(|at| cell(record, at))
            },
            |row| {
                let clock = self.clock?;
                let (date, time) = time_texts(clock.columns, sample.get(row)?);
                clock.read(date, time)
            },
            |row, at| cell(sample.get(row)?, at).number(comma(at)),
            crop(mapping, self.profiles, self.options),
        );
        proof::settle(mapping, &self.layout.titles, &first, place)
    }
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
    let mut mapping = layout.mapping(&options.column_map);
    options.used.note(&layout.titles, &options.column_map);
    let mut rows = open(tree, entry, layout, limits)?;
    let sample = sample(&mut rows, &place)?;
    if sample.is_empty() {
        let what = "no points: the csv has no rows";
        return Err(ReadError::malformed(place, what, ""));
    }
    let commas = commas(layout, &sample);
    let mut profiles = vec![Profile::default(); layout.titles.len()];
    for row in &sample {
        for ((profile, text), comma) in profiles.iter_mut().zip(row).zip(&commas) {
            profile.observe(Cell::from_text(text), *comma);
        }
    }
    if !mapping.has_values() && !names_work(&mapping, &layout.titles, &profiles, options) {
        return Err(missing(layout, place));
    }
    let position = Position::find(&Search {
        titles: &layout.titles,
        mapping: &mapping,
        rows: &sample,
        cell,
        commas: &commas,
        options,
        place: &place,
    })?;
    let clock = clock_of(layout, &mapping, &sample, options);
    let known = Known {
        layout,
        sample: &sample,
        profiles: &profiles,
        commas: &commas,
        position: &position,
        clock: clock.as_ref(),
        options,
    };
    let proved = known.settle(&mut mapping, &place);
    let plan = Plan {
        titles: &layout.titles,
        mapping: &mapping,
        profiles: &profiles,
        position: &position.columns(),
        instants: clock.as_ref().is_some_and(Clock::gives_instants),
        intervals: clock.as_ref().is_some_and(Clock::gives_intervals),
        commas: &commas,
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
    let mut opening = position.findings().to_vec();
    match &clock {
        Some(clock) => opening.extend(clock.findings(&place)),
        None => opening.push(no_times(&mapping, &place)),
    }
    opening.extend(proved);
    for finding in opening {
        receiver.finding(finding);
    }
    let mut run = Run {
        position,
        clock,
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
            receiver.finding(unreadable_rest(place, table.rows, &error));
        }
    }
    Ok(receiver.finish(Ending {
        records: table.rows,
        days: run.clock.as_ref().and_then(Clock::days),
        ..Ending::default()
    })?)
}

fn unreadable_rest(place: Place, rows: u64, error: &ReadError) -> Finding {
    let text = format!("the file cannot be read after row {rows}: {error}");
    Finding::new(&findings::UNREADABLE_REST, Severity::Error, place, text)
        .value("rows", rows)
        .value("problem", error.to_string())
        .hint(error.hint().to_owned())
}

/// How the time of the rows is read.
fn clock_of(
    layout: &Layout,
    mapping: &Mapping,
    sample: &[StringRecord],
    options: &ReadOptions,
) -> Option<Clock> {
    let setting = Setting {
        family: mapping.family,
        titles: &layout.titles,
        options,
        utc: false,
    };
    Clock::find(&setting, mapping, |columns| {
        let texts = sample.iter().map(|row| time_texts(columns, row));
        texts
            .map(|(date, time)| (date.to_owned(), time.to_owned()))
            .collect()
    })
}

fn missing(layout: &Layout, place: Place) -> ReadError {
    let titles: Vec<&str> = layout
        .titles
        .iter()
        .take(20)
        .map(|t| t.name.as_str())
        .collect();
    let hint = format!(
        "map the columns, of which none is known ({}), for example \
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
            "the time column holds no plausible times (a counter, or a clock that was not set)"
        }
        None => "the table has no times",
    };
    Finding::new(
        &findings::NO_INSTANTS,
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

fn cell(row: &StringRecord, at: usize) -> Cell<'_> {
    row.get(at).map_or(Cell::Null, Cell::from_text)
}

/// By column: whether its numbers have a decimal comma.
fn commas(layout: &Layout, sample: &[StringRecord]) -> Vec<bool> {
    let mut columns = vec![Decimals::default(); layout.titles.len()];
    for row in sample {
        for (decimals, text) in columns.iter_mut().zip(row) {
            decimals.observe(text);
        }
    }
    let table = columns
        .iter()
        .fold(Decimals::default(), |sum, d| sum.and(*d));
    // Where cells are parted by a comma, a quoted `1,234` is a thousand.
    let either = layout.separator != b',';
    let comma = |decimals: &Decimals| decimals.has_comma(table, either);
    columns.iter().map(comma).collect()
}

/// The rows of a file on their way, and what is counted.
struct Run {
    position: Position,
    clock: Option<Clock>,
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
        let position = self.position.read(|at| cell(record, at));
        let mut instant = None;
        if let Some(clock) = &mut self.clock {
            let (date, time) = time_texts(clock.columns, record);
            instant = clock.note(date, time);
            self.no_instant += u64::from(clock.gives_instants() && instant.is_none());
            table.interval = clock.interval(date, time);
        }
        table.push(position, instant, |at| cell(record, at));
    }

    fn findings(&self, table: &Table, place: &Place) -> Vec<Finding> {
        let warn =
            |code, place: Place, text: String| Finding::new(code, Severity::Warning, place, text);
        let mut list = Vec::new();
        if self.odd_rows > 0 {
            let (rows, columns, line) = (self.odd_rows, self.width, self.odd_line);
            let at = Place::inside(place.entry.clone(), format!("line {line}"));
            let what = match rows {
                1 => "1 row does".to_owned(),
                many => format!("{many} rows do"),
            };
            let text =
                format!("{what} not have the {columns} cells of the table; missing cells are null");
            let finding = warn(&findings::ROW_LENGTH, at, text);
            list.push(
                finding
                    .value("rows", rows)
                    .value("columnCount", columns)
                    .value("line", line),
            );
        }
        let counted = [
            (
                &findings::NOT_A_NUMBER,
                "cells",
                table.misfits,
                "cells in columns of numbers hold no number and are null",
            ),
            (
                &findings::UNKNOWN_STATUS,
                "cells",
                table.strange_status,
                "cells with the recording status are neither on nor off and are null",
            ),
            (
                &findings::INSTANT_NOT_BELIEVED,
                "rows",
                self.no_instant,
                "rows have no plausible time; their timestamp is null",
            ),
        ];
        for (code, name, count, what) in counted {
            if count > 0 {
                let finding = warn(code, place.clone(), format!("{count} {what}"));
                list.push(finding.value(name, count));
            }
        }
        list
    }
}
