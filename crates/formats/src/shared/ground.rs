//! Short ways on the WGS 84 ellipsoid: bearing, distance and moving a place by metres, in the plane
//! that touches at the place. Good to 1e-6 over the steps and widths of machines.
//!
//! Places are latitude and longitude in degrees.

/// Metres of a degree of latitude and of longitude.
pub(crate) fn metres_per_degree(latitude: f64) -> (f64, f64) {
    const A: f64 = 6_378_137.0;
    const E2: f64 = 0.006_694_379_990_141_32;
    let (sin, cos) = latitude.to_radians().sin_cos();
    let w2 = 1.0 - E2 * sin * sin;
    let w = w2.sqrt();
    (
        (A * (1.0 - E2) / (w2 * w)).to_radians(),
        (A / w * cos).to_radians(),
    )
}

/// A place moved forward and to the right of a heading (degrees clockwise from north).
pub(crate) fn moved(place: (f64, f64), heading: f64, forward_m: f64, right_m: f64) -> (f64, f64) {
    let (sin, cos) = heading.to_radians().sin_cos();
    let (north, east) = metres_per_degree(place.0);
    if east.abs() < 1.0 {
        return place;
    }
    let dn = forward_m * cos - right_m * sin;
    let de = forward_m * sin + right_m * cos;
    (place.0 + dn / north, place.1 + de / east)
}

/// North and east of one place from another, metres.
fn difference_m(from: (f64, f64), to: (f64, f64)) -> (f64, f64) {
    let (north, east) = metres_per_degree(f64::midpoint(from.0, to.0));
    ((to.0 - from.0) * north, (to.1 - from.1) * east)
}

pub(crate) fn distance_m(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (north, east) = difference_m(from, to);
    north.hypot(east)
}

/// Degrees clockwise from north; `None` for one and the same place.
pub(crate) fn bearing(from: (f64, f64), to: (f64, f64)) -> Option<f64> {
    let (north, east) = difference_m(from, to);
    (north != 0.0 || east != 0.0).then(|| east.atan2(north).to_degrees().rem_euclid(360.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_has_its_published_length() {
        // At 45 degrees: 111,131.78 m and 78,846.84 m.
        let (north, east) = metres_per_degree(45.0);
        assert!((north - 111_131.778).abs() < 0.01, "{north}");
        assert!((east - 78_846.835).abs() < 0.01, "{east}");
    }

    #[test]
    fn moving_and_measuring_agree() {
        let place = (52.5, 13.4);
        for heading in [0.0, 37.0, 90.0, 200.0, 359.0] {
            let ahead = moved(place, heading, 20.0, 0.0);
            assert!((distance_m(place, ahead) - 20.0).abs() < 1e-4);
            let back = bearing(place, ahead).expect("differs");
            let off = (back - heading + 180.0).rem_euclid(360.0) - 180.0;
            assert!(off.abs() < 1e-3, "{heading}: {back}");
            let beside = moved(place, heading, 0.0, 5.0);
            let right = bearing(place, beside).expect("differs");
            let off = (right - heading - 90.0 + 180.0).rem_euclid(360.0) - 180.0;
            assert!(off.abs() < 1e-3);
        }
        assert_eq!(bearing(place, place), None);
    }
}
