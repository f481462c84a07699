//! Latitudes and longitudes as texts write them: decimal degrees, degrees with minutes and seconds, NMEA's
//! degrees and minutes in one number, whole numbers of a millionth of a degree, and a letter of the
//! hemisphere before, behind or beside them.
//!
//! Rule: the column decides how its numbers are meant; a minute or second above 60 is no position.

use crate::shared::columns::number;
use crate::shared::columns::table::Cell;

/// Which of the two angles of a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Axis {
    Longitude,
    Latitude,
}

impl Axis {
    /// The largest value in degrees.
    pub(super) fn most(self) -> f64 {
        match self {
            Self::Longitude => 180.0,
            Self::Latitude => 90.0,
        }
    }
}

/// How the numbers of a column are meant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Form {
    /// Degrees, also with minutes and seconds beside them.
    Degrees,
    /// `4312.5083`: 43 degrees and 12.5083 minutes.
    Nmea,
    /// Whole numbers of this many to a degree.
    Scaled(f64),
}

/// One cell: numbers for degrees, minutes and seconds, and its sign.
struct Parts {
    numbers: [f64; 3],
    count: usize,
    negative: bool,
    letter: Option<char>,
}

/// The hemisphere of a letter: 1 or -1, and its axis where the letter tells. `O` is east in German and
/// west in French, Spanish, Portuguese and Italian: the caller knows.
pub(super) fn hemisphere(letter: char, o_is_east: bool) -> Option<(f64, Axis)> {
    match letter.to_ascii_uppercase() {
        'N' => Some((1.0, Axis::Latitude)),
        'S' => Some((-1.0, Axis::Latitude)),
        'E' | 'L' => Some((1.0, Axis::Longitude)),
        'O' if o_is_east => Some((1.0, Axis::Longitude)),
        'W' | 'O' => Some((-1.0, Axis::Longitude)),
        _ => None,
    }
}

fn parts(text: &str, comma: bool) -> Option<Parts> {
    let text = text.trim();
    // A plain number is the usual case.
    if let Some(value) = number::parse(text, comma) {
        return Some(Parts {
            numbers: [value.abs(), 0.0, 0.0],
            count: 1,
            negative: value.is_sign_negative(),
            letter: None,
        });
    }
    if text.len() > 64 {
        return None;
    }
    let mut letter = None;
    let mut body = text;
    let is_letter = |c: char| "NSEWOLnsewol".contains(c);
    if let Some(last) = body.chars().next_back().filter(|c| is_letter(*c)) {
        letter = Some(last);
        body = body
            .get(..body.len() - last.len_utf8())?
            .trim_end_matches([' ', ',']);
    } else if let Some(first) = body.chars().next().filter(|c| is_letter(*c)) {
        letter = Some(first);
        body = body.get(first.len_utf8()..)?.trim_start();
    }
    let negative = body.starts_with(['-', '\u{2212}']);
    let body = body.trim_start_matches(['-', '+', '\u{2212}']);
    let marks = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '°' | 'º'
                    | '˚'
                    | ':'
                    | '\''
                    | '′'
                    | '’'
                    | '´'
                    | '"'
                    | '″'
                    | '”'
                    | 'd'
                    | 'm'
                    | 's'
            )
    };
    let mut found = Parts {
        numbers: [0.0; 3],
        count: 0,
        negative,
        letter,
    };
    for word in body.split(marks).filter(|word| !word.is_empty()) {
        // The decimals of minutes are written as the numbers of the column, or with a point.
        let unsigned = word.starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == ',');
        let value = number::parse(word, comma).or_else(|| number::parse(word, word.contains(',')));
        *found.numbers.get_mut(found.count)? = value.filter(|_| unsigned)?;
        found.count += 1;
    }
    let [degrees, minutes, seconds] = found.numbers;
    let whole = |value: f64| value.fract() == 0.0;
    let sound = match found.count {
        1 => true,
        2 => whole(degrees) && minutes < 60.0,
        3 => whole(degrees) && whole(minutes) && minutes < 60.0 && seconds < 60.0 + 1e-9,
        _ => false,
    };
    sound.then_some(found)
}

/// Degrees of a cell, south and west below zero; `beside` is the letter of a column beside it.
pub(super) fn degrees(
    cell: Cell<'_>,
    form: Form,
    comma: bool,
    beside: Option<char>,
    o_is_east: bool,
) -> Option<f64> {
    let (degrees, negative, letter) = match cell {
        Cell::Null => return None,
        Cell::Number(value) => (placed(value.abs(), form)?, value < 0.0, None),
        Cell::Text(text) => {
            let parts = parts(text, comma)?;
            let [degrees, minutes, seconds] = parts.numbers;
            let value = match parts.count {
                1 => placed(degrees, form)?,
                _ => degrees + minutes / 60.0 + seconds / 3_600.0,
            };
            (value, parts.negative, parts.letter)
        }
    };
    let sign = letter
        .or(beside)
        .and_then(|letter| hemisphere(letter, o_is_east))
        .map(|(sign, _)| sign);
    Some(match sign {
        // The letter tells the side, whatever sign stands before the number.
        Some(sign) => sign * degrees,
        None if negative => -degrees,
        None => degrees,
    })
}

