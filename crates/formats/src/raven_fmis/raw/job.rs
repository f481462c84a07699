//! What the two XML files say of a job: names, kind of work, products, and which column of which
//! table is which section and data dictionary identifier.
//!
//! Rule: elements and attributes are known by their names and not by where they stand, since the
//! layout is known from a report only.

use super::xml::{self, Element};
use crate::source::{EntryId, Limits, Tree};
use tramline_model::ReadError;

/// A value column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    /// The section that it belongs to; `None` for the implement as a whole.
    pub(crate) section: Option<i64>,
    /// Data dictionary identifier of ISO 11783-11.
    pub(crate) ddi: u16,
}

/// The columns of one table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Segment {
    /// The number of the table, where its name is told.
    pub(crate) number: Option<u32>,
    pub(crate) columns: Vec<Column>,
}

/// One job.
#[derive(Debug, Default)]
pub(crate) struct Job {
    pub(crate) name: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) customer: Option<String>,
    pub(crate) farm: Option<String>,
    pub(crate) field: Option<String>,
    pub(crate) crop: Option<String>,
    pub(crate) products: Vec<String>,
    pub(crate) segments: Vec<Segment>,
}

impl Job {
    /// Reads `jobdata.xml` and `advanced.xml`.
    pub(crate) fn read(
        tree: &Tree,
        job: EntryId,
        advanced: EntryId,
        limits: &Limits,
    ) -> Result<Self, ReadError> {
        Ok(Self::of(
            &xml::read(tree, job, limits)?,
            &xml::read(tree, advanced, limits)?,
            limits,
        ))
    }

    fn of(job: &Element, advanced: &Element, limits: &Limits) -> Self {
        let both = |names: &[&str]| first(job, names).or_else(|| first(advanced, names));
        let place = |names: &[&str]| first(advanced, names).or_else(|| first(job, names));
        Self {
            name: both(&["jobname"]),
            kind: both(&["jobtype"]),
            customer: place(&["customer", "customername", "grower", "growername", "client"]),
            farm: place(&["farm", "farmname"]),
            field: place(&["field", "fieldname"]),
            crop: place(&["crop", "cropname", "croptype"]),
            products: products(advanced),
            segments: segments(advanced, limits),
        }
    }

    /// The columns of a table: of the segment that names it, else of the one in its place.
    pub(crate) fn segment(&self, number: u32, position: usize) -> Option<&Segment> {
        let named = self.segments.iter().find(|s| s.number == Some(number));
        named.or_else(|| {
            let segment = self.segments.get(position)?;
            segment.number.is_none().then_some(segment)
        })
    }
}

/// The first element or attribute of one of the names that says something, by order of the names.
fn first(root: &Element, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| {
        let mut found = root.all().filter_map(|element| {
            if element.name == *name {
                element.label()
            } else {
                element.attribute(&[name])
            }
        });
        found.next().map(str::to_owned)
    })
}

/// Names of the products, in order: those in an element `Products`, else all.
fn products(root: &Element) -> Vec<String> {
    let list = root.all().find(|element| element.name == "products");
    list.unwrap_or(root)
        .all()
        .filter(|element| element.name == "product")
        .map(|element| element.label().unwrap_or_default().to_owned())
        .collect()
}

/// A part of the list of columns, in the order of the document.
enum Part<'a> {
    Section(Option<i64>),
    Ddi(&'a str),
}

fn segments(root: &Element, limits: &Limits) -> Vec<Segment> {
    let elements: Vec<&Element> = root
        .all()
        .filter(|element| element.name == "segmentformat")
        .take(limits.columns)
        .collect();
    let parts: Vec<Vec<Part<'_>>> = elements.iter().map(|e| parts(e)).collect();
    let texts = parts.iter().flatten().filter_map(|part| match part {
        Part::Ddi(text) => Some(*text),
        Part::Section(_) => None,
    });
    // ISO 11783-10 writes identifiers as four hexadecimal digits.
    let hexadecimal = texts.into_iter().any(|text| {
        text.starts_with("0x")
            || text.starts_with("0X")
            || (text.len() == 4 && text.starts_with('0'))
            || text.bytes().any(|byte| byte.is_ascii_alphabetic())
    });
    elements
        .iter()
        .zip(&parts)
        .map(|(element, parts)| Segment {
            number: element.all().find_map(number_of_table),
            columns: columns(parts, hexadecimal, limits.columns),
        })
        .collect()
}

fn parts(segment: &Element) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut ordinal = 0;
    for element in segment.all() {
        if element.name == "equipmentsection" {
            ordinal += 1;
            let own = Some(element.text.trim()).filter(|text| !text.is_empty());
            let said = own.or_else(|| element.attribute(&["number", "id", "index", "section"]));
            parts.push(Part::Section(said.map_or(Some(ordinal), number)));
        } else if let Some(text) = element.attribute(&["equipmentsection"]) {
            parts.push(Part::Section(number(text)));
        }
        if element.name == "ddi" {
            let own = Some(element.text.trim()).filter(|text| !text.is_empty());
            parts.extend(
                own.or_else(|| element.attribute(&["value", "id"]))
                    .map(Part::Ddi),
            );
        } else {
            parts.extend(element.attribute(&["ddi"]).map(Part::Ddi));
        }
    }
    parts
}

