//! The layers of a GeoPackage: which tables hold features, where their geometry stands, in which
//! coordinate system, and what their other columns are called.

use super::database::Database;
use crate::shared::layer::Crs;
use rusqlite::{OptionalExtension, Row};
use tramline_model::ReadError;

/// Layers of one file that are looked at.
pub(super) const LAYERS: usize = 256;

/// A table of features.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) table: String,
    /// The name for people.
    pub(super) title: String,
    pub(super) geometry: String,
    /// In upper case, for example `POINT`.
    pub(super) kind: String,
    srs: i64,
}

impl Layer {
    /// Layers in the order of the file, at most [`LAYERS`].
    pub(super) fn all(database: &Database) -> Result<Vec<Self>, ReadError> {
        let contents = "SELECT table_name, identifier FROM gpkg_contents \
                        WHERE data_type = 'features' LIMIT 256";
        let columns = "SELECT column_name, geometry_type_name, srs_id FROM gpkg_geometry_columns \
                       WHERE table_name = ?1 LIMIT 1";
        let find = || -> rusqlite::Result<Vec<Self>> {
            let mut statement = database.connection.prepare(contents)?;
            let mut geometry = database.connection.prepare(columns)?;
            let tables = statement
                .query_map([], |row| Ok((text(row, 0), text(row, 1))))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let mut layers = Vec::new();
            for (table, title) in tables.into_iter().take(LAYERS) {
                let found = geometry.query_row([&table], |row| {
                    Ok((
                        text(row, 0),
                        text(row, 1),
                        row.get_ref(2)?.as_i64().unwrap_or(0),
                    ))
                });
                if let Some((geometry, kind, srs)) = found.optional()? {
                    layers.push(Self {
                        title: if title.trim().is_empty() {
                            table.clone()
                        } else {
                            title
                        },
                        table,
                        geometry,
                        kind: kind.to_uppercase(),
                        srs,
                    });
                }
            }
            Ok(layers)
        };
        find().map_err(|e| database.error(&e))
    }

    /// Names of the columns besides the geometry; `None` when the table is none of its own bytes
    /// (missing, a view, or virtual). Generated and hidden columns are not among them.
    pub(super) fn columns(&self, database: &Database) -> Result<Option<Vec<String>>, ReadError> {
        let plain = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1 \
                     AND rootpage > 0 LIMIT 1";
        let find = || -> rusqlite::Result<Option<Vec<String>>> {
            let real = database
                .connection
                .query_row(plain, [&self.table], |_| Ok(()))
                .optional()?;
            if real.is_none() {
                return Ok(None);
            }
            let mut names = Vec::new();
            database
                .connection
                .pragma(None, "table_info", &self.table, |row| {
                    let name = text(row, 1);
                    if name != self.geometry {
                        names.push(name);
                    }
                    Ok(())
                })?;
            Ok(Some(names))
        };
        find().map_err(|e| database.error(&e))
    }

    /// The coordinate system of the layer.
    pub(super) fn crs(&self, database: &Database) -> Result<Option<Crs>, ReadError> {
        let query = "SELECT organization, organization_coordsys_id, definition \
                     FROM gpkg_spatial_ref_sys WHERE srs_id = ?1 LIMIT 1";
        let found = database.connection.query_row(query, [self.srs], |row| {
            Ok((
                text(row, 0),
                row.get_ref(1)?.as_i64().unwrap_or(0),
                text(row, 2),
            ))
        });
        Ok(match found.optional() {
            Ok(Some((organisation, code, wkt))) => Crs::find(&organisation, code, &wkt),
            // A file without the list, or without the line: the number itself is an EPSG code.
            Ok(None) | Err(rusqlite::Error::SqlInputError { .. }) => {
                Crs::find("EPSG", self.srs, "")
            }
            Err(cause) => return Err(database.error(&cause)),
        })
    }

    /// The query of all features: the geometry, then the columns.
    pub(super) fn query(&self, columns: &[String]) -> String {
        let mut list = quoted(&self.geometry);
        for column in columns {
            list.push_str(", ");
            list.push_str(&quoted(column));
        }
        format!("SELECT {list} FROM main.{}", quoted(&self.table))
    }
}

/// Text of a cell, empty for anything else.
fn text(row: &Row<'_>, at: usize) -> String {
    let bytes = row.get_ref(at).ok().and_then(|value| value.as_bytes().ok());
    String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned()
}

/// A name as SQL writes it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
