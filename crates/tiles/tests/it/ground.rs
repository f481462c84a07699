//! Ground of a field that is driven up and down, as well-known binary.

use crate::field::{Field, SOUTH, field};
use tramline_tiles::{Footprints, Source};

pub(crate) fn wkb(rings: &[Vec<(f64, f64)>]) -> Vec<u8> {
    let mut bytes = vec![1, 3, 0, 0, 0];
    bytes.extend((rings.len() as u32).to_le_bytes());
    for ring in rings {
        bytes.extend((ring.len() as u32).to_le_bytes());
        for (x, y) in ring {
            bytes.extend(x.to_le_bytes());
            bytes.extend(y.to_le_bytes());
        }
    }
    bytes
}

/// A closed ring around a place: corners in metres to the east and north.
pub(crate) fn ring(place: (f64, f64), corners: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let metre = 1.0 / 111_195.0;
    let east = metre / SOUTH.to_radians().cos();
    let corner = |(x, y): &(f64, f64)| (place.0 + x * east, place.1 + y * metre);
    corners.iter().chain(corners.first()).map(corner).collect()
}

pub(crate) fn rectangle(
    place: (f64, f64),
    width: f64,
    length: f64,
    turned: f64,
) -> Vec<(f64, f64)> {
    let (sine, cosine) = turned.sin_cos();
    let corners = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)].map(|(x, y)| {
        let (x, y) = (x * width / 2.0, y * length / 2.0);
        (x * cosine - y * sine, x * sine + y * cosine)
    });
    ring(place, &corners)
}

/// A field whose footprints, nine metres by two, lie side by side without a gap; turned as a whole.
pub(crate) fn ground(count: usize, turned: f64) -> (Field, Vec<Vec<(f64, f64)>>) {
    ground_of(count, turned, 9.0)
}

/// The same with footprints so many metres wide.
pub(crate) fn ground_of(count: usize, turned: f64, width: f64) -> (Field, Vec<Vec<(f64, f64)>>) {
    let field = field(count);
    let metre = 1.0 / 111_195.0;
    let east = metre / SOUTH.to_radians().cos();
    let (sine, cosine) = turned.sin_cos();
    let first = (field.longitudes[0], field.latitudes[0]);
    let rings = (0..count).map(|row| {
        let x = (field.longitudes[row] - first.0) / east * width / 9.0;
        let y = (field.latitudes[row] - first.1) / metre;
        let place = (
            first.0 + (x * cosine - y * sine) * east,
            first.1 + (x * sine + y * cosine) * metre,
        );
        rectangle(place, width, 2.0, turned)
    });
    let rings = rings.collect();
    (field, rings)
}

pub(crate) fn footprints(rings: &[Vec<(f64, f64)>]) -> Footprints {
    let mut footprints = Footprints::new();
    for ring in rings {
        footprints.add(Some(&wkb(std::slice::from_ref(ring))));
    }
    footprints
}

pub(crate) fn bare(rings: &[Vec<(f64, f64)>]) -> Source {
    Source::swaths(footprints(rings), Vec::new()).expect("a source")
}
