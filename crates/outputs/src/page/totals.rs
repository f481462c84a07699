//! What was done: areas, rates, amounts; by variety or product; and the display's own totals.

use super::document::{Block, Cell, Figure, Section, Table, Words};
use super::input::Page;
use super::look::Look;
use super::text::{NAME, WORD, capital, number, part_of, percent};
use super::units::{self, System};

/// Most characters of a variety's name and of a display's total, so that they stay on one line.
const PART: usize = 22;
const TOTAL: usize = 24;
/// Rows of varieties, of products and of the display's totals at most.
pub(super) const MOST_ROWS: usize = 4;
/// Large numbers at most.
const MOST_FIGURES: usize = 4;

/// Rows of what matters, the first in large numbers.
pub(super) fn rows(page: &Page<'_>) -> Vec<(&'static str, Words)> {
    let mut rows = Vec::new();
    match page.operation() {
        "harvested" => harvested(page, &mut rows),
        "planted" => planted(page, &mut rows),
        "applied" => applied(page, &mut rows),
        _ => tilled(page, &mut rows),
    }
    areas(page, &mut rows);
    common(page, &mut rows);
    rows
}

/// The large numbers of a kind of work, by the names of their rows.
const LARGE: [&str; 14] = [
    "Yield, dry",
    "Yield, as harvested",
    "Seed rate",
    "Applied rate",
    "Rate",
    "Depth",
    "Target depth",
    "Worked area",
    "Crop, dry",
    "Crop, as harvested",
    "Sown",
    "Applied",
    "Moisture",
    "Mean speed",
];

/// The large numbers over the map, and what is left for the table of totals.
pub(super) fn figures(page: &Page<'_>) -> (Vec<Figure>, Option<Section>) {
    let mut rest = rows(page);
    let mut figures = Vec::new();
    for large in LARGE {
        // The second of a pair, such as the yield as harvested, stays in the table.
        let told = figures.iter().any(|figure: &Figure| {
            let name = figure.name.plain();
            let word = |text: &str| text.split(',').next().map(str::to_owned);
            word(&name) == word(large)
        });
        let Some(place) = rest.iter().position(|(name, _)| *name == large && !told) else {
            continue;
        };
        if figures.len() < MOST_FIGURES {
            let Some((name, value)) = rest.get(place).cloned() else {
                continue;
            };
            // What has a second unit is whole in the table.
            let text = value.plain();
            let value = match text.split_once(" (") {
                Some((first, _)) => Words::own(first),
                None => {
                    rest.remove(place);
                    value
                }
            };
            figures.push(Figure {
                name: Words::own(name),
                value,
            });
        }
    }
    let facts: Vec<(Words, Words)> = rest
        .into_iter()
        .map(|(name, value)| (Words::own(name), value))
        .collect();
    let section = (!facts.is_empty()).then(|| Section {
        title: Words::own("Totals and means"),
        may_break: false,
        blocks: vec![Block::Facts(facts)],
    });
    (figures, section)
}

/// By variety, by product, and beside the display's totals.
pub(super) fn sections(page: &Page<'_>) -> Vec<Section> {
    let list = [
        parts(page, "varieties", "By variety"),
        parts(page, "products", "By product"),
        display(page),
    ];
    list.into_iter().flatten().collect()
}

