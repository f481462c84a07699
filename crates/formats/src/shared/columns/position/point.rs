//! A whole position in one cell: WKT with or without SRID, well-known binary in hexadecimal digits, a
//! point of GeoJSON, or a pair of numbers.

use crate::shared::columns::number;

/// A position as the cell has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Found {
    pub(super) x: f64,
    pub(super) y: f64,
    /// The code of its coordinate system, where the cell tells one.
    pub(super) code: Option<i64>,
}

/// What a cell holds; `None` for anything that is no point.
pub(super) fn read(text: &str) -> Option<Found> {
    let text = text.trim().trim_matches('"').trim();
    if text.len() > 4_096 {
        return None;
    }
    let first = text.chars().next()?;
    if first == '{' {
        return geojson(text);
    }
    if text.len() >= 42 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return binary(text);
    }
    let upper = text.to_ascii_uppercase();
    let (code, rest) = match upper.strip_prefix("SRID=") {
        Some(rest) => {
            let (code, rest) = rest.split_once(';')?;
            (code.trim().parse().ok(), rest.trim())
        }
        None => (None, upper.as_str()),
    };
    let rest = rest
        .strip_prefix("MULTI")
        .unwrap_or(rest)
        .strip_prefix("POINT")?;
    let open = rest.find('(')?;
    let dimension = rest.get(..open)?.trim();
    if !["", "Z", "M", "ZM"].contains(&dimension) {
        return None;
    }
    let body = rest.get(open..)?.trim_start_matches(['(', ' ']);
    let body = body.split([')', ',']).next()?;
    let mut numbers = body
        .split_whitespace()
        .map(|word| number::parse(word, false));
    let (x, y) = (numbers.next()??, numbers.next()??);
    Some(Found { x, y, code })
}

/// A pair of numbers, the first and the second: `43.2085, -93.25`.
pub(super) fn pair(text: &str) -> Option<(f64, f64)> {
    let text = text.trim().trim_matches(['"', '(', ')', '[', ']']).trim();
    let (a, b) = text
        .split_once([';', '|'])
        .or_else(|| text.split_once(", "))
        .or_else(|| {
            text.split_once(',')
                .filter(|_| text.matches(',').count() == 1)
        })
        .or_else(|| text.split_once(' '))?;
    let parse = |text: &str| number::parse(text, text.contains(','));
    // Two decimals at least: `12 300` is one number with its thousands parted.
    let decimals = |text: &str| text.contains(['.', ',']);
    (decimals(a) && decimals(b)).then(|| Some((parse(a)?, parse(b)?)))?
}

fn geojson(text: &str) -> Option<Found> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    let geometry = value.get("geometry").unwrap_or(&value);
    let place = geometry.get("coordinates")?;
    let place = match geometry.get("type")?.as_str()? {
        "Point" => place,
        "MultiPoint" => place.get(0)?,
        _ => return None,
    };
    let (x, y) = (place.get(0)?.as_f64()?, place.get(1)?.as_f64()?);
    Some(Found { x, y, code: None })
}

/// Well-known binary with the flags of PostGIS.
fn binary(text: &str) -> Option<Found> {
    let byte = |at: usize| u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok();
    let little = match byte(0)? {
        0 => false,
        1 => true,
        _ => return None,
    };
    let bytes = |at: usize, count: usize| -> Option<u64> {
        (0..count).try_fold(0_u64, |value, place| {
            let place = if little { count - 1 - place } else { place };
            Some((value << 8) | u64::from(byte(at + place)?))
        })
    };
    let kind = bytes(1, 4)?;
    let with_code = kind & 0x2000_0000 != 0;
    // Types above 1000 are those with height or measure.
    if (kind & 0x0FFF_FFFF) % 1_000 != 1 {
        return None;
    }
    let code = with_code.then(|| bytes(5, 4)).flatten();
    let at = if with_code { 9 } else { 5 };
    let (x, y) = (
        f64::from_bits(bytes(at, 8)?),
        f64::from_bits(bytes(at + 8, 8)?),
    );
    let code = code.and_then(|code| i64::try_from(code).ok());
    (x.is_finite() && y.is_finite()).then_some(Found { x, y, code })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_point() {
        #[rustfmt::skip]
        let cases = [
            ("POINT (-93.25 43.5)", None), ("POINT(-93.25 43.5)", None), ("point z (-93.25 43.5 210)", None),
            ("SRID=4326;POINT(-93.25 43.5)", Some(4_326)), ("MULTIPOINT ((-93.25 43.5))", None),
            ("POINT ZM (-93.25 43.5 1 2)", None), ("\"POINT (-93.25 43.5)\"", None),
            (r#"{"type":"Point","coordinates":[-93.25,43.5]}"#, None),
            (r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[-93.25,43.5,7]}}"#, None),
            ("010100000000000000005057C00000000000C04540", None),
            ("0101000020E610000000000000005057C00000000000C04540", Some(4_326)),
            ("0000000001C0575000000000004045C00000000000", None),
        ];
        for (text, code) in cases {
            let expected = Found {
                x: -93.25,
                y: 43.5,
                code,
            };
            assert_eq!(read(text), Some(expected), "{text}");
        }
        #[rustfmt::skip]
        let none = [
            "", "POINT EMPTY", "POINT (a b)", "POINT (1)", "LINESTRING (1 2, 3 4)", "{", "{}", "[1,2]",
            "POLYGON ((1 2, 3 4, 5 6, 1 2))", "point of sale (1 2)", "{\"type\":\"Point\"}",
            "0101000000000000000050", "ffffffffffffffffffffffffffffffffffffffffffffffff",
        ];
        for text in none {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn pairs_have_decimals() {
        for text in [
            "43.5, -93.25",
            "43.5,-93.25",
            "(43.5, -93.25)",
            "43.5 -93.25",
            "43,5;-93,25",
        ] {
            assert_eq!(pair(text), Some((43.5, -93.25)), "{text}");
        }
        for text in ["", "12 300", "43.5", "a, b", "1,2,3", "7,5"] {
            assert_eq!(pair(text), None, "{text}");
        }
    }
}
