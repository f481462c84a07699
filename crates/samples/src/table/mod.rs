//! A simulated field as the table that some program exports: titles, units, spelling of numbers,
//! positions and days, order of columns and file form are data.
//!
//! A table is described by one line for each column, `title | what | how | digits`: `what` is a
//! quantity of the record (see `quantity.rs`), a position (`place.rs`), an instant (`time`, with its
//! spelling), or a constant (`text`, `number`); `how` is its unit or spelling. Rule: what the rows
//! add up to is counted here from the simulated records, never by a reader.

mod field;
mod forms;
mod instant;
mod known;
mod place;
mod quantity;
mod unit;

pub use field::Field;
pub use known::Known;

use crate::{Files, Record, Simulated};
use serde::Deserialize;

/// How a table is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Form {
    /// `csv`, `shapefile`, `geopackage` or `geojson`.
    pub form: String,
    /// Path of the file without its ending.
    pub name: String,
    /// Ending of a text table.
    pub ending: String,
    /// Between the cells of a text table.
    pub separator: char,
    /// Decimal sign of a text table, and of numbers in text cells.
    pub decimal: char,
    /// Between the thousands of numbers, if anything.
    pub thousands: String,
    /// `utf-8`, `utf-8-bom`, `latin1` or `utf-16`.
    pub encoding: String,
    /// Whether all cells of a text table stand in quotes.
    pub quoted: bool,
    /// Lines above the titles of a text table.
    pub preamble: String,
    /// Lines between the titles of a text table and its rows.
    pub below: String,
    /// Coordinate system of the geometry: 4326, 3857, 326zz, 327zz.
    pub epsg: u32,
    /// Whether a shapefile says its coordinate system.
    pub prj: bool,
    /// Whether the rows in which the machine did not work are there too.
    pub all_rows: bool,
    /// Further files beside it: path and content.
    pub beside: Vec<(String, String)>,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            form: "csv".to_owned(),
            name: "table".to_owned(),
            ending: "csv".to_owned(),
            separator: ',',
            decimal: '.',
            thousands: String::new(),
            encoding: "utf-8".to_owned(),
            quoted: false,
            preamble: String::new(),
            below: String::new(),
            epsg: 4326,
            prj: true,
            all_rows: false,
            beside: Vec::new(),
        }
    }
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq)]
enum Cell {
    /// A number with its decimals.
    Number(f64, usize),
    Text(String),
    Empty,
}

/// One line of a table's description.
struct Column<'a> {
    title: &'a str,
    what: &'a str,
    how: &'a str,
    digits: Option<usize>,
}

fn columns(text: &str) -> Vec<Column<'_>> {
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let mut parts = line.split('|').map(str::trim);
            let mut next = || parts.next().unwrap_or_default();
            Column {
                title: next(),
                what: next(),
                how: next(),
                digits: next().parse().ok(),
            }
        })
        .collect()
}

/// The table of a simulated field.
///
/// # Panics
/// When the description says something that this module does not know: it is part of a test.
pub fn write(field: &Field, simulated: &Simulated, form: &Form, description: &str) -> Files {
    let rows: Vec<&Record> = simulated
        .records
        .iter()
        .filter(|record| form.all_rows || record.working)
        .collect();
    let columns = columns(description);
    let cells: Vec<Vec<Cell>> = columns
        .iter()
        .map(|column| {
            let mut cells: Vec<Cell> = rows
                .iter()
                .enumerate()
                .map(|(row, record)| cell(column, field, simulated, record, row))
                .collect();
            settle_digits(&mut cells, column.digits);
            cells
        })
        .collect();
    let titles: Vec<&str> = columns.iter().map(|column| column.title).collect();
    let mut files = match form.form.as_str() {
        "csv" => forms::csv(form, &titles, &cells),
        "shapefile" => forms::shapefile(form, &titles, &cells, &rows),
        "geopackage" => forms::geopackage(form, &titles, &cells, &rows),
        "geojson" => forms::geojson(form, &titles, &cells, &rows),
        other => panic!("no form of a table: {other}"),
    };
    files.extend(
        form.beside
            .iter()
            .map(|(path, text)| (path.clone(), text.clone().into_bytes())),
    );
    files
}

fn cell(
    column: &Column<'_>,
    field: &Field,
    simulated: &Simulated,
    record: &Record,
    row: usize,
) -> Cell {
    let how = column.how;
    match column.what {
        "text" => Cell::Text(how.to_owned()),
        "number" => number(how.parse().unwrap_or(f64::NAN)),
        "empty" => Cell::Empty,
        "row" => Cell::Number((row + 1) as f64, 0),
        "pass" => Cell::Number(f64::from(record.pass), 0),
        "status" => {
            let (on, off) = how.split_once('/').unwrap_or(("On", "Off"));
            Cell::Text(if record.working { on } else { off }.to_owned())
        }
        "time" => instant::cell(how, simulated, record),
        "longitude" | "latitude" | "east" | "north" | "wkt" => {
            place::cell(column.what, how, &simulated.plan, record)
        }
        what => number(quantity::value(what, how, field, simulated, record)),
    }
}

/// A number whose decimals are settled for its column.
fn number(value: f64) -> Cell {
    if value.is_nan() {
        return Cell::Empty;
    }
    Cell::Number(value, usize::MAX)
}

/// Six significant digits of the largest number, or what the description asks for.
fn settle_digits(cells: &mut [Cell], digits: Option<usize>) {
    let largest = cells.iter().fold(0.0_f64, |largest, cell| match cell {
        Cell::Number(value, _) => largest.max(value.abs()),
        _ => largest,
    });
    let whole = if largest > 0.0 {
        largest.log10().floor() as i32
    } else {
        0
    };
    let settled = digits.unwrap_or((5 - whole).clamp(0, 9) as usize);
    for cell in cells {
        if let Cell::Number(_, decimals @ usize::MAX) = cell {
            *decimals = settled;
        }
    }
}

/// A cell as text, with the decimal sign and the separator of thousands of the form.
fn spelled(cell: &Cell, form: &Form) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Number(value, decimals) => {
            let plain = format!("{value:.decimals$}");
            let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
            let mut out = if form.thousands.is_empty() {
                whole.to_owned()
            } else {
                grouped(whole, &form.thousands)
            };
            if !fraction.is_empty() {
                out.push(form.decimal);
                out.push_str(fraction);
            }
            out
        }
    }
}

fn grouped(whole: &str, mark: &str) -> String {
    let (sign, digits) = match whole.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", whole),
    };
    let mut out = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push_str(mark);
        }
        out.push(digit);
    }
    out
}
