//! Which columns are a position, by the words of their titles in nine languages.
//!
//! Rule: words that only say where or how (`GPS`, `WGS84`, `deg`, `m`) go; what is left must be one word.
//! German, Dutch, Danish and Polish call the longitude by the word for length: such a pair is one of
//! angles only if its numbers are.

use crate::shared::columns::Title;

const LONGITUDE: &[&str] = &[
    "longitude",
    "longitud",
    "longitudine",
    "lon",
    "long",
    "lng",
    "längengrad",
    "laengengrad",
    "langengrad",
    "lengtegraad",
    "længdegrad",
    "laengdegrad",
    "geolänge",
    "geolaenge",
];
const LATITUDE: &[&str] = &[
    "latitude",
    "latitud",
    "latitudine",
    "lat",
    "breitengrad",
    "breedtegraad",
    "breddegrad",
    "geobreite",
];
/// Longitude and latitude, or length and width.
const LENGTH_AND_WIDTH: &[(&str, &str)] = &[
    ("länge", "breite"),
    ("laenge", "breite"),
    ("lengte", "breedte"),
    ("længde", "bredde"),
    ("laengde", "bredde"),
    ("długość", "szerokość"),
    ("dlugosc", "szerokosc"),
];
const EAST: &[&str] = &[
    "east",
    "easting",
    "eastings",
    "este",
    "est",
    "ost",
    "oost",
    "ostwert",
    "rechtswert",
    "leste",
    "øst",
    "oest",
    "utmx",
    "xutm",
    "utme",
    "utmeasting",
    "xcoord",
    "coordx",
    "xcoordinate",
    "pointx",
    "xkoordinate",
    "lonorx",
    "x",
    "coordenadax",
];
const NORTH: &[&str] = &[
    "north",
    "northing",
    "northings",
    "norte",
    "nord",
    "noord",
    "nordwert",
    "hochwert",
    "utmy",
    "yutm",
    "utmn",
    "utmnorthing",
    "ycoord",
    "coordy",
    "ycoordinate",
    "pointy",
    "ykoordinate",
    "latory",
    "y",
    "coordenaday",
];
/// A pair in one cell.
const PAIR: &[&str] = &[
    "latlon",
    "latlong",
    "latlng",
    "lonlat",
    "longlat",
    "coordinates",
    "coordinate",
    "coords",
    "coord",
    "position",
    "location",
    "koordinaten",
    "coordenadas",
    "coordonnées",
    "coordonnees",
    "coordinate",
    "coordinaten",
    "koordinater",
    "współrzędne",
    "gps",
];
/// Words that do not tell which of the two it is.
const BESIDE: &[&str] = &[
    "m",
    "metre",
    "metres",
    "meter",
    "meters",
    "deg",
    "degree",
    "degrees",
    "decimal",
    "dd",
    "grad",
    "gps",
    "wgs",
    "wgs84",
    "utm",
    "mga",
    "mga94",
    "mga2020",
    "gda94",
    "gda2020",
    "geo",
    "geographic",
    "geographische",
    "geografische",
    "geograficzna",
    "geogr",
    "pos",
    "position",
    "coord",
    "coordinate",
    "coordenada",
    "coordonnée",
    "coordonnee",
    "coordinata",
    "coördinaat",
    "coordinaat",
    "koordinate",
    "koordinat",
    "point",
    "grid",
    "map",
    "epsg",
    "center",
    "centre",
];

/// Longitude and latitude, or easting and northing, of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) x: usize,
    pub(crate) y: usize,
}

/// The telling words of a title as one (`lon_or_x` is `lonorx`), and whether others were left out.
fn word(title: &Title) -> Option<(String, bool)> {
    let lower = title.name.to_lowercase();
    let telling = |word: &&str| {
        !word.is_empty() && !BESIDE.contains(word) && !word.bytes().all(|b| b.is_ascii_digit())
    };
    let words = || {
        lower
            .split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty())
    };
    let left: Vec<&str> = words().filter(telling).collect();
    (!left.is_empty()).then(|| (left.concat(), words().count() > left.len()))
}

