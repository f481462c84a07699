//! Web Mercator (EPSG:3857): degrees to metres of the projection and back.
//!
//! Rule: the sphere has the radius 6,378,137 m; latitudes beyond the square world are moved to its
//! edge.

/// Radius of the sphere.
pub(crate) const RADIUS_M: f64 = 6_378_137.0;
/// The latitude where the world is square.
pub(crate) const EDGE_DEG: f64 = 85.051_128_779_806_6;

pub(crate) fn x_of(longitude_deg: f64) -> f64 {
    RADIUS_M * longitude_deg.to_radians()
}

pub(crate) fn y_of(latitude_deg: f64) -> f64 {
    let sin = latitude_deg.clamp(-EDGE_DEG, EDGE_DEG).to_radians().sin();
    RADIUS_M * sin.atanh()
}

pub(crate) fn longitude_of(x: f64) -> f64 {
    (x / RADIUS_M).to_degrees()
}

pub(crate) fn latitude_of(y: f64) -> f64 {
    (y / RADIUS_M).sinh().atan().to_degrees()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        // From PROJ: 11.5 E 48.25 N.
        assert!((x_of(11.5) - 1_280_174.144_2).abs() < 1e-3);
        assert!((y_of(48.25) - 6_148_547.161_0).abs() < 1e-3);
        for degrees in [-85.0, -33.3, 0.0, 1e-9, 52.1, 85.0] {
            assert!((latitude_of(y_of(degrees)) - degrees).abs() < 1e-10);
            assert!((longitude_of(x_of(degrees)) - degrees).abs() < 1e-10);
        }
        assert!((y_of(90.0) - x_of(180.0)).abs() < 1e-3);
    }
}
