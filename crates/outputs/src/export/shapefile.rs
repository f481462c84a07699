//! Shapefile: `.shp`, `.shx`, `.dbf`, `.prj`, `.cpg`, and `<name>-columns.csv`, which tells what the
//! names of ten signs stand for.
//!
//! Rule: two passes over the stored file, one to measure, one to write. No part grows beyond 2 GB,
//! which many programs cannot read: such an export is refused before anything is written. Outer
//! rings turn with the clock, holes against it.

use super::columns::Column;
use super::dbf::Table;
use super::files::{Files, io, of_csv};
use super::source::{Rows, Source};
use crate::WriteError;
use crate::disk;
use crate::wkb::{Kind, NOWHERE, Shape, twice_area, widen};
use ::csv::WriterBuilder;
use std::io::Write;

const LARGEST: u64 = (1 << 31) - 1;
const HEADER: u64 = 100;
const POINT: i32 = 1;
const POLYGON: i32 = 5;
/// Bytes of a shape that is none, of a point, and of a polygon without rings.
const NULL_BYTES: usize = 4;
const POINT_BYTES: usize = 20;
const POLYGON_BYTES: usize = 44;
const WGS84: &str = "GEOGCS[\"GCS_WGS_1984\",DATUM[\"D_WGS_1984\",\
SPHEROID[\"WGS_1984\",6378137.0,298.257223563]],PRIMEM[\"Greenwich\",0.0],\
UNIT[\"Degree\",0.0174532925199433]]";

pub(super) fn write(source: &Source, files: &mut Files<'_>) -> Result<(), WriteError> {
    let mut table = Table::new(&source.columns);
    let mut bounds = NOWHERE;
    let mut bytes = HEADER;
    let mut shape = Shape::default();
    source.each(|rows| {
        table.measure(rows);
        for row in 0..rows.len() {
            let kind = rows.shape(row, &mut shape)?;
            bytes = bytes.saturating_add(8 + content_bytes(kind, &shape) as u64);
            if kind.is_some() {
                widen(&mut bounds, shape.bounds());
            }
        }
        Ok(())
    })?;
    refuse_large(&table, bytes)?;
    if !bounds.iter().all(|corner| corner.is_finite()) {
        bounds = [0.0; 4];
    }
    let code = if source.kind == Kind::Point {
        POINT
    } else {
        POLYGON
    };
    let (mut shp, shp_failed) = (files.create(".shp")?, files.failed(".shp"));
    let (mut shx, shx_failed) = (files.create(".shx")?, files.failed(".shx"));
    let (mut dbf, dbf_failed) = (files.create(".dbf")?, files.failed(".dbf"));
    shp.write_all(&header(bytes, code, bounds))
        .map_err(&shp_failed)?;
    let index_bytes = HEADER + 8 * table.rows;
    shx.write_all(&header(index_bytes, code, bounds))
        .map_err(&shx_failed)?;
    table.write_header(&mut dbf).map_err(&dbf_failed)?;
    let mut record = Record::default();
    let mut number = 0_u64;
    let mut at = HEADER;
    source.each(|rows| {
        for row in 0..rows.len() {
            number += 1;
            record.build(rows, row, number)?;
            shp.write_all(&record.bytes).map_err(&shp_failed)?;
            let entry = [words(at), words(record.bytes.len() as u64 - 8)];
            shx.write_all(entry.as_flattened()).map_err(&shx_failed)?;
            at += record.bytes.len() as u64;
            table
                .write_row(rows, row, number, &mut dbf)
                .map_err(&dbf_failed)?;
        }
        Ok(())
    })?;
    shp.flush().map_err(shp_failed)?;
    shx.flush().map_err(shx_failed)?;
    Table::write_end(&mut dbf).map_err(dbf_failed)?;
    for (ending, text) in [(".prj", WGS84), (".cpg", "UTF-8")] {
        let path = files.path(ending)?;
        disk::write(&path, text.as_bytes()).map_err(files.failed(ending))?;
    }
    key(&source.columns, &table, files)
}

fn refuse_large(table: &Table, shapes: u64) -> Result<(), WriteError> {
    let refused = |what: String| {
        Err(WriteError::Refused(format!(
            "the shapefile cannot be written: {what}; choose fewer columns or a smaller box, or use \
             GeoPackage"
        )))
    };
    if !table.fits() {
        let (columns, bytes) = (table.columns.len(), table.row_bytes());
        return refused(format!(
            "{columns} columns and {bytes} bytes in a row are more than its table can have (2046 \
             columns, 65535 bytes)"
        ));
    }
    for (part, bytes) in [(".shp", shapes), (".dbf", table.bytes())] {
        if bytes > LARGEST {
            return refused(format!(
                "its {part} would have {bytes} bytes, and most programs read none above {LARGEST}"
            ));
        }
    }
    Ok(())
}

