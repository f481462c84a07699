//! What the steps noticed of a machine file, as findings.

use super::calibration;
use crate::analysis::{Cleaning, Covered};
use crate::describe::display;
use crate::plausible::told;
use crate::points::standardised::Standardised;
use tramline_analysis::odometer::Odometer;
use tramline_analysis::spread::Spread;
use tramline_model::{
    Crop, DisplayTotal, Finding, OperationDescription, OperationType, Place, Property, Severity,
    did_you_mean,
};

/// Results that cannot be true stand first, then totals that are not the display's; the rest stays in
/// its order.
pub(crate) fn gravest_first(findings: &mut [Finding]) {
    findings.sort_by_key(|finding| {
        if finding.severity == Severity::Error && finding.code.starts_with(told::ROOM) {
            0
        } else if finding.code == DISPLAY_TOTAL && finding.severity == Severity::Warning {
            1
        } else {
            2
        }
    });
}

/// The code of a total that is not the display's.
const DISPLAY_TOTAL: &str = "summary.display-total";

/// The clock of the file is coarser than its log.
pub(crate) fn of_clock(spread: &Spread, place: &Place) -> Finding {
    let text = format!(
        "the clock advances in steps of {:.0} s and several records share each; passes and the lag are \
         found by times that are spread over the way between them ({:.1} m), the timestamps stay as logged",
        spread.step_s, spread.way_m
    );
    Finding::new("time.coarse-clock", Severity::Note, place.clone(), text)
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
    let code = "standard.gaps";
    if share > MANY_GAPS && gaps + lost >= LEAST_GAPS {
        let text = format!(
            "{:.0} % of the points follow a gap, a pause or a jump: {gaps} of them stand for the usual step, {lost} \
             have no distance and no area",
            share * 100.0
        );
        let hint = "the ground may be too small: look whether records are missing, whether several machines or \
                    sections share the file without a column that names them, or export with distance";
        return Some(Finding::new(code, Severity::Warning, place.clone(), text).hint(hint));
    }
    let text = format!(
        "{gaps} points follow a gap or a pause: their distance is speed times interval, else the usual step, and \
         not the way back to the point before"
    );
    (gaps > 0).then(|| Finding::new(code, Severity::Note, place.clone(), text))
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
    let (wheel, ground, rates) = if found.ratio < 1.0 {
        ("short", "small", "high")
    } else {
        ("long", "large", "low")
    };
    let text = format!(
        "the logged distance is {:.0} % too {wheel} by the positions of {} straight stretches; areas are \
         {:.0} % too {ground}, and rates that were made with them {:.0} % too {rates}; nothing was changed",
        away * 100.0,
        found.stretches,
        away * 100.0,
        (1.0 / found.ratio - 1.0).abs() * 100.0
    );
    let hint = "calibrate the distance sensor of the machine, or take speed and distance from its receiver";
    let code = "standard.distance-sensor";
    Some(Finding::new(code, Severity::Warning, place.clone(), text).hint(hint))
}

/// What the cleaning did beyond single points.
pub(crate) fn of_cleaning(cleaning: &Cleaning, place: &Place) -> Vec<Finding> {
    let mut list = Vec::new();
    let mut add = |code, severity, text: String, hint: &str| {
        list.push(Finding::new(code, severity, place.clone(), text).hint(hint));
    };
    if cleaning.restores()
        && let Some(lag) = &cleaning.flow_lag
    {
        let text = format!(
            "the yield sensor is {:.1} s late: its values were moved to the places where the crop was \
             cut (opposed passes agree with {:.2} instead of {:.2})",
            lag.seconds, lag.after, lag.before
        );
        add("filter.lag-applied", Severity::Note, text, "");
    }
    if cleaning.fell_back {
        let text =
            "the filter profile would have taken more than half of the points: `compat` was used";
        let hint = "look at the dropped points of the profile `recommended` on a part of the data, or \
                    keep `compat` for this file";
        add("filter.fell-back", Severity::Warning, text.to_owned(), hint);
    }
    if cleaning.spared_blocks > 0 {
        let text = format!(
            "in {} hectares more than two fifths of the points differ from their neighbours: they \
             were left in",
            cleaning.spared_blocks
        );
        add(
            "filter.spared",
            Severity::Warning,
            text,
            "look at these places on the map",
        );
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
                    "the display counted {:.1} {} ({}), the points add up to {ours:.1}: {difference:+.1} %; {}",
                    total.value,
                    total.unit,
                    total.name,
                    display::cause(total, totals, ours, results, covered)
                );
                Finding::new(DISPLAY_TOTAL, severity, place.clone(), text)
                    .hint("look at what was left out of the standard points, and at the width")
            })
        })
        .collect()
}

