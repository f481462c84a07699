//! Whole polygons of a shapefile, for boundaries: what the reader of points does not keep.

use super::raw::dbf::{RowReader, Rows};
use super::raw::encoding;
use super::raw::shp::Shapes;
use crate::shared::projection::Projection;
use crate::source::{EntryId, Limits, Tree};
use tramline_model::{Place, ReadError};

const FILE_BYTES: u64 = 256 << 20;
const HEADER: usize = 100;
const ROWS: usize = 100_000;
const HINT: &str = "export the shapefile again";

/// Positions of a closed line.
pub(crate) type Ring = Vec<[f64; 2]>;

/// Rings of one record in the units of the file.
pub(crate) type Rings = Vec<Ring>;

fn beside(tree: &Tree, shp: EntryId, extension: &str) -> Option<EntryId> {
    let name = tree.name(shp);
    let stem = name.get(..name.len().saturating_sub(4))?;
    tree.sibling(shp, &format!("{stem}.{extension}"))
}

/// Brings a ring to WGS 84 degrees.
pub(crate) fn projection_of(
    tree: &Tree,
    shp: EntryId,
) -> Result<impl Fn(Ring) -> Option<Ring> + use<>, ReadError> {
    let projection = match beside(tree, shp, "prj") {
        Some(prj) => Projection::from_wkt(&tree.head(prj, 1 << 20), &tree.place(prj))?,
        None => Projection::Degrees,
    };
    Ok(move |ring: Ring| {
        let mut shapes = Shapes {
            x: ring.iter().map(|[x, _]| *x).collect(),
            y: ring.iter().map(|[_, y]| *y).collect(),
            area: vec![f64::NAN; ring.len()],
            ..Shapes::default()
        };
        shapes.project(&projection);
        let positions = shapes.x.into_iter().zip(shapes.y);
        let ring: Ring = positions.map(|(x, y)| [x, y]).collect();
        ring.iter()
            .all(|[x, y]| x.abs() <= 180.0 && y.abs() <= 90.0)
            .then_some(ring)
    })
}

fn int(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    usize::try_from(i32::from_le_bytes(bytes)).ok()
}

fn float(bytes: &[u8], at: usize) -> Option<f64> {
    let bytes = bytes.get(at..at.checked_add(8)?)?.try_into().ok()?;
    Some(f64::from_le_bytes(bytes))
}

/// Polygons by the number of their row; records of other shapes are passed over.
pub(crate) fn polygons_of(tree: &Tree, shp: EntryId) -> Result<Vec<(usize, Rings)>, ReadError> {
    let place = tree.place(shp);
    let bytes = tree.bytes(shp, FILE_BYTES)?;
    if bytes.get(..4) != Some(&9994_i32.to_be_bytes()) {
        return Err(ReadError::malformed(place, "not a .shp", HINT));
    }
    let mut list = Vec::new();
    let mut at = HEADER;
    let mut row = 0;
    while at + 8 <= bytes.len() {
        let words = bytes
            .get(at + 4..at + 8)
            .and_then(|b| b.try_into().ok())
            .map(u32::from_be_bytes);
        let length = words.map_or(0, |words| words as usize * 2);
        let cut = || {
            let inside = Place::inside(place.entry.clone(), format!("record {}", row + 1));
            ReadError::malformed(
                inside,
                "the record is cut off or its sizes contradict each other",
                HINT,
            )
        };
        let record = bytes.get(at + 8..at + 8 + length).ok_or_else(cut)?;
        if matches!(int(record, 0), Some(5 | 15 | 25)) {
            list.push((row, rings(record).ok_or_else(cut)?));
        }
        at += 8 + length;
        row += 1;
    }
    Ok(list)
}

/// Parts of a polygon record: type, box, counts, starts of parts, positions.
fn rings(record: &[u8]) -> Option<Rings> {
    let (parts, points) = (int(record, 36)?, int(record, 40)?);
    let first = 44_usize.checked_add(parts.checked_mul(4)?)?;
    if first.checked_add(points.checked_mul(16)?)? > record.len() {
        return None;
    }
    let mut starts = (0..parts)
        .map(|part| int(record, 44 + part * 4))
        .collect::<Option<Vec<_>>>()?;
    starts.push(points);
    starts
        .windows(2)
        .map(|pair| {
            let [start, end] = pair else { return None };
            (*start..*end)
                .map(|point| {
                    let at = first + point * 16;
                    Some([float(record, at)?, float(record, at + 8)?])
                })
                .collect()
        })
        .collect()
}

/// For each row the text of the first column that is there; `None` for a deleted row.
pub(crate) fn table_of(
    tree: &Tree,
    shp: EntryId,
    limits: &Limits,
    titles: &[&str],
) -> Option<Vec<Option<String>>> {
    let dbf = beside(tree, shp, "dbf")?;
    let cpg =
        beside(tree, shp, "cpg").map(|id| String::from_utf8_lossy(&tree.head(id, 64)).into_owned());
    let stream = tree.stream(dbf).ok()?;
    let size = tree.entry(dbf).size;
    let mut table = RowReader::open(stream, size, cpg.as_deref(), limits, tree.place(dbf)).ok()?;
    let column = titles.iter().find_map(|title| {
        let columns = &table.header.columns;
        columns
            .iter()
            .find(|column| column.name.eq_ignore_ascii_case(title))
            .cloned()
    })?;
    let mut names = Vec::new();
    let mut rows = Rows::default();
    loop {
        table.read(table.rows_per_read(), &mut rows).ok()?;
        if rows.len() == 0 || names.len() > ROWS {
            return Some(names);
        }
        for row in 0..rows.len() {
            let text = encoding::text(rows.cell(row, &column), table.encoding);
            names.push((!rows.deleted(row)).then(|| text.trim().to_owned()));
        }
    }
}
