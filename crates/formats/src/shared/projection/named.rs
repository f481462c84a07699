//! A coordinate system that a person or a document names: `EPSG:28355`, `UTM 55S`, `MGA zone 55`, or a WKT.
//!
//! Rule: every code of the EPSG dataset that a `.prj` can say is taken, with the same shift of its datum; a
//! system whose use the positions miss by far is refused with the distance.

use super::reach::Reach;
use super::{Projection, is_foreign};
use proj4rs::Proj;

/// What is known of a system that was named.
pub(crate) struct Named {
    pub(crate) projection: Projection,
    /// `EPSG:28355`, or as it was named.
    pub(crate) name: String,
    reach: Reach,
}

impl Named {
    /// Looks a name up; an error says what can be named.
    pub(crate) fn find(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.contains('[') {
            let projection = Projection::parse(text.as_bytes())?;
            return Ok(Self {
                projection,
                name: text.chars().take(60).collect(),
                reach: Reach::Earth,
            });
        }
        let Some(code) = code_of(text).or_else(|| spoken(text)) else {
            return Err(format!(
                "coordinate system `{text:.60}` is not known; give its EPSG code, for example \
                 `EPSG:32632` (UTM zone 32 north) or `EPSG:28355` (MGA zone 55)"
            ));
        };
        Self::of_code(code)
    }

    /// By the code of the EPSG dataset.
    pub(crate) fn of_code(code: i64) -> Result<Self, String> {
        let name = format!("EPSG:{code}");
        // OGC's own name for longitude and latitude on WGS 84.
        let code = if code == 84 { 4_326 } else { code };
        let found = u16::try_from(code)
            .ok()
            .and_then(crs_definitions::from_code);
        let Some(found) = found else {
            return Err(format!(
                "coordinate system `{name}` is not known; it is not the code of a geographic or \
                 projected system"
            ));
        };
        let definition = usable(found.proj4);
        let why = |why: String| format!("coordinate system `{name}` cannot be used: {why}");
        if definition.contains("+datum=NAD27") {
            return Err(why("its datum NAD27 needs grid files".to_owned()));
        }
        let source = Proj::from_proj_string(&definition).map_err(|e| why(e.to_string()))?;
        let reach = Reach::of(&definition, &source);
        let shifted = definition.split_whitespace().any(|word| {
            let numbers = word.strip_prefix("+towgs84=").unwrap_or("0");
            word.starts_with("+pm=") || numbers.split(',').any(|v| v.trim().parse() != Ok(0.0))
        });
        let plain = source.is_latlong() && !is_foreign(&source) && !shifted;
        if plain {
            return Ok(Self {
                projection: Projection::Degrees,
                name,
                reach: Reach::Earth,
            });
        }
        let mut projection = Projection::by_definition(&definition, || None).map_err(why)?;
        if let Projection::Transform {
            source,
            approximate,
            ..
        } = &mut projection
        {
            *approximate = is_foreign(source);
        }
        Ok(Self {
            projection,
            name,
            reach,
        })
    }

    /// Why positions of the file cannot be of this system: most of them miss its use by far, or have no
    /// place on the earth in it.
    pub(crate) fn refusal(&self, positions: &[(f64, f64)]) -> Option<String> {
        let mut misses: Vec<(f64, &str)> = Vec::new();
        let mut nowhere = 0_usize;
        for (x, y) in positions {
            let degrees = self.projection.degrees(*x, *y);
            let on_earth =
                degrees.is_some_and(|(lon, lat)| lon.abs() <= 360.0 && lat.abs() <= 90.0);
            match self.reach.miss(*x, degrees) {
                Some(miss) => misses.push(miss),
                None if !on_earth => nowhere += 1,
                None => {}
            }
        }
        if (misses.len() + nowhere) * 2 <= positions.len() {
            return None;
        }
        misses.sort_by(|a, b| a.0.total_cmp(&b.0));
        let name = &self.name;
        Some(match misses.get(misses.len() / 2) {
            Some((km, from)) => format!(
                "the positions do not fit the coordinate system `{name}`: they lie {km:.0} km from {from}"
            ),
            None => format!(
                "the positions do not fit the coordinate system `{name}`: it has no place on the earth for \
                 them"
            ),
        })
    }
}

/// A definition without what only heights need, and with what people call the web's Mercator spelt
/// out: on the sphere.
fn usable(definition: &str) -> String {
    if definition.contains("+nadgrids=@null") || definition.contains("+proj=webmerc") {
        return "+proj=merc +a=6378137 +b=6378137 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m".to_owned();
    }
    let kept = |word: &&str| !word.starts_with("+geoidgrids=") && !word.starts_with("+vunits=");
    let words: Vec<&str> = definition.split_whitespace().filter(kept).collect();
    words.join(" ")
}

/// `EPSG:28355`, `urn:ogc:def:crs:EPSG::28355`, `http://www.opengis.net/def/crs/EPSG/0/28355`, `28355`.
fn code_of(text: &str) -> Option<i64> {
    let digits = text.rsplit([':', '/', ' ']).next()?;
    let plain = digits.len() == text.len();
    let upper = text.to_uppercase();
    let said = plain
        || ["EPSG", "CRS", "OGC", "SRID"]
            .iter()
            .any(|w| upper.contains(w));
    let digits = if upper.ends_with("CRS84") {
        "84"
    } else {
        digits
    };
    let whole = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    (said && whole).then(|| digits.parse().ok()).flatten()
}

