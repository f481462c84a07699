//! What is told of it: the summary's `plausibility`, and the findings.

use super::judge::{Aspect, Implausible, Judged};
use super::pairs::Contradiction;
use crate::findings::{self, note, number, warning};
use crate::points::standardised::Standardised;
use crate::points::unit_table::UnitTable;
use serde_json::{Value, json};
use tramline_model::{
    Dimension, Finding, OperationDescription, Place, Property, Severity, Unit, records,
};

/// The formats whose columns have titles that a caller can give.
const TABLES: [&str; 6] = ["CSV", "SHAPEFILE", "GEOJSON", "GPKG", "FGB", "KML"];
/// Work over ground that no field has.
const IMPOSSIBLE_TIMES: f64 = 4.0;
/// Letters of a crop's or product's name that are shown.
const NAME: usize = 60;

/// The summary's `plausibility` in the units of a system.
pub(crate) fn summary(judged: &[Implausible], units: &UnitTable) -> Value {
    judged
        .iter()
        .map(|found| {
            let unit = unit_of(found, units);
            let number = |base: f64| json!(unit.map_or(base, |unit| unit.from_base(base)));
            json!({
                "property": found.result.name(),
                "value": number(found.value),
                "unit": symbol(found, unit),
                "low": number(found.plausible.low),
                "high": number(found.plausible.high),
                "suggestedUnit": found.suggested.map(|unit| unit.symbol),
                "proof": found.proof.as_ref().map(proof),
            })
        })
        .collect()
}

/// Errors for what cannot be true, warnings for what contradicts itself.
pub(crate) fn findings(
    judged: &Judged,
    results: &Standardised<'_>,
    description: &OperationDescription,
    place: &Place,
) -> Vec<Finding> {
    let mut list: Vec<Finding> = judged
        .implausible
        .iter()
        .map(|found| error(found, results, description, place))
        .collect();
    list.extend(judged.overlaid.map(|ground| overlaid(ground, place)));
    for found in &judged.contradictions {
        let told = |other: &Implausible| other.proof.as_ref() == Some(found);
        if !judged.implausible.iter().any(told) {
            list.push(contradicts(found, description, place));
        }
    }
    list
}

/// Rows that lie upon each other. Ground may be worked twice; hardly more often.
fn overlaid((worked, united): (f64, f64), place: &Place) -> Finding {
    let times = worked / united;
    let severity = if times >= IMPOSSIBLE_TIMES {
        Severity::Error
    } else {
        Severity::Warning
    };
    let text = format!(
        "the rows add up to {:.2} ha, {times:.1} times the {:.2} ha of ground that they cover; the file may hold rows \
         twice, several rows for each place, running totals as distances, or rows that are not in the order of \
         the drive; the totals count every row",
        worked / 1e4,
        united / 1e4
    );
    let hint =
        "compare the totals with the display; export each pass once, in the order of the drive";
    Finding::new(&findings::OVERLAID, severity, place.clone(), text)
        .value("workedHa", number(worked / 1e4))
        .value("coveredHa", number(united / 1e4))
        .value("factor", number(times))
        .hint(hint)
}

/// Values that were taken out, a finding for each property.
pub(crate) fn absent(results: &Standardised<'_>, place: &Place) -> Vec<Finding> {
    let counted = results.absent.iter().filter(|(_, c)| c.absent() > 0);
    counted
        .map(|(property, counted)| {
            let unit = results.units.source(*property);
            let symbol = unit.map_or("", |unit| shown_symbol(unit));
            let shown: Vec<String> = counted
                .shown()
                .iter()
                .map(|value| format!("{} {symbol}", exact(*value)).trim_end().to_owned())
                .collect();
            let text = format!(
                "{} of {} values of {} are impossible or mean \"no value\" ({}): they were left out; the points are \
                 kept",
                counted.absent(),
                counted.known,
                property.name(),
                shown.join(", ")
            );
            let finding = match counted.wrong_mean() {
                Some(_) => warning(&findings::VALUE_ABSENT, place, text),
                None => note(&findings::VALUE_ABSENT, place, text),
            };
            finding
                .value("property", property.name())
                .value("values", counted.absent())
                .value("known", counted.known)
                .value("examples", counted.shown().to_vec())
                .value("unit", symbol)
        })
        .collect()
}

