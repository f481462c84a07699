//! Tables and layers of other things than field work, told by their titles: soil surveys, soil
//! samples, weather.
//!
//! Rule: one title that belongs to work (a yield, a rate, a flow, a width) and the table is work.

use crate::claim::ReadOptions;
use crate::shared::columns::Title;
use crate::shared::columns::given::key_of;

/// A kind of data: what it is called, its words, and how many titles must have one.
struct Kind {
    what: &'static str,
    /// Whole words of a title, in lower case.
    words: &'static [&'static str],
    /// Beginnings of words.
    stems: &'static [&'static str],
    /// Units as they stand in a title.
    units: &'static [&'static str],
    least: usize,
}

/// In order: the first that fits.
const KINDS: &[Kind] = &[
    Kind {
        what: "a survey of soil conductivity",
        words: &[
            "ec", "eca", "ecsh", "ecdp", "ecs", "ecd", "ece", "em38", "em31", "em38v", "em38h",
            "hcp", "prp", "pemv", "ecv", "ech", "msm",
        ],
        stems: &[
            "ecshallow",
            "ecdeep",
            "ecdp",
            "ecsh",
            "ec0",
            "ec1",
            "ec3",
            "ec9",
            "veris",
            "conductiv",
            "conduct",
            "condutiv",
            "leitfah",
            "leitfäh",
            "conducib",
            "przewodn",
            "ledningsev",
            "geleidb",
            "resistiv",
        ],
        units: &["ms/m", "ms m-1", "ds/m", "µs/cm"],
        least: 1,
    },
    Kind {
        what: "a survey of the soil's gamma radiation",
        words: &[
            "k40",
            "u238",
            "th232",
            "cs137",
            "gamma",
            "totalcount",
            "doserate",
            "thorium",
            "uranium",
        ],
        stems: &["gamma", "radiom"],
        units: &[],
        least: 1,
    },
    Kind {
        what: "measurements of a penetrometer",
        words: &["cone", "coneindex", "kpa"],
        stems: &["penetr", "coneind", "eindring"],
        units: &[],
        least: 1,
    },
    Kind {
        what: "soil samples",
        words: &[
            "ph", "bph", "om", "soc", "cec", "ctc", "p2o5", "k2o", "mgo", "mehlich", "olsen",
            "humus", "lime", "kalk", "sand", "silt", "clay", "schluff", "arcilla", "arena", "limo",
            "argila", "areia", "argile", "sable", "limon", "zn", "cu", "mn", "ca", "mg", "no3",
        ],
        stems: &[
            "organic", "phosph", "potass", "magnes", "calcium", "nitrat", "textur", "matorg",
        ],
        units: &[],
        least: 2,
    },
    Kind {
        what: "records of the weather",
        words: &[
            "rain", "eto", "et0", "dewpoint", "wind", "gust", "lluvia", "chuva", "pluie", "regen",
        ],
        stems: &[
            "rainfall",
            "precip",
            "windspe",
            "winddir",
            "humidit",
            "solarrad",
            "niederschl",
            "luftfeuch",
            "barom",
        ],
        units: &[],
        least: 2,
    },
];

/// Words of titles that only work has.
const WORK: &[&str] = &[
    "yield",
    "yld",
    "ertrag",
    "rendement",
    "rendimi",
    "produtiv",
    "resa",
    "plon",
    "udbytte",
    "opbrengst",
    "rate",
    "dose_",
    "flow",
    "swath",
    "swth",
    "width",
    "crop",
    "seed",
    "applied",
    "applica",
    "target",
    "tgt",
    "harvest",
    "bushel",
    "mass",
    "section",
    "boom",
    "product",
    "variety",
    "hybrid",
    "population",
    "singul",
    "protein",
    "oil%",
];

/// What a table of these titles is, if it is no work and the caller names none of its columns.
pub(crate) fn other_data_unasked(names: &[&str], options: &ReadOptions) -> Option<String> {
    let asked = |name: &&str| key_of(&Title::from_text(name), &options.column_map).is_some();
    if names.iter().any(asked) {
        return None;
    }
    other_data(names.iter().copied())
}

