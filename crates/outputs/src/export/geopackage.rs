//! GeoPackage 1.3 (OGC 12-128r19) by SQLite itself: one layer in WGS 84 with a spatial index, and
//! a style for each number.
//!
//! Rule: one transaction, one prepared statement for each table, no journal: a file that is not
//! finished is removed. No clock: the dates in the tables are the latest instant of the data.

use super::columns::{Column, Type};
use super::files::Files;
use super::names;
use super::r_tree::RTree;
use super::schema::{PRAGMAS, TABLES, TRIGGERS};
use super::source::{Rows, Source};
use super::style::{self, Sample};
use crate::WriteError;
use crate::disk::Trouble;
use crate::geojson::push_instant;
use crate::values::Cell;
use crate::wkb::{Kind, NOWHERE, Shape, widen};
use rusqlite::types::{Null, ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, Statement, ToSql, params};

const ENDING: &str = ".gpkg";
const SRS: i32 = 4326;

pub(super) fn write(source: &Source, layer: &str, files: &mut Files<'_>) -> Result<(), WriteError> {
    let name = format!("{}{ENDING}", files.name);
    let path = files.path(ENDING)?;
    let failed = |cause: rusqlite::Error| WriteError::Io {
        name: name.clone(),
        cause: Trouble::of_path(&path, of_sqlite(cause)),
    };
    let connection = Connection::open(&path).map_err(failed)?;
    connection.execute_batch(PRAGMAS).map_err(failed)?;
    connection.execute_batch(TABLES).map_err(failed)?;
    let layer = Layer::new(source, layer);
    connection.execute_batch(&layer.create()).map_err(failed)?;
    fill(&connection, source, &layer, &failed)?;
    connection
        .execute_batch(&layer.triggers())
        .map_err(failed)?;
    connection.execute_batch("COMMIT;").map_err(failed)?;
    connection.close().map_err(|(_, cause)| failed(cause))
}

/// SQLite tells a full disk by a code of its own.
fn of_sqlite(cause: rusqlite::Error) -> std::io::Error {
    let kind = match cause.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => std::io::ErrorKind::StorageFull,
        _ => std::io::ErrorKind::Other,
    };
    std::io::Error::new(kind, cause)
}

/// Writes the rows, and what the tables of the format say of them.
fn fill(
    connection: &Connection,
    source: &Source,
    layer: &Layer,
    failed: &impl Fn(rusqlite::Error) -> WriteError,
) -> Result<(), WriteError> {
    let mut writing = Writing {
        layer,
        columns: &source.columns,
        features: connection.prepare(&layer.insert()).map_err(failed)?,
        index: RTree::new(connection, &layer.index).map_err(failed)?,
        row: 0,
        bounds: NOWHERE,
        latest: None,
        samples: source.columns.iter().map(|_| Sample::default()).collect(),
        blob: Vec::new(),
        text: Vec::new(),
        shape: Shape::default(),
    };
    source.each(|rows| writing.rows(rows)?.map_err(failed))?;
    writing.describe(connection).map_err(failed)?;
    writing.index.finish().map_err(failed)
}

/// Names of tables and columns.
struct Layer {
    table: String,
    index: String,
    names: Vec<String>,
    kind: Kind,
    types: Vec<&'static str>,
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Layer {
    fn new(source: &Source, layer: &str) -> Self {
        // Tables of the format itself, and of SQLite, begin with these words.
        let lower = layer.to_lowercase();
        let reserved = ["gpkg_", "sqlite_", "rtree_", "layer_styles"];
        let mut table = layer.replace('\0', "_");
        if reserved.iter().any(|word| lower.starts_with(word)) {
            table.insert_str(0, "layer_");
        }
        let types = source.columns.iter().map(|column| match column.kind {
            Type::Real => "REAL",
            Type::Integer => "INTEGER",
            Type::Boolean => "BOOLEAN",
            Type::Instant => "DATETIME",
            Type::Text | Type::Json => "TEXT",
        });
        Self {
            index: format!("rtree_{table}_geom"),
            table,
            names: names::unique(&source.columns, &["fid", "geom"], None),
            kind: source.kind,
            types: types.collect(),
        }
    }

    fn create(&self) -> String {
        let columns: String = self
            .names
            .iter()
            .zip(&self.types)
            .map(|(name, kind)| format!(", {} {kind}", quoted(name)))
            .collect();
        format!(
            "CREATE TABLE {} (\"fid\" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, \"geom\" {}{columns}); \
             CREATE VIRTUAL TABLE {} USING rtree(id, minx, maxx, miny, maxy);",
            quoted(&self.table),
            self.kind.name().to_uppercase(),
            quoted(&self.index),
        )
    }

    fn insert(&self) -> String {
        let names: String = self
            .names
            .iter()
            .map(|name| format!(", {}", quoted(name)))
            .collect();
        let marks = ", ?".repeat(self.names.len());
        format!(
            "INSERT INTO {} (\"fid\", \"geom\"{names}) VALUES (?, ?{marks})",
            quoted(&self.table)
        )
    }

    fn triggers(&self) -> String {
        let index = self.index.replace('"', "\"\"");
        // Marked by a NUL, which no name has, so that names which look like marks stay as they are.
        let marked = TRIGGERS
            .replace("\"T\"", "\0T")
            .replace("\"R\"", "\0R")
            .replace("\"R_", "\0P");
        let mut parts = marked.split('\0');
        let mut sql = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (mark, rest) = part.split_at_checked(1).unwrap_or_default();
            match mark {
                "T" => sql.push_str(&quoted(&self.table)),
                "R" => sql.push_str(&quoted(&self.index)),
                _ => sql.push_str(&format!("\"{index}_")),
            }
            sql.push_str(rest);
        }
        sql
    }
}

