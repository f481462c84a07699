//! The planes that a grid lies on: Web Mercator, or a zone of Universal Transverse Mercator.
//!
//! Rules: degrees of WGS 84 to metres of the plane and back; zones with the exceptions for Norway
//! and Svalbard. Sources: EPSG 3857, 32601 to 32660 and 32701 to 32760.

use crate::mercator::{EDGE_DEG, latitude_of, longitude_of, x_of, y_of};
use proj4rs::Proj;
use proj4rs::transform::transform;

/// Which plane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Projection {
    /// Spherical Mercator, EPSG:3857.
    #[default]
    WebMercator,
    /// A zone of UTM on WGS 84.
    Utm {
        /// From 1 to 60, from west to east.
        zone: u8,
        /// South of the equator.
        south: bool,
    },
}

impl Projection {
    /// The zone of a place in degrees; `None` beyond 84° north and 80° south, where there are none.
    pub fn utm_at(longitude: f64, latitude: f64) -> Option<Self> {
        if !(longitude.is_finite() && (-80.0..=84.0).contains(&latitude)) {
            return None;
        }
        let east = (longitude + 180.0).rem_euclid(360.0) - 180.0;
        let plain = ((east + 180.0) / 6.0).floor().clamp(0.0, 59.0) as u8 + 1;
        let zone = match (latitude, east) {
            (56.0..64.0, 3.0..12.0) => 32,
            (72.0.., 0.0..9.0) => 31,
            (72.0.., 9.0..21.0) => 33,
            (72.0.., 21.0..33.0) => 35,
            (72.0.., 33.0..42.0) => 37,
            _ => plain,
        };
        let south = latitude < 0.0;
        Some(Self::Utm { zone, south })
    }

    /// The code of EPSG.
    pub fn epsg(self) -> u16 {
        match self {
            Self::WebMercator => 3857,
            Self::Utm { zone, south } => {
                u16::from(zone.clamp(1, 60)) + if south { 32_700 } else { 32_600 }
            }
        }
    }
}

/// Degrees and a zone, as PROJ describes them.
#[derive(Clone)]
pub(crate) struct Utm {
    degrees: Proj,
    metres: Proj,
}

/// A plane at work.
#[derive(Clone)]
pub(crate) enum Plane {
    WebMercator,
    Utm(Box<Utm>),
}

impl Plane {
    pub(crate) fn new(projection: Projection) -> Option<Self> {
        let Projection::Utm { zone, south } = projection else {
            return Some(Self::WebMercator);
        };
        let (zone, half) = (zone.clamp(1, 60), if south { " +south" } else { "" });
        let text = format!("+proj=utm +zone={zone}{half} +ellps=WGS84 +units=m");
        Some(Self::Utm(Box::new(Utm {
            degrees: Proj::from_proj_string("+proj=longlat +ellps=WGS84").ok()?,
            metres: Proj::from_proj_string(&text).ok()?,
        })))
    }

    /// Metres east and north on the plane; not numbers where it does not reach.
    pub(crate) fn metres(&self, longitude: f64, latitude: f64) -> (f64, f64) {
        match self {
            Self::WebMercator => (x_of(longitude), y_of(latitude)),
            Self::Utm(utm) => {
                let mut place = (longitude.to_radians(), latitude.to_radians());
                match transform(&utm.degrees, &utm.metres, &mut place) {
                    Ok(()) => place,
                    Err(_) => (f64::NAN, f64::NAN),
                }
            }
        }
    }

    pub(crate) fn degrees(&self, x: f64, y: f64) -> (f64, f64) {
        match self {
            Self::WebMercator => (longitude_of(x), latitude_of(y)),
            Self::Utm(utm) => {
                let mut place = (x, y);
                match transform(&utm.metres, &utm.degrees, &mut place) {
                    Ok(()) => (place.0.to_degrees(), place.1.to_degrees()),
                    Err(_) => (f64::NAN, f64::NAN),
                }
            }
        }
    }

    /// Metres of the plane in a metre on the ground.
    pub(crate) fn scale_at(&self, latitude: f64) -> f64 {
        match self {
            Self::WebMercator => 1.0 / latitude.clamp(-EDGE_DEG, EDGE_DEG).to_radians().cos(),
            Self::Utm(_) => 1.0,
        }
    }

    /// West, south, east, north of the plane around a box of degrees, whose east may exceed 180.
    pub(crate) fn around(&self, [west, south, east, north]: [f64; 4]) -> Option<[f64; 4]> {
        const STEPS: u32 = 8;
        let mut bounds = [
            f64::INFINITY,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NEG_INFINITY,
        ];
        for step in 0..=STEPS {
            let share = f64::from(step) / f64::from(STEPS);
            let (x, y) = (
                west + (east - west) * share,
                south + (north - south) * share,
            );
            for (longitude, latitude) in [(x, south), (x, north), (west, y), (east, y)] {
                let (x, y) = self.metres(longitude, latitude);
                bounds = [
                    bounds[0].min(x),
                    bounds[1].min(y),
                    bounds[2].max(x),
                    bounds[3].max(y),
                ];
            }
        }
        bounds.iter().all(|edge| edge.is_finite()).then_some(bounds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_with_their_exceptions() {
        for (longitude, latitude, zone, south) in [
            (11.5, 48.2, 32, false),
            (-93.6, 42.0, 15, false),
            (-58.1, -33.9, 21, true),
            (5.3, 60.4, 32, false),
            (16.0, 78.0, 33, false),
            (180.0, 10.0, 1, false),
            (-180.0, 10.0, 1, false),
            (179.9, -10.0, 60, true),
        ] {
            let found = Projection::utm_at(longitude, latitude);
            assert_eq!(found, Some(Projection::Utm { zone, south }), "{longitude}");
        }
        for (longitude, latitude) in [(10.0, 85.0), (10.0, -81.0), (f64::NAN, 0.0)] {
            assert_eq!(Projection::utm_at(longitude, latitude), None);
        }
    }

    #[test]
    fn metres_are_those_of_proj() {
        // From PROJ 9: cs2cs EPSG:4326 EPSG:32632 and EPSG:32721.
        for (longitude, latitude, x, y) in [
            (11.5, 48.25, 685_579.367_1, 5_347_108.775_2),
            (-58.1, -33.9, 398_296.123_5, 6_248_387.174_4),
        ] {
            let projection = Projection::utm_at(longitude, latitude).expect("a zone");
            let plane = Plane::new(projection).expect("a plane");
            let found = plane.metres(longitude, latitude);
            assert!((found.0 - x).abs() < 1e-3, "{found:?}");
            assert!((found.1 - y).abs() < 1e-3, "{found:?}");
            let back = plane.degrees(found.0, found.1);
            assert!((back.0 - longitude).abs() < 1e-9 && (back.1 - latitude).abs() < 1e-9);
        }
        assert_eq!(
            Projection::utm_at(11.5, 48.0).map(Projection::epsg),
            Some(32_632)
        );
        assert_eq!(
            Projection::utm_at(-58.1, -33.9).map(Projection::epsg),
            Some(32_721)
        );
    }
}
