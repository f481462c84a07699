//! How a table is written, and its cells as text.

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
pub(super) enum Cell {
    /// A number with its decimals.
    Number(f64, usize),
    Text(String),
    Empty,
}

/// A cell as text, with the decimal sign and the separator of thousands of the form.
pub(super) fn spelled(cell: &Cell, form: &Form) -> String {
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