/// What a table of these titles is, if it is no work: for people, with the way to convert it all the
/// same.
pub(crate) fn other_data<'a>(titles: impl Iterator<Item = &'a str> + Clone) -> Option<String> {
    // Nitrate and saturated are no rates.
    let lower = titles.clone().map(|title| {
        let title = title.to_lowercase();
        title.replace("nitrat", "n").replace("saturat", "s")
    });
    if lower
        .clone()
        .any(|title| WORK.iter().any(|word| title.contains(word)))
    {
        return None;
    }
    for kind in KINDS {
        let found = titles
            .clone()
            .filter(|title| is_of(kind, &title.to_lowercase()));
        let named: Vec<String> = found.map(|title| format!("{:.30}", title.trim())).collect();
        if named.len() >= kind.least {
            let shown: Vec<&str> = named.iter().take(4).map(String::as_str).collect();
            let more = if named.len() > shown.len() {
                ", …"
            } else {
                ""
            };
            return Some(format!(
                "{} ({}{more}), no machine data; it is converted only if you map its columns \
                 (`--column TITLE=PROPERTY:UNIT`, docs/columns.md)",
                kind.what,
                shown.join(", ")
            ));
        }
    }
    None
}

fn is_of(kind: &Kind, title: &str) -> bool {
    let parts = || {
        title
            .split(|c: char| !c.is_alphanumeric())
            .filter(|part| !part.is_empty())
    };
    let joined: String = parts().collect();
    let stem = |part: &str| kind.stems.iter().any(|stem| part.starts_with(stem));
    let unit = kind.units.iter().any(|unit| title.contains(unit));
    unit || parts().any(|part| kind.words.contains(&part) || stem(part))
        || kind.words.contains(&joined.as_str())
        || stem(&joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_tell_other_data_from_work() {
        let cases: &[(&[&str], Option<&str>)] = &[
            (
                &["Long", "Lat", "EC SH", "EC DP", "Altitude", "Speed(mph)"],
                Some("soil conductivity (EC SH, EC DP)"),
            ),
            (
                &[
                    "Longitude",
                    "Latitude",
                    "EC_Shallow",
                    "EC_Deep",
                    "Red",
                    "IR",
                ],
                Some("soil conductivity"),
            ),
            (
                &["X", "Y", "EM38_V", "EM38_H", "Elev"],
                Some("soil conductivity"),
            ),
            (
                &["lon", "lat", "ECa 0-30 (mS/m)", "ECa 0-90 (mS/m)"],
                Some("soil conductivity"),
            ),
            (
                &["Länge", "Breite", "Leitfähigkeit 0-1m", "Höhe"],
                Some("soil conductivity"),
            ),
            (
                &["Longitud", "Latitud", "CEa 0-50 (mS/m)", "CEa 0-100 (mS/m)"],
                Some("soil conductivity (CEa 0-50"),
            ),
            (
                &["longitud", "latitud", "Conductividad", "Altura"],
                Some("soil conductivity"),
            ),
            (
                &["lat", "lon", "K40", "U238", "Th232", "TotalCount"],
                Some("gamma"),
            ),
            (
                &["Lat", "Lon", "Cone Index (kPa)", "Depth"],
                Some("penetrometer"),
            ),
            (
                &[
                    "Latitude",
                    "Longitude",
                    "Sample",
                    "pH",
                    "OM",
                    "P",
                    "K",
                    "CEC",
                ],
                Some("soil samples (pH, OM, CEC)"),
            ),
            (
                &["Lat", "Lon", "Nitrate-N (ppm)", "Soil pH"],
                Some("soil samples"),
            ),
            (
                &["Date", "Rainfall", "Wind Speed", "Humidity"],
                Some("weather"),
            ),
            (&["Longitude", "Latitude", "Yield", "EC"], None),
            (&["lon", "lat", "Rate", "pH", "OM"], None),
            (&["Longitude", "Latitude", "Speed", "Heading"], None),
            (&["ID", "Name", "Elevation"], None),
            (
                &[
                    "Longitude",
                    "Latitude",
                    "DISTANCE",
                    "SWATHWIDTH",
                    "VRYIELDVOL",
                    "Moisture",
                ],
                None,
            ),
            (
                &[
                    "LONGITUDE",
                    "LATITUDE",
                    "FLOW",
                    "TIME",
                    "CYCLES",
                    "PASS",
                    "DRY_BU_AC",
                ],
                None,
            ),
        ];
        for (titles, expected) in cases {
            let told = other_data(titles.iter().copied());
            match expected {
                Some(words) => assert!(
                    told.as_deref().is_some_and(|t| t.contains(words)),
                    "{titles:?}: {told:?}"
                ),
                None => assert_eq!(told, None, "{titles:?}"),
            }
        }
    }
}
