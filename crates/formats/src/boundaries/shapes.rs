//! Polygons of a shapefile with the names of its table.

use super::outline::{NAMES, Read, area};
use crate::shapefile::{polygons_of, projection_of, table_of};
use crate::source::{EntryId, Limits, Tree};

/// Outer rings run clockwise, holes the other way: a hole belongs to the shell that holds it.
fn assemble(rings: Vec<Vec<[f64; 2]>>) -> Vec<Vec<Vec<[f64; 2]>>> {
    let (mut polygons, mut holes) = (Vec::new(), Vec::new());
    for ring in rings {
        if turn(&ring) <= 0.0 {
            polygons.push(vec![ring]);
        } else {
            holes.push(ring);
        }
    }
    for hole in holes {
        let start = hole.first().copied().unwrap_or_default();
        let place = polygons
            .iter()
            .position(|polygon| polygon.first().is_some_and(|shell| inside(shell, start)));
        match place.and_then(|place| polygons.get_mut(place)) {
            Some(polygon) => polygon.push(hole),
            // A shell that runs the wrong way round.
            None => polygons.push(vec![hole]),
        }
    }
    polygons
}

/// Twice the area, above zero when counter-clockwise.
fn turn(ring: &[[f64; 2]]) -> f64 {
    ring.windows(2)
        .map(|pair| match pair {
            [[ax, ay], [bx, by]] => ax * by - bx * ay,
            _ => 0.0,
        })
        .sum()
}

fn inside(ring: &[[f64; 2]], [x, y]: [f64; 2]) -> bool {
    let mut within = false;
    for pair in ring.windows(2) {
        if let [[ax, ay], [bx, by]] = pair
            && (ay > &y) != (by > &y)
            && x < (bx - ax) * (y - ay) / (by - ay) + ax
        {
            within = !within;
        }
    }
    within
}

pub(super) fn read(tree: &Tree, shp: EntryId, limits: &Limits) -> Read {
    let projection = projection_of(tree, shp).map_err(|cause| cause.to_string())?;
    let shapes = polygons_of(tree, shp).map_err(|cause| cause.to_string())?;
    // Without a table the polygons have no names, and that is all.
    let names = table_of(tree, shp, limits, NAMES).unwrap_or_default();
    let mut list = Vec::new();
    for (row, rings) in shapes {
        let name = match names.get(row) {
            Some(None) => continue,
            Some(Some(name)) => Some(name.clone()).filter(|name| !name.is_empty()),
            None => None,
        };
        let mut degrees = Vec::with_capacity(rings.len());
        for ring in rings {
            degrees.push(projection(ring).ok_or("a position cannot be converted to degrees")?);
        }
        let polygons = assemble(degrees);
        if !polygons.is_empty() {
            list.push((name, area(polygons)));
        }
    }
    if list.is_empty() {
        return Err("the shapefile has no polygon".to_owned());
    }
    Ok(list)
}
