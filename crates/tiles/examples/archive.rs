//! `archive standard.parquet points.pmtiles [column …]`: a stored file, points or polygons, as an
//! archive for a map, with all columns or some.

use std::io::Write;
use std::time::Instant;
use tramline_tiles::{Options, Pick, TileError, pmtiles, read_parquet};

fn main() -> Result<(), TileError> {
    let mut paths = std::env::args_os().skip(1);
    let from = paths.next().unwrap_or_default();
    let to = paths.next().unwrap_or_default();
    let columns: Vec<String> = paths.filter_map(|name| name.into_string().ok()).collect();
    let pick = if columns.is_empty() {
        Pick::All
    } else {
        Pick::Named(columns)
    };
    let start = Instant::now();
    let source = read_parquet(from.as_ref(), &pick, usize::MAX)?;
    let loaded = start.elapsed();
    let (least, most) = source.zooms();
    let out = std::io::BufWriter::new(std::fs::File::create(to)?);
    let tiles = pmtiles(&source, least, most, &Options::default(), out)?;
    writeln!(
        std::io::stderr(),
        "{} {} with {} columns in {loaded:?}, {} bytes; {tiles} tiles of zooms {least} to {most} in {:?}",
        source.len(),
        source.layer(),
        source.columns().len(),
        source.memory_bytes(),
        start.elapsed() - loaded,
    )?;
    Ok(())
}
