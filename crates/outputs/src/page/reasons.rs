//! Codes and property names in the words of people.

use super::document::Words;
use super::text::WORD;
use super::units::property_words;

/// A reason as `report.json` has it (those of the filter also without `filter.`).
pub(super) fn reason_words(reason: &str) -> Words {
    let reason = reason.strip_prefix("filter.").unwrap_or(reason);
    if let Some(known) = known(reason) {
        return Words::own(known);
    }
    match reason.strip_prefix("cleanup.") {
        Some(name) => match property_words(name) {
            Some(words) => Words::own(format!("no usable value: {}", words.to_lowercase())),
            None => Words::own("no usable value: ").then(Words::data(name, WORD)),
        },
        None => Words::data(reason, WORD),
    }
}

fn known(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "position.missing" => "no position logged",
        "position.zero" => "no satellite fix (position 0, 0)",
        "position.out-of-range" => "position not on Earth",
        "field.outside" => "outside the boundary of the field",
        "position.far" => "position hundreds of kilometres from the rest",
        "read.failed" => "the file could not be read to its end",
        "cleanup.recordingStatus" => "recording or section switched off",
        "cleanup.crop" => "unknown crop",
        "standard.missing-properties" => "values that this kind of work needs are missing",
        "standard.unsupported-operation" => "unknown kind of work",
        "standard.calibration-refused" => "the calibration does not fit",
        "duplicate" => "same time and place twice",
        "lag" => "no value after correcting the lag",
        "pass-start" => "start of a pass, flow still rising",
        "pass-end" => "end of a pass, flow falling",
        "speed" => "below the lowest working speed",
        "speed-range" => "speed unlike the rest of the field",
        "speed-change" => "sudden change of speed",
        "overlap" => "ground already worked",
        "partial-swath" => "header only partly full",
        "limit" => "more than possible",
        "range" => "value far from the rest of the field",
        "neighbours" => "value unlike its neighbours",
        "isolated" => "too few neighbours to compare with",
        "outlier" => "more than three standard deviations from the mean",
        "border" => "at the border of the field",
        "global-minimum" => "at or below zero",
        "global-maximum" => "more than three standard deviations above the mean",
        "spatial-outlier-lm" => "unlike its neighbours (local Moran’s I)",
        "spatial-outlier-mp" => "unlike its neighbours (Moran scatterplot)",
        _ => return None,
    })
}

/// A sentence of a finding or a step with property names and reasons replaced by their words:
/// ``17 by `cleanup.recordingStatus` `` becomes `17 by “recording or section switched off”`.
pub(super) fn in_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (place, part) in text.split('`').enumerate() {
        // Every second part is between marks of code.
        if place % 2 == 1 && (part.starts_with("cleanup.") || known(part).is_some()) {
            out.push_str(&format!("“{}”", reason_words(part).plain()));
            continue;
        }
        if place % 2 == 1 {
            out.push_str(&format!("“{part}”"));
            continue;
        }
        let mut from = 0;
        let ends = part.match_indices(|letter: char| !letter.is_ascii_alphanumeric());
        for end in ends.map(|(at, _)| at).chain([part.len()]) {
            let word = part.get(from..end).unwrap_or("");
            let named = word.chars().any(|letter| letter.is_ascii_uppercase());
            match property_words(word).filter(|_| named) {
                Some(words) => out.push_str(&words.to_lowercase()),
                None => out.push_str(word),
            }
            let letter = part.get(end..).and_then(|rest| rest.chars().next());
            out.extend(letter);
            from = end + letter.map_or(0, char::len_utf8);
        }
    }
    out
}
