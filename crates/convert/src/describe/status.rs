//! How the standardising step ended, by the contract's messages, and the status document.

use super::calibration;
use crate::configuration::Configuration;
use crate::findings::{self, warning};
use crate::options::Options;
use crate::points::standardised::Standardised;
use crate::report::{Outcome, Steps, lacks};
use crate::step::Step;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use tramline_model::{DropReason, Finding, OperationType, Place, Property, RefusedStandard};

/// The contract's message of a dataset that could not be read.
pub(crate) const UNREADABLE: &str = "Failed to convert file on provider batch processing";
/// After a failure.
pub(crate) const SKIPPED: &str = "skipped";
const NO_IMAGES: &str = "skipped: no numeric property has a place on Earth";

/// What a machine file lacks.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Missing {
    /// Required properties that no point has, in the contract's order. With them missing the
    /// contract lets the file fail.
    pub(crate) required: Vec<Property>,
    /// What the contract asks for too, and lets pass all the same.
    pub(crate) wanted: Vec<Property>,
}

impl Missing {
    /// All of it by name, what the person can give first.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        let all = self.wanted.iter().chain(&self.required);
        all.map(|property| property.name()).collect()
    }
}

/// What no point has. The contract asks for elevation and heading too: most exports have no
/// elevation and nothing can derive it, and a heading has no meaning where a machine does not move,
/// so that their absence is no failure. Moisture is that of grain: potatoes and silage have none.
pub(crate) fn missing(results: &Standardised<'_>, configuration: &Configuration) -> Missing {
    use Property as P;
    let mut required: Vec<Property> = Vec::new();
    let mut wanted: Vec<Property> = Vec::new();
    let has = |property: P| results.present.contains(&property);
    match results.operation {
        OperationType::Planted => {
            if !configuration.crop_is_optional() {
                required.push(P::Crop);
            }
            if !configuration.seed_rate_is_optional() {
                required.push(P::SeedRate);
            }
            required.extend([P::Area, P::Distance]);
        }
        OperationType::Applied => required.extend([P::AppliedRate, P::Area, P::Distance]),
        OperationType::Harvested => {
            let of_grain = results.counts.yields.of_grain > 0;
            if of_grain || !has(P::Crop) {
                // A sensor that gave no reading is not a missing column.
                let gave = results.absent.get(&P::HarvestMoisture);
                if gave.is_none_or(|counted| counted.absent() == 0) {
                    required.push(P::HarvestMoisture);
                }
            }
            required.extend([P::Area, P::Distance]);
            required.extend([P::WetMass, P::WetMassPerArea]);
            // Without a crop there are no volumes and no dry values; without a test weight no
            // volumes: that is processed with a finding.
            if of_grain && has(P::HarvestMoisture) {
                required.extend([P::DryMass, P::DryMassPerArea]);
            }
            if !has(P::Crop) {
                wanted.push(P::Crop);
            }
        }
        OperationType::Tillage => required.extend([P::Area, P::Distance]),
        OperationType::Other(_) => {}
    }
    // Without any width, or any way, there are no areas and no amounts, and what is said per area stands.
    let no_ground = !has(P::EquipmentWidth) || results.without_way;
    let per_area = [
        P::WetMassPerArea,
        P::DryMassPerArea,
        P::DryVolumePerArea,
        P::AppliedRate,
        P::SeedRate,
        P::TillageDepthActual,
    ]
    .into_iter()
    .any(has);
    let excused = |p: &P| match p {
        P::Area | P::WetMass | P::DryMass => no_ground && per_area,
        P::Distance => results.without_way,
        _ => false,
    };
    required.retain(|p| !has(*p) && !excused(p));
    Missing { required, wanted }
}

/// A finding of a file that passes although something is missing.
pub(crate) fn incomplete(
    missing: &Missing,
    present: &BTreeSet<Property>,
    place: &Place,
) -> Option<Finding> {
    if missing.required.is_empty() {
        return None;
    }
    let names: Vec<&str> = missing.required.iter().map(|p| p.name()).collect();
    let text = format!("incomplete: {}", lacks(&names));
    let ways = remedies(&missing.names(), present);
    let finding = warning(&findings::INCOMPLETE, place, text).value("properties", names);
    Some(finding.hint(ways.join("; or ")))
}

/// The source's word for work that is none of the four types, as the contract writes it: letters
/// only, in lower case.
fn type_word(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphabetic());
    let word: String = letters.flat_map(char::to_lowercase).collect();
    if word.is_empty() {
        "unknown".to_owned()
    } else {
        word
    }
}

