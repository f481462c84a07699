//! Names of archive members (rule Z8): decoded, judged on the raw bytes, and made fit to be shown.
//! A name is never used as a path of the machine we run on.

/// A member's name after decoding.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// With `/`, without empty and `.` parts, control and bidirectional characters escaped.
    pub path: String,
    pub is_folder: bool,
}

const BYTES: usize = 1_024;
const LEVELS: usize = 32;

/// Judges and decodes a raw name. The error says what is wrong, for people.
pub(super) fn decode(raw: &[u8], says_utf8: bool) -> Result<Name, String> {
    if raw.is_empty() {
        return Err("an entry has an empty name".to_owned());
    }
    if raw.len() > BYTES {
        return Err(format!(
            "the name of an entry is too long: {} bytes, and at most {BYTES} are allowed",
            raw.len()
        ));
    }
    let decoded = match std::str::from_utf8(raw) {
        Ok(text) => text.to_owned(),
        Err(_) if says_utf8 => raw.escape_ascii().to_string().replace("\\x", "%"),
        Err(_) => raw.iter().map(|byte| code_page_437(*byte)).collect(),
    };
    let decoded = decoded.replace('\\', "/");
    let shown = show(&decoded);
    if decoded.contains('\0') {
        return Err(format!("the name `{shown}` contains a NUL character"));
    }
    if decoded.starts_with('/') {
        return Err(format!("the name `{shown}` is an absolute path"));
    }
    if has_drive_or_stream(&decoded) {
        return Err(format!(
            "the name `{shown}` refers to a drive or a hidden stream"
        ));
    }
    let parts: Vec<&str> = decoded
        .split('/')
        .filter(|p| !p.is_empty() && *p != ".")
        .collect();
    if parts.contains(&"..") {
        return Err(format!(
            "the name `{shown}` leads out of its folder (`..` in its path)"
        ));
    }
    if parts.len() > LEVELS {
        return Err(format!(
            "a path is too deep: {} levels, and at most {LEVELS} are allowed",
            parts.len()
        ));
    }
    if parts.is_empty() {
        return Err(format!("the name `{shown}` is not the name of a file"));
    }
    Ok(Name {
        path: show(&parts.join("/")),
        is_folder: decoded.ends_with('/'),
    })
}

/// A colon, other than between digits (a time of day) or before a blank: `C:x`, `a.shp:stream`.
fn has_drive_or_stream(name: &str) -> bool {
    let bytes = name.as_bytes();
    let digit = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(u8::is_ascii_digit)
    };
    bytes.iter().enumerate().any(|(at, byte)| {
        let blank = bytes.get(at + 1) == Some(&b' ') && at > 1;
        *byte == b':' && !blank && !(digit(at.checked_sub(1)) && digit(at.checked_add(1)))
    })
}

/// Escapes what would lie to the eye or break a header: controls and bidirectional marks.
pub(super) fn show(name: &str) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    if !name.contains(hidden) {
        return name.to_owned();
    }
    let mut shown = String::with_capacity(name.len() + 16);
    for c in name.chars() {
        if hidden(c) {
            shown.extend(c.escape_unicode())
        } else {
            shown.push(c)
        }
    }
    shown
}

/// Code page 437, upper half in order (the original character set of zip, APPNOTE appendix D).
const UPPER: [char; 128] = [
    'Ç', 'ü', 'é', 'â', 'ä', 'à', 'å', 'ç', 'ê', 'ë', 'è', 'ï', 'î', 'ì', 'Ä', 'Å', 'É', 'æ', 'Æ',
    'ô', 'ö', 'ò', 'û', 'ù', 'ÿ', 'Ö', 'Ü', '¢', '£', '¥', '₧', 'ƒ', 'á', 'í', 'ó', 'ú', 'ñ', 'Ñ',
    'ª', 'º', '¿', '⌐', '¬', '½', '¼', '¡', '«', '»', '░', '▒', '▓', '│', '┤', '╡', '╢', '╖', '╕',
    '╣', '║', '╗', '╝', '╜', '╛', '┐', '└', '┴', '┬', '├', '─', '┼', '╞', '╟', '╚', '╔', '╩', '╦',
    '╠', '═', '╬', '╧', '╨', '╤', '╥', '╙', '╘', '╒', '╓', '╫', '╪', '┘', '┌', '█', '▄', '▌', '▐',
    '▀', 'α', 'ß', 'Γ', 'π', 'Σ', 'σ', 'µ', 'τ', 'Φ', 'Θ', 'Ω', 'δ', '∞', 'φ', 'ε', '∩', '≡', '±',
    '≥', '≤', '⌠', '⌡', '÷', '≈', '°', '∙', '·', '√', 'ⁿ', '²', '■', '\u{a0}',
];

fn code_page_437(byte: u8) -> char {
    let upper = usize::from(byte)
        .checked_sub(128)
        .and_then(|at| UPPER.get(at));
    upper.copied().unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in [
            "",
            ".",
            "./",
            "/",
            "../a",
            "a/../b",
            "..\\a",
            "/tmp/a",
            "C:\\a",
            "C:a",
            "\\\\host\\a",
            "a\0.txt",
            "good.shp:stream",
        ] {
            assert!(decode(name.as_bytes(), false).is_err(), "{name:?}");
        }
        assert!(decode(&[b'a'; 1025], false).is_err());
        assert!(decode("a/".repeat(33).as_bytes(), false).is_err());
    }

    #[test]
    fn odd_but_good_names_are_read() {
        let path = |raw: &[u8], utf8| decode(raw, utf8).expect("good name").path;
        assert_eq!(path(b"a\\b\\c.txt", false), "a/b/c.txt");
        assert_eq!(path(b"./a//b", false), "a/b");
        assert_eq!(path("Söllingen/é.shp".as_bytes(), false), "Söllingen/é.shp");
        assert_eq!(path(b"F\x94hr", false), "Föhr");
        assert_eq!(path(b"log 12:30:00.csv", false), "log 12:30:00.csv");
        assert_eq!(path(b"Field: north.csv", false), "Field: north.csv");
        assert_eq!(
            path("a\u{202e}b\r\n".as_bytes(), true),
            "a\\u{202e}b\\u{d}\\u{a}"
        );
        assert!(decode(b"TASKDATA\\", false).expect("folder").is_folder);
        assert_eq!(UPPER.len(), 128);
    }
}
