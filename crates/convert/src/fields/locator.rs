//! Which boundaries a point lies in, for many points: the edges of each boundary lie in bands of
//! latitude, so that a point asks a few edges only.

use super::boundary::Boundary;
use crate::points::way::step_metres;

/// Edges of one band on the average.
const EDGES: usize = 4;
const MOST_BANDS: usize = 8_192;
/// Bands that an edge stands in at most, on the average: what a boundary takes follows its edges.
const COPIES: usize = 8;
/// Metres that a point on an edge may miss it by: what rounding costs.
const ON_EDGE_M: f64 = 1e-6;

/// An edge: from south to north.
#[derive(Clone, Copy, Debug)]
struct Edge {
    south: f64,
    north: f64,
    x: f64,
    /// Longitude per latitude.
    slope: f64,
}

#[derive(Debug)]
struct Prepared {
    bounds: [f64; 4],
    bands_per_degree: f64,
    bands: Vec<Vec<Edge>>,
    /// Of bands.
    count: usize,
    /// Edges along a parallel, which no ray crosses, by band: latitude, west, east.
    level: Vec<Vec<[f64; 3]>>,
}

/// Boundaries, prepared.
#[derive(Debug)]
pub struct Locator {
    list: Vec<Prepared>,
}

impl Prepared {
    fn new(boundary: &Boundary) -> Self {
        let bounds = boundary.bounds();
        let mut edges = Vec::new();
        let mut level = Vec::new();
        for polygon in boundary.polygons() {
            for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
                for line in ring.lines() {
                    let (a, b) = if line.start.y <= line.end.y {
                        (line.start, line.end)
                    } else {
                        (line.end, line.start)
                    };
                    if a.y < b.y {
                        edges.push(Edge {
                            south: a.y,
                            north: b.y,
                            x: a.x,
                            slope: (b.x - a.x) / (b.y - a.y),
                        });
                    } else {
                        level.push([a.y, a.x.min(b.x), a.x.max(b.x)]);
                    }
                }
            }
        }
        let height = (bounds[3] - bounds[1]).max(f64::MIN_POSITIVE);
        let mut count = (edges.len() / EDGES).clamp(1, MOST_BANDS);
        let mut prepared = Self {
            bounds,
            bands_per_degree: count as f64 / height,
            bands: Vec::new(),
            count,
            level: Vec::new(),
        };
        // An edge stands in every band that it crosses. Where many are tall, bands become fewer.
        let most = edges.len().saturating_mul(COPIES);
        while count > 1
            && edges
                .iter()
                .map(|edge| prepared.crossed(edge))
                .sum::<usize>()
                > most
        {
            count /= 2;
            prepared.count = count;
            prepared.bands_per_degree = count as f64 / height;
        }
        prepared.bands = vec![Vec::new(); count];
        prepared.level = vec![Vec::new(); count];
        for edge in level {
            let band = prepared.band(edge[0]);
            if let Some(band) = prepared.level.get_mut(band) {
                band.push(edge);
            }
        }
        for edge in edges {
            let range = prepared.band(edge.south)..=prepared.band(edge.north);
            for band in prepared.bands.get_mut(range).into_iter().flatten() {
                band.push(edge);
            }
        }
        prepared
    }

    fn band(&self, latitude: f64) -> usize {
        let band = (latitude - self.bounds[1]) * self.bands_per_degree;
        (band as usize).min(self.count - 1)
    }

    /// How many bands an edge crosses.
    fn crossed(&self, edge: &Edge) -> usize {
        self.band(edge.north) - self.band(edge.south) + 1
    }

    /// Even-odd; an edge takes its southern end, so that a shared border belongs to one side.
    fn holds(&self, longitude: f64, latitude: f64) -> bool {
        let [west, south, east, north] = self.bounds;
        if longitude < west || longitude > east || latitude < south || latitude > north {
            return false;
        }
        let band = self.bands.get(self.band(latitude)).map(Vec::as_slice);
        let mut within = false;
        for edge in band.unwrap_or_default() {
            if edge.south <= latitude
                && latitude < edge.north
                && longitude < edge.x + edge.slope * (latitude - edge.south)
            {
                within = !within;
            }
        }
        within
    }
}

/// Metres in a degree at a place.
#[derive(Clone, Copy)]
struct Scale {
    per_x: f64,
    per_y: f64,
}

impl Scale {
    /// `None` where a degree has no length: at the poles.
    fn at(longitude: f64, latitude: f64) -> Option<Self> {
        let (_, north) = step_metres((longitude, latitude), (longitude, latitude + 1e-4));
        let (east, _) = step_metres((longitude, latitude), (longitude + 1e-4, latitude));
        let (per_x, per_y) = (east * 1e4, north * 1e4);
        (per_x > 0.0 && per_y > 0.0).then_some(Self { per_x, per_y })
    }
}