/// Why the standard output cannot be: reason for the points, and outcome.
pub(crate) fn standard_failure(
    results: &Standardised<'_>,
    configuration: &Configuration,
) -> Option<(RefusedStandard, Outcome)> {
    let lenient = configuration.out_of_standard_operations;
    if let OperationType::Other(name) = results.operation
        && !lenient
    {
        let word = type_word(name);
        let outcome = Outcome::failed(format!("unsupported operation type: {word}")).detail(
            "only planting, application, harvest and tillage are converted",
            "give the operation type if you know it, or set `outOfStandardOperations`",
        );
        return Some((RefusedStandard::UnsupportedOperation, outcome));
    }
    let missing = missing(results, configuration);
    if !missing.required.is_empty() && !lenient && !results.present.is_empty() {
        let missing: Vec<&str> = missing.required.iter().map(|p| p.name()).collect();
        let message = format!("missing required properties: {}", missing.join(", "));
        let outcome = Outcome::failed(message).detail(
            "no point of the file has them, and they cannot be derived",
            remedy(&missing, results.present),
        );
        return Some((RefusedStandard::MissingProperties, outcome));
    }
    if results.totals.points == 0 {
        let at_rest = DropReason::Cleanup(Property::RecordingStatus);
        let all_at_rest = results.dropped.keys().eq([&at_rest]);
        if results.dropped.keys().eq([&DropReason::FieldOutside])
            && let Some(away) = results.clip.zip(results.outside).map(|(c, o)| c.away(o))
        {
            let detail = format!(
                "all points lie outside the fields of the boundary that was given; {}",
                away.text()
            );
            let outcome =
                Outcome::failed("no points passed the filter").detail(detail, away.hint());
            return Some((RefusedStandard::NoPoints, outcome));
        }
        let hint = if all_at_rest {
            "look for the task in which the machine worked, because it logged no work here; to keep the points \
             anyway, leave `recordingStatus` out of `cleanupRules`"
        } else {
            "switch off `cleanupStandardGeojson` or change `cleanupRules`"
        };
        let outcome =
            Outcome::failed("no points passed the filter").detail(dropped_detail(results), hint);
        return Some((RefusedStandard::NoPoints, outcome));
    }
    if let Some(refusal) = calibration::refusal(results) {
        let outcome =
            Outcome::failed("the calibration cannot be used").detail(refusal.reason, refusal.hint);
        return Some((RefusedStandard::CalibrationRefused, outcome));
    }
    None
}

/// How the filtered step ended.
pub(crate) fn of_filtered(options: &Options) -> Outcome {
    if options.configuration.operations_filtered_geojson {
        Outcome::ok()
    } else {
        Outcome::skipped("skipped: operationsFilteredGeojson is disabled")
    }
}

/// How the steps of images ended.
pub(crate) fn of_images(painted: bool, options: &Options) -> Outcome {
    if painted {
        Outcome::ok()
    } else if options.configuration.file_images {
        Outcome::skipped(NO_IMAGES)
    } else {
        Outcome::skipped("skipped: fileImages is disabled")
    }
}

/// What to do about the missing properties, the nearest way first.
fn remedy(missing: &[&str], present: &BTreeSet<Property>) -> String {
    let mut ways = remedies(missing, present);
    for (name, way) in [
        ("crop", "set `cropOptional`"),
        ("seedRate", "set `seedRateOptional`"),
    ] {
        if missing.contains(&name) {
            ways.push(way);
        }
    }
    ways.push("set `outOfStandardOperations` to let the file through without them");
    ways.join("; or ")
}

/// The ways to what is missing; none where a person can do nothing.
fn remedies(missing: &[&str], present: &BTreeSet<Property>) -> Vec<&'static str> {
    let lacks = |names: &[&str]| names.iter().any(|name| missing.contains(name));
    let mut ways = Vec::new();
    let volumes = [Property::DryVolumePerArea, Property::WetVolumePerArea];
    let by_volume =
        lacks(&["wetMassPerArea", "wetMass"]) && volumes.iter().any(|v| present.contains(v));
    if lacks(&["crop"]) && !by_volume {
        ways.push("give the crop (`--crop NAME`)");
    }
    if lacks(&["seedRate"]) {
        ways.push("export with the seed rate");
    }
    if lacks(&["area"]) {
        ways.push("give the working width (`--width METRES`), if the file lacks it");
    }
    if by_volume {
        ways.push("give the crop (`--crop NAME`), so that its test weight turns the logged volume into mass");
    } else if lacks(&["wetMassPerArea", "wetMass"]) && !lacks(&["area"]) {
        ways.push("name the yield column (`--column TITLE=wetMassPerArea:t/ha`)");
    }
    // With a crop it is known whether it has moisture at all.
    if lacks(&["harvestMoisture"]) && !lacks(&["crop"]) {
        ways.push("export with moisture, if the machine measured it");
    }
    if lacks(&["appliedRate"]) {
        ways.push("export with the applied rate");
    }
    ways
}

fn dropped_detail(results: &Standardised<'_>) -> String {
    if results.dropped.is_empty() {
        return "the file has no points".to_owned();
    }
    let list: Vec<String> = results
        .dropped
        .iter()
        .map(|(reason, count)| format!("{count} by `{reason}`"))
        .collect();
    format!("dropped points: {}", list.join(", "))
}

/// Marks what follows a failed step.
pub(crate) fn skip_after(steps: &mut Steps, skipped: &[Step]) {
    for step in skipped {
        steps.set(*step, Outcome::skipped(SKIPPED));
    }
}

/// `status.json`: the contract's steps, and beside them what was noticed.
pub(crate) fn document(steps: &Steps, findings: &[Finding]) -> Value {
    let mut document = match serde_json::to_value(steps) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    };
    document.insert("findings".to_owned(), json!(findings));
    Value::Object(document)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advice_is_for_what_is_missing() {
        let yields = ["harvestMoisture", "wetMassPerArea"];
        let nothing = BTreeSet::new();
        let volume = BTreeSet::from([Property::DryVolumePerArea]);
        for (missing, present, advised, not) in [
            (&yields[..], &volume, "--crop NAME", "--column"),
            (&yields[..], &nothing, "--column", "--crop"),
            (
                &["area", "wetMassPerArea"][..],
                &nothing,
                "--width",
                "--column",
            ),
            (&["appliedRate"][..], &nothing, "applied rate", "--width"),
            (
                &["crop", "harvestMoisture"][..],
                &nothing,
                "--crop",
                "export with moisture",
            ),
            (
                &["harvestMoisture"][..],
                &nothing,
                "export with moisture",
                "--crop",
            ),
            (
                &["seedRate"][..],
                &nothing,
                "seedRateOptional",
                "cropOptional",
            ),
        ] {
            let text = remedy(missing, present);
            assert!(
                text.contains(advised) && !text.contains(not),
                "{missing:?}: {text}"
            );
        }
    }
}
