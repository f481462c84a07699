//! What the index needs of one machine file: taken when it is complete, small, and kept until the end.

use super::days::{self, Day};
use super::document::{Gravity, Picture, Words};
use super::field::Place;
use super::ground::Outline;
use super::head;
use super::input::{Page, PageInput};
use super::look::Look;
use super::stored::{ClassMap, Painted};
use super::text::{WORD, count, percent};
use super::units::{System, square_metres};
use super::{failed, losses, main_rate, map, notes, totals};
use serde_json::Value;

/// Width and height of the picture of a row, in millimetres.
pub(super) const PICTURE_MM: [f64; 2] = [20.0, 12.0];

/// What the index says of one machine file.
#[derive(Clone, Debug)]
pub struct IndexRow {
    /// Folder of its results, below the index.
    pub(super) dir: String,
    pub(super) name: Words,
    pub(super) field: String,
    pub(super) work: Words,
    pub(super) day: Option<Day>,
    pub(super) days: String,
    pub(super) area_m2: Option<f64>,
    /// Whether it is work of its own, not the work of others once more.
    pub(super) counts: bool,
    pub(super) imperial: bool,
    /// The main rate in words.
    pub(super) rate: Words,
    /// Amounts with their units, as the summary has them.
    pub(super) amounts: Vec<(f64, String)>,
    pub(super) left_out: Words,
    pub(super) notes: [usize; 2],
    /// Why it was not converted.
    pub(super) failed: Option<[Words; 2]>,
    pub(super) picture: Option<Picture>,
    pub(super) place: Option<Place>,
    /// The property of its map of classes.
    pub(super) rate_property: Option<&'static str>,
}

impl IndexRow {
    /// Of the entry in `report.json`, `summary.json` and `units.json`; with the map of classes, whose
    /// small image is its picture.
    pub fn of(file: &Value, summary: &Value, units: &Value, classes: Option<&ClassMap>) -> Self {
        let small = classes.filter(|map| !map.small.is_empty());
        let painted = small.map(|map| Painted::new("", map.small.clone(), &map.entry));
        let images: Vec<_> = painted.iter().map(Painted::image).collect();
        let input = PageInput {
            file,
            summary,
            units,
            images: &images,
            histogram: None,
            version: "",
        };
        let page = Page::of(&input);
        let coverage = page.summary.get("coverage");
        let area = coverage.get("workedArea").amount();
        let area = area.or(page.summary.get("totalArea").amount());
        let figures = totals::figures(&page).0;
        let first = figures.into_iter().next();
        let first = first.filter(|figure| figure.name.plain() != "Worked area");
        let read = page.file.get("points").get("read").count();
        let lost = losses::left_out(page.file);
        let findings = || page.file.get("findings").list();
        let of = |wanted: Gravity| {
            findings()
                .filter(|one| notes::gravity(one) == wanted)
                .count()
        };
        let operation = page.operation();
        let reason = failed::reason(page.file).filter(|_| page.is_failed());
        let spelled = days::days(page.summary);
        Self {
            dir: page.file.get("dir").text().to_owned(),
            name: head::name(&page),
            field: field(&page),
            work: head::work(&page),
            day: days::first_and_last(page.summary).map(|(first, _)| first),
            days: spelled.unwrap_or_default(),
            counts: !is_once_more(&page),
            area_m2: area.map(|(value, unit)| square_metres(value, unit)),
            imperial: page.system == System::Imperial,
            rate: first.map_or_else(Words::default, |figure| figure.value),
            amounts: amounts(&page),
            left_out: match (lost, read) {
                (_, 0) => Words::default(),
                (0, _) => Words::own("none"),
                (lost, read) => {
                    let share = percent(lost as f64 / read as f64 * 100.0);
                    Words::own(format!("{} ({share})", count(lost)))
                }
            },
            notes: [of(Gravity::Error), of(Gravity::Warning)],
            failed: reason.map(|reason| [reason.text, reason.hint]),
            picture: map::thumbnail(&page, PICTURE_MM),
            place: (!page.is_failed() && !is_once_more(&page)).then(|| Place {
                field: field(&page),
                work: format!("{operation} {}", head::work(&page).plain()),
                days: days::first_and_last(page.summary),
                bounds: Outline::of(Look(summary).get("geometry")).map(|one| one.bounds()),
            }),
            rate_property: classes.and_then(|_| main_rate(operation, units)),
        }
    }
}

/// Whether it was made of other machine files of the run, which count by themselves.
fn is_once_more(page: &Page<'_>) -> bool {
    let mut findings = page.file.get("findings").list();
    findings.any(|finding| ["merge.parts", "fields.part"].contains(&finding.get("code").text()))
}

/// Farm and field as the file names them; empty where the field has no name.
fn field(page: &Page<'_>) -> String {
    let field = page.original("originalOperationField");
    if field.is_empty() {
        return String::new();
    }
    let farm = page.original("originalOperationFarm");
    let short = |text: &str| super::text::plain(text, WORD);
    let bare = field.chars().all(|letter| letter.is_ascii_digit());
    match farm {
        "" if bare => format!("Field {}", short(field)),
        "" => short(field),
        farm if bare => format!("{} {}", short(farm), short(field)),
        farm if farm == field => short(field),
        farm => format!("{}, {}", short(field), short(farm)),
    }
}

/// What was harvested, sown or applied in all.
fn amounts(page: &Page<'_>) -> Vec<(f64, String)> {
    let keys: &[&str] = match page.operation() {
        "harvested" => &["totalDryMass", "totalWetMass"],
        "planted" => &["totalPlanted", "totalApplied"],
        "applied" => &["totalApplied"],
        _ => &[],
    };
    let amount = keys.iter().find_map(|key| page.summary.get(key).amount());
    amount
        .map(|(value, unit)| {
            let (value, unit) = base(value, unit);
            (value, super::text::plain(unit, 20))
        })
        .into_iter()
        .collect()
}

const POUND_KG: f64 = 0.453_592_37;
const SHORT_TON_KG: f64 = 907.184_74;
const GALLON_L: f64 = 3.785_411_784;

/// Masses in kilograms and volumes of liquids in litres, so that they can be summed.
fn base(value: f64, unit: &str) -> (f64, &str) {
    match unit {
        "g" => (value / 1_000.0, "kg"),
        "t" => (value * 1_000.0, "kg"),
        "lb" => (value * POUND_KG, "kg"),
        "ton" => (value * SHORT_TON_KG, "kg"),
        "gal" => (value * GALLON_L, "L"),
        "m3" => (value * 1_000.0, "L"),
        unit => (value, unit),
    }
}

/// A sum in the units of a system.
pub(super) fn amount_words(system: System, value: f64, unit: &str) -> String {
    match (system, unit) {
        (System::Imperial, "kg") => system.amount(value / POUND_KG, "lb"),
        (System::Imperial, "L") => system.amount(value / GALLON_L, "gal"),
        _ => system.amount(value, unit),
    }
}