fn error(
    found: &Implausible,
    results: &Standardised<'_>,
    description: &OperationDescription,
    place: &Place,
) -> Finding {
    let unit = unit_of(found, results.units);
    let shown = |base: f64| plain(unit.map_or(base, |unit| unit.from_base(base)));
    let symbol = symbol(found, unit);
    let of = found.subject.as_ref().map_or_else(String::new, |subject| {
        format!(" of {}", subject.chars().take(NAME).collect::<String>())
    });
    let mut text = format!(
        "this result cannot be true: {} is {} {symbol}{of}; possible values are {} to {}",
        words(found.result),
        shown(found.value),
        shown(found.plausible.low),
        shown(found.plausible.high),
    );
    if let Some(proof) = &found.proof {
        text.push_str(&format!("; {}", self::proof(proof)));
    } else if let (Some(stated), Some(fits)) = (found.stated, found.suggested) {
        let read = stated.from_base(found.value);
        text.push_str(&format!(
            "; the values were read in {}, and {} {} would be possible",
            stated.symbol,
            plain(read),
            fits.symbol
        ));
    }
    let hint = hint(found.result, found.suggested, description);
    let finding = Finding::new(&findings::RESULT, Severity::Error, place.clone(), text);
    let base = |base: f64| number(unit.map_or(base, |unit| unit.from_base(base)));
    let mut finding = findings::named(finding, found.result.name())
        .value("result", found.result.name())
        .value("value", base(found.value))
        .value("low", base(found.plausible.low))
        .value("high", base(found.plausible.high))
        .value("unit", symbol);
    if let Some(subject) = &found.subject {
        let name: String = subject.chars().take(NAME).collect();
        finding = finding.value("subject", name);
    }
    if let Some(unit) = found.suggested {
        finding = finding.value("suggestedUnit", unit.symbol);
    }
    finding.hint(hint)
}

fn contradicts(
    found: &Contradiction,
    description: &OperationDescription,
    place: &Place,
) -> Finding {
    let property = found.evidence.property();
    let hint = match found.fits {
        Some(fits) => hint(Aspect::Of(property), Some(fits), description),
        None => "compare with the total on the display, and do not use the rate if they differ"
            .to_owned(),
    };
    let text = format!("{}; nothing was changed", proof(found));
    let code = found.fits.map_or(&findings::TARGET, |_| &findings::UNIT);
    let mut finding = findings::named(warning(code, place, text), property.name())
        .value("property", property.name())
        .value("factor", number(found.quotient))
        .value("rows", found.pairs)
        .value("unit", found.stated.symbol);
    if let Some(unit) = found.fits {
        finding = finding.value("suggestedUnit", unit.symbol);
    }
    finding.hint(hint)
}

/// The evidence in words.
fn proof(found: &Contradiction) -> String {
    let (property, words) = (found.evidence.property().name(), found.evidence.words());
    let (larger, times, smaller) = if found.quotient > 1.0 {
        (property, found.quotient, words)
    } else {
        (words, 1.0 / found.quotient, property)
    };
    let text = format!(
        "{larger} is {} times {smaller} in {} rows",
        plain(times),
        found.pairs
    );
    match found.fits {
        Some(fits) => format!(
            "{text}: {property} is in {}, not in {}",
            fits.symbol, found.stated.symbol
        ),
        None => format!("{text}: one of the two cannot be true"),
    }
}

/// What to do: the column by its title, where the source has titles.
fn hint(
    result: Aspect,
    suggested: Option<&'static Unit>,
    description: &OperationDescription,
) -> String {
    let property = match result {
        Aspect::Of(property) => property,
        Aspect::Swath | Aspect::PassesOfRecords => {
            return "check the times and positions of the file: records with the same time are taken \
                    for sections side by side"
                .to_owned();
        }
        Aspect::Slope => Property::Elevation,
        Aspect::RecordArea | Aspect::PassArea => {
            return "check the units of distance and width".to_owned();
        }
        Aspect::TotalMass => Property::WetMass,
    };
    let schema = &description.points_schema;
    let title = schema
        .field_with_name(property.name())
        .ok()
        .and_then(|field| field.metadata().get(records::SOURCE_NAME))
        .map(String::as_str)
        .filter(|title| !title.is_empty());
    let name = property.name();
    let table = TABLES.contains(&description.file_format);
    match (title.filter(|_| table), suggested.map(|unit| unit.symbol)) {
        (Some(title), Some(unit)) => {
            format!(
                "if the column is in {unit}, give that unit: `--column \"{title}={name}:{unit}\"`"
            )
        }
        (Some(title), None) => format!(
            "give the unit or the meaning of the column: `--column \"{title}={name}:UNIT\"`"
        ),
        (None, _) if schema.field_with_name(name).is_ok() => {
            "do not use this number; check the settings of the display".to_owned()
        }
        (None, _) => {
            "check the units of mass, distance and width, from which this was computed".to_owned()
        }
    }
}

