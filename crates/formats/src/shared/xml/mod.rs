//! Lenient XML: the text of an entry as a generic element tree. Names of elements and attributes
//! are local names (without namespace prefix); text content is not kept, ISO 11783-10 has none.
//!
//! Rule: no document type, no entities beyond the five of XML and character references, no
//! recursion, and every bound comes from `Limits`.

mod element;
mod encoding;
pub(crate) mod findings;
mod recover;

use element::value;

pub use element::Element;

use crate::shared::words::counted;
use crate::source::{EntryId, Limits, Tree};
use quick_xml::events::{BytesStart, Event};
use tramline_model::{Finding, Place, ReadError, Severity};

/// Largest XML entry that is read, in bytes. Task data of a whole farm stays below 50 MB.
const MAX_BYTES: u64 = 256 << 20;
/// Elements of one file that are kept; the largest real sets have some ten thousand.
const MAX_ELEMENTS: usize = 1_000_000;
/// Points of boundaries and guidance lines: most of a large file, and no part of machine data.
const PASSED_OVER: [&str; 1] = ["PNT"];

/// What an entry says.
#[derive(Debug)]
pub struct Document {
    /// `None` when the entry is empty (zero bytes or blanks).
    pub root: Option<Element>,
    /// What was noticed while reading.
    pub findings: Vec<Finding>,
}

/// Whether a file that is not well-formed is an error or read as far as its tags go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repair {
    /// Ill-formed is `ReadError::Malformed`.
    No,
    /// Time log headers: `TIM`, `PTN` and `DLV` tags are collected wherever they stand.
    HeaderTags,
}

/// Reads an entry.
///
/// # Errors
///
/// The entry cannot be read, its text is not well-formed and not repaired, or a limit is reached.
pub fn read(
    tree: &Tree,
    entry: EntryId,
    limits: &Limits,
    repair: Repair,
) -> Result<Document, ReadError> {
    let place = tree.place(entry);
    let bytes = tree.bytes(entry, limits.entry_bytes.min(MAX_BYTES))?;
    parse_bytes(&bytes, &place, limits, repair)
}

/// Reads bytes; `place` is the entry, for errors and findings.
///
/// # Errors
///
/// The text is not well-formed and not repaired, or a limit is reached.
pub fn parse_bytes(
    bytes: &[u8],
    place: &Place,
    limits: &Limits,
    repair: Repair,
) -> Result<Document, ReadError> {
    let mut findings = Vec::new();
    let text = encoding::decode(bytes, place, &mut findings);
    if text.trim().is_empty() {
        findings.push(Finding::new(
            &findings::EMPTY_FILE,
            Severity::Note,
            place.clone(),
            "the XML file is empty",
        ));
        return Ok(Document {
            root: None,
            findings,
        });
    }
    match parse(&text, place, limits, &mut findings) {
        Ok(root) => Ok(Document {
            root: Some(root),
            findings,
        }),
        Err(ReadError::Malformed {
            place: at,
            what,
            hint,
        }) if repair == Repair::HeaderTags => match recover::header(&text) {
            Some(root) => {
                findings.push(
                    Finding::new(
                        &findings::XML_RECOVERED,
                        Severity::Warning,
                        at,
                        format!("{what}; the TIM, PTN and DLV tags of the time log header were read one by one"),
                    )
                    .value("detail", what)
                    .hint(hint),
                );
                Ok(Document {
                    root: Some(root),
                    findings,
                })
            }
            None => Err(ReadError::Malformed {
                place: at,
                what,
                hint,
            }),
        },
        Err(error) => Err(error),
    }
}

