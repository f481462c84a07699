//! The covered ground of a summary, drawn.
//!
//! Rule: north is up; a plane at the middle of the box is true enough for a field. Points closer
//! than a fifth of a millimetre are one.

use super::look::Look;

const DEGREE_M: f64 = 111_320.0;
/// Most points that are drawn: beyond them the page would be heavy and no clearer.
const MOST_POINTS: usize = 20_000;

/// Rings in a frame, and how many metres a millimetre is.
pub(super) struct Ground {
    pub(super) rings: Vec<Vec<[f64; 2]>>,
    pub(super) metres: f64,
}

/// Degrees of a geometry, ready to be drawn.
pub(super) struct Outline {
    rings: Vec<Vec<[f64; 2]>>,
    west: f64,
    north: f64,
    narrow: f64,
    /// Width and height in metres.
    pub(super) size_m: [f64; 2],
}

impl Outline {
    /// Of a polygon or several; `None` where there is no ground.
    pub(super) fn of(geometry: Look<'_>) -> Option<Self> {
        let rings = rings(geometry);
        let all = || rings.iter().flatten();
        let edge = |pick: fn(&[f64; 2]) -> f64, of: fn(f64, f64) -> f64| {
            all().map(pick).reduce(of).unwrap_or(f64::NAN)
        };
        let (west, east) = (edge(|p| p[0], f64::min), edge(|p| p[0], f64::max));
        let (south, north) = (edge(|p| p[1], f64::min), edge(|p| p[1], f64::max));
        let narrow = f64::midpoint(south, north).to_radians().cos().max(0.01);
        let size_m = [
            (east - west) * DEGREE_M * narrow,
            (north - south) * DEGREE_M,
        ];
        let [wide, tall] = size_m;
        let sound = wide.is_finite() && tall.is_finite() && wide.max(tall) > 0.1;
        sound.then_some(Self {
            rings,
            west,
            north,
            narrow,
            size_m,
        })
    }

    /// West, south, east and north edge in degrees.
    pub(super) fn bounds(&self) -> [f64; 4] {
        let [wide, tall] = self.size_m;
        let east = self.west + wide / DEGREE_M / self.narrow;
        [self.west, self.north - tall / DEGREE_M, east, self.north]
    }

    /// In the middle of a frame, as large as it allows, with points at least `apart_mm` apart.
    pub(super) fn drawn(&self, [wide_mm, tall_mm]: [f64; 2], apart_mm: f64) -> Ground {
        let [wide_m, tall_m] = self.size_m;
        let metres = (wide_m / wide_mm).max(tall_m / tall_mm);
        let left = (wide_mm - wide_m / metres) / 2.0;
        let top = (tall_mm - tall_m / metres) / 2.0;
        let mut drawn = Vec::new();
        let mut points = 0;
        for ring in &self.rings {
            let mut line: Vec<[f64; 2]> = Vec::new();
            for [longitude, latitude] in ring {
                let x = left + (longitude - self.west) * DEGREE_M * self.narrow / metres;
                let y = top + (self.north - latitude) * DEGREE_M / metres;
                let near = |last: &[f64; 2]| (last[0] - x).hypot(last[1] - y) < apart_mm;
                if !line.last().is_some_and(near) {
                    line.push([x, y]);
                }
            }
            points += line.len();
            if points > MOST_POINTS {
                break;
            }
            if line.len() > 2 {
                drawn.push(line);
            }
        }
        Ground {
            rings: drawn,
            metres,
        }
    }
}

/// Rings of a polygon or several, with places on Earth only.
fn rings(geometry: Look<'_>) -> Vec<Vec<[f64; 2]>> {
    let coordinates = geometry.get("coordinates");
    let polygons: Vec<Look<'_>> = match geometry.get("type").text() {
        "MultiPolygon" => coordinates.list().collect(),
        "Polygon" => vec![coordinates],
        _ => Vec::new(),
    };
    let place = |point: Look<'_>| {
        let mut numbers = point.list().filter_map(Look::number);
        let place = [numbers.next()?, numbers.next()?];
        (place[0].abs() <= 180.0 && place[1].abs() <= 90.0).then_some(place)
    };
    let mut rings: Vec<Vec<[f64; 2]>> = polygons
        .into_iter()
        .flat_map(Look::list)
        .map(|ring| ring.list().filter_map(place).collect::<Vec<_>>())
        .filter(|ring| ring.len() > 2)
        .collect();
    // Over the line of dates: the west of it comes after the east.
    let (mut least, mut most) = (f64::MAX, f64::MIN);
    for [longitude, _] in rings.iter().flatten() {
        least = least.min(*longitude);
        most = most.max(*longitude);
    }
    if most - least > 180.0 {
        for [longitude, _] in rings.iter_mut().flatten() {
            if *longitude < 0.0 {
                *longitude += 360.0;
            }
        }
    }
    rings
}
