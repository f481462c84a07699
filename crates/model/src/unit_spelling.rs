//! Units as files and people spell them: `gal(US)/ac`, `tonne/ha`, `sc/ha`, Deere's `bu1ac-1`.
//!
//! Rule: a spelling is one word of the table, or a word over a word. A ton an acre is the short
//! ton, a ton over anything metric is the tonne.

use crate::unit::Unit;

/// Longest text that can be a unit.
const LONGEST: usize = 40;

/// Words for a unit, in small letters without blanks: the symbol first.
const WORDS: &[(&str, &[&str])] = &[
    (
        "arcdeg",
        &[
            "deg", "degree", "degrees", "°", "grad", "degr", "grados", "graus", "gradi",
        ],
    ),
    (
        "m",
        &[
            "meter", "metre", "meters", "metres", "metros", "metro", "mètres", "metri", "mtr",
            "mts",
        ],
    ),
    (
        "cm",
        &["centimeter", "centimetre", "centimeters", "centimetres"],
    ),
    (
        "km",
        &["kilometer", "kilometre", "kilometers", "kilometres"],
    ),
    ("mm", &["millimeter", "millimetre"]),
    ("in", &["inch", "inches", "zoll", "pulgadas", "pouces"]),
    ("ft", &["feet", "foot", "pies", "pieds", "fuß"]),
    ("yd", &["yard", "yards", "yds"]),
    ("mi", &["mile", "miles"]),
    ("m2", &["sqm", "sq.m", "qm", "m^2"]),
    (
        "ha",
        &[
            "hectare",
            "hectares",
            "hektar",
            "hectáreas",
            "hectareas",
            "hect",
        ],
    ),
    ("ac", &["acre", "acres"]),
    ("ft2", &["sqft", "sq.ft", "ft^2"]),
    ("fed", &["feddan", "feddans"]),
    (
        "s",
        &[
            "sec", "secs", "second", "seconds", "seg", "segundos", "sek", "sekunden", "secondes",
        ],
    ),
    ("min", &["minute", "minutes"]),
    ("h", &["hr", "hrs", "hour", "hours", "std", "hora", "heure"]),
    ("mi/hr", &["mph"]),
    (
        "km/hr",
        &["kph", "kmh", "km/h", "km/t", "km/u", "km/std", "kmph"],
    ),
    ("ft/s", &["fps"]),
    ("m/s", &["mps"]),
    ("kn", &["kt", "kts", "knot", "knots"]),
    (
        "prcnt",
        &["%", "percent", "pct", "prozent", "porcentaje", "pourcent"],
    ),
    (
        "t",
        &[
            "tonne",
            "tonnes",
            "metricton",
            "metrictons",
            "tn",
            "mt",
            "tonelada",
            "toneladas",
            "tonnen",
        ],
    ),
    (
        "ton",
        &[
            "tons",
            "shortton",
            "shorttons",
            "uston",
            "ustons",
            "ton(us)",
            "tons(us)",
        ],
    ),
    ("kg", &["kgs", "kilo", "kilos", "kilogram", "kilograms"]),
    ("g", &["gr", "gram", "grams"]),
    ("lb", &["lbs", "pound", "pounds", "libras"]),
    ("oz", &["ounce", "ounces"]),
    ("cwt", &["hundredweight"]),
    (
        "quintal",
        &[
            "dt",
            "dz",
            "qq",
            "quintals",
            "quintaux",
            "quintales",
            "hkg",
            "dezitonne",
            "dezitonnen",
        ],
    ),
    (
        "L",
        &[
            "l", "lt", "lts", "ltr", "liter", "litre", "liters", "litres", "litros",
        ],
    ),
    ("ml", &["milliliter", "millilitre", "cc"]),
    ("hL", &["hl", "hektoliter", "hectolitre"]),
    ("m3", &["cbm", "m^3"]),
    ("gal", &["gallon", "gallons", "gals", "gl", "usgal"]),
    ("qt", &["quart", "quarts"]),
    ("pt", &["pint", "pints"]),
    ("floz", &["fl.oz", "fluidounce", "fluidounces"]),
    ("bu", &["bushel", "bushels", "bsh", "bus"]),
    (
        "seeds",
        &[
            "seed", "sds", "kernels", "plants", "semillas", "sementes", "graines", "körner",
            "koerner", "nasion", "frø", "zaden", "count", "ct",
        ],
    ),
    ("gal/ac", &["gpa"]),
    ("gal/min", &["gpm"]),
    ("bu/ac", &["bpa"]),
    (
        "lb/1000ft2",
        &[
            "lb/1000sqft",
            "lbs/1000sqft",
            "lbs/1000ft2",
            "lb/msf",
            "lbs/msf",
            "lb/1,000ft2",
        ],
    ),
    ("gal/1000ft2", &["gal/1000sqft", "gal/msf"]),
    ("lbf", &["lbsf", "lbforce"]),
    ("C", &["°c", "degc", "celsius"]),
    ("F", &["°f", "degf", "fahrenheit"]),
];

/// What stands over a slash and nowhere else.
const OVER: &[(&str, &[&str])] = &[
    ("q", &["q", "quintal"]),
    (
        "sc",
        &[
            "sc", "saca", "sacas", "saco", "sacos", "scs", "sack", "sacks",
        ],
    ),
    ("arroba", &["arroba", "arrobas", "@"]),
    (
        "ksds",
        &[
            "ksds",
            "kseeds",
            "kseed",
            "kplants",
            "1000seeds",
            "1000sds",
            "tsds",
            "k",
        ],
    ),
];