/// Parses text that is decoded and clean of control characters.
fn parse(
    text: &str,
    place: &Place,
    limits: &Limits,
    findings: &mut Vec<Finding>,
) -> Result<Element, ReadError> {
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().allow_dangling_amp = true;
    let mut open: Vec<Element> = Vec::new();
    let mut root: Option<Element> = None;
    let mut kept = 0_usize;
    let mut unescaped = 0_u64;
    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                return Err(ill_formed(
                    text,
                    reader.error_position(),
                    place,
                    &error.to_string(),
                ));
            }
        };
        let at = reader.buffer_position();
        match event {
            Event::Start(tag) => {
                if open.len() >= limits.depth {
                    return Err(limit(text, at, place, "depth", limits.depth));
                }
                count(&tag, &mut kept, text, at, place)?;
                open.push(element(&tag, text, at, place, limits, &mut unescaped)?);
            }
            Event::Empty(tag) => {
                count(&tag, &mut kept, text, at, place)?;
                let leaf = element(&tag, text, at, place, limits, &mut unescaped)?;
                close(leaf, &mut open, &mut root);
            }
            Event::End(_) => {
                if let Some(done) = open.pop() {
                    close(done, &mut open, &mut root);
                }
            }
            Event::DocType(_) => {
                return Err(ReadError::malformed(
                    inside(text, at, place),
                    "XML with a doctype is not allowed: entities are never expanded",
                    "remove the <!DOCTYPE …> declaration",
                ));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if let Some(unclosed) = open.last() {
        let what = format!("the file ends inside element {}", short(&unclosed.tag));
        return Err(ill_formed(text, text.len() as u64, place, &what));
    }
    if unescaped > 0 {
        let many = counted(unescaped, "unescaped `<` or `&` character");
        let text = format!("attribute values hold {many}, read as they stand");
        let finding = Finding::new(
            &findings::XML_NOT_WELL_FORMED,
            Severity::Note,
            place.clone(),
            text,
        );
        findings.push(finding.value("characters", unescaped));
    }
    root.ok_or_else(|| ill_formed(text, 0, place, "it has no element"))
}

fn count(
    tag: &BytesStart<'_>,
    kept: &mut usize,
    text: &str,
    at: u64,
    place: &Place,
) -> Result<(), ReadError> {
    if PASSED_OVER.contains(&tag.local_name().into_inner()) {
        return Ok(());
    }
    *kept += 1;
    if *kept > MAX_ELEMENTS {
        return Err(limit(text, at, place, "elements", MAX_ELEMENTS));
    }
    Ok(())
}

/// Puts a complete element where it belongs. A second root is passed over.
fn close(done: Element, open: &mut [Element], root: &mut Option<Element>) {
    if let Some(parent) = open.last_mut() {
        if !PASSED_OVER.contains(&done.tag.as_str()) {
            parent.children.push(done);
        }
    } else if root.is_none() {
        *root = Some(done);
    }
}

fn element(
    tag: &BytesStart<'_>,
    text: &str,
    at: u64,
    place: &Place,
    limits: &Limits,
    unescaped: &mut u64,
) -> Result<Element, ReadError> {
    let mut attributes: Vec<(String, String)> = Vec::new();
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|e| ill_formed(text, at, place, &e.to_string()))?;
        if attributes.len() >= limits.attributes {
            return Err(limit(text, at, place, "attributes", limits.attributes));
        }
        if attribute.value.len() > limits.value_bytes {
            return Err(limit(text, at, place, "value_bytes", limits.value_bytes));
        }
        let key = attribute.key.local_name().into_inner();
        // `xmlns:a` and `p:A` must not shadow the attribute of the standard.
        if attribute.key.prefix().is_none() && !attributes.iter().any(|(known, _)| known == key) {
            attributes.push((key.to_owned(), value(&attribute, unescaped)));
        }
    }
    attributes.shrink_to_fit();
    Ok(Element {
        tag: tag.local_name().into_inner().to_owned(),
        attributes,
        children: Vec::new(),
    })
}

fn inside(text: &str, at: u64, place: &Place) -> Place {
    let end = usize::try_from(at).unwrap_or(usize::MAX).min(text.len());
    let before = text.as_bytes().get(..end).unwrap_or_default();
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    Place::inside(place.entry.clone(), format!("line {line}"))
}

fn ill_formed(text: &str, at: u64, place: &Place, what: &str) -> ReadError {
    ReadError::malformed(
        inside(text, at, place),
        format!("the XML is not well-formed: {}", short(what)),
        "export the data from the display again, or copy the file from the stick again",
    )
}

fn limit(text: &str, at: u64, place: &Place, limit: &'static str, allowed: usize) -> ReadError {
    ReadError::Limit {
        place: inside(text, at, place),
        limit,
        allowed: allowed as u64,
    }
}

/// Text of a hostile file, bounded for messages.
fn short(text: &str) -> String {
    if text.chars().count() > 120 {
        text.chars().take(120).chain(['…']).collect()
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests;
