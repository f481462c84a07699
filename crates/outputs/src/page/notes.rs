//! What was noticed, the gravest first, and where the file comes from.

use super::document::{Block, Gravity, Notice, Section, Words};
use super::head::some;
use super::input::Page;
use super::look::Look;
use super::reasons::in_words;
use super::text::{NAME, SENTENCE, WORD, capital, count, last_part, part_of};

/// Most characters of a file's name.
const ENTRY: usize = 40;
/// Findings that are looked at: they are sorted, the gravest first.
const MOST_FINDINGS: usize = 10_000;

/// Results that cannot be true, and totals that are not the display's: they stand above all numbers.
const ABOVE: [&str; 3] = ["plausible.", "summary.display-total", "standard.incomplete"];
/// Notices above the numbers.
const MOST_ABOVE: usize = 3;

fn stands_above(finding: &Look<'_>) -> bool {
    let code = finding.get("code").text();
    gravity(finding) < Gravity::Note && ABOVE.iter().any(|start| code.starts_with(start))
}

/// What a reader must know before any number.
pub(super) fn first(page: &Page<'_>) -> Vec<Notice> {
    let list = page.file.get("findings").list();
    let mut list: Vec<Look<'_>> = list.filter(stands_above).take(MOST_FINDINGS).collect();
    list.sort_by_key(gravity);
    list.iter().take(MOST_ABOVE).map(notice).collect()
}

/// A sentence for people, of a text of the data.
pub(super) fn sentence(text: &str, most: usize) -> Words {
    let start: String = text.chars().take(8 * most).collect();
    Words::data(&capital(&in_words(&start)), most)
}

/// One finding.
pub(super) fn notice(finding: &Look<'_>) -> Notice {
    let hint = finding.get("hint").text();
    Notice {
        gravity: gravity(finding),
        text: sentence(finding.get("text").text(), SENTENCE),
        hint: match hint {
            "" => Words::default(),
            hint => sentence(hint, SENTENCE),
        },
        code: Words::data(finding.get("code").text(), NAME).plain(),
    }
}

pub(super) fn gravity(finding: &Look<'_>) -> Gravity {
    match finding.get("severity").text() {
        "error" => Gravity::Error,
        "warning" => Gravity::Warning,
        _ => Gravity::Note,
    }
}

/// The findings that are not told above, the gravest first, as many as `fits` takes: it is asked for
/// each, with those before it taken. At least one is shown.
pub(super) fn findings(page: &Page<'_>, mut fits: impl FnMut(&Notice) -> bool) -> Option<Section> {
    let flow = page.summary.get("cleaning").get("lag").get("flow");
    let lag = flow.get("applied").is_true();
    let mut list: Vec<Look<'_>> = page
        .file
        .get("findings")
        .list()
        .filter(|finding| !finding.get("text").text().is_empty())
        // Told with what was left out.
        .filter(|finding| !lag || finding.get("code").text() != "filter.lag-applied")
        .take(MOST_FINDINGS)
        .collect();
    // Told above the numbers.
    let mut above = 0;
    list.sort_by_key(gravity);
    list.retain(|finding| {
        above += usize::from(stands_above(finding));
        !stands_above(finding) || above > MOST_ABOVE
    });
    let mut shown: Vec<Notice> = Vec::new();
    for finding in &list {
        let notice = notice(finding);
        if !fits(&notice) && !shown.is_empty() {
            break;
        }
        shown.push(notice);
    }
    (!shown.is_empty()).then(|| Section {
        title: Words::own("What was noticed").and(&part_of(shown.len(), list.len())),
        may_break: true,
        blocks: vec![Block::Notices(shown)],
    })
}

/// Name of the format in the words of the trade.
pub(super) fn format_name(code: &str) -> Words {
    Words::own(match code {
        "ISO11783" => "ISO 11783 (ISOXML)",
        "GEN4" => "John Deere Gen4 log",
        "GS2" | "GS3" => "John Deere GreenStar log",
        "SHAPEFILE" => "shapefile",
        "CSV" => "table (CSV)",
        code => return Words::data(code, WORD),
    })
}

/// Entries, format, maker, machines, version.
pub(super) fn foot(page: &Page<'_>) -> Words {
    let entries = page.file.get("entries").list().take(MOST_FINDINGS);
    let entries: Vec<&str> = entries.map(|entry| last_part(entry.text())).collect();
    let mut facts: Vec<Words> = Vec::new();
    let list = some(&entries, 2, ENTRY);
    if !list.is_empty() {
        facts.push(Words::own("Made from ").then(Words::joined(list, ", ")));
    }
    let format = page.file.get("fileFormat").text();
    if !format.is_empty() {
        facts.push(Words::own("format ").then(format_name(format)));
    }
    let maker = maker(page);
    if !maker.is_empty() && maker != "unknown" {
        facts.push(Words::own("from ").then(Words::data(maker, WORD)));
    }
    let machines = page.summary.get("machinery").list().take(MOST_FINDINGS);
    let machines: Vec<&str> = machines.map(|machine| machine.get("name").text()).collect();
    let machines = some(&machines, 2, WORD);
    if !machines.is_empty() {
        facts.push(Words::own("machines ").then(Words::joined(machines, ", ")));
    }
    let zone = page.summary.get("timeZone").text();
    if !zone.is_empty() {
        facts.push(Words::own("time zone ").then(Words::data(zone, WORD + 8)));
    }
    let skipped = page.file.get("records").get("skippedBytes").count();
    if skipped > 0 {
        facts.push(Words::own(format!(
            "{} bytes could not be read",
            count(skipped)
        )));
    }
    facts.push(Words::own("Tramline ").then(Words::data(page.input.version, NAME)));
    Words::joined(facts, " · ")
}

/// The maker by the contract's word, which for many formats is that of no maker: the recognised one, else
/// the one that was given.
pub(super) fn maker<'a>(page: &Page<'a>) -> &'a str {
    let named = |key: &str| page.file.get(key).text();
    let mut providers = ["detectedProvider", "provider"].into_iter().map(named);
    let maker = |provider: &&str| !["", "Leaf", "Other"].contains(provider);
    providers.find(maker).unwrap_or_default()
}
