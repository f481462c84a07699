//! What the steps noticed of a machine file, as findings.

use super::calibration;
use crate::analysis::{Cleaning, Covered};
use crate::describe::display;
use crate::findings::{self, note, number, warning};
use crate::plausible::told;
use crate::points::standardised::Standardised;
use serde_json::Value;
use tramline_analysis::odometer::Odometer;
use tramline_analysis::spread::Spread;
use tramline_model::{
    Crop, DisplayTotal, DropReason, Finding, OperationDescription, OperationType, Place, Property,
    Provider, Severity, did_you_mean,
};

/// Results that cannot be true stand first, then totals that are not the display's; the rest stays in
/// its order.
pub(crate) fn gravest_first(findings: &mut [Finding]) {
    findings.sort_by_key(|finding| {
        if finding.severity == Severity::Error && finding.code.starts_with(findings::PLAUSIBLE) {
            0
        } else if finding.code == findings::DISPLAY_TOTAL.name
            && finding.severity == Severity::Warning
        {
            1
        } else {
            2
        }
    });
}

/// The caller names another maker than the one that was recognised.
pub(crate) fn of_provider(
    detected: Provider,
    given: Option<Provider>,
    place: &Place,
) -> Option<Finding> {
    let claimed = given.filter(|given| given.is_maker() && *given != detected);
    let given = claimed.filter(|_| detected.is_maker())?;
    let text = format!("given as data of `{given}`, recognised as data of `{detected}`");
    let finding = note(&findings::OTHER_PROVIDER, place, text);
    Some(
        finding
            .value("provider", given.code())
            .value("detectedProvider", detected.code()),
    )
}

/// The clock of the file is coarser than its log.
pub(crate) fn of_clock(spread: &Spread, place: &Place) -> Finding {
    let text = format!(
        "the clock advances in steps of {:.0} s, and several records share each step; to find passes and the \
         lag, times are spread over the {:.1} m between the steps; the timestamps stay as logged",
        spread.step_s, spread.way_m
    );
    note(&findings::COARSE_CLOCK, place, text)
        .value("stepS", number(spread.step_s))
        .value("distanceM", number(spread.way_m))
}

/// Share of the points beyond which gaps are no accident.
const MANY_GAPS: f64 = 0.1;

/// Fewer gaps are no pattern.
const LEAST_GAPS: u64 = 10;

/// Points that the way to is no drive.
fn of_gaps(results: &Standardised<'_>, place: &Place) -> Option<Finding> {
    let counts = &results.counts;
    let (gaps, lost) = (counts.gap_distances, counts.lost_distances);
    let read = results.totals.points + results.dropped.values().sum::<u64>();
    let share = (gaps + lost) as f64 / read.max(1) as f64;
    if share > MANY_GAPS && gaps + lost >= LEAST_GAPS {
        let percent = share * 100.0;
        let text = format!(
            "{percent:.0} % of the points follow a gap, a pause or a jump: {gaps} of them got the usual distance, \
             and {lost} have no distance and no area"
        );
        let hint = "the worked area may be too small: check whether records are missing, or whether several \
                    machines or sections share the file without a column that names them; export with distance \
                    if you can";
        let finding = warning(&findings::GAPS, place, text)
            .value("percent", number(percent))
            .value("points", gaps)
            .value("pointsWithoutDistance", lost);
        return Some(finding.hint(hint));
    }
    let text = format!(
        "{gaps} points follow a gap or a pause: their distance is speed times interval, or the usual step, and \
         not the distance to the previous point"
    );
    (gaps > 0).then(|| note(&findings::GAPS, place, text).value("points", gaps))
}

/// Shares by which a distance may differ from the way between the positions, and beyond which it is
/// another unit.
const ODOMETER: (f64, f64) = (0.04, 0.5);