fn words(result: Aspect) -> String {
    match result {
        Aspect::Of(property) => match property {
            Property::WetMassPerArea => "the yield (wetMassPerArea)".to_owned(),
            Property::DryMassPerArea => "the dry yield (dryMassPerArea)".to_owned(),
            Property::WetVolumePerArea | Property::DryVolumePerArea => {
                format!("the yield by volume ({})", property.name())
            }
            Property::EquipmentWidth => "the working width (equipmentWidth)".to_owned(),
            property => format!("the mean of {}", property.name()),
        },
        Aspect::Swath => "the swath width of all sections together".to_owned(),
        Aspect::Slope => "the slope from elevation and distance".to_owned(),
        Aspect::RecordArea => "the mean area of a record".to_owned(),
        Aspect::PassArea => "the mean area of a pass".to_owned(),
        Aspect::PassesOfRecords => "the number of passes per record".to_owned(),
        Aspect::TotalMass => "the total mass of the file".to_owned(),
    }
}

/// The unit in which a result is shown.
fn unit_of(found: &Implausible, units: &UnitTable) -> Option<&'static Unit> {
    let of = |property: Property| {
        units
            .get(property)
            .filter(|unit| unit.dimension == found.dimension)
    };
    match found.result {
        Aspect::Of(property) => of(property),
        Aspect::Swath => of(Property::EquipmentWidth).or(Unit::from_symbol("m")),
        Aspect::RecordArea | Aspect::PassArea => Unit::from_symbol("ha"),
        Aspect::TotalMass => Unit::from_symbol("t"),
        Aspect::Slope | Aspect::PassesOfRecords => Unit::from_symbol("percentage"),
    }
}

fn symbol(found: &Implausible, unit: Option<&'static Unit>) -> &'static str {
    unit.map_or(
        match found.dimension {
            Dimension::Length => "m",
            _ => "",
        },
        shown_symbol,
    )
}

fn shown_symbol(unit: &'static Unit) -> &'static str {
    match unit.symbol {
        "percentage" | "prcnt" => "%",
        other => other,
    }
}

/// A number as people write it: four digits that count, thousands parted.
pub(crate) fn plain(value: f64) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    let size = value.abs();
    if size >= 1e15 || (size < 1e-6 && size > 0.0) {
        return format!("{value:.2e}");
    }
    let decimals = match size {
        0.0 => 0,
        size if size >= 1000.0 => 0,
        size => (3.0 - size.log10().floor()).clamp(0.0, 9.0) as usize,
    };
    let text = format!("{value:.decimals$}");
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let rest = rest.trim_end_matches('0');
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |d| ("-", d));
    let mut parted = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            parted.push(',');
        }
        parted.push(digit);
    }
    let dot = if rest.is_empty() { "" } else { "." };
    format!("{sign}{parted}{dot}{rest}")
}

/// A logged number, as it was logged.
fn exact(value: f64) -> String {
    if value.abs() >= 1e15 {
        format!("{value:e}")
    } else {
        format!("{value}")
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn numbers_are_written_for_people() {
        for (value, text) in [
            (34_890_392.0, "34,890,392"),
            (2.974_9, "2.975"),
            (0.003_334, "0.003334"),
            (177_000.0, "177,000"),
            (100.0, "100"),
            (0.1, "0.1"),
            (0.0, "0"),
            (-1_234.5, "-1,234"),
            (54_680.25, "54,680"),
            (999.96, "1,000"),
            (1e30, "1.00e30"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(plain(value), text, "{value}");
        }
    }
}
