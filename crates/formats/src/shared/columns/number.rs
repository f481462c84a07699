//! Numbers as tables write them: decimal point or comma, thousands with a comma, a point, a blank or an
//! apostrophe.
//!
//! Rule: the column decides, then the table; the separator of the cells decides nothing. `1,234` alone
//! says neither: it follows the other numbers.

/// What the texts of a column say of the decimal sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Decimals {
    /// Texts that can only have a decimal comma.
    comma: usize,
    /// Texts that can only have a decimal point.
    point: usize,
    /// Texts with one comma before three digits.
    either: usize,
}

impl Decimals {
    /// Looks at one more text.
    pub(crate) fn observe(&mut self, text: &str) {
        match reading(text) {
            Reading::Comma => self.comma += 1,
            Reading::Point => self.point += 1,
            Reading::EitherComma => self.either += 1,
            Reading::Plain | Reading::NoNumber => {}
        }
    }

    /// The sum over several columns.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            comma: self.comma + other.comma,
            point: self.point + other.point,
            either: self.either + other.either,
        }
    }

    /// Whether the column has a decimal comma; `table` is the sum of all columns. Where nothing tells,
    /// `either` holds for `1,234`.
    pub(crate) fn has_comma(self, table: Self, either: bool) -> bool {
        match (self.comma, self.point) {
            (0, 0) => match (table.comma, table.point) {
                (0, 0) => self.either > 0 && either,
                (comma, point) => comma > point,
            },
            (comma, point) => comma > point,
        }
    }
}

/// How a text can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    NoNumber,
    /// Neither comma nor point, or a point that is the decimal sign in any case.
    Plain,
    Comma,
    Point,
    /// `1,234`.
    EitherComma,
}

fn reading(text: &str) -> Reading {
    let text = bare(text);
    let digits = text.trim_start_matches(['-', '+']);
    let number = |c: char| c.is_ascii_digit() || matches!(c, ',' | '.');
    if digits.is_empty()
        || !digits.starts_with(number)
        || !digits.bytes().any(|b| b.is_ascii_digit())
    {
        return Reading::NoNumber;
    }
    let mantissa = digits.split(['e', 'E']).next().unwrap_or(digits);
    if !mantissa.chars().all(number) {
        return Reading::NoNumber;
    }
    let (commas, points) = (mantissa.matches(',').count(), mantissa.matches('.').count());
    let last = |sign: char| mantissa.rfind(sign);
    match (commas, points) {
        (0, 0) => Reading::Plain,
        (_, _) if commas > 0 && points > 0 => {
            let by_comma = last(',') > last('.');
            let (decimals, groups, group) = if by_comma {
                (commas, points, '.')
            } else {
                (points, commas, ',')
            };
            let end = last(if by_comma { ',' } else { '.' }).unwrap_or(0);
            let head = mantissa.get(..end).unwrap_or_default();
            if decimals != 1 || groups == 0 || !is_grouped(head, group) {
                Reading::NoNumber
            } else if by_comma {
                Reading::Comma
            } else {
                Reading::Point
            }
        }
        (0, 1) => Reading::Point,
        (0, _) if is_grouped(mantissa, '.') => Reading::Comma,
        (1, 0) if is_grouped(mantissa, ',') => Reading::EitherComma,
        (1, 0) => Reading::Comma,
        (_, 0) if is_grouped(mantissa, ',') => Reading::Point,
        _ => Reading::NoNumber,
    }
}

/// Whether a whole number has its digits in groups of three: `1,234`, `12.345.678`.
fn is_grouped(text: &str, sign: char) -> bool {
    let mut groups = text.split(sign);
    let first = groups.next().unwrap_or_default();
    let digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    (1..=3).contains(&first.len())
        && digits(first)
        && !first.starts_with('0')
        && groups.all(|group| group.len() == 3 && digits(group))
}

