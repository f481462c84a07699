//! One column of a table in another unit: its numbers are changed where they lie, and the unit is
//! taken out of the title and the metadata, or left lying there.

use rusqlite::Connection;
use tramline_samples::Files;

/// The column, and how it is changed.
pub(super) struct Change<'a> {
    pub(super) title: &'a str,
    /// What the title is without its unit; `None` where it is left as it was.
    pub(super) bare: Option<&'a str>,
    /// New numbers of an old one.
    pub(super) factor: f64,
}

/// The files with the change, and at most `rows` rows of the table.
pub(super) fn changed(files: &Files, change: Option<&Change<'_>>, rows: usize) -> Files {
    files
        .iter()
        .map(|(path, bytes)| {
            let ending = path.rsplit('.').next().unwrap_or_default().to_lowercase();
            let new = match ending.as_str() {
                "csv" | "txt" => text(bytes, change, rows),
                "dbf" => dbf(bytes, change, rows),
                "shp" => shp(bytes, &side(files, path, "shx"), rows),
                "shx" => shx(bytes, rows),
                "json" => metadata(bytes, change),
                "gpkg" => geopackage(bytes, change, rows),
                _ => bytes.clone(),
            };
            (path.clone(), new)
        })
        .collect()
}

fn side(files: &Files, path: &str, ending: &str) -> Vec<u8> {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let wanted = format!("{stem}.{ending}").to_lowercase();
    let found = files.iter().find(|(path, _)| path.to_lowercase() == wanted);
    found.map(|(_, bytes)| bytes.clone()).unwrap_or_default()
}

/// A number in the other unit with nine digits; what is no number stays.
fn number(cell: &str, factor: f64) -> String {
    let comma = cell.contains(',');
    match cell.trim().replace(',', ".").parse::<f64>() {
        Ok(value) => {
            let new = format!("{:.9}", value * factor);
            let new = new.trim_end_matches('0').trim_end_matches('.');
            if comma {
                new.replace('.', ",")
            } else {
                new.to_owned()
            }
        }
        Err(_) => cell.to_owned(),
    }
}

fn text(bytes: &[u8], change: Option<&Change<'_>>, rows: usize) -> Vec<u8> {
    let first = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let count = |byte: u8| first.iter().filter(|b| **b == byte).count();
    let separator = [b';', b'\t', b',']
        .into_iter()
        .max_by_key(|byte| count(*byte))
        .unwrap();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(bytes);
    let mut writer = csv::WriterBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .from_writer(Vec::new());
    let mut column = None;
    for (at, record) in reader.byte_records().take(rows + 1).enumerate() {
        let record = record.unwrap();
        if at == 0 {
            column = change.and_then(|change| {
                let same = |cell: &[u8]| cell == change.title.as_bytes();
                let found = record.iter().position(same);
                // A table without titles: `#4` is its column from 0.
                found.or_else(|| change.title.strip_prefix('#')?.parse().ok())
            });
            assert!(change.is_none() || column.is_some(), "no such title");
        }
        let cells = record.iter().enumerate().map(|(place, cell)| {
            let Some(change) = change.filter(|_| column == Some(place)) else {
                return cell.to_vec();
            };
            if at == 0 && cell == change.title.as_bytes() {
                return change.bare.unwrap_or(change.title).as_bytes().to_vec();
            }
            match std::str::from_utf8(cell) {
                Ok(text) => number(text, change.factor).into_bytes(),
                Err(_) => cell.to_vec(),
            }
        });
        writer.write_record(cells).unwrap();
    }
    writer.into_inner().unwrap()
}