/// The logged distance is not the way between the positions.
pub(crate) fn of_odometer(
    found: &Odometer,
    results: &Standardised<'_>,
    place: &Place,
) -> Option<Finding> {
    let away = (found.ratio - 1.0).abs();
    let is_derived = results.derived.contains(&Property::Distance);
    if is_derived || !(ODOMETER.0..ODOMETER.1).contains(&away) {
        return None;
    }
    let (distance, ground, rates) = if found.ratio < 1.0 {
        ("short", "small", "high")
    } else {
        ("long", "large", "low")
    };
    let (away, of_rates) = (away * 100.0, (1.0 / found.ratio - 1.0).abs() * 100.0);
    let text = format!(
        "compared with the positions on {} straight stretches, the logged distance is {away:.0} % too {distance}; \
         areas are {away:.0} % too {ground}, and rates computed from them are {of_rates:.0} % too {rates}; nothing \
         was changed",
        found.stretches,
    );
    let finding = warning(&findings::DISTANCE_SENSOR, place, text)
        .value("percent", number((found.ratio - 1.0) * 100.0))
        .value("stretches", found.stretches)
        .value("ratePercent", number((1.0 / found.ratio - 1.0) * 100.0));
    Some(finding.hint(
        "calibrate the distance sensor of the machine, or take speed and distance from its receiver",
    ))
}

/// What the cleaning did beyond single points.
pub(crate) fn of_cleaning(cleaning: &Cleaning, place: &Place) -> Vec<Finding> {
    let mut list = Vec::new();
    if cleaning.restores()
        && let Some(lag) = &cleaning.flow_lag
    {
        let text = format!(
            "the yield sensor is {:.1} s late: its values were moved to where the crop was cut (neighbouring \
             passes in opposite directions agree with {:.2} instead of {:.2})",
            lag.seconds, lag.after, lag.before
        );
        let finding = note(&findings::LAG_APPLIED, place, text)
            .value("lagS", number(lag.seconds))
            .value("correlationBefore", number(lag.before))
            .value("correlationAfter", number(lag.after));
        list.push(finding);
    }
    if cleaning.fell_back {
        let text = "the filter profile would have dropped more than half of the points; `compat` was used instead";
        let hint = "look at the points that the profile `recommended` drops on a part of the data, or \
                    keep `compat` for this file";
        list.push(warning(&findings::FELL_BACK, place, text).hint(hint));
    }
    if cleaning.spared_blocks > 0 {
        let text = format!(
            "in {} hectares more than two fifths of the points differ from their neighbours; the filter left \
             them in",
            cleaning.spared_blocks
        );
        let finding = warning(&findings::SPARED, place, text)
            .value("hectares", cleaning.spared_blocks)
            .hint("look at these places on the map");
        list.push(finding);
    }
    list
}

/// Where the display's own totals and ours part.
pub(crate) fn of_totals(
    totals: &[DisplayTotal],
    results: &Standardised<'_>,
    covered: Option<&Covered>,
    place: &Place,
) -> Vec<Finding> {
    totals
        .iter()
        .filter_map(|total| {
            let (difference, ours) = display::difference(total, totals, results)?;
            display::severity(difference).map(|severity| {
                let text = format!(
                    "the display counted {:.1} {} ({}), and the points add up to {ours:.1}: {difference:+.1} %; {}",
                    total.value,
                    total.unit,
                    total.name,
                    display::cause(total, totals, ours, results, covered)
                );
                Finding::new(&findings::DISPLAY_TOTAL, severity, place.clone(), text)
                    .value("total", total.name.as_str())
                    .value("display", number(total.value))
                    .value("points", number(ours))
                    .value("unit", total.unit.as_str())
                    .value("percent", number(difference))
                    .hint("check which points were dropped, and compare the working width with the machine")
            })
        })
        .collect()
}