/// All findings of the standardising step.
pub(crate) fn of(
    results: &Standardised<'_>,
    description: &OperationDescription,
    place: &Place,
) -> Vec<Finding> {
    let mut list = told::absent(results, place);
    let mut add = |code, severity, text: String, hint: &str| {
        list.push(Finding::new(code, severity, place.clone(), text).hint(hint));
    };
    let counts = &results.counts;
    let derived: Vec<&str> = results.derived.iter().map(|p| p.name()).collect();
    if !derived.is_empty() {
        let text = format!(
            "derived, as the source has no value: {}",
            derived.join(", ")
        );
        add("standard.derived", Severity::Note, text, "");
    }
    if !counts.unordered && results.derived.contains(&Property::Distance) {
        list.extend(of_gaps(results, place));
    }
    let mut add = |code, severity, text: String, hint: &str| {
        list.push(Finding::new(code, severity, place.clone(), text).hint(hint));
    };
    let without_way = !results.present.contains(&Property::Distance);
    if counts.unordered && without_way {
        let text = "the points are in no order of a drive: distance, speed and area cannot be made of them";
        let hint = "export them in the order in which they were logged, or with distance or area";
        add(
            "standard.unordered",
            Severity::Warning,
            text.to_owned(),
            hint,
        );
    }
    units_and_rate(results, description, &mut add);
    if counts.without_instant > 0 {
        let text = format!("{} points have no time", counts.without_instant);
        add("standard.time-missing", Severity::Warning, text, "");
    }
    if counts.implausible_instants > 0 {
        let text = format!(
            "{} times before 1990 or in the future are not believed and left out",
            counts.implausible_instants
        );
        add(
            "standard.time-implausible",
            Severity::Warning,
            text,
            "check the display's clock",
        );
    }
    if !results.unknown_rules.is_empty() {
        let text = format!(
            "cleanup rules on no known property: {}",
            results.unknown_rules.join(", ")
        );
        add("standard.cleanup-rule-unknown", Severity::Warning, text, "");
    }
    unknown_crops(results, &mut add);
    if !results.present.contains(&Property::EquipmentWidth)
        && !results.present.contains(&Property::Area)
        && !results.present.is_empty()
    {
        let text = "the file has no working width: there are no areas and no totals".to_owned();
        add(
            "standard.width-missing",
            Severity::Warning,
            text,
            "give the working width (`--width METRES`)",
        );
    }
    if !results.present.contains(&Property::Elevation) && !results.present.is_empty() {
        let text = "the file has no elevation".to_owned();
        add("standard.elevation-missing", Severity::Note, text, "");
    }
    if results.is_harvest() {
        harvest(results, &mut add);
        calibration::findings(results, &mut add);
    }
    if *results.operation == OperationType::Applied && results.products.is_mix_without_rates() {
        let text = "several products and no rate for each: their shares are not known".to_owned();
        add("standard.product-rate-unknown", Severity::Note, text, "");
    }
    list
}

/// What was assumed of units, and of a rate that only has a target.
fn units_and_rate(
    results: &Standardised<'_>,
    description: &OperationDescription,
    add: &mut impl FnMut(&'static str, Severity, String, &str),
) {
    if !description.assumed_units.is_empty() {
        let units: Vec<String> = description
            .assumed_units
            .iter()
            .map(|(property, unit)| format!("{} in {}", property.name(), unit.symbol))
            .collect();
        let text = format!(
            "the file does not say these units, assumed: {}",
            units.join(", ")
        );
        add(
            "standard.unit-assumed",
            Severity::Warning,
            text,
            "if one is wrong, give its column's unit (`--column TITLE=PROPERTY:UNIT`)",
        );
    }
    if !results.refused_units.is_empty() {
        let text = format!(
            "unit does not fit the property: {}",
            results.refused_units.join(", ")
        );
        add(
            "standard.unit-refused",
            Severity::Warning,
            text,
            "give its column's unit (`--column TITLE=PROPERTY:UNIT`)",
        );
    }
    if results.target_stands {
        let text = "the file has no measured rate: the target rate stands for it".to_owned();
        add(
            "standard.target-stands",
            Severity::Warning,
            text,
            "totals are those that were planned; export with the applied rate if the machine measured it",
        );
    }
}

fn unknown_crops(
    results: &Standardised<'_>,
    add: &mut impl FnMut(&'static str, Severity, String, &str),
) {
    let counts = &results.counts;
    if !counts.unknown_crops.is_empty() {
        let names: Vec<&str> = counts
            .unknown_crops
            .iter()
            .take(10)
            .map(String::as_str)
            .collect();
        let known = || Crop::all().iter().map(|crop| crop.name);
        let meant = match names.as_slice() {
            [name] => did_you_mean(name, known()),
            _ => String::new(),
        };
        let text = format!("no table knows these crops: {}{meant}", names.join(", "));
        add(
            "standard.crop-unknown",
            Severity::Warning,
            text,
            "give the crop by a name of docs/crops.md (`--crop NAME`)",
        );
    }
}

fn harvest(results: &Standardised<'_>, add: &mut impl FnMut(&'static str, Severity, String, &str)) {
    let counts = &results.counts;
    if counts.without_crop > 0 {
        let text = format!(
            "{} points of harvest name no crop: no volumes and no dry values are derived",
            counts.without_crop
        );
        add(
            "standard.crop-missing",
            Severity::Warning,
            text,
            "give the crop (`--crop NAME`)",
        );
    }
    let noticed = &counts.yields;
    if noticed.without_moisture > 0 {
        let text = format!(
            "{} points have no moisture: they have no dry values",
            noticed.without_moisture
        );
        add("standard.moisture-missing", Severity::Warning, text, "");
    }
    if noticed.without_standard > 0 {
        let text = "no standard moisture is known for the crop: dry values repeat the wet ones";
        add(
            "standard.moisture-standard-unknown",
            Severity::Note,
            text.to_owned(),
            "",
        );
    }
    if noticed.without_test_weight > 0 {
        let text = "no test weight is known for the crop: volumes are absent";
        add(
            "standard.test-weight-unknown",
            Severity::Note,
            text.to_owned(),
            "",
        );
    }
    if noticed.capped > 0 {
        let text = format!(
            "{} points are drier than the standard moisture: dry mass is held at wet mass",
            noticed.capped
        );
        add(
            "standard.dry-capped",
            Severity::Note,
            text,
            "set `capDryMass` to false to let it rise",
        );
    }
}
