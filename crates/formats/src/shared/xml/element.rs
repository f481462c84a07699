//! An element of the tree, and the value of an attribute as it stands in the text.

use super::encoding;
use quick_xml::XmlVersion;
use quick_xml::events::attributes::Attribute;

/// One element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Local name of the element.
    pub tag: String,
    /// Local names and values of its attributes, in the order of the file.
    pub attributes: Vec<(String, String)>,
    /// Elements in it, in the order of the file.
    pub children: Vec<Element>,
}

impl Element {
    /// Value of an attribute, as written (may be empty).
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Value of an attribute without surrounding blanks; `None` when absent or blank.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.attribute(name)
            .map(str::trim)
            .filter(|value| !value.is_empty())
    }

    /// Children with a tag.
    pub fn all<'a>(&'a self, tag: &'a str) -> impl Iterator<Item = &'a Element> + 'a {
        self.children.iter().filter(move |child| child.tag == tag)
    }
}

/// The value of an attribute; counts in `unescaped` those that are read as they stand.
pub(super) fn value(attribute: &Attribute<'_>, unescaped: &mut u64) -> String {
    if attribute.value.contains('<') {
        *unescaped += 1;
    }
    let value = match attribute.normalized_value(XmlVersion::Implicit1_0) {
        Ok(value) => value.into_owned(),
        Err(_unknown_entity) => {
            *unescaped += 1;
            let mut value = attribute.value.clone().into_owned();
            // The ampersand last, so that nothing is unescaped twice.
            for (escaped, sign) in [
                ("&lt;", "<"),
                ("&gt;", ">"),
                ("&quot;", "\""),
                ("&apos;", "'"),
                ("&amp;", "&"),
            ] {
                value = value.replace(escaped, sign);
            }
            value
        }
    };
    // Character references can name what the text itself must not hold.
    if value.contains(encoding::is_illegal) {
        return value.replace(encoding::is_illegal, "");
    }
    value
}