/// To these the zone is added: 31982 is zone 22 south.
const SIRGAS_SOUTH: i64 = 31_960;
const SIRGAS_NORTH: i64 = 31_954;

/// Systems by the name that people of the country use; zones are added to the first code.
const SPOKEN: &[(&[&str], i64, std::ops::RangeInclusive<i64>)] = &[
    (
        &["mga94", "mga", "gda94", "gda94mga", "mga1994"],
        28_300,
        48..=58,
    ),
    (
        &["mga2020", "gda2020", "gda2020mga", "mga20"],
        7_800,
        46..=59,
    ),
    (&["amg84", "agd84"], 20_300, 48..=57),
    (
        &["gausskruger", "gausskrueger", "gausskrüger", "gk", "dhdn"],
        31_464,
        2..=5,
    ),
    (
        &["sirgas2000utm", "sirgas2000", "sirgasutm", "sirgas"],
        SIRGAS_SOUTH,
        17..=25,
    ),
    (&["etrs89utm", "etrs89", "etrsutm", "etrs"], 25_800, 28..=38),
    (&["nad83utm", "nad83"], 26_900, 1..=23),
    (&["pl2000", "puwg2000"], 2_171, 5..=8),
];

/// Systems without zones.
const SINGLE: &[(&[&str], i64)] = &[
    (
        &[
            "wgs84", "wgs", "gps", "latlon", "longlat", "lonlat", "degrees", "crs84", "grad",
        ],
        4_326,
    ),
    (&["webmercator", "pseudomercator", "googlemercator"], 3_857),
    (&["lambert93", "l93", "rgf93"], 2_154),
    (
        &[
            "osgb",
            "osgb36",
            "britishnationalgrid",
            "bng",
            "nationalgrid",
        ],
        27_700,
    ),
    (&["irishgrid", "tm75"], 29_902),
    (&["itm", "irishtransversemercator"], 2_157),
    (&["rd", "rdnew", "rijksdriehoek", "amersfoort"], 28_992),
    (&["lambert72", "belge72", "belgianlambert72"], 31_370),
    (&["lambert2008", "belgianlambert2008"], 3_812),
    (&["sweref99", "sweref99tm", "sweref"], 3_006),
    (&["etrstm35fin", "tm35fin"], 3_067),
    (&["nztm", "nztm2000"], 2_193),
    (&["puwg1992", "pl1992", "cs92"], 2_180),
    (&["lv95", "ch1903lv95"], 2_056),
    (&["lv03", "ch1903lv03"], 21_781),
    (&["sjtsk", "krovak", "sjtskkrovak"], 5_514),
    (&["laea", "etrslaea", "laeaeurope"], 3_035),
];

/// The code of `UTM 55S`, `MGA zone 55`, `Lambert-93`.
fn spoken(text: &str) -> Option<i64> {
    let plain: String = text
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect();
    let single = |(names, code): &(&[&str], i64)| names.contains(&plain.as_str()).then_some(*code);
    if let Some(code) = SINGLE.iter().find_map(single) {
        return Some(code);
    }
    // The last number is the zone, a letter or word behind it the hemisphere.
    let end = plain.rfind(|c: char| c.is_ascii_digit())?;
    let start = plain
        .get(..end)?
        .rfind(|c: char| !c.is_ascii_digit())
        .map_or(0, |at| {
            at + plain
                .get(at..)
                .and_then(|t| t.chars().next())
                .map_or(1, char::len_utf8)
        });
    let zone: i64 = plain.get(start..=end)?.parse().ok()?;
    let side = plain.get(end + 1..)?;
    let head = plain.get(..start)?;
    let head = ["zone", "zona", "fuseau", "huso", "fuso", "strefa", "zon"]
        .iter()
        .find_map(|word| head.strip_suffix(word))
        .unwrap_or(head);
    let south = match side {
        "s" | "south" | "sur" | "sud" | "sul" | "süd" => true,
        "" | "n" | "north" | "norte" | "nord" => false,
        _ => return None,
    };
    if matches!(head, "utm" | "wgs84utm" | "utmwgs84") && (1..=60).contains(&zone) {
        // Without a hemisphere half of the earth would be guessed.
        let said = !side.is_empty();
        return said.then_some(if south { 32_700 } else { 32_600 } + zone);
    }
    let (_, first, _) = SPOKEN
        .iter()
        .find(|(names, _, zones)| names.contains(&head) && zones.contains(&zone))?;
    let sirgas = *first == SIRGAS_SOUTH;
    match (sirgas, side.is_empty(), south) {
        // Brazil lies on both sides of the equator.
        (true, true, _) => None,
        (true, false, false) => Some(SIRGAS_NORTH + zone),
        _ => Some(first + zone),
    }
}

#[cfg(test)]
#[path = "named_tests.rs"]
mod tests;
