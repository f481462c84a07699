//! What was noticed, the gravest first, and where the file comes from.

use super::head::some;
use super::input::Page;
use super::look::Look;
use super::losses::MOST_REASONS;
use super::text::{NAME, SENTENCE, WORD, capital, count, escaped, isolated, last_part, part_of};
use super::totals::MOST_ROWS;

/// Lines of findings that one sheet has room for, and characters of a line.
const MOST_LINES: usize = 30;
const FEWEST_LINES: usize = 5;
const LINE: usize = 62;
/// Most characters of a file's name.
const ENTRY: usize = 40;

/// Results that cannot be true, and totals that are not the display's: they stand above all numbers.
const ABOVE: [&str; 2] = ["plausible.", "summary.display-total"];
/// Lines above the numbers.
const MOST_ABOVE: usize = 3;

fn stands_above(finding: &Look<'_>) -> bool {
    let code = finding.get("code").text();
    rank(finding) < 2 && ABOVE.iter().any(|start| code.starts_with(start))
}

/// What a reader must know before any number.
pub(super) fn first(page: &Page<'_>, out: &mut String) {
    let list = page.file.get("findings").list();
    let mut list: Vec<Look<'_>> = list.filter(stands_above).collect();
    if list.is_empty() {
        return;
    }
    list.sort_by_key(rank);
    out.push_str("<ul class=\"findings first\">\n");
    for finding in list.iter().take(MOST_ABOVE) {
        out.push_str(&item(finding));
    }
    out.push_str("</ul>\n");
}

/// One finding as an item of a list.
fn item(finding: &Look<'_>) -> String {
    let text = escaped(&capital(finding.get("text").text()), SENTENCE);
    let hint = escaped(finding.get("hint").text(), SENTENCE);
    let (class, word) = match rank(finding) {
        0 => ("grave", "Error"),
        1 => ("grave", "Warning"),
        _ => ("note", "Note"),
    };
    let mut item = format!("<li class=\"{class}\"><strong>{word}:</strong> <bdi>{text}</bdi>");
    if !hint.is_empty() {
        item.push_str(&format!(" <em>What to do: <bdi>{hint}</bdi></em>"));
    }
    item.push_str("</li>\n");
    item
}

fn rank(finding: &Look<'_>) -> u8 {
    match finding.get("severity").text() {
        "error" => 0,
        "warning" => 1,
        _ => 2,
    }
}

/// Lines that the tables beside them leave to the findings.
pub(super) fn room(page: &Page<'_>) -> usize {
    let rows = |key: &str| page.summary.get(key).list().count().min(MOST_ROWS + 1);
    let dropped = page.file.get("points").get("dropped").entries();
    let reasons = dropped.count().min(2 * MOST_REASONS + 2);
    let taken = rows("varieties") + rows("products") + rows("displayTotals") + reasons;
    MOST_LINES.saturating_sub(taken).max(FEWEST_LINES)
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
    // Told above the numbers.
    let mut above = 0;
    list.sort_by_key(rank);
    list.retain(|finding| {
        above += usize::from(stands_above(finding));
        !stands_above(finding) || above > MOST_ABOVE
    });
    if list.is_empty() {
        return;
    }
    let mut items = String::new();
    let (mut lines, mut shown) = (0, 0);
    let room = room(page);
    for finding in &list {
        let text = escaped(&capital(finding.get("text").text()), SENTENCE);
        let hint = escaped(finding.get("hint").text(), SENTENCE);
        lines += (text.len() + hint.len() + 20).div_ceil(LINE);
        if lines > room && shown > 0 {
            break;
        }
        shown += 1;
        items.push_str(&item(finding));
    }
    out.push_str(&format!(
        "<section class=\"long\">\n<h2>Findings{}</h2>\n<ul class=\"findings\">\n{items}</ul>\n</section>\n",
        part_of(shown, list.len())
    ));
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
        facts.push(format!("Made from {}", some(&entries, 2, ENTRY).join(", ")));
    }
    let format = match page.file.get("fileFormat").text() {
        "ISO11783" => "ISO 11783 (ISOXML)",
        format => format,
    };
    for (word, text) in [("format", format), ("from", maker(page))] {
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
    let machines = some(&machines, 2, WORD);
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

/// The maker by the contract's word, which for many formats is that of no maker: the recognised one, else
/// the one that was given.
fn maker<'a>(page: &Page<'a>) -> &'a str {
    let named = |key: &str| page.file.get(key).text();
    let mut providers = ["detectedProvider", "provider"].into_iter().map(named);
    let maker = |provider: &&str| !["", "Leaf", "Other"].contains(provider);
    providers.find(maker).unwrap_or_default()
}
