//! Values of attributes, as the elements of task data give them.

use super::xml::Element;

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
