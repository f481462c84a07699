//! Words and codes in cells: whether a record was logged while working, and crops by number.

use super::mapping::Family;

/// `On` or `Off` from a text or numeric code: SMS `On`/`Off`, Ag Leader 33 or 1 and 32 or 0,
/// header words. `None` for anything else.
pub fn status(text: &str) -> Option<&'static str> {
    let text = text.trim().trim_matches('"').trim();
    if let Ok(number) = text.parse::<f64>() {
        return match number {
            // A spreadsheet writes true as -1.
            1.0 | -1.0 | 33.0 => Some("On"),
            0.0 | 32.0 => Some("Off"),
            _ => None,
        };
    }
    match text.to_lowercase().as_str() {
        "on"
        | "true"
        | "yes"
        | "down"
        | "working"
        | "work"
        | "recording"
        | "active"
        | "engaged"
        | "dtirecordingstatuson" => Some("On"),
        "off"
        | "false"
        | "no"
        | "up"
        | "idle"
        | "not working"
        | "paused"
        | "inactive"
        | "dtirecordingstatusoff" => Some("Off"),
        _ => None,
    }
}

/// The name of a crop that a family of exports writes as a code: Deere's numbers,
/// Yield Editor's short words. Anything else stays.
pub fn crop_name(family: Family, text: &str) -> &str {
    match (family, text.trim()) {
        (Family::DeereOperationsCenter, "11") => "oats",
        (Family::DeereOperationsCenter, "25" | "26") => "wheat",
        (Family::DeereOperationsCenter, "173") => "corn",
        (Family::DeereOperationsCenter, "174") => "soybeans",
        (Family::YieldEditor, "ww") => "winter wheat",
        (Family::YieldEditor, "sw") => "spring wheat",
        (_, other) => other,
    }
}
