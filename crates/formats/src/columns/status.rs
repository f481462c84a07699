//! Whether a record was logged while working, as the sources write it.

/// `On` or `Off` from a text or numeric code: SMS `On`/`Off`, Ag Leader 33 or 1 and 32 or 0,
/// header words. `None` for anything else.
pub fn status(text: &str) -> Option<&'static str> {
    let text = text.trim().trim_matches('"').trim();
    if let Ok(number) = text.parse::<f64>() {
        return match number {
            1.0 | 33.0 => Some("On"),
            0.0 | 32.0 => Some("Off"),
            _ => None,
        };
    }
    match text.to_lowercase().as_str() {
        "on" | "true" | "yes" | "down" | "working" | "work" | "recording" | "active" | "engaged"
        | "dtirecordingstatuson" => Some("On"),
        "off" | "false" | "no" | "up" | "idle" | "not working" | "paused" | "inactive"
        | "dtirecordingstatusoff" => Some("Off"),
        _ => None,
    }
}
