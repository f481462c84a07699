//! Positions in the projected systems that written tables and layers use.

/// A position in a projected system (or in degrees, 4326).
///
/// # Panics
/// When nobody knows the system: the description of a table is part of a test.
pub(crate) fn project(longitude: f64, latitude: f64, code: u32) -> (f64, f64) {
    let south = |zone: u32| {
        let (east, north) = transverse(longitude, latitude, f64::from(zone) * 6.0 - 183.0);
        (500_000.0 + 0.9996 * east, 10_000_000.0 + 0.9996 * north)
    };
    let north_of = |zone: u32| {
        let (east, north) = transverse(longitude, latitude, f64::from(zone) * 6.0 - 183.0);
        (500_000.0 + 0.9996 * east, 0.9996 * north)
    };
    match code {
        4326 => (longitude, latitude),
        3857 => {
            let radius = 6_378_137.0;
            let half = std::f64::consts::FRAC_PI_4 + latitude.to_radians() / 2.0;
            (longitude.to_radians() * radius, half.tan().ln() * radius)
        }
        32_601..=32_660 => north_of(code - 32_600),
        32_701..=32_760 => south(code - 32_700),
        // ETRS89, NAD83: the ellipsoid of GRS 80 differs by a tenth of a millimetre.
        25_828..=25_838 => north_of(code - 25_800),
        26_901..=26_923 => north_of(code - 26_900),
        // MGA on GDA94, SIRGAS 2000, POSGAR 2007 by its wider zones.
        28_348..=28_358 => south(code - 28_300),
        31_978..=31_985 => south(code - 31_960),
        2154 => lambert_93(longitude, latitude),
        other => panic!("no coordinate system of a table: {other}"),
    }
}

/// Easting and northing before scale and false origin, by the series of Krüger.
fn transverse(longitude: f64, latitude: f64, meridian: f64) -> (f64, f64) {
    const F: f64 = 1.0 / 298.257_223_563;
    let n = F / (2.0 - F);
    let radius = 6_378_137.0 / (1.0 + n) * (1.0 + n * n / 4.0 + n.powi(4) / 64.0);
    let series = [
        n / 2.0 - 2.0 / 3.0 * n * n + 5.0 / 16.0 * n.powi(3),
        13.0 / 48.0 * n * n - 3.0 / 5.0 * n.powi(3),
        61.0 / 240.0 * n.powi(3),
    ];
    let east = (longitude - meridian).to_radians();
    let sin = latitude.to_radians().sin();
    let e = 2.0 * n.sqrt() / (1.0 + n);
    let t = (sin.atanh() - e * (e * sin).atanh()).sinh();
    let (xi, eta) = (
        t.atan2(east.cos()),
        (east.sin() / t.hypot(east.cos())).asinh(),
    );
    let (mut x, mut y) = (eta, xi);
    for (j, a) in (1..).map(f64::from).zip(series) {
        x += a * (2.0 * j * xi).cos() * (2.0 * j * eta).sinh();
        y += a * (2.0 * j * xi).sin() * (2.0 * j * eta).cosh();
    }
    (radius * x, radius * y)
}

/// The system of France: a cone through 44° and 49° N (RGF93, EPSG 2154).
fn lambert_93(longitude: f64, latitude: f64) -> (f64, f64) {
    const E: f64 = 0.081_819_191_042_816;
    let isometric = |degrees: f64| {
        let phi = degrees.to_radians();
        let sin = phi.sin();
        (std::f64::consts::FRAC_PI_4 + phi / 2.0).tan().ln()
            - E / 2.0 * ((1.0 + E * sin) / (1.0 - E * sin)).ln()
    };
    let parallel = |degrees: f64| {
        let phi = degrees.to_radians();
        phi.cos() / (1.0 - (E * phi.sin()).powi(2)).sqrt()
    };
    let (low, high) = (44.0, 49.0);
    let n = (parallel(low) / parallel(high)).ln() / (isometric(high) - isometric(low));
    let c = parallel(low) / n * (n * isometric(low)).exp() * 6_378_137.0;
    let radius = |degrees: f64| c * (-n * isometric(degrees)).exp();
    let angle = n * (longitude - 3.0).to_radians();
    let r = radius(latitude);
    (
        700_000.0 + r * angle.sin(),
        6_600_000.0 + radius(46.5) - r * angle.cos(),
    )
}

#[cfg(test)]
mod tests {
    use super::project;

    /// A position by PROJ, and the origins of the systems.
    #[test]
    fn positions_are_those_of_proj() {
        for (code, longitude, latitude, east, north) in [
            (28_355, 147.653_546, -32.784_626, 561_200.0, 6_372_400.0),
            (2154, 3.0, 46.5, 700_000.0, 6_600_000.0),
            (3857, 180.0, 0.0, 20_037_508.342_8, 0.0),
            (25_832, 9.0, 0.0, 500_000.0, 0.0),
        ] {
            let (x, y) = project(longitude, latitude, code);
            let off = (x - east).hypot(y - north);
            assert!(off < 0.1, "{code}: {x} {y}, {off} m off");
        }
    }
}
