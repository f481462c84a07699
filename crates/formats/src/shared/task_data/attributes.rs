//! Values of attributes, as the elements of task data give them.

use crate::shared::xml::Element;

/// Text that is not blank.
pub(super) fn text(element: &Element, name: &str) -> Option<String> {
    element.text(name).map(str::to_owned)
}

/// A number, where the text is one.
pub(super) fn number<T: std::str::FromStr>(element: &Element, name: &str) -> Option<T> {
    element.text(name)?.parse().ok()
}

/// Hexadecimal, as DDIs are written.
pub(super) fn ddi(element: &Element, name: &str) -> Option<u16> {
    u16::from_str_radix(element.text(name)?, 16).ok()
}

/// A whole number; some terminals write `3.0`.
pub(crate) fn whole_number(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| {
        let number: f64 = text.parse().ok()?;
        #[expect(clippy::cast_possible_truncation, reason = "bounded in the same line")]
        (number.abs() < 9e15).then_some(number.round() as i64)
    })
}
