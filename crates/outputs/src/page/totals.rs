//! What was done: areas, rates, amounts; by variety or product; and the display's own totals.

use super::input::Page;
use super::look::Look;
use super::text::{NAME, WORD, capital, isolated, number, part_of, percent};
use super::units::{self, System};

/// Most characters of a variety's name and of a display's total, so that they stay on one line.
const PART: usize = 22;
const TOTAL: usize = 24;
/// Rows of varieties, of products and of the display's totals at most.
pub(super) const MOST_ROWS: usize = 4;

pub(super) fn write(page: &Page<'_>, out: &mut String) {
    let mut rows = Vec::new();
    areas(page, &mut rows);
    match page.summary.get("operationType").text() {
        "harvested" => harvested(page, &mut rows),
        "planted" => planted(page, &mut rows),
        "applied" => applied(page, &mut rows),
        _ => tilled(page, &mut rows),
    }
    common(page, &mut rows);
    if !rows.is_empty() {
        out.push_str("<section>\n<h2>Totals</h2>\n<table class=\"totals\">\n");
        for (name, value) in rows {
            out.push_str(&format!("<tr><th>{name}</th><td>{value}</td></tr>\n"));
        }
        out.push_str("</table>\n</section>\n");
    }
    parts(page, "varieties", "By variety", out);
    parts(page, "products", "By product", out);
}

type Rows = Vec<(&'static str, String)>;

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
    rows.extend(worked.map(|area| ("Worked area", text(area))));
    rows.extend(covered.map(|area| ("Ground covered", text(area))));
    if let Some(overlap) = coverage.get("overlapArea").amount() {
        let part = coverage.get("overlapPercentage").number();
        let part = part.map(|part| format!(" ({})", percent(part)));
        rows.push(("Overlap", text(overlap) + &part.unwrap_or_default()));
    }
}

fn row(page: &Page<'_>, rows: &mut Rows, name: &'static str, amount: Option<(f64, &str)>) {
    if let Some((value, unit)) = amount {
        rows.push((name, page.system.amount(value, unit)));
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
        rows.push(("Yield on covered ground", value));
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
        rows.push(("Calibrated", text));
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
        [one] => rows.push((name, one.clone())),
        [one, other, ..] => rows.push((name, format!("{one} ({other})"))),
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
        rows.push(("Tank mix", "yes".to_owned()));
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
        rows.push(("Kind", super::head::some(&kinds, 3, WORD).join(", ")));
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
fn parts(page: &Page<'_>, key: &str, title: &str, out: &mut String) {
    let list: Vec<Look<'_>> = page.summary.get(key).list().collect();
    if list.len() < 2 {
        return;
    }
    out.push_str(&format!(
        "<section>\n<h2>{title}{}</h2>\n<table class=\"list\">\n\
         <tr><th>Name</th><th>Area</th><th>Rate</th><th>Total</th></tr>\n",
        part_of(MOST_ROWS, list.len())
    ));
    let cell = |part: &Look<'_>, keys: &[&str]| {
        let amount = keys.iter().find_map(|key| part.get(key).amount());
        amount.map_or_else(
            || "–".to_owned(),
            |(value, unit)| page.system.amount(value, unit),
        )
    };
    for part in list.iter().take(MOST_ROWS) {
        let name = match part.get("name").text() {
            "" | "unknown" => "not named".to_owned(),
            name => isolated(name, PART),
        };
        out.push_str(&format!(
            "<tr><td>{name}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
            cell(part, &["area"]),
            cell(part, &["rate", "dryMassPerArea", "wetMassPerArea"]),
            cell(
                part,
                &["totalPlanted", "totalApplied", "dryMass", "wetMass"]
            ),
        ));
    }
    out.push_str("</table>\n");
    out.push_str("</section>\n");
}

/// The display's totals beside ours; those that can be compared come first, zeros are left out.
pub(super) fn display(page: &Page<'_>, out: &mut String) {
    let mut list: Vec<Look<'_>> = page
        .summary
        .get("displayTotals")
        .list()
        .filter(|total| {
            total
                .get("value")
                .number()
                .is_some_and(|value| value != 0.0)
        })
        .collect();
    if list.is_empty() {
        return;
    }
    list.sort_by_key(|total| total.get("differencePercentage").number().is_none());
    let compared = list
        .iter()
        .any(|total| total.get("ours").number().is_some());
    let (head, most) = if compared {
        ("<th>Display</th><th>Points</th><th>Difference</th>", TOTAL)
    } else {
        ("<th>Display</th>", NAME)
    };
    out.push_str(&format!(
        "<section>\n<h2>Totals of the display{}</h2>\n<table class=\"list\">\n\
         <tr><th>Total</th>{head}</tr>\n",
        part_of(MOST_ROWS, list.len())
    ));
    for total in list.iter().take(MOST_ROWS) {
        let unit = total.get("unit").text();
        let amount = |key: &str| {
            let value = total.get(key).number();
            value.map_or_else(|| "–".to_owned(), |value| page.system.amount(value, unit))
        };
        out.push_str(&format!(
            "<tr><td>{}</td><td>{}</td>",
            isolated(&capital(without_code(total.get("name").text())), most),
            amount("value")
        ));
        if compared {
            let difference = total.get("differencePercentage").number().map(|value| {
                let sign = if value > 0.0 { "+" } else { "" };
                format!("{sign}{}", percent(value))
            });
            out.push_str(&format!(
                "<td>{}</td><td>{}</td>",
                amount("ours"),
                difference.unwrap_or_else(|| "–".to_owned())
            ));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</table>\n</section>\n");
}

/// `DDI 90 yield total mass` without its code.
fn without_code(name: &str) -> &str {
    let rest = name.strip_prefix("DDI ").map(|rest| {
        rest.trim_start_matches(|letter: char| letter.is_ascii_digit())
            .trim_start()
    });
    rest.filter(|rest| !rest.is_empty()).unwrap_or(name)
}
