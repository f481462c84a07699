//! GeoPackages by SQLite itself: a layer of points with the standard names in metric units, and
//! the layer of the field's boundary beside it.
//!
//! Rule: WGS 84 degrees (4326) or a UTM zone of the northern hemisphere (326zz).

use super::geojson::properties;
use crate::project::project;
use crate::{Files, Simulated};
use rusqlite::types::Value as Cell;
use rusqlite::{Connection, params, params_from_iter};
use serde_json::Value;

pub(crate) const SCHEMA: &str = "
PRAGMA application_id = 1196444487;
PRAGMA user_version = 10300;
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY,
  organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL,
  description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL,
  identifier TEXT UNIQUE, description TEXT DEFAULT '', last_change DATETIME NOT NULL,
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER);
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL,
  m TINYINT NOT NULL, PRIMARY KEY (table_name, column_name));
INSERT INTO gpkg_spatial_ref_sys VALUES
  ('undefined cartesian', -1, 'NONE', -1, 'undefined', NULL),
  ('undefined geographic', 0, 'NONE', 0, 'undefined', NULL);";

/// A file of the run's points in a coordinate system, and of its boundary.
pub fn points(simulated: &Simulated, srs: i64) -> Files {
    let path = format!("geopackage/{}.gpkg", simulated.plan.field);
    vec![(path, database(simulated, srs))]
}

#[expect(clippy::unwrap_used, reason = "writes to memory only")]
fn database(simulated: &Simulated, srs: i64) -> Vec<u8> {
    let plan = &simulated.plan;
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(SCHEMA).unwrap();
    connection
        .execute(
            "INSERT INTO gpkg_spatial_ref_sys VALUES ('x', ?1, 'EPSG', ?1, 'undefined', NULL)",
            [srs],
        )
        .unwrap();
    let columns: Vec<&str> = simulated
        .records
        .first()
        .map(|record| {
            properties(plan, record)
                .iter()
                .map(|(name, _)| *name)
                .collect()
        })
        .unwrap_or_default();
    let list: String = columns.iter().map(|name| format!(", \"{name}\"")).collect();
    let marks: String = columns.iter().map(|_| ", ?").collect();
    layer(&connection, &plan.task, "POINT", srs, &list);
    let insert = format!(
        "INSERT INTO \"{}\" (geom{list}) VALUES (?{marks})",
        plan.task
    );
    let mut statement = connection.prepare(&insert).unwrap();
    connection.execute_batch("BEGIN").unwrap();
    for record in &simulated.records {
        let (x, y) = place(record.longitude, record.latitude, srs);
        let mut cells = vec![Cell::Blob(point(x, y, srs))];
        cells.extend(
            properties(plan, record)
                .into_iter()
                .map(|(_, value)| cell(value)),
        );
        statement.execute(params_from_iter(cells)).unwrap();
    }
    connection.execute_batch("COMMIT").unwrap();
    layer(&connection, "Boundary", "POLYGON", srs, ", name TEXT");
    let ring = simulated.boundary();
    let ring: Vec<(f64, f64)> = ring.iter().map(|(x, y)| place(*x, *y, srs)).collect();
    connection
        .execute(
            "INSERT INTO \"Boundary\" (geom, name) VALUES (?1, ?2)",
            params![polygon(&ring, srs), plan.field],
        )
        .unwrap();
    connection.serialize("main").unwrap().to_vec()
}

#[expect(clippy::unwrap_used, reason = "writes to memory only")]
pub(crate) fn layer(connection: &Connection, name: &str, kind: &str, srs: i64, columns: &str) {
    let table = format!("CREATE TABLE \"{name}\" (fid INTEGER PRIMARY KEY, geom {kind}{columns})");
    connection.execute_batch(&table).unwrap();
    connection
        .execute(
            "INSERT INTO gpkg_contents VALUES (?1, 'features', ?1, '', '2025-01-01T00:00:00Z', \
             NULL, NULL, NULL, NULL, ?2)",
            params![name, srs],
        )
        .unwrap();
    connection
        .execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?1, 'geom', ?2, ?3, 0, 0)",
            params![name, kind, srs],
        )
        .unwrap();
}

fn cell(value: Value) -> Cell {
    match value {
        Value::Number(number) => Cell::Real(number.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) => Cell::Text(text),
        _ => Cell::Null,
    }
}

/// Header without envelope, little-endian, then a point.
pub(crate) fn point(x: f64, y: f64, srs: i64) -> Vec<u8> {
    let mut out = header(srs);
    out.push(1);
    out.extend(1_u32.to_le_bytes());
    out.extend(x.to_le_bytes());
    out.extend(y.to_le_bytes());
    out
}

fn polygon(ring: &[(f64, f64)], srs: i64) -> Vec<u8> {
    let mut out = header(srs);
    out.push(1);
    for number in [3, 1, ring.len() as u32] {
        out.extend(number.to_le_bytes());
    }
    for (x, y) in ring {
        out.extend(x.to_le_bytes());
        out.extend(y.to_le_bytes());
    }
    out
}

/// In a UTM zone of the north, or in degrees under whatever code.
fn place(longitude: f64, latitude: f64, srs: i64) -> (f64, f64) {
    match srs {
        32_601..=32_660 => project(longitude, latitude, srs as u32),
        _ => (longitude, latitude),
    }
}

fn header(srs: i64) -> Vec<u8> {
    let mut out = vec![b'G', b'P', 0, 1];
    out.extend((srs as i32).to_le_bytes());
    out
}
