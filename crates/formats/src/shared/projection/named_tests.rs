//! Codes and names against PROJ 9 (`pyproj`), and systems that the positions cannot be of.

use super::*;

/// Code, x, y, longitude, latitude.
#[rustfmt::skip]
const CODES: &[(i64, f64, f64, f64, f64)] = &[
    (28355, 654321.0, 6370000.0, 148.648122795, -32.797133871),
    (7855, 654321.0, 6370000.0, 148.648122795, -32.797133871),
    (20355, 500000.0, 6370000.0, 147.001222379, -32.806315182),
    (31982, 300000.0, 7500000.0, -52.945550220, -22.595067596),
    (32718, 300000.0, 8500000.0, -76.848272303, -13.561609653),
    (5347, 5450000.0, 6200000.0, -60.543414116, -34.344115161),
    (22185, 5450000.0, 6200000.0, -60.543412694, -34.344109493),
    (2154, 652469.0, 6862035.3, 2.352199686, 48.856600363),
    (27700, 400000.0, 300000.0, -2.001433116, 52.597792431),
    (29902, 250000.0, 250000.0, -7.247320588, 53.497839573),
    (31370, 150000.0, 170000.0, 4.368752141, 50.840411283),
    (28992, 155000.0, 463000.0, 5.387203508, 52.155172301),
    (31467, 3500000.0, 5500000.0, 8.998963564, 49.636710642),
    (2056, 2600000.0, 1200000.0, 7.438632421, 46.951082772),
    (2180, 500000.0, 500000.0, 19.0, 52.365947621),
    (3006, 500000.0, 6500000.0, 15.0, 58.640296941),
    (3067, 400000.0, 6700000.0, 25.183728786, 60.423898797),
    (25832, 640819.191, 5100203.173, 10.819962601, 46.040910838),
    (3035, 4100000.5, 2900000.5, 6.969036040, 49.172121373),
    (2193, 1600000.0, 5500000.0, 173.0, -40.650856517),
    (3857, -10386546.1, 5112345.7, -93.303931108, 41.674503733),
    (26915, 500000.0, 4600000.0, -93.0, 41.551664523),
    (26971, 300000.0, 500000.0, -88.333333333, 41.170713441),
    (3435, 1176000.5, 1900000.25, -87.629195339, 41.880965054),
];

#[test]
fn codes_agree_with_proj() {
    for (code, x, y, longitude, latitude) in CODES {
        let named = Named::find(&format!("EPSG:{code}")).expect("a known code");
        let (east, north) = named.projection.degrees(*x, *y).expect("on the earth");
        let off = (east - longitude).abs().max((north - latitude).abs());
        // Seven parameters against the grid or the newer parameters of PROJ.
        let allowed = if named.projection.is_approximate() {
            1e-4
        } else {
            // POSGAR 2007 and ITRF are half a metre apart, and the same to a `.prj`.
            1e-5
        };
        assert!(off < allowed, "EPSG:{code} off by {off}: {east} {north}");
        assert_eq!(named.refusal(&[(*x, *y)]), None, "EPSG:{code}");
    }
}

#[test]
fn names_stand_for_codes() {
    #[rustfmt::skip]
    let cases = [
        ("EPSG:28355", "EPSG:28355"), ("28355", "EPSG:28355"), ("epsg: 28355", "EPSG:28355"),
        ("urn:ogc:def:crs:EPSG::28355", "EPSG:28355"), ("UTM 55S", "EPSG:32755"), ("utm zone 15 north", "EPSG:32615"),
        ("UTM32N", "EPSG:32632"), ("WGS 84 / UTM zone 20S", "EPSG:32720"), ("MGA zone 55", "EPSG:28355"),
        ("MGA94 zone 55", "EPSG:28355"), ("MGA2020 Zone 55", "EPSG:7855"), ("GDA2020 / MGA zone 55", "EPSG:7855"),
        ("Lambert-93", "EPSG:2154"), ("SIRGAS 2000 / UTM zone 22S", "EPSG:31982"), ("OSGB36", "EPSG:27700"),
        ("Gauss-Krüger Zone 3", "EPSG:31467"), ("SWEREF99 TM", "EPSG:3006"), ("RD New", "EPSG:28992"),
        ("ETRS89 / UTM zone 33N", "EPSG:25833"), ("PL-2000 strefa 6", "EPSG:2177"), ("WGS84", "EPSG:4326"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:84"),
    ];
    for (text, expected) in cases {
        let found = Named::find(text).map(|named| named.name);
        assert_eq!(found.as_deref(), Ok(expected), "{text}");
    }
    let degrees = |text: &str| {
        let found = Named::find(text).map(|named| named.projection);
        matches!(found, Ok(Projection::Degrees))
    };
    for text in [
        "EPSG:4326",
        "EPSG:4269",
        "EPSG:4258",
        "EPSG:4283",
        "EPSG:4674",
        "WGS84",
        "OGC:CRS84",
    ] {
        assert!(degrees(text), "{text}");
    }
    // UTM without a side, a zone that is none, a datum that needs a grid, words.
    for text in [
        "UTM 55",
        "UTM 61S",
        "EPSG:4267",
        "EPSG:26715",
        "EPSG:99999999",
        "mars",
        "",
        ":",
        "EPSG:",
    ] {
        assert!(Named::find(text).is_err(), "{text}");
    }
}

#[test]
fn a_system_that_the_positions_miss_is_refused_with_the_distance() {
    // A field in New South Wales, zone 55.
    let field = [(654_321.0, 6_370_000.0), (654_330.0, 6_370_010.0)];
    for (system, word) in [
        ("EPSG:3035", "km from"),
        ("EPSG:31467", "km from the central meridian"),
        ("EPSG:5347", "km from the central meridian"),
        ("EPSG:2056", "km from"),
    ] {
        let named = Named::find(system).expect("known");
        let refusal = named.refusal(&field).unwrap_or_default();
        assert!(
            refusal.contains(word) && refusal.contains(system),
            "{system}: {refusal}"
        );
    }
    // Degrees given for metres of a zone far off: 500 km from the zone's middle is still its use.
    assert_eq!(
        Named::find("EPSG:28355").expect("known").refusal(&field),
        None
    );
    let wkt = r#"PROJCS["x",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["central_meridian",147],PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],PARAMETER["false_northing",10000000],UNIT["metre",1]]"#;
    assert!(Named::find(wkt).is_ok_and(|named| named.refusal(&field).is_none()));
}

#[test]
fn every_code_is_read_or_refused() {
    let (mut read, mut degrees) = (0, 0);
    for code in 2_000..=32_800 {
        if let Ok(named) = Named::of_code(code) {
            read += 1;
            degrees += usize::from(matches!(named.projection, Projection::Degrees));
            let _ = named.refusal(&[(500_000.0, 5e6), (f64::NAN, 0.0), (1e308, -1e308)]);
        }
    }
    assert!(read > 5_000 && degrees > 100, "{read} {degrees}");
}
