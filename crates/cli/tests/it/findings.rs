//! `docs/findings.md` is made of the codes of findings that are declared. To write it anew:
//! `BLESS=1 cargo test -p tramline-cli --test it findings`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use tramline_convert::finding_codes;
use tramline_model::Code;

const PAGE: &str = "docs/findings.md";

const HEAD: &str = "\
# Findings

A finding is something that Tramline noticed while it read or converted an upload. `report.json` has them for the upload as a
whole and for each machine file; `status.json` and the API repeat those of a machine file.

| key | meaning |
|---|---|
| `code` | what kind of finding it is; a code never changes its name |
| `severity` | `note`: worth knowing; `warning`: something was assumed, left out or repaired; `error`: a part cannot be read, or a result cannot be true |
| `place` | the entry of the upload and, after ` @ `, the byte, row or element in it; empty for the upload as a whole |
| `text` | what was noticed |
| `hint` | what to do about it, if there is anything to do |
| `values` | the numbers and names of the text by what they are, for programs and for other languages |

The tables below list every code: what makes the finding appear, and what to do. `*` stands for the name of a property or
result, as in `plausible.wetMassPerArea`.
";

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn page() -> String {
    let mut rooms: BTreeMap<&str, Vec<&Code>> = BTreeMap::new();
    for code in finding_codes() {
        let room = code.name.split('.').next().unwrap_or_default();
        rooms.entry(room).or_default().push(code);
    }
    let mut text = HEAD.to_owned();
    for (room, mut codes) in rooms {
        codes.sort_by_key(|code| code.name);
        let _ = write!(
            text,
            "\n## {room}\n\n| code | cause | what to do |\n|---|---|---|\n"
        );
        for code in codes {
            let (cause, cure) = (cell(code.cause), cell(code.cure));
            let _ = writeln!(text, "| `{}` | {cause} | {cure} |", code.name);
        }
    }
    text
}

#[test]
fn the_page_of_findings_is_that_of_the_codes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(PAGE);
    let page = page();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == page,
        "{PAGE} is not what the codes say; see the head of this test"
    );
}

#[test]
fn codes_are_declared_once_with_cause_and_cure_in_sentences() {
    let mut names = BTreeSet::new();
    for code in finding_codes() {
        assert!(names.insert(code.name), "{} is declared twice", code.name);
        let (room, what) = code.name.split_once('.').unwrap_or_default();
        assert!(!room.is_empty() && !what.is_empty(), "{}", code.name);
        for text in [code.cause, code.cure] {
            let letters = text.chars().count();
            assert!(
                (20..=300).contains(&letters) && text.ends_with('.'),
                "{}: {letters} characters: {text}",
                code.name
            );
        }
    }
    assert!(!names.is_empty());
}
