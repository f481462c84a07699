//! The forms of file: text, shapefile, GeoPackage, GeoJSON.

use super::cell::{Cell, Form, spelled};
use crate::project::project;
use crate::write::geopackage::{SCHEMA, layer, point};
use crate::write::shapefile::{WGS84, points};
use crate::{Files, Record};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params_from_iter};
use serde_json::{Map, Value, json};

/// Cells by column; a row of a text table.
fn row(cells: &[Vec<Cell>], at: usize) -> impl Iterator<Item = &Cell> {
    cells.iter().filter_map(move |column| column.get(at))
}

pub(super) fn csv(form: &Form, titles: &[&str], cells: &[Vec<Cell>]) -> Files {
    let quoted = |text: &str| {
        let needs = form.quoted || text.contains([form.separator, '"', '\n']);
        if needs {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_owned()
        }
    };
    let between = form.separator.to_string();
    let mut out = form.preamble.clone();
    let header: Vec<String> = titles.iter().map(|title| quoted(title)).collect();
    out.push_str(&header.join(&between));
    out.push_str("\r\n");
    out.push_str(&form.below);
    for at in 0..cells.first().map_or(0, Vec::len) {
        let texts: Vec<String> = row(cells, at)
            .map(|cell| quoted(&spelled(cell, form)))
            .collect();
        out.push_str(&texts.join(&between));
        out.push_str("\r\n");
    }
    vec![(
        format!("{}.{}", form.name, form.ending),
        encoded(&out, &form.encoding),
    )]
}

fn encoded(text: &str, encoding: &str) -> Vec<u8> {
    match encoding {
        "utf-8-bom" => format!("\u{feff}{text}").into_bytes(),
        "latin1" => text
            .chars()
            .map(|letter| u8::try_from(letter).unwrap_or(b'?'))
            .collect(),
        "utf-16" => std::iter::once(0xFEFF)
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect(),
        _ => text.as_bytes().to_vec(),
    }
}

const MERCATOR: &str = "PROJCS[\"WGS_1984_Web_Mercator_Auxiliary_Sphere\",GEOGCS[\"GCS_WGS_1984\",\
DATUM[\"D_WGS_1984\",SPHEROID[\"WGS_1984\",6378137.0,298.257223563]],PRIMEM[\"Greenwich\",0.0],\
UNIT[\"Degree\",0.0174532925199433]],PROJECTION[\"Mercator_Auxiliary_Sphere\"],\
PARAMETER[\"False_Easting\",0.0],PARAMETER[\"False_Northing\",0.0],\
PARAMETER[\"Central_Meridian\",0.0],PARAMETER[\"Standard_Parallel_1\",0.0],\
PARAMETER[\"Auxiliary_Sphere_Type\",0.0],UNIT[\"Meter\",1.0]]";

/// Points, their index, a table whose titles are cut to ten characters, and the projection.
pub(super) fn shapefile(
    form: &Form,
    titles: &[&str],
    cells: &[Vec<Cell>],
    rows: &[&Record],
) -> Files {
    let places: Vec<(f64, f64)> = rows
        .iter()
        .map(|r| project(r.longitude, r.latitude, form.epsg))
        .collect();
    let (shp, shx) = points(&places);
    let name = &form.name;
    let mut files = vec![
        (format!("{name}.shp"), shp),
        (format!("{name}.shx"), shx),
        (format!("{name}.dbf"), dbf(form, titles, cells)),
    ];
    if form.prj {
        let text = if form.epsg == 3857 { MERCATOR } else { WGS84 };
        files.push((format!("{name}.prj"), text.as_bytes().to_vec()));
    }
    files
}

