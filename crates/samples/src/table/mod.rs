//! A simulated field as the table that some program exports: titles, units, spelling of numbers,
//! positions and days, order of columns and file form are data.
//!
//! A table is described by one line for each column, `title | what | how | digits`: `what` is a
//! quantity of the record (see `quantity.rs`), a position (`place.rs`), an instant (`time`, with its
//! spelling), or a constant (`text`, `number`); `how` is its unit or spelling. Rule: what the rows
//! add up to is counted here from the simulated records, never by a reader.

mod cell;
mod field;
mod forms;
mod instant;
mod known;
mod place;
mod quantity;
mod unit;

pub use cell::Form;
pub use field::Field;
pub use known::Known;

use crate::{Files, Record, Simulated};
use cell::Cell;

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
