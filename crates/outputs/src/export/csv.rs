//! CSV (RFC 4180) in UTF-8: the position first, then the columns with their units in the titles.
//!
//! Rule: numbers are the shortest text that reads back the same, instants ISO 8601, absent is
//! empty. Polygons are well-known text in a column `geometry`.

use super::columns::Column;
use super::files::{Files, of_csv};
use super::names;
use super::source::{Rows, Source};
use crate::WriteError;
use crate::geojson::push_instant;
use crate::geojson::text::{push_integer, push_number};
use crate::values::Cell;
use crate::wkb::{Kind, Shape};
use ::csv::{Terminator, Writer, WriterBuilder};
use std::io::Write;

const ENDING: &str = ".csv";

pub(super) fn write(source: &Source, files: &mut Files<'_>) -> Result<(), WriteError> {
    let out = files.create(ENDING)?;
    let failed = files.failed(ENDING);
    let mut out = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .buffer_capacity(1 << 16)
        .from_writer(out);
    let position: &[&str] = match source.kind {
        Kind::Point => &["longitude", "latitude"],
        _ => &["geometry"],
    };
    let titles = titles(&source.columns, position);
    let header = position
        .iter()
        .copied()
        .chain(titles.iter().map(String::as_str));
    out.write_record(header)
        .map_err(|cause| failed(of_csv(cause)))?;
    let mut shape = Shape::default();
    let mut text = Vec::new();
    source.each(|rows| {
        for row in 0..rows.len() {
            let kind = rows.shape(row, &mut shape)?;
            fields(
                &mut out,
                rows,
                row,
                kind.map(|kind| (kind, &shape)),
                &mut text,
            )
            .map_err(|cause| failed(of_csv(cause)))?;
        }
        Ok(())
    })?;
    let mut out = out
        .into_inner()
        .map_err(|cause| failed(cause.into_error()))?;
    out.flush().map_err(failed)
}

fn titles(columns: &[Column], position: &[&str]) -> Vec<String> {
    let names = names::unique(columns, position, None);
    columns
        .iter()
        .zip(names)
        .map(|(column, name)| match &column.unit {
            Some(unit) => format!("{name} [{unit}]"),
            None => name,
        })
        .collect()
}

/// One row. `text` is scratch.
fn fields(
    out: &mut Writer<impl Write>,
    rows: &Rows<'_>,
    row: usize,
    geometry: Option<(Kind, &Shape)>,
    text: &mut Vec<u8>,
) -> ::csv::Result<()> {
    text.clear();
    match geometry {
        Some((Kind::Point, shape)) => {
            for degrees in shape.corners.first().into_iter().flatten() {
                text.clear();
                push_number(text, *degrees);
                out.write_field(&*text)?;
            }
        }
        Some((kind, shape)) => {
            push_wkt(text, kind, shape);
            out.write_field(&*text)?;
        }
        None if rows.points() => {
            out.write_field("")?;
            out.write_field("")?;
        }
        None => out.write_field("")?,
    }
    for values in &rows.values {
        text.clear();
        match values.cell(row) {
            Cell::Null => {}
            Cell::Real(value) => push_number(text, value),
            Cell::Integer(value) => push_integer(text, value),
            Cell::Boolean(value) => {
                text.extend_from_slice(if value { b"true".as_slice() } else { b"false" })
            }
            Cell::Instant(value) => push_instant(text, value),
            Cell::Text(value) => text.extend_from_slice(value.as_bytes()),
        }
        out.write_field(&*text)?;
    }
    out.write_record(None::<&[u8]>)
}

fn push_wkt(text: &mut Vec<u8>, kind: Kind, shape: &Shape) {
    text.extend_from_slice(if kind == Kind::MultiPolygon {
        b"MULTIPOLYGON (".as_slice()
    } else {
        b"POLYGON "
    });
    for (index, polygon) in shape.polygons().enumerate() {
        if index > 0 {
            text.push(b',');
        }
        text.push(b'(');
        for (index, ring) in polygon.enumerate() {
            text.extend_from_slice(if index > 0 { b",(".as_slice() } else { b"(" });
            for (index, [x, y]) in ring.iter().enumerate() {
                if index > 0 {
                    text.push(b',');
                }
                push_number(text, *x);
                text.push(b' ');
                push_number(text, *y);
            }
            text.push(b')');
        }
        text.push(b')');
    }
    if kind == Kind::MultiPolygon {
        text.push(b')');
    }
}
