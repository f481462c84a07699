//! The files of a dataset, opened, and the first shapes with their rows.
//!
//! Rule: whatever makes the whole dataset unreadable is found here, before anything is decided of
//! its columns.

use super::claim::Files;
use super::findings;
use super::raw::cells;
use super::raw::dbf::{RowReader, Rows};
use super::raw::shp::{ShapeReader, Shapes};
use crate::claim::ReadOptions;
use crate::shared::projection::{Named, Projection};
use crate::source::{EntryId, Limits, Tree};
use arrow_array::ArrayRef;
use std::io::{BufReader, Read};
use tramline_model::{Finding, Place, ReadError, Severity};

pub(super) type Stream<'a> = BufReader<Box<dyn Read + 'a>>;

/// The open files.
pub(super) struct Opened<'a> {
    pub(super) shapes: ShapeReader<Stream<'a>>,
    pub(super) table: RowReader<Stream<'a>>,
    pub(super) projection: Projection,
    pub(super) place: Place,
    pub(super) table_place: Place,
    /// A batch of shapes in degrees with its rows.
    pub(super) first: (Shapes, Rows),
    pub(super) findings: Vec<Finding>,
}

/// Opens the files and reads the first batch.
pub(super) fn open<'a>(
    tree: &'a Tree,
    files: &Files,
    limits: &Limits,
    options: &ReadOptions,
) -> Result<Opened<'a>, ReadError> {
    let place = tree.place(files.shp);
    let mut shapes = ShapeReader::open(
        stream(tree, files.shp)?,
        tree.entry(files.shp).size,
        place.clone(),
    )?;
    let mut table = table(tree, files, limits)?;
    let mut noticed = Vec::new();
    let mut batch = Shapes::default();
    shapes.read(table.rows_per_read(), &mut batch)?;
    let given = given(files, &batch, options, &place)?;
    let known = given.is_some() || files.prj.is_some();
    let projection = match given {
        Some(projection) => projection,
        None => projection(tree, files, &mut noticed)?,
    };
    if batch.len() == 0 {
        return Err(ReadError::malformed(
            place,
            shapes.cut.take().map_or_else(
                || "no points: the .shp has no records".to_owned(),
                |why| format!("no points: {why}"),
            ),
            "export the shapefile again; this one has no data",
        ));
    }
    if !known && !mostly_degrees(&batch) {
        return Err(ReadError::unsupported(
            place,
            "the .prj is missing and the coordinates are not degrees",
            "add the .prj of the same name to the upload, or give the coordinate system (`--column \
             crs=EPSG:28355` is MGA zone 55)",
        ));
    }
    batch.project(&projection);
    let mut rows = Rows::default();
    table.read(batch.len(), &mut rows)?;
    Ok(Opened {
        shapes,
        table,
        projection,
        table_place: table_place(tree, files),
        place,
        first: (batch, rows),
        findings: noticed,
    })
}

/// The coordinate system that the caller names for shapes without a `.prj`.
fn given(
    files: &Files,
    shapes: &Shapes,
    options: &ReadOptions,
    place: &Place,
) -> Result<Option<Projection>, ReadError> {
    let name = options
        .column_map
        .get("crs")
        .filter(|_| files.prj.is_none());
    let Some(name) = name else { return Ok(None) };
    let hint = "give the coordinate system as `--column crs=EPSG:<code>`";
    let refuse = |what: String| ReadError::unsupported(place.clone(), what, hint);
    let named = Named::find(name).map_err(refuse)?;
    let positions = shapes.x.iter().copied().zip(shapes.y.iter().copied());
    let positions: Vec<(f64, f64)> = positions
        .filter(|(x, y)| x.is_finite() && y.is_finite())
        .collect();
    match named.refusal(&positions) {
        Some(what) => Err(refuse(what)),
        None => Ok(Some(named.projection)),
    }
}

/// Opens the table, which a dataset cannot do without.
pub(super) fn table<'a>(
    tree: &'a Tree,
    files: &Files,
    limits: &Limits,
) -> Result<RowReader<Stream<'a>>, ReadError> {
    let Some(dbf) = files.dbf else {
        return Err(ReadError::malformed(
            tree.place(files.shp),
            "the .dbf of this shapefile is missing",
            "upload the .shp, .dbf, .shx and .prj of the same name",
        ));
    };
    let cpg = files
        .cpg
        .map(|id| String::from_utf8_lossy(&tree.head(id, 64)).into_owned());
    RowReader::open(
        stream(tree, dbf)?,
        tree.entry(dbf).size,
        cpg.as_deref(),
        limits,
        tree.place(dbf),
    )
}

/// Of a table that was opened.
fn table_place(tree: &Tree, files: &Files) -> Place {
    tree.place(files.dbf.unwrap_or(files.shp))
}

/// The coordinate system of the shapes.
fn projection(
    tree: &Tree,
    files: &Files,
    noticed: &mut Vec<Finding>,
) -> Result<Projection, ReadError> {
    let place = tree.place(files.shp);
    let projection = match files.prj {
        Some(prj) => Projection::from_wkt(&tree.head(prj, 1 << 20), &tree.place(prj))?,
        None => {
            noticed.push(
                Finding::new(
                    &findings::PRJ_MISSING,
                    Severity::Warning,
                    place.clone(),
                    "the .prj is missing; the coordinates are assumed to be WGS 84 degrees",
                )
                .hint("add the .prj to the upload"),
            );
            Projection::Degrees
        }
    };
    if projection.is_approximate() {
        noticed.push(
            Finding::new(
                &findings::DATUM_APPROXIMATE,
                Severity::Warning,
                place,
                "the coordinates use an older datum; positions are accurate to a few metres",
            )
            .hint("export in WGS 84 for full accuracy"),
        );
    }
    Ok(projection)
}

fn stream(tree: &Tree, id: EntryId) -> Result<Stream<'_>, ReadError> {
    Ok(BufReader::with_capacity(1 << 16, tree.stream(id)?))
}

/// All columns of the table in the given rows.
pub(super) fn arrays(table: &RowReader<Stream<'_>>, rows: &Rows, kept: &[usize]) -> Vec<ArrayRef> {
    let header = &table.header;
    header
        .columns
        .iter()
        .map(|c| cells::column(c, rows, kept, header.version, table.encoding))
        .collect()
}

/// Whether most of the positions that are numbers could be degrees.
fn mostly_degrees(shapes: &Shapes) -> bool {
    let finite = shapes
        .x
        .iter()
        .zip(&shapes.y)
        .filter(|(x, y)| x.is_finite() && y.is_finite());
    let (mut inside, mut all) = (0_usize, 0_usize);
    for (x, y) in finite {
        all += 1;
        inside += usize::from(x.abs() <= 180.0 && y.abs() <= 90.0);
    }
    inside * 2 >= all
}
