//! What was noticed, the gravest first, and where the file comes from.

use super::Page;
use super::head::some;
use super::look::Look;
use super::text::{NAME, SENTENCE, WORD, count, escaped, isolated, last_part};

/// Lines of findings that one sheet has room for, and characters of a line.
const MOST_LINES: usize = 20;
const LINE: usize = 62;
/// Most characters of a file's name.
const ENTRY: usize = 48;

fn rank(finding: &Look<'_>) -> u8 {
    match finding.get("severity").text() {
        "error" => 0,
        "warning" => 1,
        _ => 2,
    }
}

pub(super) fn findings(page: &Page<'_>, out: &mut String) {
    let flow = page.summary.get("cleaning").get("lag").get("flow");
    let lag = flow.get("applied").is_true();
    let mut list: Vec<Look<'_>> = page
        .file
        .get("findings")
        .list()
        .filter(|finding| !finding.get("text").text().is_empty())
        // Told with what was left out.
        .filter(|finding| !lag || finding.get("code").text() != "filter.lag-applied")
        .collect();
    if list.is_empty() {
        return;
    }
    list.sort_by_key(rank);
    out.push_str("<section class=\"long\">\n<h2>Noticed</h2>\n<ul class=\"findings\">\n");
    let (mut lines, mut shown) = (0, 0);
    for finding in &list {
        let text = escaped(finding.get("text").text(), SENTENCE);
        let hint = escaped(finding.get("hint").text(), SENTENCE);
        lines += (text.len() + hint.len() + 20).div_ceil(LINE);
        if lines > MOST_LINES && shown > 0 {
            break;
        }
        shown += 1;
        let (class, word) = match rank(finding) {
            0 => ("grave", "Error"),
            1 => ("grave", "Warning"),
            _ => ("note", "Note"),
        };
        out.push_str(&format!(
            "<li class=\"{class}\"><strong>{word}:</strong> <bdi>{text}</bdi>"
        ));
        if !hint.is_empty() {
            out.push_str(&format!(" <em>What to do: <bdi>{hint}</bdi></em>"));
        }
        out.push_str("</li>\n");
    }
    out.push_str("</ul>\n");
    if list.len() > shown {
        let more = list.len() - shown;
        out.push_str(&format!(
            "<p class=\"more\">and {more} more in report.json</p>\n"
        ));
    }
    out.push_str("</section>\n");
}

/// Entries, format, maker, machines, version.
pub(super) fn provenance(page: &Page<'_>, out: &mut String) {
    let entries: Vec<&str> = page
        .file
        .get("entries")
        .list()
        .map(|entry| last_part(entry.text()))
        .filter(|entry| !entry.is_empty())
        .collect();
    let mut facts: Vec<String> = Vec::new();
    if !entries.is_empty() {
        facts.push(format!("Made of {}", some(&entries, 3, ENTRY).join(", ")));
    }
    let format = match page.file.get("fileFormat").text() {
        "ISO11783" => "ISO 11783 (ISOXML)",
        format => format,
    };
    for (word, text) in [
        ("format", format),
        ("from", page.file.get("provider").text()),
    ] {
        if !text.is_empty() && text != "unknown" {
            facts.push(format!("{word} {}", isolated(text, WORD)));
        }
    }
    let machines: Vec<&str> = page
        .summary
        .get("machinery")
        .list()
        .map(|machine| machine.get("name").text())
        .collect();
    let machines = some(&machines, 3, WORD);
    if !machines.is_empty() {
        facts.push(format!("machines {}", machines.join(", ")));
    }
    let records = page.file.get("records");
    let skipped = records.get("skippedBytes").count();
    if skipped > 0 {
        facts.push(format!("{} bytes could not be read", count(skipped)));
    }
    let version = escaped(page.input.version, NAME);
    out.push_str(&format!(
        "<footer>{}{}Tramline {version}</footer>\n",
        facts.join(" · "),
        if facts.is_empty() { "" } else { " · " }
    ));
}