/// The letter that a cell carries itself.
pub(super) fn letter_of(text: &str) -> Option<char> {
    parts(text, text.contains(',')).and_then(|parts| parts.letter)
}

fn placed(value: f64, form: Form) -> Option<f64> {
    match form {
        Form::Degrees => value.is_finite().then_some(value),
        Form::Scaled(count) => Some(value / count).filter(|v| v.is_finite()),
        Form::Nmea => {
            let degrees = (value / 100.0).trunc();
            let minutes = value - degrees * 100.0;
            (minutes < 60.0).then_some(degrees + minutes / 60.0)
        }
    }
}

/// How the single numbers of a column are meant, from their size; `values` are without sign.
pub(super) fn form(values: &[f64], axis: Axis) -> Form {
    let most = axis.most();
    let share = |fits: &dyn Fn(f64) -> bool| {
        values.iter().filter(|v| fits(**v)).count() * 10 >= values.len() * 9
    };
    if values.is_empty() || share(&|v| v <= most) || share(&|v| v <= 180.0) {
        return Form::Degrees;
    }
    let nmea = |v: f64| v <= most * 100.0 && v % 100.0 < 60.0;
    if share(&nmea) {
        return Form::Nmea;
    }
    let whole = share(&|v| v.fract() == 0.0);
    for count in [1e6, 1e7] {
        // Ten millionths of a degree have a digit more than millionths.
        if whole && share(&|v| v <= most * count && v >= 1e5) {
            return Form::Scaled(count);
        }
    }
    Form::Degrees
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_latitude() {
        #[rustfmt::skip]
        let cases = [
            ("43.208472", false, Form::Degrees, None), ("43,208472", true, Form::Degrees, None),
            ("43°12'30.5\"N", false, Form::Degrees, None), ("43° 12' 30,5\" N", true, Form::Degrees, None),
            ("N43°12'30.5\"", false, Form::Degrees, None), ("43 12 30.5", false, Form::Degrees, None),
            ("43:12:30.5", false, Form::Degrees, None), ("43°12.508333′", false, Form::Degrees, None),
            ("43d12m30.5s N", false, Form::Degrees, None), ("43º12’30.5”N", false, Form::Degrees, None),
            ("43.208472N", false, Form::Degrees, None), ("43.208472 n", false, Form::Degrees, None),
            ("N 43.208472", false, Form::Degrees, None), ("43.208472°", false, Form::Degrees, None),
            ("4312.50833", false, Form::Nmea, None), ("4312.50833,N", false, Form::Nmea, None),
            ("43208472", false, Form::Scaled(1e6), None), ("432084720", false, Form::Scaled(1e7), None),
            ("43.208472", false, Form::Degrees, Some('N')),
        ];
        for (text, comma, form, beside) in cases {
            let found = degrees(Cell::Text(text), form, comma, beside, false);
            let off = found.map(|v| (v - 43.208_472).abs());
            assert!(off.is_some_and(|off| off < 1e-6), "{text}: {found:?}");
        }
        #[rustfmt::skip]
        let south = [
            ("-34 30.0", None), ("34°30'S", None), ("S34.5", None), ("-34.5", None), ("34.5", Some('S')),
            ("-34.5", Some('S')), ("-34°30'00\"", None), ("\u{2212}34°30'", None), ("34 30 00 s", None),
        ];
        for (text, beside) in south {
            let found = degrees(Cell::Text(text), Form::Degrees, false, beside, false);
            assert_eq!(found, Some(-34.5), "{text}");
        }
        assert_eq!(
            degrees(Cell::Number(-51.5), Form::Degrees, false, None, false),
            Some(-51.5)
        );
        assert_eq!(
            degrees(Cell::Text("9°30'O"), Form::Degrees, false, None, true),
            Some(9.5)
        );
        assert_eq!(
            degrees(Cell::Text("9°30'O"), Form::Degrees, false, None, false),
            Some(-9.5)
        );
        for text in [
            "",
            "abc",
            "43°61'",
            "43°12'61\"",
            "43.5°12'",
            "1 2 3 4",
            "43--12",
            "N",
            "NaN",
        ] {
            assert_eq!(
                degrees(Cell::Text(text), Form::Degrees, false, None, false),
                None,
                "{text}"
            );
        }
    }

    #[test]
    fn the_size_of_the_numbers_tells_their_form() {
        #[rustfmt::skip]
        let cases: [(&[f64], Axis, Form); 6] = [
            (&[43.2, 43.3], Axis::Latitude, Form::Degrees), (&[93.25], Axis::Longitude, Form::Degrees),
            (&[4_312.508, 4_312.51], Axis::Latitude, Form::Nmea),
            (&[9_325.123], Axis::Longitude, Form::Nmea),
            (&[43_208_569.0], Axis::Latitude, Form::Scaled(1e6)),
            (&[432_085_694.0], Axis::Latitude, Form::Scaled(1e7)),
        ];
        for (values, axis, expected) in cases {
            assert_eq!(form(values, axis), expected, "{values:?}");
        }
        // Metres of a projected system are none of these.
        assert_eq!(
            form(&[6_371_234.5, 6_371_236.5], Axis::Latitude),
            Form::Degrees
        );
    }
}