struct Writing<'a> {
    layer: &'a Layer,
    columns: &'a [Column],
    features: Statement<'a>,
    index: RTree<'a>,
    row: i64,
    bounds: [f64; 4],
    latest: Option<i64>,
    samples: Vec<Sample>,
    blob: Vec<u8>,
    text: Vec<u8>,
    shape: Shape,
}

impl Writing<'_> {
    fn rows(&mut self, rows: &Rows<'_>) -> Result<rusqlite::Result<()>, WriteError> {
        for row in 0..rows.len() {
            let kind = rows.shape(row, &mut self.shape)?;
            let wkb = kind.map(|kind| (kind, rows.geometry.value(row)));
            if let Err(cause) = self.row(rows, row, wkb) {
                return Ok(Err(cause));
            }
        }
        Ok(Ok(()))
    }

    fn row(
        &mut self,
        rows: &Rows<'_>,
        row: usize,
        wkb: Option<(Kind, &[u8])>,
    ) -> rusqlite::Result<()> {
        self.row += 1;
        self.features.raw_bind_parameter(1, self.row)?;
        if let Some((kind, wkb)) = wkb {
            let bounds = self.shape.bounds();
            widen(&mut self.bounds, bounds);
            geometry(&mut self.blob, self.layer.kind, kind, bounds, wkb);
            self.features.raw_bind_parameter(2, self.blob.as_slice())?;
            self.index.add(self.row, bounds)?;
        } else {
            self.features.raw_bind_parameter(2, Null)?;
        }
        for ((place, values), sample) in (3..).zip(&rows.values).zip(&mut self.samples) {
            match values.cell(row) {
                Cell::Null => self.features.raw_bind_parameter(place, Null)?,
                Cell::Real(value) => {
                    sample.add(value);
                    self.features.raw_bind_parameter(place, value)?;
                }
                Cell::Integer(value) => {
                    sample.add(value as f64);
                    self.features.raw_bind_parameter(place, value)?;
                }
                Cell::Boolean(value) => self.features.raw_bind_parameter(place, value)?,
                Cell::Instant(value) => {
                    self.latest = self.latest.max(Some(value));
                    self.text.clear();
                    push_instant(&mut self.text, value);
                    self.features.raw_bind_parameter(place, Text(&self.text))?;
                }
                Cell::Text(value) => self.features.raw_bind_parameter(place, value)?,
            }
        }
        self.features.raw_execute()?;
        Ok(())
    }

    /// What the tables of the format say of the layer, and its styles.
    fn describe(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut date = Vec::new();
        push_instant(&mut date, self.latest.unwrap_or(0));
        let date = String::from_utf8_lossy(&date);
        let (table, kind) = (&self.layer.table, self.layer.kind.name().to_uppercase());
        let corner = |corner: f64| corner.is_finite().then_some(corner);
        let [west, south, east, north] = self.bounds.map(corner);
        let contents = "INSERT INTO gpkg_contents VALUES (?, ?, ?, '', ?, ?, ?, ?, ?, ?)";
        connection.execute(
            contents,
            params![
                table, "features", table, date, west, south, east, north, SRS
            ],
        )?;
        connection.execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, ?, 0, 0)",
            params![table, kind, SRS],
        )?;
        connection.execute(
            "INSERT INTO gpkg_extensions VALUES (?, 'geom', 'gpkg_rtree_index', \
             'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')",
            [table],
        )?;
        connection.execute(
            contents,
            params![
                "layer_styles",
                "attributes",
                "layer_styles",
                date,
                Null,
                Null,
                Null,
                Null,
                Null
            ],
        )?;
        let mut insert = connection.prepare(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, \
             f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, \
             update_time) VALUES ('', '', ?, 'geom', ?, ?, '', ?, ?, '', ?)",
        )?;
        for (rank, place) in style::order(self.columns).into_iter().enumerate() {
            let (Some(column), Some(name), Some(sample)) = (
                self.columns.get(place),
                self.layer.names.get(place),
                self.samples.get(place),
            ) else {
                continue;
            };
            let qml = style::qml(name, &sample.breaks(), self.layer.kind);
            insert.execute(params![table, name, qml, rank == 0, column.title(), date])?;
        }
        Ok(())
    }
}

/// Text that is known to be ASCII.
struct Text<'a>(&'a [u8]);

impl ToSql for Text<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(self.0)))
    }
}

/// Header, for polygons with their box, then well-known binary.
fn geometry(out: &mut Vec<u8>, layer: Kind, kind: Kind, bounds: [f64; 4], wkb: &[u8]) {
    const LITTLE: u8 = 1;
    const BOX: u8 = 1 << 1;
    out.clear();
    out.extend_from_slice(b"GP\0");
    out.push(if kind == Kind::Point {
        LITTLE
    } else {
        LITTLE | BOX
    });
    out.extend_from_slice(&SRS.to_le_bytes());
    if kind != Kind::Point {
        let [west, south, east, north] = bounds;
        for corner in [west, east, south, north] {
            out.extend_from_slice(&corner.to_le_bytes());
        }
    }
    if layer == Kind::MultiPolygon && kind == Kind::Polygon {
        out.extend_from_slice(&[1, 6, 0, 0, 0, 1, 0, 0, 0]); // of one polygon
    }
    out.extend_from_slice(wkb);
}