/// Pairs sections and identifiers: a section stands before its identifiers, or, when the list
/// begins with an identifier and has as many of both, behind each.
fn columns(parts: &[Part<'_>], hexadecimal: bool, most: usize) -> Vec<Column> {
    let sections = parts.iter().filter(|p| matches!(p, Part::Section(_)));
    let behind = matches!(parts.first(), Some(Part::Ddi(_))) && sections.count() * 2 == parts.len();
    let mut columns: Vec<Column> = Vec::new();
    let mut current = None;
    for part in parts {
        match part {
            Part::Section(section) if behind => {
                if let Some(column) = columns.last_mut() {
                    column.section = *section;
                }
            }
            Part::Section(section) => current = *section,
            Part::Ddi(text) if columns.len() < most => columns.push(Column {
                section: current,
                ddi: identifier(text, hexadecimal),
            }),
            Part::Ddi(_) => {}
        }
    }
    columns
}

/// 65535 is reserved in the dictionary and stands for what is no identifier: its column stays.
fn identifier(text: &str, hexadecimal: bool) -> u16 {
    let digits = text.trim_start_matches("0x").trim_start_matches("0X");
    let radix = if hexadecimal { 16 } else { 10 };
    u16::from_str_radix(digits, radix).unwrap_or(u16::MAX)
}

/// The number in `3` or `Section 3`.
fn number(text: &str) -> Option<i64> {
    let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    digits.parse().ok()
}

/// The number of the table that an element names in its text or an attribute.
fn number_of_table(element: &Element) -> Option<u32> {
    let texts = std::iter::once(&element.text).chain(element.attributes.iter().map(|(_, v)| v));
    texts.into_iter().find_map(|text| {
        let text = text.trim().to_lowercase();
        let name = text.rsplit(['/', '\\']).next()?.strip_prefix("product_")?;
        name.strip_suffix(".tab").unwrap_or(name).parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Tree;

    fn job(advanced: &str) -> Job {
        let files = [
            ("advanced.xml", advanced),
            ("jobdata.xml", "<JobData><JobName>J</JobName></JobData>"),
        ];
        let tree = Tree::from_files(files.map(|(p, t)| (p.to_owned(), t.as_bytes().to_vec())));
        let mut ids = tree.ids();
        let (advanced, job) = (ids.next().expect("two"), ids.next().expect("two"));
        Job::read(&tree, job, advanced, &Limits::default()).expect("reads")
    }

    fn pairs(segment: &Segment) -> Vec<(Option<i64>, u16)> {
        segment.columns.iter().map(|c| (c.section, c.ddi)).collect()
    }

    #[test]
    fn sections_and_identifiers_are_paired_however_they_are_written() {
        let wanted = [(Some(1), 2), (Some(2), 2), (Some(2), 141)];
        for text in [
            "<EquipmentSection>1</EquipmentSection><DDI>2</DDI><EquipmentSection>2</EquipmentSection><DDI>2</DDI><DDI>141</DDI>",
            r#"<Column EquipmentSection="1" DDI="2"/><Column DDI="2" EquipmentSection="2"/><Column EquipmentSection="2" DDI="141"/>"#,
            r#"<EquipmentSection Number="1"><DDI>0x2</DDI></EquipmentSection><EquipmentSection Number="2"><DDI>0x2</DDI><DDI>0x8D</DDI></EquipmentSection>"#,
            "<DDI>0002</DDI><EquipmentSection>1</EquipmentSection><DDI>0002</DDI><EquipmentSection>2</EquipmentSection><DDI>008D</DDI><EquipmentSection>Section 2</EquipmentSection>",
        ] {
            let job = job(&format!(
                "<A><tabFormat><SegmentFormat>{text}</SegmentFormat></tabFormat></A>"
            ));
            assert_eq!(pairs(&job.segments[0]), wanted, "{text}");
        }
    }

    #[test]
    fn tables_are_found_by_name_or_by_place() {
        let job = job(
            r#"<A><SegmentFormat file="Product_4.tab"><DDI>2</DDI></SegmentFormat><SegmentFormat><DDI>7</DDI></SegmentFormat></A>"#,
        );
        let first = |number, position| job.segment(number, position).map(|s| s.columns[0].ddi);
        assert_eq!(
            (first(4, 1), first(9, 1), first(9, 0)),
            (Some(2), Some(7), None)
        );
        assert_eq!(job.name.as_deref(), Some("J"));
    }
}