/// Finds the first title of each list.
fn pair(words: &[Option<(String, bool)>], x: &[&str], y: &[&str]) -> Option<Pair> {
    let find = |list: &[&str]| {
        words.iter().position(|word| {
            word.as_ref()
                .is_some_and(|(word, _)| list.contains(&word.as_str()))
        })
    };
    Some(Pair {
        x: find(x)?,
        y: find(y)?,
    })
}

fn words(titles: &[Title]) -> Vec<Option<(String, bool)>> {
    titles.iter().map(word).collect()
}

/// Columns that are called longitude and latitude.
pub(crate) fn angles(titles: &[Title]) -> Option<Pair> {
    pair(&words(titles), LONGITUDE, LATITUDE)
}

/// Columns that are called so, or length and width.
pub(crate) fn lengths(titles: &[Title]) -> Option<Pair> {
    let words = words(titles);
    LENGTH_AND_WIDTH
        .iter()
        .find_map(|(x, y)| pair(&words, &[x], &[y]))
}

/// Columns that are called easting and northing, or `x` and `y`.
pub(crate) fn projected(titles: &[Title]) -> Option<Pair> {
    let words = words(titles);
    // `E` and `N` alone could be anything.
    let short = |pair: &Pair| {
        [pair.x, pair.y].iter().all(|at| {
            let word = words.get(*at).and_then(Option::as_ref);
            word.is_some_and(|(_, among_others)| *among_others)
        })
    };
    pair(&words, EAST, NORTH).or_else(|| pair(&words, &["e"], &["n"]).filter(short))
}

/// Whether a title can be that of a column with both numbers in its cells; `Some(true)` where it says
/// longitude first.
pub(super) fn both(title: &Title) -> Option<bool> {
    let plain: String = title
        .name
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect();
    let known = PAIR.contains(&plain.as_str());
    known.then(|| plain.starts_with("lon"))
}

/// Whether a longitude's title is one of a language whose east begins with O.
pub(super) fn o_is_east(title: &Title) -> bool {
    let lower = title.name.to_lowercase();
    ["länge", "laenge", "lange", "lengte", "længde", "laengde"]
        .iter()
        .any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(list: &[&str]) -> Vec<Title> {
        list.iter().map(|t| Title::from_text(t)).collect()
    }

    #[test]
    fn positions_are_found_by_words() {
        let at = |x: usize, y: usize| Some(Pair { x, y });
        #[rustfmt::skip]
        let angle: [(&[&str], _); 8] = [
            (&["Latitude", "Longitude"], at(1, 0)), (&["GPS_Lon (deg)", "GPS_Lat (deg)"], at(0, 1)),
            (&["Längengrad", "Breitengrad"], at(0, 1)), (&["Latitud", "Longitud"], at(1, 0)),
            (&["Longitudine", "Latitudine"], at(0, 1)), (&["WGS84 Lat", "x", "WGS84 Lon"], at(2, 0)),
            (&["lengtegraad", "breedtegraad"], at(0, 1)), (&["Long term yield", "Lat"], None),
        ];
        for (list, expected) in angle {
            assert_eq!(angles(&titles(list)), expected, "{list:?}");
        }
        #[rustfmt::skip]
        let metres: [(&[&str], _); 10] = [
            (&["East", "North"], at(0, 1)), (&["Northing (m)", "Easting (m)"], at(1, 0)),
            (&["Rechtswert", "Hochwert"], at(0, 1)), (&["UTM_E", "UTM_N"], at(0, 1)),
            (&["MGA94 Easting", "MGA94 Northing"], at(0, 1)), (&["Este", "Norte"], at(0, 1)),
            (&["POINT_X", "POINT_Y"], at(0, 1)), (&["X", "Y", "Z"], at(0, 1)),
            (&["E", "N"], None), (&["East field", "North"], None),
        ];
        for (list, expected) in metres {
            assert_eq!(projected(&titles(list)), expected, "{list:?}");
        }
        assert_eq!(lengths(&titles(&["Breite", "Länge"])), at(1, 0));
        assert_eq!(lengths(&titles(&["Breite", "Ertrag"])), None);
    }
}