/// A text without blanks around it, and without the blanks and apostrophes that part thousands.
fn bare(text: &str) -> std::borrow::Cow<'_, str> {
    let text = text.trim();
    let parts = |c: char| {
        matches!(
            c,
            ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '\u{2019}'
        )
    };
    if !text.contains(parts) {
        return text.into();
    }
    let sign = text.len() - text.trim_start_matches(['-', '+']).trim_start().len();
    let (head, body) = text.split_at(sign);
    let whole = body.split([',', '.']).next().unwrap_or_default();
    let groups: Vec<&str> = whole.split(parts).collect();
    let grouped = groups.iter().enumerate().all(|(at, group)| {
        let length = group.len();
        let fits = if at == 0 {
            (1..=3).contains(&length)
        } else {
            length == 3
        };
        fits && group.bytes().all(|b| b.is_ascii_digit())
    });
    let rest = body.get(whole.len()..).unwrap_or_default();
    if grouped && !rest.contains(parts) {
        format!("{}{}{rest}", head.trim(), groups.concat()).into()
    } else {
        text.into()
    }
}

/// The finite number that a text is; `comma` where its column has a decimal comma.
pub(crate) fn parse(text: &str, comma: bool) -> Option<f64> {
    let finite = |value: f64| value.is_finite().then_some(value);
    let plain = text.trim();
    if let Ok(value) = plain.parse::<f64>()
        && !(comma && is_grouped(plain.trim_start_matches(['-', '+']), '.'))
    {
        return finite(value);
    }
    let text = bare(plain);
    let (decimal, group) = if comma { (',', '.') } else { ('.', ',') };
    let (whole, rest) = text.split_at_checked(text.find(decimal).unwrap_or(text.len()))?;
    let digits = whole.trim_start_matches(['-', '+']);
    if digits.contains(group) && !is_grouped(digits, group) {
        return None;
    }
    let whole: String = whole.chars().filter(|c| *c != group).collect();
    let number = format!("{whole}{}", rest.replacen(decimal, ".", 1));
    number.parse().ok().and_then(finite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_by_the_sign_of_their_column() {
        #[rustfmt::skip]
        let cases = [
            ("1.5", false, Some(1.5)), ("1,5", true, Some(1.5)), ("-0,25", true, Some(-0.25)),
            ("1.234,56", true, Some(1_234.56)), ("1,234.56", false, Some(1_234.56)),
            ("1,234", true, Some(1.234)), ("1,234", false, Some(1_234.0)),
            ("12.345.678", true, Some(12_345_678.0)), ("12,345,678", false, Some(12_345_678.0)),
            ("1 234,5", true, Some(1_234.5)), ("1\u{a0}234,5", true, Some(1_234.5)),
            ("1'234.5", false, Some(1_234.5)), ("-1\u{202f}234", false, Some(-1_234.0)),
            ("1,5e-3", true, Some(0.0015)), ("1.5E+003", false, Some(1_500.0)),
            ("7", true, Some(7.0)), ("51.5", true, Some(51.5)), (",5", true, Some(0.5)),
            ("0,123", true, Some(0.123)), ("+3,2", true, Some(3.2)), ("-1.234,5", true, Some(-1_234.5)),
            ("1,5", false, None), ("1,2,3", true, None), ("12 5", false, None), ("", false, None),
            ("a", true, None), ("NaN", false, None), ("inf", true, None), ("1e999", false, None),
            ("11.05.2016", true, None), ("2016-11-07", false, None), ("1,23,456", false, None),
        ];
        for (text, comma, expected) in cases {
            assert_eq!(parse(text, comma), expected, "{text} {comma}");
        }
    }

    #[test]
    fn the_column_decides_then_the_table() {
        let of = |texts: &[&str]| {
            let mut decimals = Decimals::default();
            texts.iter().for_each(|text| decimals.observe(text));
            decimals
        };
        let none = Decimals::default();
        let comma = |texts: &[&str], table: Decimals| of(texts).has_comma(table, true);
        assert!(comma(&["7,2", "8,15"], none) && comma(&["1.234,5"], none));
        assert!(comma(&["1.234.567"], none) && comma(&["0,123"], none));
        assert!(!comma(&["1,234.5"], none) && !comma(&["1,234,567", "1,234"], none));
        // Three digits behind the comma in every cell: as the rest of the table.
        let german = of(&["7,2"]);
        let american = of(&["7.2", "1,234.5"]);
        assert!(comma(&["1,234"], german) && !comma(&["1,234"], american));
        assert!(!of(&["1,234"]).has_comma(none, false) && of(&["1,234"]).has_comma(none, true));
        // Dates, names and whole numbers tell nothing.
        assert_eq!(
            of(&["11.05.2016", "2016-11-07", "a,b", "17", "-", ""]),
            none
        );
        // A column of points in a table of commas stays as it is.
        assert!(!comma(&["51.5", "51.25"], german));
    }
}