/// A length in words of 16 bits, big-endian. Lengths are held against the largest before.
fn words(bytes: u64) -> [u8; 4] {
    i32::try_from(bytes / 2).unwrap_or(i32::MAX).to_be_bytes()
}

fn header(bytes: u64, code: i32, bounds: [f64; 4]) -> Vec<u8> {
    let mut out = Vec::with_capacity(100);
    out.extend_from_slice(&9994_i32.to_be_bytes());
    out.extend_from_slice(&[0; 20]);
    out.extend_from_slice(&words(bytes));
    out.extend_from_slice(&1000_i32.to_le_bytes());
    out.extend_from_slice(&code.to_le_bytes());
    for corner in bounds {
        out.extend_from_slice(&corner.to_le_bytes());
    }
    out.extend_from_slice(&[0; 32]);
    out
}

fn content_bytes(kind: Option<Kind>, shape: &Shape) -> usize {
    match kind {
        None => NULL_BYTES,
        Some(Kind::Point) => POINT_BYTES,
        Some(_) => {
            let rings: usize = shape.polygons().map(Iterator::count).sum();
            POLYGON_BYTES + 4 * rings + 16 * shape.corners.len()
        }
    }
}

/// One record of the `.shp`.
#[derive(Default)]
struct Record {
    bytes: Vec<u8>,
    shape: Shape,
}

impl Record {
    fn build(&mut self, rows: &Rows<'_>, row: usize, number: u64) -> Result<(), WriteError> {
        let kind = rows.shape(row, &mut self.shape)?;
        let out = &mut self.bytes;
        out.clear();
        let number = i32::try_from(number).unwrap_or(i32::MAX);
        out.extend_from_slice(&number.to_be_bytes());
        out.extend_from_slice(&words(content_bytes(kind, &self.shape) as u64));
        match kind {
            None => out.extend_from_slice(&0_i32.to_le_bytes()),
            Some(Kind::Point) => {
                out.extend_from_slice(&POINT.to_le_bytes());
                for degrees in self.shape.corners.iter().flatten() {
                    out.extend_from_slice(&degrees.to_le_bytes());
                }
            }
            Some(_) => polygon(out, &self.shape),
        }
        Ok(())
    }
}

fn polygon(out: &mut Vec<u8>, shape: &Shape) {
    let long = |count: usize| i32::try_from(count).unwrap_or(i32::MAX).to_le_bytes();
    out.extend_from_slice(&POLYGON.to_le_bytes());
    for corner in shape.bounds() {
        out.extend_from_slice(&corner.to_le_bytes());
    }
    out.extend_from_slice(&long(shape.polygons().map(Iterator::count).sum()));
    out.extend_from_slice(&long(shape.corners.len()));
    let mut start = 0;
    for ring in shape.polygons().flatten() {
        out.extend_from_slice(&long(start));
        start += ring.len();
    }
    for polygon in shape.polygons() {
        for (place, ring) in polygon.enumerate() {
            let against = twice_area(ring) > 0.0;
            // The first ring is the outer one.
            let turn = against == (place == 0);
            let corners: &mut dyn Iterator<Item = &[f64; 2]> = if turn {
                &mut ring.iter().rev()
            } else {
                &mut ring.iter()
            };
            for degrees in corners.flatten() {
                out.extend_from_slice(&degrees.to_le_bytes());
            }
        }
    }
}

/// What the short names stand for.
fn key(columns: &[Column], table: &Table, files: &mut Files<'_>) -> Result<(), WriteError> {
    const ENDING: &str = "-columns.csv";
    let failed = |cause: ::csv::Error| io(ENDING, of_csv(cause));
    let mut out = WriterBuilder::new()
        .terminator(::csv::Terminator::CRLF)
        .from_writer(files.create(ENDING)?);
    out.write_record(["column", "name", "unit", "type", "textsCut"])
        .map_err(failed)?;
    for (column, measured) in columns.iter().zip(&table.columns) {
        let row = [
            measured.name.as_str(),
            &column.name,
            column.unit.as_deref().unwrap_or_default(),
            &measured.shown(),
            &measured.cut.to_string(),
        ];
        out.write_record(row).map_err(failed)?;
    }
    out.flush().map_err(files.failed(ENDING))
}