/// A dBASE table in the form's encoding. Numbers of text form (decimal comma) stay text.
fn dbf(form: &Form, titles: &[&str], cells: &[Vec<Cell>]) -> Vec<u8> {
    let rows = cells.first().map_or(0, Vec::len);
    let numeric = |column: &[Cell]| {
        form.decimal == '.' && column.iter().all(|cell| !matches!(cell, Cell::Text(_)))
    };
    let texts: Vec<Vec<Vec<u8>>> = cells
        .iter()
        .map(|column| {
            let texts = column.iter().map(|cell| spelled(cell, form));
            texts.map(|text| encoded(&text, &form.encoding)).collect()
        })
        .collect();
    let widths: Vec<usize> = texts
        .iter()
        .map(|column| column.iter().map(Vec::len).max().unwrap_or(0).clamp(1, 250))
        .collect();
    let mut out = vec![3, 125, 5, 4];
    out.extend((rows as u32).to_le_bytes());
    out.extend(((33 + 32 * cells.len()) as u16).to_le_bytes());
    out.extend(((1 + widths.iter().sum::<usize>()) as u16).to_le_bytes());
    out.extend([0; 20]);
    for ((title, column), width) in titles.iter().zip(cells).zip(&widths) {
        let mut name = [0_u8; 11];
        for (to, from) in name.iter_mut().take(10).zip(encoded(title, &form.encoding)) {
            *to = from;
        }
        let decimals = column.iter().find_map(|cell| match cell {
            Cell::Number(_, decimals) => Some(*decimals as u8),
            _ => None,
        });
        out.extend(name);
        out.push(if numeric(column) { b'N' } else { b'C' });
        out.extend([0; 4]);
        out.push(*width as u8);
        out.push(if numeric(column) {
            decimals.unwrap_or(0)
        } else {
            0
        });
        out.extend([0; 14]);
    }
    out.push(0x0D);
    for at in 0..rows {
        out.push(b' ');
        for ((column, texts), width) in cells.iter().zip(&texts).zip(&widths) {
            let mut text = texts.get(at).cloned().unwrap_or_default();
            text.truncate(*width);
            let blanks = vec![b' '; width - text.len()];
            if numeric(column) {
                out.extend(blanks);
                out.extend(text);
            } else {
                out.extend(text);
                out.extend(blanks);
            }
        }
    }
    out.push(0x1A);
    out
}

#[expect(clippy::unwrap_used, reason = "writes to memory only")]
pub(super) fn geopackage(
    form: &Form,
    titles: &[&str],
    cells: &[Vec<Cell>],
    rows: &[&Record],
) -> Files {
    let srs = i64::from(form.epsg);
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(SCHEMA).unwrap();
    connection
        .execute(
            "INSERT INTO gpkg_spatial_ref_sys VALUES ('x', ?1, 'EPSG', ?1, 'undefined', NULL)",
            [srs],
        )
        .unwrap();
    let stem = form.name.rsplit('/').next().unwrap_or_default();
    let list: String = titles.iter().map(|name| format!(", \"{name}\"")).collect();
    let marks: String = titles.iter().map(|_| ", ?").collect();
    layer(&connection, stem, "POINT", srs, &list);
    let insert = format!("INSERT INTO \"{stem}\" (geom{list}) VALUES (?{marks})");
    let mut statement = connection.prepare(&insert).unwrap();
    connection.execute_batch("BEGIN").unwrap();
    for (at, record) in rows.iter().enumerate() {
        let (x, y) = project(record.longitude, record.latitude, form.epsg);
        let mut values = vec![Sql::Blob(point(x, y, srs))];
        values.extend(row(cells, at).map(|cell| match cell {
            Cell::Empty => Sql::Null,
            Cell::Number(..) if form.decimal == '.' => {
                Sql::Real(spelled(cell, form).parse().unwrap())
            }
            other => Sql::Text(spelled(other, form)),
        }));
        statement.execute(params_from_iter(values)).unwrap();
    }
    connection.execute_batch("COMMIT").unwrap();
    let bytes = connection.serialize("main").unwrap().to_vec();
    vec![(format!("{}.gpkg", form.name), bytes)]
}

pub(super) fn geojson(
    form: &Form,
    titles: &[&str],
    cells: &[Vec<Cell>],
    rows: &[&Record],
) -> Files {
    let value = |cell: &Cell| match cell {
        Cell::Empty => Value::Null,
        Cell::Number(..) if form.decimal == '.' => spelled(cell, form)
            .parse::<f64>()
            .map_or(Value::Null, Value::from),
        other => Value::from(spelled(other, form)),
    };
    let features: Vec<Value> = rows
        .iter()
        .enumerate()
        .map(|(at, record)| {
            let properties: Map<String, Value> = titles
                .iter()
                .zip(row(cells, at))
                .map(|(title, cell)| ((*title).to_owned(), value(cell)))
                .collect();
            let (x, y) = project(record.longitude, record.latitude, form.epsg);
            json!({
                "type": "Feature",
                "geometry": { "type": "Point", "coordinates": [x, y] },
                "properties": properties,
            })
        })
        .collect();
    let mut collection = json!({ "type": "FeatureCollection", "features": features });
    if form.epsg != 4326
        && let Some(members) = collection.as_object_mut()
    {
        let name = format!("urn:ogc:def:crs:EPSG::{}", form.epsg);
        members.insert(
            "crs".to_owned(),
            json!({ "type": "name", "properties": { "name": name } }),
        );
    }
    vec![(
        format!("{}.geojson", form.name),
        collection.to_string().into_bytes(),
    )]
}
