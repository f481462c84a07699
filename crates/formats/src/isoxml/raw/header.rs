//! The header of a time log (`TLGnnnnn.XML`) as a record template.
//!
//! An attribute of TIM or PTN that is absent is no part of the record, one that is present and
//! empty has its bytes in every record, one with a value is constant. A DLV always keeps its index.

use super::super::findings;
use super::time_log::{Header, HeaderValue};
use crate::shared::task_data::whole_number;
use crate::shared::xml::Element;
use tramline_model::{Finding, Place, ReadError, Severity};

/// PTN attributes in their order within a record, with their bytes.
pub(super) const POSITION_FIELDS: [(char, usize); 9] = [
    ('A', 4), // north
    ('B', 4), // east
    ('C', 4), // up
    ('D', 1), // status
    ('E', 2), // PDOP
    ('F', 2), // HDOP
    ('G', 1), // satellites
    ('H', 4), // GPS time
    ('I', 2), // GPS date
];
/// Milliseconds and days.
const TIME_BYTES: usize = 6;
/// Indexes are one byte.
const MAX_VALUES: usize = 255;
/// Header entries that are kept: no index reaches those after `MAX_VALUES`.
const MAX_KEPT: usize = 4_096;

impl Header {
    /// Reads the template. `place` is the header's entry.
    pub(super) fn from_xml(
        root: &Element,
        place: &Place,
        findings: &mut Vec<Finding>,
    ) -> Result<Self, ReadError> {
        let tim = first_time(root).ok_or_else(|| {
            ReadError::malformed(
                place.clone(),
                format!(
                    "the time log header has no TIM element; its root is `{:.60}`",
                    root.tag
                ),
                "export the task data from the display again",
            )
        })?;
        let start = tim.attribute("A").map(str::trim);
        let mut header = Self {
            time_in_record: start == Some(""),
            fixed_start: start.filter(|text| !text.is_empty()).map(str::to_owned),
            ..Self::default()
        };
        // The number of values is the byte after the template.
        header.record_bytes = 1 + if header.time_in_record { TIME_BYTES } else { 0 };
        if let Some(position) = tim.all("PTN").next() {
            for (field, bytes) in POSITION_FIELDS {
                match position
                    .attribute(field.encode_utf8(&mut [0; 4]))
                    .map(str::trim)
                {
                    None => {}
                    Some("") => {
                        header.position_in_record.push(field);
                        header.record_bytes += bytes;
                    }
                    Some(text) => header.position_fixed.push((field, text.to_owned())),
                }
            }
        }
        for element in tim.all("DLV").take(MAX_KEPT) {
            header
                .values
                .push(value(element, header.values.len(), place, findings));
        }
        if header.values.len() > MAX_VALUES {
            findings.push(
                Finding::new(
                    &findings::HEADER_TOO_MANY_VALUES,
                    Severity::Warning,
                    place.clone(),
                    format!(
                        "the header lists {} values, and a record can hold only the first {MAX_VALUES}",
                        header.values.len()
                    ),
                )
                .value("values", header.values.len())
                .value("allowed", MAX_VALUES)
                .hint("log fewer values or sections: the display logs only the first 255"),
            );
        }
        Ok(header)
    }
}

/// The first TIM of the tree, usually its root.
fn first_time(root: &Element) -> Option<&Element> {
    let mut open = vec![root];
    while let Some(element) = open.pop() {
        if element.tag == "TIM" {
            return Some(element);
        }
        open.extend(element.children.iter().rev());
    }
    None
}

fn value(
    element: &Element,
    index: usize,
    place: &Place,
    findings: &mut Vec<Finding>,
) -> HeaderValue {
    let text = element.text("A").unwrap_or_default();
    let ddi = u16::from_str_radix(text, 16).unwrap_or_else(|_not_hex| {
        findings.push(
            Finding::new(
                &findings::DDI_INVALID,
                Severity::Warning,
                Place::inside(place.entry.clone(), format!("DLV[{index}]")),
                format!("the DDI `{text:.20}` is not a number of four hex digits, so the meaning of its values is unknown"),
            )
            .value("ddi", format!("{text:.20}"))
            .value("index", index)
            .hint("export the task data from the display again"),
        );
        0
    });
    let number = |name| element.text(name).and_then(|text| text.parse::<u32>().ok());
    let bit = |name| {
        number(name)
            .and_then(|bit| u8::try_from(bit).ok())
            .unwrap_or_default()
    };
    HeaderValue {
        ddi,
        fixed: element.text("B").and_then(whole_number),
        device_element: element.text("C").map(str::to_owned),
        pgn: number("D").map(|pgn| (pgn, bit("E"), bit("F"))),
    }
}