/// Points outside the boundary that the caller gave.
fn outside_fields(results: &Standardised<'_>, place: &Place, list: &mut Vec<Finding>) {
    let count = results.dropped.get(&DropReason::FieldOutside);
    let Some((count, bounds)) = count.zip(results.outside) else {
        return;
    };
    if results.totals.points == 0 {
        let Some(away) = results.clip.map(|clip| clip.away(bounds)) else {
            return;
        };
        let text = format!("no point lies in a field: {}", away.text());
        let finding = warning(&findings::OUTSIDE_FIELDS, place, text).value("points", *count);
        list.push(finding.hint(away.hint()));
        return;
    }
    let text = format!("{count} points outside the fields of the boundary were left out");
    list.push(note(&findings::OUTSIDE_FIELDS, place, text).value("points", *count));
}

/// All findings of the standardising step.
pub(crate) fn of(
    results: &Standardised<'_>,
    description: &OperationDescription,
    place: &Place,
) -> Vec<Finding> {
    let mut list = told::absent(results, place);
    let derived: Vec<&str> = results.derived.iter().map(|p| p.name()).collect();
    if !derived.is_empty() {
        let names = derived.join(", ");
        let text = format!("derived, because the source does not have them: {names}");
        list.push(note(&findings::DERIVED, place, text).value("properties", derived));
    }
    way(results, place, &mut list);
    units_and_rate(results, description, place, &mut list);
    times(results, place, &mut list);
    if !results.unknown_rules.is_empty() {
        let names = results.unknown_rules.join(", ");
        let text = format!("cleanup rules for properties that are not known: {names}");
        let finding = warning(&findings::CLEANUP_RULE_UNKNOWN, place, text);
        list.push(finding.value("properties", results.unknown_rules.to_vec()));
    }
    unknown_crops(results, place, &mut list);
    if !results.present.contains(&Property::EquipmentWidth)
        && !results.present.contains(&Property::Area)
        && !results.present.is_empty()
    {
        let text = "the file has no working width, so there are no areas and no totals";
        let finding = warning(&findings::WIDTH_MISSING, place, text);
        list.push(finding.hint("give the working width (`--width METRES`)"));
    }
    if !results.present.contains(&Property::Elevation) && !results.present.is_empty() {
        let text = "the file has no elevation";
        list.push(note(&findings::ELEVATION_MISSING, place, text));
    }
    outside_fields(results, place, &mut list);
    if results.is_harvest() {
        harvest(results, place, &mut list);
        calibration::findings(results, place, &mut list);
    }
    if *results.operation == OperationType::Applied && results.products.is_mix_without_rates() {
        let text = "the file has several products and no rate for each of them: their shares are not known";
        list.push(note(&findings::PRODUCT_RATE_UNKNOWN, place, text));
    }
    list
}

/// Gaps in the way, or rows that have none.
fn way(results: &Standardised<'_>, place: &Place, list: &mut Vec<Finding>) {
    let unordered = results.counts.unordered;
    if !unordered && results.derived.contains(&Property::Distance) {
        list.extend(of_gaps(results, place));
    }
    if unordered && !results.present.contains(&Property::Distance) {
        let text = "the points are not in the order of the drive: distance, speed and area cannot be derived \
                    from them";
        let hint = "export them in the order in which they were logged, or with distance or area";
        list.push(warning(&findings::UNORDERED, place, text).hint(hint));
    }
}

/// Times that are missing or not believed.
fn times(results: &Standardised<'_>, place: &Place, list: &mut Vec<Finding>) {
    let counts = &results.counts;
    if counts.without_instant > 0 {
        let points = counts.without_instant;
        let text = format!("{points} points have no time");
        list.push(warning(&findings::TIME_MISSING, place, text).value("points", points));
    }
    if counts.implausible_instants > 0 {
        let points = counts.implausible_instants;
        let text = format!("{points} times are before 1990 or in the future and were left out");
        let finding = warning(&findings::TIME_IMPLAUSIBLE, place, text).value("points", points);
        list.push(finding.hint("check date and time on the display"));
    }
}

