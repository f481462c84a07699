//! The spatial index of a GeoPackage: the nodes of SQLite's R-tree, packed as the rows come.
//!
//! Rule: the rows come along the way of the machine, so 51 in a row lie together and make a leaf, 51
//! leaves in a row the node above. Only the unfinished node of each level is in memory. Inserting
//! row by row through SQLite took three times as long as all the rest.

use rusqlite::{Connection, Statement, params};

/// Cells of a node (`RTREE_MAXCELLS`), and bytes of a cell and of a node in two dimensions.
const CELLS: usize = 51;
const CELL_BYTES: usize = 24;
const NODE_BYTES: usize = 4 + CELLS * CELL_BYTES;
const ROOT: i64 = 1;

/// A row or a node, with its box: least and greatest longitude, least and greatest latitude.
struct Cell {
    id: i64,
    corners: [f32; 4],
}

/// The index being packed.
pub(super) struct RTree<'a> {
    levels: Vec<Vec<Cell>>,
    next: i64,
    node: Statement<'a>,
    row: Statement<'a>,
    parent: Statement<'a>,
    bytes: Vec<u8>,
}

impl<'a> RTree<'a> {
    /// Begins with the empty virtual table of a name.
    pub(super) fn new(connection: &'a Connection, name: &str) -> rusqlite::Result<Self> {
        let table = |part: &str| format!("\"{}_{part}\"", name.replace('"', "\"\""));
        let insert =
            |part: &str| connection.prepare(&format!("INSERT INTO {} VALUES (?, ?)", table(part)));
        connection.execute_batch(&format!("DELETE FROM {}", table("node")))?;
        Ok(Self {
            levels: vec![Vec::new()],
            next: ROOT + 1,
            node: insert("node")?,
            row: insert("rowid")?,
            parent: insert("parent")?,
            bytes: Vec::with_capacity(NODE_BYTES),
        })
    }

    /// Adds a row. The numbers of rows rise.
    pub(super) fn add(&mut self, row: i64, bounds: [f64; 4]) -> rusqlite::Result<()> {
        let [west, south, east, north] = bounds;
        let corners = [down(west), up(east), down(south), up(north)];
        self.push(0, Cell { id: row, corners })
    }

    fn push(&mut self, level: usize, cell: Cell) -> rusqlite::Result<()> {
        if self
            .levels
            .get(level)
            .is_some_and(|cells| cells.len() == CELLS)
        {
            self.close(level)?;
        }
        if self.levels.len() == level {
            self.levels.push(Vec::with_capacity(CELLS));
        }
        if let Some(cells) = self.levels.get_mut(level) {
            cells.push(cell);
        }
        Ok(())
    }

    /// Makes a node of the cells of a level, and a cell of it in the level above.
    fn close(&mut self, level: usize) -> rusqlite::Result<()> {
        let id = self.next;
        self.next += 1;
        let corners = self.write(id, level, 0)?;
        if let Some(cells) = self.levels.get_mut(level) {
            cells.clear();
        }
        self.push(level + 1, Cell { id, corners })
    }

    /// Writes the cells of a level as a node; gives their box.
    fn write(&mut self, id: i64, level: usize, depth: u16) -> rusqlite::Result<[f32; 4]> {
        let cells = self
            .levels
            .get(level)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let [mut west, mut east, mut south, mut north] = [
            f32::INFINITY,
            f32::NEG_INFINITY,
            f32::INFINITY,
            f32::NEG_INFINITY,
        ];
        self.bytes.clear();
        self.bytes.extend_from_slice(&depth.to_be_bytes());
        let count = u16::try_from(cells.len()).unwrap_or(u16::MAX);
        self.bytes.extend_from_slice(&count.to_be_bytes());
        let above = if level == 0 {
            &mut self.row
        } else {
            &mut self.parent
        };
        for cell in cells {
            self.bytes.extend_from_slice(&cell.id.to_be_bytes());
            for corner in cell.corners {
                self.bytes.extend_from_slice(&corner.to_be_bytes());
            }
            let [a, b, c, d] = cell.corners;
            (west, east, south, north) = (west.min(a), east.max(b), south.min(c), north.max(d));
            above.execute(params![cell.id, id])?;
        }
        self.bytes.resize(NODE_BYTES, 0);
        self.node.execute(params![id, self.bytes])?;
        Ok([west, east, south, north])
    }

    /// Closes what is open; the highest level is the root.
    pub(super) fn finish(mut self) -> rusqlite::Result<()> {
        let mut level = 0;
        while level + 1 < self.levels.len() {
            self.close(level)?;
            level += 1;
        }
        let depth = u16::try_from(level).unwrap_or(u16::MAX);
        self.write(ROOT, level, depth).map(drop)
    }
}

/// The nearest number of 32 bits that is not greater.
fn down(degrees: f64) -> f32 {
    let near = degrees as f32;
    if f64::from(near) > degrees {
        near.next_down()
    } else {
        near
    }
}

/// The nearest number of 32 bits that is not less.
fn up(degrees: f64) -> f32 {
    let near = degrees as f32;
    if f64::from(near) < degrees {
        near.next_up()
    } else {
        near
    }
}
