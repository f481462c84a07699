//! What the file is: name, crop or product, kind of work, day; and the lines below that.

use super::days::days;
use super::document::Words;
use super::input::Page;
use super::look::Look;
use super::text::{NAME, WORD, last_part};

impl<'a> Page<'a> {
    /// The closed kind of work, as the contract has it; empty where it is not known.
    pub(super) fn operation(&self) -> &'a str {
        let kinds = [self.summary, self.file].map(|place| place.get("operationType").text());
        kinds
            .into_iter()
            .find(|kind| !kind.is_empty())
            .unwrap_or("")
    }

    pub(super) fn original(&self, key: &str) -> &'a str {
        self.summary.get("originalOperationData").get(key).text()
    }
}

/// Kind of work in words, with crop or product: `soybean harvest`.
pub(super) fn work(page: &Page<'_>) -> Words {
    let crops: Vec<&str> = page.summary.get("crop").list().map(Look::text).collect();
    match page.operation() {
        "harvested" => of_crops(&crops, "harvest"),
        "planted" => of_crops(&crops, "planting"),
        "applied" => match some(&products(page), 2, WORD) {
            list if list.is_empty() => Words::own("application"),
            list => Words::own("application of ").then(Words::joined(list, ", ")),
        },
        "tillage" => Words::own("tillage"),
        _ => match page.original("originalOperationType") {
            word if word.chars().all(char::is_alphabetic) && !word.is_empty() => {
                Words::data(word, WORD)
            }
            _ => Words::own("field work"),
        },
    }
}

/// `soybean harvest`, `harvest of potatoes for retail`.
fn of_crops(crops: &[&str], work: &str) -> Words {
    let crops: Vec<String> = crops.iter().map(|crop| spoken(crop)).collect();
    let crops: Vec<&str> = crops.iter().map(String::as_str).collect();
    match crops.as_slice() {
        [] => Words::own(work),
        [crop] if !crop.ends_with('s') && !crop.contains(" for ") => {
            Words::data(crop, WORD).and(" ").and(work)
        }
        [crop] if crop.ends_with("beans") => {
            Words::data(crop.strip_suffix('s').unwrap_or(crop), WORD)
                .and(" ")
                .and(work)
        }
        several => {
            Words::own(format!("{work} of ")).then(Words::joined(some(several, 3, WORD), ", "))
        }
    }
}

/// `wheat, hard red spring` as it is spoken, and words of codes apart.
fn spoken(crop: &str) -> String {
    let crop = crop.replace('_', " ");
    match crop.split_once(", ") {
        Some((kind, which)) if !which.contains(',') => format!("{which} {kind}"),
        _ => crop,
    }
}

/// Names of products that are named; a carrier such as water only where there is nothing else.
fn products<'a>(page: &Page<'a>) -> Vec<&'a str> {
    let named = |carrier: bool| {
        let list = page.summary.get("products").list();
        list.filter(|product| (product.get("type").text() == "Carrier") == carrier)
            .map(|product| product.get("name").text())
            .filter(|name| *name != "unknown" && !name.is_empty())
            .collect::<Vec<_>>()
    };
    match named(false) {
        names if names.is_empty() => named(true),
        names => names,
    }
}

/// Of the field with its farm where it is only a number, else the task's name, else the file's.
pub(super) fn name(page: &Page<'_>) -> Words {
    let (field, farm) = (
        page.original("originalOperationField"),
        page.original("originalOperationFarm"),
    );
    let name = page.file.get("name").text();
    let bare = |text: &str| text.chars().all(|letter| letter.is_ascii_digit());
    let best = if field.is_empty() || (!bare(name) && name != field) {
        name
    } else {
        field
    };
    if !best.is_empty() && bare(best) {
        return match farm {
            "" => Words::own("Field ").then(Words::data(best, NAME)),
            farm => Words::data(&format!("{farm} {best}"), NAME),
        };
    }
    let entry = page.file.get("entries").list().next();
    let entry = entry.map_or("", |entry| last_part(entry.text()));
    for text in [best, field, entry] {
        let words = Words::data(text, NAME);
        if !words.is_empty() {
            return words;
        }
    }
    Words::own("Unnamed machine file")
}

/// `JT 01: soybean harvest, 19 September 2016`.
pub(super) fn title(page: &Page<'_>) -> Words {
    let name = name(page);
    let title = match work(page) {
        work if page.is_failed()
            && page.operation().is_empty() | (page.operation() == "unknown") =>
        {
            drop(work);
            name.and(": not converted")
        }
        work if page.is_failed() => name.and(": ").then(work).and(", not converted"),
        work => name.and(": ").then(work),
    };
    match days(page.summary) {
        Some(days) => title.and(", ").and(&days),
        None => title,
    }
}

/// Field, farm, grower, variety.
pub(super) fn subtitle(page: &Page<'_>) -> Vec<Words> {
    let mut facts: Vec<Words> = Vec::new();
    let title = name(page).plain();
    for (word, key) in [
        ("Field ", "originalOperationField"),
        ("Farm ", "originalOperationFarm"),
        ("Grower ", "originalOperationGrower"),
    ] {
        let text = page.original(key);
        let told = title == text || title.split(' ').any(|part| part == text);
        if !text.is_empty() && (!told || key == "originalOperationGrower") {
            facts.push(Words::own(word).then(Words::data(text, WORD + 8)));
        }
    }
    let task = page.file.get("name").text();
    if !task.is_empty() && task != title && task.chars().any(|c| !c.is_ascii_digit()) {
        facts.push(Words::own("Task ").then(Words::data(task, WORD + 8)));
    }
    let varieties = page.summary.get("varieties").list();
    let varieties: Vec<&str> = varieties.map(|one| one.get("name").text()).collect();
    let crops: Vec<&str> = page.summary.get("crop").list().map(Look::text).collect();
    // Several have a table of their own, and a crop may stand for its variety.
    if let [variety] = varieties.as_slice()
        && !["unknown", ""].contains(variety)
        && !crops.iter().any(|crop| crop.eq_ignore_ascii_case(variety))
    {
        facts.push(Words::own("Variety ").then(Words::data(variety, NAME)));
    }
    vec![Words::joined(facts, " · ")]
}

/// The first few texts, each once, and how many more there are.
pub(super) fn some(texts: &[&str], most: usize, letters: usize) -> Vec<Words> {
    let mut once: Vec<&str> = Vec::new();
    for text in texts.iter().copied().filter(|text| !text.is_empty()) {
        if !once.contains(&text) && once.len() < 1_000 {
            once.push(text);
        }
    }
    let shown = once.iter().take(most);
    let mut list: Vec<Words> = shown.map(|text| Words::data(text, letters)).collect();
    if once.len() > most {
        list.push(Words::own(format!("{} more", once.len() - most)));
    }
    list
}