impl Prepared {
    /// Whether an edge passes within `metres` of the point.
    fn edge_within(&self, longitude: f64, latitude: f64, metres: f64, scale: Scale) -> bool {
        let Scale { per_x, per_y } = scale;
        let (reach_x, reach_y) = (metres / per_x, metres / per_y);
        let [west, south, east, north] = self.bounds;
        if longitude < west - reach_x
            || longitude > east + reach_x
            || latitude < south - reach_y
            || latitude > north + reach_y
        {
            return false;
        }
        let bands = self.band((latitude - reach_y).max(south))..=self.band(latitude + reach_y);
        let level = self.level.get(bands.clone()).into_iter().flatten();
        let near = |a: (f64, f64), b: (f64, f64)| {
            let (ax, ay) = ((a.0 - longitude) * per_x, (a.1 - latitude) * per_y);
            let (bx, by) = ((b.0 - longitude) * per_x, (b.1 - latitude) * per_y);
            let (dx, dy) = (bx - ax, by - ay);
            let length = dx * dx + dy * dy;
            let share = if length > 0.0 {
                (-(ax * dx + ay * dy) / length).clamp(0.0, 1.0)
            } else {
                0.0
            };
            (ax + share * dx).hypot(ay + share * dy) <= metres
        };
        let crossing = self.bands.get(bands).into_iter().flatten().flatten();
        crossing.into_iter().any(|edge| {
            let end = edge.x + edge.slope * (edge.north - edge.south);
            near((edge.x, edge.south), (end, edge.north))
        }) || level
            .flatten()
            .any(|[y, west, east]| near((*west, *y), (*east, *y)))
    }
}

impl Locator {
    /// Prepares the boundaries; places are those of the list.
    pub fn new<'a>(boundaries: impl IntoIterator<Item = &'a Boundary>) -> Self {
        Self {
            list: boundaries.into_iter().map(Prepared::new).collect(),
        }
    }

    /// The places of the boundaries that hold the point, in their order.
    pub fn locate(&self, longitude: f64, latitude: f64) -> impl Iterator<Item = usize> {
        self.list
            .iter()
            .enumerate()
            .filter(move |(_, boundary)| boundary.holds(longitude, latitude))
            .map(|(place, _)| place)
    }

    /// The first boundary on whose edge the point lies: for points that no boundary holds.
    pub fn on_edge(&self, longitude: f64, latitude: f64) -> Option<usize> {
        self.edge_within(longitude, latitude, ON_EDGE_M)
    }

    /// The first boundary whose edge passes within `metres` of the point.
    pub fn edge_within(&self, longitude: f64, latitude: f64, metres: f64) -> Option<usize> {
        let scale = Scale::at(longitude, latitude)?;
        self.list
            .iter()
            .position(|boundary| boundary.edge_within(longitude, latitude, metres, scale))
    }
}

#[cfg(test)]
mod tests {
    //! What a boundary takes follows its edges, however tall they are.

    use super::*;
    use serde_json::json;

    #[test]
    fn teeth_from_south_to_north_do_not_fill_the_bands() {
        let teeth = 5_000;
        let mut ring = vec![[0.0, 0.0]];
        for tooth in 0..teeth {
            let x = f64::from(tooth) / f64::from(teeth);
            ring.push([x, 1.0]);
            ring.push([x + 0.5 / f64::from(teeth), 0.1]);
        }
        ring.extend([[1.0, 0.0], [0.0, 0.0]]);
        let comb = json!({"type": "Polygon", "coordinates": [ring]});
        let comb = Boundary::from_geojson(&comb).expect("a boundary");
        let locator = Locator::new([&comb]);
        let copies: usize = locator.list[0].bands.iter().map(Vec::len).sum();
        assert!(copies <= COPIES * 2 * teeth as usize + 2, "{copies}");
        let within = |x: f64, y: f64| locator.locate(x, y).count() == 1;
        // On every side of the frame, and beside it.
        let on_edge = |x: f64, y: f64| within(x, y) || locator.on_edge(x, y) == Some(0);
        for (x, y) in [(0.5, 0.0), (0.0, 0.0), (1.0, 0.0), (0.0, 0.7)] {
            assert!(on_edge(x, y), "{x} {y}");
        }
        assert!(!on_edge(0.5, -1e-9) && !on_edge(-1e-9, 0.7) && !on_edge(1.0 + 1e-9, 0.0));
        assert!(within(0.5, 0.05) && !within(0.5, -0.05));
        // A tooth stands at each five-thousandth, a gap half way to the next.
        let tooth = 0.1 / f64::from(teeth);
        assert!(within(0.2 + tooth, 0.7) && !within(0.2 + 5.0 * tooth, 0.7));
    }
}
