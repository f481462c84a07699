//! Small XML documents as trees with their text. Names are local and in lower case.
//!
//! Rule: no document type, no entities beyond those of XML itself, and a bound on everything.

use crate::source::{EntryId, Limits, Tree};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use tramline_model::{Place, ReadError};

/// Largest document that is read.
const FILE_BYTES: u64 = 32 << 20;
/// Elements of one document.
const ELEMENTS: usize = 200_000;
const HINT: &str = "export the job from Slingshot again";

/// One element.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    /// The element and all within it, in the order of the document.
    pub(super) fn all(&self) -> impl Iterator<Item = &Self> {
        let mut stack = vec![self];
        std::iter::from_fn(move || {
            let next = stack.pop()?;
            stack.extend(next.children.iter().rev());
            Some(next)
        })
    }

    /// The value of the first attribute that has one of the names.
    pub(super) fn attribute(&self, names: &[&str]) -> Option<&str> {
        let found = self
            .attributes
            .iter()
            .find(|(key, value)| names.contains(&key.as_str()) && !value.trim().is_empty());
        found.map(|(_, value)| value.trim())
    }

    /// What the element is called: its text, or its attribute or child `name`.
    pub(super) fn label(&self) -> Option<&str> {
        let own = format!("{}name", self.name);
        let text = self.text.trim();
        if !text.is_empty() {
            return Some(text);
        }
        self.attribute(&["name", &own, "description"]).or_else(|| {
            let mut children = self.children.iter();
            let child = children.find(|child| child.name == "name" || child.name == own)?;
            Some(child.text.trim()).filter(|text| !text.is_empty())
        })
    }
}

/// Reads an entry.
pub(super) fn read(tree: &Tree, id: EntryId, limits: &Limits) -> Result<Element, ReadError> {
    let bytes = tree.bytes(id, limits.entry_bytes.min(FILE_BYTES))?;
    let (text, _, _) = encoding_rs::UTF_8.decode(&bytes);
    parse(&text, limits, &tree.place(id))
}

fn parse(text: &str, limits: &Limits, place: &Place) -> Result<Element, ReadError> {
    let broken = |what: String| ReadError::malformed(place.clone(), what, HINT);
    let limit = |limit, allowed: usize| ReadError::Limit {
        place: place.clone(),
        limit,
        allowed: allowed as u64,
    };
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut root: Option<Element> = None;
    let mut kept = 0_usize;
    loop {
        let event = reader
            .read_event()
            .map_err(|e| broken(format!("the XML is not well-formed: {e}")))?;
        let start = match &event {
            Event::Start(start) | Event::Empty(start) => Some(element(start, limits, place)?),
            _ => None,
        };
        kept += usize::from(start.is_some());
        if kept > ELEMENTS {
            return Err(limit("elements", ELEMENTS));
        }
        match event {
            Event::Start(_) => {
                if open.len() >= limits.depth {
                    return Err(limit("depth", limits.depth));
                }
                open.extend(start);
            }
            Event::Empty(_) => close(start, &mut open, &mut root),
            Event::End(_) => {
                let done = open.pop();
                close(done, &mut open, &mut root);
            }
            Event::Text(part) => append(&mut open, &part, limits),
            Event::CData(part) => append(&mut open, &part, limits),
            Event::GeneralRef(name) => append(&mut open, entity(&name), limits),
            Event::DocType(_) => {
                return Err(broken("XML with a doctype is not allowed".to_owned()));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if let Some(unclosed) = open.last() {
        let what = format!("the XML ends inside the element {:.60}", unclosed.name);
        return Err(broken(what));
    }
    root.ok_or_else(|| broken("the XML file is empty".to_owned()))
}

fn entity(name: &str) -> &'static str {
    match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => " ",
    }
}

fn append(open: &mut [Element], text: &str, limits: &Limits) {
    if let Some(element) = open.last_mut()
        && element.text.len().saturating_add(text.len()) <= limits.value_bytes
    {
        element.text.push_str(text);
    }
}

/// Puts a complete element where it belongs; a second root is passed over.
fn close(done: Option<Element>, open: &mut [Element], root: &mut Option<Element>) {
    match (done, open.last_mut()) {
        (Some(done), Some(parent)) => parent.children.push(done),
        (done, None) if root.is_none() => *root = done,
        _ => {}
    }
}

fn element(start: &BytesStart<'_>, limits: &Limits, place: &Place) -> Result<Element, ReadError> {
    let mut element = Element {
        name: start.local_name().as_ref().to_lowercase(),
        ..Element::default()
    };
    for attribute in start.attributes().with_checks(false) {
        let attribute =
            attribute.map_err(|e| ReadError::malformed(place.clone(), e.to_string(), HINT))?;
        if element.attributes.len() >= limits.attributes {
            return Err(ReadError::Limit {
                place: place.clone(),
                limit: "attributes",
                allowed: limits.attributes as u64,
            });
        }
        let value = quick_xml::escape::unescape(&attribute.value)
            .map_or_else(|_| attribute.value.to_string(), |text| text.into_owned());
        let key = attribute.key.local_name().as_ref().to_lowercase();
        element.attributes.push((key, value));
    }
    Ok(element)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Result<Element, ReadError> {
        parse(text, &Limits::default(), &Place::entry("a.xml"))
    }

    #[test]
    fn names_are_found_as_text_attribute_and_child() {
        let root = tree(
            r#"<a:Job><Farm>F &amp; G</Farm><Field Name="Nord"/><Customer><CustomerName>X</CustomerName></Customer></a:Job>"#,
        )
        .expect("well-formed");
        let labels: Vec<_> = root.children.iter().map(Element::label).collect();
        assert_eq!(labels, [Some("F & G"), Some("Nord"), Some("X")]);
        assert_eq!(root.all().count(), 5);
    }

    #[test]
    fn what_is_no_small_tree_is_refused() {
        let deep = "<a>".repeat(1_000);
        let doctype = r#"<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>"#;
        for text in ["", "<a>", "<a></b>", "<a", &deep, doctype] {
            assert!(tree(text).is_err(), "{text:.40}");
        }
    }
}
