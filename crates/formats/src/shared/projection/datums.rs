//! Datums that are not WGS 84 within a metre: the seven parameters of the usual ones, good to a
//! few metres (EPSG dataset, as published with PROJ). Datums that need a grid are not here.

/// Words of a datum name and its `towgs84` parameters (position vector).
const SHIFTS: &[(&str, &str)] = &[
    (
        "hauptdreiecksnetz",
        "598.1,73.7,418.2,0.202,0.045,-2.455,6.7",
    ),
    ("dhdn", "598.1,73.7,418.2,0.202,0.045,-2.455,6.7"),
    ("potsdam", "598.1,73.7,418.2,0.202,0.045,-2.455,6.7"),
    ("osgb", "446.448,-125.157,542.06,0.15,0.247,0.842,-20.489"),
    (
        "ordnance_survey_of_great_britain",
        "446.448,-125.157,542.06,0.15,0.247,0.842,-20.489",
    ),
    ("european_1950", "-87,-98,-121,0,0,0,0"),
    ("european_datum_1950", "-87,-98,-121,0,0,0,0"),
    ("mgi", "577.326,90.129,463.919,5.137,1.474,5.297,2.4232"),
    (
        "militar_geographische",
        "577.326,90.129,463.919,5.137,1.474,5.297,2.4232",
    ),
    ("s_jtsk", "589,76,480,0,0,0,0"),
    ("s-jtsk", "589,76,480,0,0,0,0"),
    ("pulkovo_1942", "23.57,-140.95,-79.8,0,0.35,0.79,-0.22"),
    ("ch1903", "674.374,15.056,405.346,0,0,0,0"),
    (
        "belge_1972",
        "-106.8686,52.2978,-103.7239,0.3366,-0.457,1.8422,-1.2747",
    ),
    (
        "amersfoort",
        "565.4171,50.3319,465.5524,-0.398957,0.343988,-1.8774,4.0725",
    ),
    ("australian_1984", "-134,-48,149,0,0,0,0"),
    (
        "australian_1966",
        "-117.808,-51.536,137.784,0.303,0.446,0.234,-0.29",
    ),
    ("south_american_1969", "-57,1,-41,0,0,0,0"),
    (
        "new_zealand_1949",
        "59.47,-5.04,187.44,0.47,-0.1,1.024,-4.5993",
    ),
];

/// The shift of the datum that a WKT names.
pub(super) fn shift(wkt: &str) -> Option<&'static str> {
    let lower = wkt.to_lowercase().replace(' ', "_");
    let at = lower.find("datum[")?;
    let name = lower.get(at..)?.split('"').nth(1)?;
    SHIFTS
        .iter()
        .find_map(|(word, parameters)| name.contains(word).then_some(*parameters))
}