type Rows = Vec<(&'static str, Words)>;

fn areas(page: &Page<'_>, rows: &mut Rows) {
    let coverage = page.summary.get("coverage");
    let worked = coverage.get("workedArea").amount();
    let worked = worked.or(page.summary.get("totalArea").amount());
    // All in one unit, so that they can be compared at sight.
    let small = worked.is_some_and(|(value, unit)| units::square_metres(value, unit) < 1_000.0);
    let text = |(value, unit): (f64, &str)| match page.system {
        System::Metric if small => {
            format!("{}\u{a0}m²", number(units::square_metres(value, unit)))
        }
        system => system.amount(value, unit),
    };
    let covered = coverage.get("coveredArea").amount();
    rows.extend(worked.map(|area| ("Worked area", Words::own(text(area)))));
    rows.extend(covered.map(|area| ("Ground covered", Words::own(text(area)))));
    if let Some(overlap) = coverage.get("overlapArea").amount() {
        let part = coverage.get("overlapPercentage").number();
        let part = part.map(|part| format!(" ({})", percent(part)));
        let overlap = text(overlap) + &part.unwrap_or_default();
        rows.push(("Overlap", Words::own(overlap)));
    }
}

fn row(page: &Page<'_>, rows: &mut Rows, name: &'static str, amount: Option<(f64, &str)>) {
    if let Some((value, unit)) = amount {
        rows.push((name, Words::own(page.system.amount(value, unit))));
    }
}

/// Mean of a rate and of its target.
fn rate(page: &Page<'_>, rows: &mut Rows, name: &'static str, key: &str, target: &str) {
    row(page, rows, name, page.summary.get(key).amount());
    let target = page.summary.get(target).amount();
    row(
        page,
        rows,
        "Target",
        target.filter(|(target, _)| *target > 0.0),
    );
}

/// What a sensor that logs nothing but zero says is left out.
fn sensed(page: &Page<'_>, rows: &mut Rows, name: &'static str, key: &str) {
    let statistics = page.summary.get(key);
    if statistics.get("min").number() == Some(0.0) && statistics.get("max").number() == Some(0.0) {
        return;
    }
    row(page, rows, name, statistics.amount());
}

/// Litres of grain say nothing to anyone; bushels do.
fn in_bushels(amount: &Option<(f64, &str)>) -> bool {
    amount.is_some_and(|(_, unit)| unit.starts_with("bu"))
}

fn harvested(page: &Page<'_>, rows: &mut Rows) {
    let amount = |key: &str| page.summary.get(key).amount();
    let (volume, mass) = (amount("dryVolumePerArea"), amount("dryMassPerArea"));
    pair(page, rows, "Yield, dry", volume, mass);
    let coverage = page.summary.get("coverage");
    let area = |key: &str| coverage.get(key).amount().map(|(value, _)| value);
    let dry = Some(amount("dryVolumePerArea"))
        .filter(in_bushels)
        .flatten();
    let dry = dry
        .or(amount("dryMassPerArea"))
        .or(amount("wetMassPerArea"));
    if let (Some((rate, unit)), Some(worked), Some(covered)) =
        (dry, area("workedArea"), area("coveredArea"))
        && covered > 0.0
        && worked > covered
    {
        let value = page.system.amount(rate * worked / covered, unit);
        rows.push(("Yield on covered ground", Words::own(value)));
    }
    let (volume, mass) = (amount("wetVolumePerArea"), amount("wetMassPerArea"));
    pair(page, rows, "Yield, as harvested", volume, mass);
    for (name, mass, volume) in [
        ("Crop, dry", "totalDryMass", "totalDryVolume"),
        ("Crop, as harvested", "totalWetMass", "totalWetVolume"),
    ] {
        pair(page, rows, name, amount(mass), amount(volume));
    }
    let weighted = page.summary.get("harvestMoistureMassWeighted").amount();
    row(
        page,
        rows,
        "Moisture",
        weighted.or(amount("harvestMoisture")),
    );
    sensed(page, rows, "Protein", "proteinPercentage");
    let calibration = page.summary.get("calibration");
    if let Some(factor) = calibration.get("factor").number() {
        let mut text = format!("× {factor:.3}");
        if let Some((mass, unit)) = calibration.get("scaleMass").amount() {
            text.push_str(&format!(" (scale {})", page.system.amount(mass, unit)));
        }
        rows.push(("Calibrated", Words::own(text)));
    }
}

/// An amount with a second one in brackets; volumes only in bushels, if there is a mass.
fn pair(
    page: &Page<'_>,
    rows: &mut Rows,
    name: &'static str,
    first: Option<(f64, &str)>,
    second: Option<(f64, &str)>,
) {
    let litres = |unit: &str| unit == "L" || unit == "m3" || unit == "L/ha" || unit == "m3/ha";
    let both = first.is_some() && second.is_some();
    let texts: Vec<String> = [first, second]
        .into_iter()
        .flatten()
        .filter(|(_, unit)| !(both && litres(unit)))
        .map(|(value, unit)| page.system.amount(value, unit))
        .collect();
    match texts.as_slice() {
        [] => {}
        [one] => rows.push((name, Words::own(one.as_str()))),
        [one, other, ..] => rows.push((name, Words::own(format!("{one} ({other})")))),
    }
}

fn planted(page: &Page<'_>, rows: &mut Rows) {
    rate(page, rows, "Seed rate", "seedRate", "seedRateTarget");
    row(
        page,
        rows,
        "Sown",
        page.summary.get("totalPlanted").amount(),
    );
    rate(
        page,
        rows,
        "Applied rate",
        "appliedRate",
        "appliedRateTarget",
    );
    sensed(page, rows, "Seed depth", "seedDepth");
    sensed(page, rows, "Singulation", "singulation");
    sensed(page, rows, "Skips", "skips");
    sensed(page, rows, "Doubles", "doubles");
}

fn applied(page: &Page<'_>, rows: &mut Rows) {
    rate(page, rows, "Rate", "appliedRate", "appliedRateTarget");
    row(
        page,
        rows,
        "Applied",
        page.summary.get("totalApplied").amount(),
    );
    if page.summary.get("tankMix").is_true() {
        rows.push(("Tank mix", Words::own("yes")));
    }
}

fn tilled(page: &Page<'_>, rows: &mut Rows) {
    let target = "tillageDepthTarget";
    if page.summary.get("tillageDepthActual").amount().is_some() {
        rate(page, rows, "Depth", "tillageDepthActual", target);
    } else {
        sensed(page, rows, "Target depth", target);
    }
    let kinds: Vec<&str> = page
        .summary
        .get("tillType")
        .list()
        .map(Look::text)
        .collect();
    if !kinds.is_empty() {
        rows.push((
            "Kind",
            Words::joined(super::head::some(&kinds, 3, WORD), ", "),
        ));
    }
}

fn common(page: &Page<'_>, rows: &mut Rows) {
    let coverage = page.summary.get("coverage");
    row(page, rows, "Working width", coverage.get("swath").amount());
    sensed(page, rows, "Mean speed", "speed");
    row(
        page,
        rows,
        "Distance",
        page.summary.get("totalDistance").amount(),
    );
    row(
        page,
        rows,
        "Fuel",
        page.summary.get("totalFuelUsed").amount(),
    );
}

/// Varieties or products, where there are several or one that the head does not name.
fn parts(page: &Page<'_>, key: &str, title: &str) -> Option<Section> {
    let list: Vec<Look<'_>> = page.summary.get(key).list().collect();
    if list.len() < 2 {
        return None;
    }
    let cell = |part: &Look<'_>, keys: &[&str]| {
        let amount = keys.iter().find_map(|key| part.get(key).amount());
        let text = amount.map_or_else(
            || "–".to_owned(),
            |(value, unit)| page.system.amount(value, unit),
        );
        Cell::Number(Words::own(text))
    };
    let rows = list.iter().take(MOST_ROWS).map(|part| {
        let name = match part.get("name").text() {
            "" | "unknown" => Words::own("not named"),
            name => Words::data(name, PART),
        };
        vec![
            Cell::Text(name),
            cell(part, &["area"]),
            cell(part, &["rate", "dryMassPerArea", "wetMassPerArea"]),
            cell(
                part,
                &["totalPlanted", "totalApplied", "dryMass", "wetMass"],
            ),
        ]
    });
    Some(Section {
        title: Words::own(title).and(&part_of(MOST_ROWS, list.len())),
        may_break: false,
        blocks: vec![Block::Table(Table {
            heads: ["Name", "Area", "Rate", "Total"].map(Words::own).to_vec(),
            rows: rows.collect(),
            cards: false,
        })],
    })
}

