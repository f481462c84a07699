//! Which characters the text of a `.dbf` is in: `.cpg`, else the language byte; a value that is
//! valid UTF-8 is taken as such whatever they say, as exporters seldom keep them right.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// The character set named by a `.cpg` and the language byte of the `.dbf`; windows-1252 (which
/// holds ISO-8859-1) where neither tells.
pub(crate) fn choose(cpg: Option<&str>, language: u8) -> &'static Encoding {
    cpg.and_then(by_cpg)
        .or_else(|| by_language(language))
        .unwrap_or(WINDOWS_1252)
}

/// Text of a cell, without padding, NULs and literal quotes.
pub(crate) fn text(bytes: &[u8], encoding: &'static Encoding) -> String {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    let bytes = bytes.get(..end).unwrap_or_default().trim_ascii();
    let decoded = match std::str::from_utf8(bytes) {
        Ok(text) => std::borrow::Cow::Borrowed(text),
        Err(_) => encoding.decode_without_bom_handling(bytes).0,
    };
    let text = decoded.trim();
    let text = text
        .strip_prefix('"')
        .and_then(|t| t.strip_suffix('"'))
        .unwrap_or(text);
    text.trim().to_owned()
}

fn by_cpg(cpg: &str) -> Option<&'static Encoding> {
    let name = cpg
        .trim()
        .trim_start_matches('\u{feff}')
        .to_ascii_lowercase();
    let name = name
        .trim_start_matches("ansi")
        .trim_start_matches("cp")
        .trim();
    if let Some(encoding) = Encoding::for_label(name.as_bytes()) {
        return Some(encoding);
    }
    match name {
        "65001" => Some(UTF_8),
        "88591" | "28591" => Some(WINDOWS_1252),
        "932" => Some(encoding_rs::SHIFT_JIS),
        "936" => Some(encoding_rs::GBK),
        "949" => Some(encoding_rs::EUC_KR),
        "950" => Some(encoding_rs::BIG5),
        number => Encoding::for_label(format!("windows-{number}").as_bytes()),
    }
}

fn by_language(language: u8) -> Option<&'static Encoding> {
    match language {
        0x03 | 0x58 | 0x59 => Some(WINDOWS_1252),
        0x13 | 0x7b => Some(encoding_rs::SHIFT_JIS),
        0x26 | 0x65 => Some(encoding_rs::IBM866),
        0x4d | 0x7a => Some(encoding_rs::GBK),
        0x4e | 0x79 => Some(encoding_rs::EUC_KR),
        0x4f | 0x78 => Some(encoding_rs::BIG5),
        0x7d => Some(encoding_rs::WINDOWS_1255),
        0x7e => Some(encoding_rs::WINDOWS_1256),
        0xc8 => Some(encoding_rs::WINDOWS_1250),
        0xc9 => Some(encoding_rs::WINDOWS_1251),
        0xca => Some(encoding_rs::WINDOWS_1254),
        0xcb => Some(encoding_rs::WINDOWS_1253),
        0xcc => Some(encoding_rs::WINDOWS_1257),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpg_and_language_name_the_character_set() {
        assert_eq!(choose(Some("UTF-8"), 0), UTF_8);
        assert_eq!(choose(Some("ANSI 1250"), 0), encoding_rs::WINDOWS_1250);
        assert_eq!(choose(Some("88591\r\n"), 0xc9), WINDOWS_1252);
        assert_eq!(choose(None, 0xc9), encoding_rs::WINDOWS_1251);
        assert_eq!(choose(None, 0x57), WINDOWS_1252);
    }

    #[test]
    fn text_is_utf8_if_valid_and_loses_quotes() {
        assert_eq!(text(b"\"F0:HILL\"  ", WINDOWS_1252), "F0:HILL");
        assert_eq!(text("Mühle".as_bytes(), WINDOWS_1252), "Mühle");
        assert_eq!(text(b"M\xfchle\0junk", WINDOWS_1252), "Mühle");
    }
}