/// What was assumed of units, and of a rate that only has a target.
fn units_and_rate(
    results: &Standardised<'_>,
    description: &OperationDescription,
    place: &Place,
    list: &mut Vec<Finding>,
) {
    if !description.assumed_units.is_empty() {
        let units: Vec<String> = description
            .assumed_units
            .iter()
            .map(|(property, unit)| format!("{} in {}", property.name(), unit.symbol))
            .collect();
        let assumed = description.assumed_units.iter();
        let values: serde_json::Map<String, Value> = assumed
            .map(|(property, unit)| (property.name().to_owned(), unit.symbol.into()))
            .collect();
        let text = format!(
            "the file does not state these units, so they were assumed: {}",
            units.join(", ")
        );
        let finding = warning(&findings::UNIT_ASSUMED, place, text).value("units", values);
        list.push(
            finding.hint(
                "if one is wrong, give the unit of its column (`--column TITLE=PROPERTY:UNIT`)",
            ),
        );
    }
    if !results.refused_units.is_empty() {
        let text = format!(
            "the unit does not fit the property: {}",
            results.refused_units.join(", ")
        );
        let finding = warning(&findings::UNIT_REFUSED, place, text)
            .value("columns", results.refused_units.to_vec());
        list.push(finding.hint("give the unit of the column (`--column TITLE=PROPERTY:UNIT`)"));
    }
    if results.target_stands {
        let text = "the file has no measured rate; the target rate is used instead";
        let hint = "treat the totals as planned ones; export with the applied rate if the machine measured it";
        list.push(warning(&findings::TARGET_STANDS, place, text).hint(hint));
    }
}

/// Crops that a finding names.
const CROPS: usize = 10;

fn unknown_crops(results: &Standardised<'_>, place: &Place, list: &mut Vec<Finding>) {
    let crops = results.counts.unknown_crops.iter();
    let names: Vec<&str> = crops.take(CROPS).map(String::as_str).collect();
    if names.is_empty() {
        return;
    }
    let known = || Crop::all().iter().map(|crop| crop.name);
    let meant = match names.as_slice() {
        [name] => did_you_mean(name, known()),
        _ => String::new(),
    };
    let text = format!(
        "these crops are not in the table of crops: {}{meant}",
        names.join(", ")
    );
    let finding = warning(&findings::CROP_UNKNOWN, place, text).value("crops", names);
    list.push(finding.hint("give the crop by a name of docs/crops.md (`--crop NAME`)"));
}

fn harvest(results: &Standardised<'_>, place: &Place, list: &mut Vec<Finding>) {
    let points = results.counts.without_crop;
    if points > 0 {
        let text = format!(
            "{points} harvest points name no crop: no volumes and no dry values are derived"
        );
        let finding = warning(&findings::CROP_MISSING, place, text).value("points", points);
        list.push(finding.hint("give the crop (`--crop NAME`)"));
    }
    let noticed = &results.counts.yields;
    let points = noticed.without_moisture;
    if points > 0 {
        let text = format!("{points} points have no moisture and therefore no dry values");
        list.push(warning(&findings::MOISTURE_MISSING, place, text).value("points", points));
    }
    let points = noticed.without_standard;
    if points > 0 {
        let text =
            "no standard moisture is known for the crop: dry values are the same as wet ones";
        let finding = note(&findings::MOISTURE_STANDARD_UNKNOWN, place, text);
        list.push(finding.value("points", points));
    }
    let points = noticed.without_test_weight;
    if points > 0 {
        let text = "no test weight is known for the crop: there are no volumes";
        let finding = note(&findings::TEST_WEIGHT_UNKNOWN, place, text);
        list.push(finding.value("points", points));
    }
    let points = noticed.capped;
    if points > 0 {
        let text = format!(
            "{points} points are drier than the standard moisture: their dry mass is limited to their wet mass"
        );
        let finding = note(&findings::DRY_CAPPED, place, text).value("points", points);
        list.push(
            finding.hint("set `capDryMass` to false to let the dry mass exceed the wet mass"),
        );
    }
}
