//! Bytes of an XML file as text: byte order mark, then the declared encoding, then strict UTF-8,
//! then windows-1252, which takes any byte. Illegal control characters go.

use super::findings;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use tramline_model::{Finding, Place, Severity};

/// Decodes without the XML declaration, which has done its work then.
pub(super) fn decode(bytes: &[u8], place: &Place, findings: &mut Vec<Finding>) -> String {
    let text = to_text(bytes, place, findings);
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n', '\0']);
    let text = if text.starts_with("<?xml") {
        text.split_once("?>").map_or(text, |(_, rest)| rest)
    } else {
        text
    };
    if !text.contains(is_illegal) {
        return text.to_owned();
    }
    findings.push(Finding::new(
        &findings::CONTROL_CHARACTERS,
        Severity::Note,
        place.clone(),
        "the reader removed control characters that XML does not allow",
    ));
    text.replace(is_illegal, "")
}

/// Characters that XML 1.0 does not allow.
pub(super) fn is_illegal(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

fn to_text(bytes: &[u8], place: &Place, findings: &mut Vec<Finding>) -> String {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        let rest = bytes.get(length..).unwrap_or_default();
        if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(rest) {
            return text.into_owned();
        }
        if encoding != UTF_8 {
            findings.push(other_encoding(
                place,
                encoding.name(),
                "the reader replaced damaged characters",
            ));
            return encoding.decode_without_bom_handling(rest).0.into_owned();
        }
    }
    match bytes {
        [b'<', 0, ..] => return UTF_16LE.decode_without_bom_handling(bytes).0.into_owned(),
        [0, b'<', ..] => return UTF_16BE.decode_without_bom_handling(bytes).0.into_owned(),
        _ => {}
    }
    let declared = declared(bytes);
    let named = declared.as_deref().and_then(by_name);
    // UTF-16 would have shown itself above: the declaration is wrong then.
    let named = match named {
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => {
            findings.push(other_encoding(
                place,
                encoding.name(),
                "the file states the wrong one",
            ));
            None
        }
        other => other,
    };
    for candidate in named.into_iter().chain([UTF_8]) {
        if let Some(text) = candidate.decode_without_bom_handling_and_without_replacement(bytes) {
            return text.into_owned();
        }
    }
    findings.push(other_encoding(
        place,
        declared.as_deref().unwrap_or("utf-8"),
        "it was read as windows-1252",
    ));
    WINDOWS_1252
        .decode_without_bom_handling(bytes)
        .0
        .into_owned()
}

fn other_encoding(place: &Place, named: &str, what: &str) -> Finding {
    let named: String = named.chars().take(40).collect();
    let text = format!("the text is not in the encoding {named}: {what}");
    Finding::new(&findings::ENCODING, Severity::Note, place.clone(), text).value("encoding", named)
}

/// The name in the XML declaration.
fn declared(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(200)).unwrap_or_default());
    let declaration = head.trim_start_matches(['\u{feff}', ' ', '\r', '\n', '\t']);
    let declaration = declaration.strip_prefix("<?xml")?.split_once("?>")?.0;
    let after = declaration
        .split_once("encoding")?
        .1
        .trim_start()
        .strip_prefix('=')?
        .trim_start();
    let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Some(after.get(1..)?.split_once(quote)?.0.trim().to_owned())
}

fn by_name(name: &str) -> Option<&'static Encoding> {
    let name = name.to_ascii_lowercase().replace('_', "-");
    match name.as_str() {
        "ansi" | "win1252" | "iso8859-1" | "iso-8859-1" | "latin-1" => Some(WINDOWS_1252),
        other => Encoding::for_label(other.as_bytes()),
    }
}