/// What stands under a slash and nowhere else.
const UNDER: &[(&str, &[&str])] = &[
    ("ac", &["a", "acr"]),
    ("hr", &["h", "hr", "hour", "hours"]),
    ("mu", &["mu", "亩"]),
];

impl Unit {
    /// A unit as files spell it: `gal(US)/ac`, `tonne/ha`, `mph`, Deere's `bu1ac-1`, ….
    ///
    /// ```
    /// use tramline_model::Unit;
    /// assert_eq!(Unit::parse("tonnes/ha").map(|u| u.symbol), Some("t/ha"));
    /// assert_eq!(Unit::parse("bananas"), None);
    /// ```
    pub fn parse(text: &str) -> Option<&'static Self> {
        let text = text.trim();
        if text.is_empty() || text.len() > LONGEST {
            return None;
        }
        if let Some(unit) = Self::from_symbol(text) {
            return Some(unit);
        }
        // A megagram is a tonne, and a milligram is not.
        if let Some(rest) = text
            .strip_prefix("Mg")
            .filter(|r| r.is_empty() || r.starts_with('/'))
        {
            return Self::parse(&format!("t{rest}"));
        }
        let mut plain = text
            .to_lowercase()
            .replace('³', "3")
            .replace('²', "2")
            .replace("(us)", "");
        plain.retain(|c| !c.is_whitespace() && !matches!(c, '[' | ']' | '·'));
        if let Some(deere) = deere_grammar(&plain) {
            plain = deere;
        }
        if let Some(unit) = word(&plain, WORDS) {
            return Self::from_symbol(unit);
        }
        let Some((over, under)) = plain.split_once('/') else {
            return Self::all()
                .iter()
                .find(|u| u.symbol.eq_ignore_ascii_case(&plain));
        };
        let over = word(over, OVER)
            .or_else(|| word(over, WORDS))
            .unwrap_or(over);
        let below = word(under, UNDER)
            .or_else(|| word(under, WORDS))
            .unwrap_or(under);
        let over = match (over, below) {
            ("ton", "ac") => "ton",
            // An American ton an hour is not told from a tonne: the tonne is what exports write.
            ("ton", _) => "t",
            ("quintal", _) => "q",
            (other, _) => other,
        };
        let hour = if below == "hr" { "h" } else { below };
        [below, hour].iter().find_map(|below| {
            let symbol = format!("{over}/{below}");
            Self::all()
                .iter()
                .find(|u| u.symbol.eq_ignore_ascii_case(&symbol))
        })
    }
}

fn word(text: &str, table: &[(&'static str, &[&str])]) -> Option<&'static str> {
    table
        .iter()
        .find(|(symbol, words)| *symbol == text || words.contains(&text))
        .map(|(symbol, _)| *symbol)
}

/// Deere's grammar `<unit><exponent>…`, as `bu1ac-1` or `[mm3]1[m2]-1`, to `bu/ac`. Brackets are
/// gone already; an exponent right behind a bare unit ends it.
fn deere_grammar(text: &str) -> Option<String> {
    let rest = text.strip_suffix("-1")?;
    let letters = rest.trim_end_matches(|c: char| c != '1');
    let numerator = letters.strip_suffix('1')?;
    let denominator = rest.get(letters.len()..)?;
    (!numerator.is_empty() && !denominator.is_empty()).then(|| format!("{numerator}/{denominator}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_files_are_read() {
        let cases = [
            ("bu1ac-1", "bu/ac"),
            ("lb1ac-1", "lb/ac"),
            ("seeds1ac-1", "seeds/ac"),
            ("mi1hr-1", "mi/hr"),
            ("kg1ha-1", "kg/ha"),
            ("l1ha-1", "L/ha"),
            ("[mm3]1[m2]-1", "mm3/m2"),
            ("gal(US)/ac", "gal/ac"),
            ("tonne/ha", "t/ha"),
            ("mph", "mi/hr"),
            ("km/h", "km/hr"),
            ("%", "prcnt"),
            ("m³/s", "m3/s"),
            ("gal1ac-1", "gal/ac"),
            ("mg1sec-1", "mg/s"),
            ("mg1[m2]-1", "mg/m2"),
            ("l1hr-1", "L/h"),
            ("ton1ac-1", "ton/ac"),
            ("dt/ha", "q/ha"),
            ("qq/ha", "q/ha"),
            ("q/ha", "q/ha"),
            ("sc/ha", "sc/ha"),
            ("ksds/ha", "ksds/ha"),
            ("t/fed", "t/fed"),
            ("lb/1000ft2", "lb/1000ft2"),
            ("lbs / 1000 sqft", "lb/1000ft2"),
            ("tons/ha", "t/ha"),
            ("tons/ac", "ton/ac"),
            ("Mg/ha", "t/ha"),
            ("hl/ha", "hL/ha"),
            ("Körner/m²", "seeds/m2"),
            ("lbs/A", "lb/ac"),
            ("l/min", "L/min"),
            ("ac/hr", "ac/h"),
            ("sds/ac", "seeds/ac"),
            ("bu/hr", "bu/h"),
            ("tonne/hr", "t/h"),
        ];
        for (text, symbol) in cases {
            assert_eq!(Unit::parse(text).map(|u| u.symbol), Some(symbol), "{text}");
        }
        for text in ["parsec", "bananas", "", "/", "t/", "/ha", "per"] {
            assert!(Unit::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn every_word_of_the_table_leads_to_a_unit() {
        for (symbol, _) in WORDS {
            assert!(Unit::from_symbol(symbol).is_some(), "{symbol}");
        }
    }
}
