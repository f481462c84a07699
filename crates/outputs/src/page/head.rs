//! What the file is: kind of work, name, crop or product, days.

use super::input::Page;
use super::text::{NAME, WORD, escaped, isolated};

/// Kind of work in words.
fn work(page: &Page<'_>) -> String {
    let kind = match page.summary.get("operationType").text() {
        "" => page.file.get("operationType").text(),
        kind => kind,
    };
    match kind {
        "harvested" => "Harvest".to_owned(),
        "planted" => "Planting".to_owned(),
        "applied" => "Application".to_owned(),
        "tillage" => "Tillage".to_owned(),
        "" => "Field work".to_owned(),
        other => escaped(other, WORD),
    }
}

fn original<'a>(page: &Page<'a>, key: &str) -> &'a str {
    page.summary.get("originalOperationData").get(key).text()
}

/// The task's name, or the field's.
fn name(page: &Page<'_>) -> String {
    let field = original(page, "originalOperationField");
    let name = match page.file.get("name").text() {
        "" => field,
        name => name,
    };
    // A number alone says little.
    if name == field && !name.is_empty() && name.chars().all(|c| c.is_ascii_digit()) {
        return format!("Field {}", escaped(name, NAME));
    }
    match escaped(name, NAME) {
        text if text.is_empty() => "Unnamed machine file".to_owned(),
        text => text,
    }
}

/// For the window's title: escaped, without elements.
pub(super) fn title(page: &Page<'_>) -> String {
    format!("{} – {}", name(page), work(page))
}

pub(super) fn write(page: &Page<'_>, out: &mut String) {
    let mut kind = vec![work(page)];
    let crops: Vec<&str> = match page.summary.get("crop").list().next() {
        Some(_) => page.summary.get("crop").list().map(|c| c.text()).collect(),
        None => {
            let products = page.summary.get("products").list();
            let names = products.map(|product| product.get("name").text());
            names.filter(|name| *name != "unknown").collect()
        }
    };
    kind.extend(some(&crops, 3, WORD));
    let varieties: Vec<&str> = page
        .summary
        .get("varieties")
        .list()
        .map(|variety| variety.get("name").text())
        .collect();
    // Several have a table of their own, and a crop may stand for its variety.
    if let [variety] = varieties.as_slice()
        && *variety != "unknown"
        && !crops.iter().any(|crop| crop.eq_ignore_ascii_case(variety))
    {
        kind.extend(some(&varieties, 1, NAME));
    }
    out.push_str(&format!(
        "<header>\n<p class=\"kind\">{}</p>\n<h1><bdi>{}</bdi></h1>\n",
        kind.join(" · "),
        name(page)
    ));
    let mut facts: Vec<String> = Vec::new();
    let title = page.file.get("name").text();
    for (word, key) in [
        ("Field", "originalOperationField"),
        ("Farm", "originalOperationFarm"),
        ("Grower", "originalOperationGrower"),
    ] {
        let text = original(page, key);
        if !text.is_empty() && (text != title || key == "originalOperationGrower") {
            facts.push(format!("{word} {}", isolated(text, WORD + 8)));
        }
    }
    if let Some(days) = days(page) {
        facts.push(days);
    }
    if !facts.is_empty() {
        out.push_str(&format!("<p>{}</p>\n", facts.join(" · ")));
    }
    out.push_str("</header>\n");
}

/// The first few texts, each once, and how many more there are.
pub(super) fn some(texts: &[&str], most: usize, letters: usize) -> Vec<String> {
    let mut once: Vec<&str> = Vec::new();
    for text in texts.iter().copied().filter(|text| !text.is_empty()) {
        if !once.contains(&text) {
            once.push(text);
        }
    }
    let mut list: Vec<String> = once
        .iter()
        .take(most)
        .map(|t| isolated(t, letters))
        .collect();
    if once.len() > most {
        list.push(format!("{} more", once.len() - most));
    }
    list
}

/// Local days and the zone, the days as the source writes them, or those of UTC.
fn days(page: &Page<'_>) -> Option<String> {
    let zone = page.summary.get("timeZone").text();
    let local = page.summary.get("localStartDay").text();
    let start = page.summary.get("startTime").text();
    let written = start.is_empty() && !local.is_empty();
    let (first, last, zone) = if !written && (zone.is_empty() || local.is_empty()) {
        (start, page.summary.get("endTime").text(), "")
    } else {
        (local, page.summary.get("localEndDay").text(), zone)
    };
    let first = day(first)?;
    let days = match day(last) {
        Some(last) if last != first => format!("{first} to {last}"),
        _ => first,
    };
    Some(if written {
        days
    } else if zone.is_empty() {
        format!("{days} (UTC)")
    } else {
        format!("{days} (time zone {})", escaped(zone, WORD + 8))
    })
}

/// `2012-09-18…` as `18 September 2012`.
fn day(text: &str) -> Option<String> {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let mut parts = text.get(..10)?.split('-');
    let year: u32 = parts.next()?.parse().ok()?;
    let month: usize = parts.next()?.parse().ok()?;
    let day: u32 = parts.next()?.parse().ok()?;
    let month = MONTHS.get(month.checked_sub(1)?)?;
    Some(format!("{day} {month} {year}"))
}
