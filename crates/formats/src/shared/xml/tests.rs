//! Tests of the lenient XML reader: what it repairs and what it refuses.

use super::*;

fn parse_default(bytes: &[u8], repair: Repair) -> Result<Document, ReadError> {
    parse_bytes(
        bytes,
        &Place::entry("TASKDATA.XML"),
        &Limits::default(),
        repair,
    )
}

fn root(bytes: &[u8]) -> Element {
    parse_default(bytes, Repair::No)
        .expect("readable")
        .root
        .expect("a root")
}

fn message(bytes: &[u8]) -> String {
    parse_default(bytes, Repair::No)
        .expect_err("not readable")
        .to_string()
}

#[test]
fn encodings_are_told_by_mark_declaration_and_bytes() {
    let utf16: Vec<u8> = "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-16\"?><A B=\"Müller\"/>"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let cases: [&[u8]; 7] = [
        "\u{feff}<A B=\"Müller\"/>".as_bytes(),
        b"<?xml version='1.0' encoding='ISO8859-1'?><A B='M\xfcller'/>",
        b"<?xml version=\"1.0\" encoding=\"UTF-8\"?><A B=\"M\xfcller\"/>",
        b"<A B=\"M\xfcller\"/>",
        "<?xml version=\"1.0\" encoding=\"utf-16\"?><A B=\"Müller\"/>".as_bytes(),
        "<?xml version=\"1.0\" encoding=\"no-such\"?>\r\n<A B=\"Müller\"/>".as_bytes(),
        &utf16,
    ];
    for case in cases {
        assert_eq!(
            root(case).attribute("B"),
            Some("Müller"),
            "{:?}",
            String::from_utf8_lossy(case)
        );
    }
}

#[test]
fn unescaped_signs_in_attributes_are_read_as_they_stand() {
    let element = root(
        b"<DVC A=\"DVC-1\" E=\"<No. & Co>\" G=\"a &amp; b & c &lt;\"><DET A=\"DET-1\"/></DVC>",
    );
    assert_eq!(element.attribute("E"), Some("<No. & Co>"));
    assert_eq!(element.attribute("G"), Some("a & b & c <"));
    assert_eq!(element.children.len(), 1);
}

#[test]
fn control_characters_go_with_a_finding() {
    let document = parse_default(b"<A B=\"x\x01y&#2;\"/>", Repair::No).expect("readable");
    assert_eq!(document.root.expect("root").attribute("B"), Some("xy"));
    assert!(
        document
            .findings
            .iter()
            .any(|f| f.code == "isoxml.control-characters")
    );
}

#[test]
fn foreign_attributes_do_not_shadow() {
    let element = root(b"<x:A xmlns:x=\"u\" x:B=\"no\" B=\"yes\" B=\"twice\"/>");
    assert_eq!(
        (element.tag.as_str(), element.attribute("B")),
        ("A", Some("yes"))
    );
}

#[test]
fn doctype_and_entities_are_refused() {
    let bomb = b"<!DOCTYPE a [<!ENTITY b \"c\">]><A B=\"&b;\"/>";
    let text = message(bomb);
    assert!(
        text.contains("doctype") && text.contains("not allowed"),
        "{text}"
    );
}

#[test]
fn truncated_names_xml_and_line() {
    let text = message(b"<ISO11783_TaskData>\n<TSK A=\"TSK1\">");
    assert!(
        text.contains("XML") && text.contains("line 2") && text.contains("TSK"),
        "{text}"
    );
    assert!(message(b"<A><B></A>").contains("XML"));
    assert!(message(b"no xml at all").contains("XML"));
}

#[test]
fn bounds_hold_without_recursion() {
    let deep = "<A>".repeat(100_000);
    assert!(message(deep.as_bytes()).contains("`depth`"));
    let wide = format!(
        "<A {}/>",
        (0..1000).map(|i| format!("a{i}=\"\" ")).collect::<String>()
    );
    assert!(message(wide.as_bytes()).contains("`attributes`"));
    let long = format!("<A B=\"{}\"/>", "x".repeat((1 << 20) + 1));
    assert!(message(long.as_bytes()).contains("`value_bytes`"));
}

#[test]
fn headers_without_end_are_recovered() {
    let cut = b"<TIM A=\"\" D=\"4\">\n<PTN A=\"\" B=\"\"/><DLV A=\"0054\" B=\"\" C=\"DET-1\"/><DLV A=\"00";
    assert!(parse_default(cut, Repair::No).is_err());
    let document = parse_default(cut, Repair::HeaderTags).expect("recovered");
    let root = document.root.expect("root");
    assert_eq!(root.tag, "TIM");
    assert_eq!(root.children.len(), 2);
    assert!(
        document
            .findings
            .iter()
            .any(|f| f.code == "isoxml.xml-recovered")
    );
}

#[test]
fn empty_files_have_no_root() {
    assert!(
        parse_default(b"", Repair::No)
            .expect("empty")
            .root
            .is_none()
    );
    assert!(
        parse_default(b" \r\n", Repair::No)
            .expect("empty")
            .root
            .is_none()
    );
}

#[test]
fn cut_and_flipped_bytes_never_panic() {
    let text = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><T A=\"1\"><TIM A=\"\"><PTN A=\"\"/><DLV A=\"0054\" C='ü'/></TIM><!-- c --></T>";
    let bytes = text.as_bytes();
    for length in 0..bytes.len() {
        let _ = parse_default(&bytes[..length], Repair::HeaderTags);
        for bit in 0..8 {
            let mut flipped = bytes.to_vec();
            flipped[length] ^= 1 << bit;
            let _ = parse_default(&flipped, Repair::HeaderTags);
        }
    }
}