fn dbf(bytes: &[u8], change: Option<&Change<'_>>, rows: usize) -> Vec<u8> {
    let short = |at: usize| usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
    let (head, length) = (short(8), short(10));
    let mut fields = Vec::new();
    let mut at = 32;
    let mut offset = 1;
    while bytes[at] != 0x0D {
        let width = usize::from(bytes[at + 16]);
        let mut descriptor = bytes[at..at + 32].to_vec();
        let name: Vec<u8> = descriptor[..11]
            .iter()
            .copied()
            .take_while(|b| *b != 0)
            .collect();
        let mine = change.filter(|change| name == change.title.as_bytes());
        if let Some(change) = mine {
            if let Some(bare) = change.bare {
                descriptor[..11].fill(0);
                for (to, from) in descriptor.iter_mut().take(10).zip(bare.bytes()) {
                    *to = from;
                }
            }
            descriptor[16] = 24;
            descriptor[17] = 9;
        }
        fields.push((descriptor, offset, width, mine));
        offset += width;
        at += 32;
    }
    let hit = fields.iter().any(|(.., mine)| mine.is_some());
    assert!(change.is_none() || hit, "no such title");
    let records: Vec<&[u8]> = bytes[head..].chunks_exact(length).take(rows).collect();
    let count = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize;
    let count = count.min(records.len());
    let mut out = bytes[..32].to_vec();
    out[4..8].copy_from_slice(&(count as u32).to_le_bytes());
    out[8..10].copy_from_slice(&((33 + 32 * fields.len()) as u16).to_le_bytes());
    let new: usize = fields.iter().map(|(d, ..)| usize::from(d[16])).sum();
    out[10..12].copy_from_slice(&((new + 1) as u16).to_le_bytes());
    for (descriptor, ..) in &fields {
        out.extend(descriptor);
    }
    out.push(0x0D);
    for record in records.into_iter().take(count) {
        out.push(record[0]);
        for (_, offset, width, mine) in &fields {
            let cell = &record[*offset..offset + width];
            match mine {
                None => out.extend(cell),
                Some(change) => {
                    let text = String::from_utf8_lossy(cell);
                    let text = if text.trim().parse::<f64>().is_ok() {
                        number(&text, change.factor)
                    } else {
                        String::new()
                    };
                    out.extend(format!("{text:>24}").bytes());
                }
            }
        }
    }
    out.push(0x1A);
    out
}

/// Where the record after the last one begins, in bytes.
fn end_of(shx: &[u8], rows: usize) -> Option<usize> {
    let entry = shx.get(100 + rows * 8..)?.get(..4)?;
    Some(i32::from_be_bytes(entry.try_into().ok()?) as usize * 2)
}

fn shp(bytes: &[u8], shx: &[u8], rows: usize) -> Vec<u8> {
    let Some(end) = end_of(shx, rows) else {
        return bytes.to_vec();
    };
    let mut out = bytes[..end].to_vec();
    out[24..28].copy_from_slice(&((end / 2) as i32).to_be_bytes());
    out
}

fn shx(bytes: &[u8], rows: usize) -> Vec<u8> {
    let end = bytes.len().min(100 + rows * 8);
    let mut out = bytes[..end].to_vec();
    out[24..28].copy_from_slice(&((end / 2) as i32).to_be_bytes());
    out
}

/// The metadata that Operations Center puts beside a shapefile.
fn metadata(bytes: &[u8], change: Option<&Change<'_>>) -> Vec<u8> {
    let Some(change) = change.filter(|change| change.bare.is_some()) else {
        return bytes.to_vec();
    };
    let mut json: serde_json::Value = serde_json::from_slice(bytes).unwrap();
    for attribute in json["DataAttributes"].as_array_mut().into_iter().flatten() {
        let name = attribute["Name"].as_str().unwrap_or_default().to_owned();
        // Programs cut titles to ten signs, or fewer.
        let beginning = |text: &str| text.to_lowercase().chars().take(5).collect::<String>();
        if beginning(&name) == beginning(change.title) {
            attribute.as_object_mut().unwrap().remove("Unit");
        }
    }
    serde_json::to_vec(&json).unwrap()
}

fn geopackage(bytes: &[u8], change: Option<&Change<'_>>, rows: usize) -> Vec<u8> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let database = Connection::open(file.path()).unwrap();
    let layer: String = database
        .query_row("SELECT table_name FROM gpkg_contents", [], |row| row.get(0))
        .unwrap();
    // What keeps an index of the geometries calls functions that only GDAL has.
    let triggers: Vec<String> = database
        .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    for trigger in triggers {
        let drop = format!("DROP TRIGGER \"{trigger}\"");
        database.execute_batch(&drop).unwrap();
    }
    let mut sql = format!(
        "DELETE FROM \"{layer}\" WHERE rowid NOT IN \
         (SELECT rowid FROM \"{layer}\" ORDER BY rowid LIMIT {rows});"
    );
    if let Some(change) = change {
        let title = change.title;
        let factor = change.factor;
        sql.push_str(&format!(
            "UPDATE \"{layer}\" SET \"{title}\" = \"{title}\" * {factor:.12} \
             WHERE typeof(\"{title}\") IN ('real', 'integer');"
        ));
        if let Some(bare) = change.bare.filter(|bare| *bare != title) {
            sql.push_str(&format!(
                "ALTER TABLE \"{layer}\" RENAME COLUMN \"{title}\" TO \"{bare}\";"
            ));
        }
    }
    database.execute_batch(&sql).unwrap();
    database.serialize("main").unwrap().to_vec()
}