/// The display's totals beside ours; those that can be compared come first, zeros are left out.
fn display(page: &Page<'_>) -> Option<Section> {
    let mut list: Vec<Look<'_>> = page
        .summary
        .get("displayTotals")
        .list()
        .filter(|total| {
            let value = total.get("value").number();
            value.is_some_and(|value| value != 0.0)
        })
        .collect();
    if list.is_empty() {
        return None;
    }
    list.sort_by_key(|total| total.get("differencePercentage").number().is_none());
    let compared = list
        .iter()
        .any(|total| total.get("ours").number().is_some());
    let (heads, most): (&[&str], usize) = if compared {
        (&["Total", "Display", "Points", "Difference"], TOTAL)
    } else {
        (&["Total", "Display"], NAME)
    };
    let rows = list.iter().take(MOST_ROWS).map(|total| {
        let unit = total.get("unit").text();
        let amount = |key: &str| {
            let value = total.get(key).number();
            let text =
                value.map_or_else(|| "–".to_owned(), |value| page.system.amount(value, unit));
            Cell::Number(Words::own(text))
        };
        let name = capital(without_code(total.get("name").text()));
        let mut row = vec![Cell::Text(Words::data(&name, most)), amount("value")];
        if compared {
            let difference = total.get("differencePercentage").number().map(|value| {
                let sign = if value > 0.0 { "+" } else { "" };
                format!("{sign}{}", percent(value))
            });
            let difference = difference.unwrap_or_else(|| "–".to_owned());
            row.extend([amount("ours"), Cell::Number(Words::own(difference))]);
        }
        row
    });
    Some(Section {
        title: Words::own("Totals of the display").and(&part_of(MOST_ROWS, list.len())),
        may_break: false,
        blocks: vec![Block::Table(Table {
            heads: heads.iter().map(|head| Words::own(*head)).collect(),
            rows: rows.collect(),
            cards: false,
        })],
    })
}

/// `DDI 90 yield total mass` without its code.
fn without_code(name: &str) -> &str {
    let rest = name.strip_prefix("DDI ").map(|rest| {
        rest.trim_start_matches(|letter: char| letter.is_ascii_digit())
            .trim_start()
    });
    rest.filter(|rest| !rest.is_empty()).unwrap_or(name)
}
