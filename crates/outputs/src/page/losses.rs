//! What was left out and why, in words; and the lag that was taken back.

use super::input::Page;
use super::look::Look;
use super::text::{WORD, capital, count, escaped, percent};
use super::units::property_words;

/// Reasons at most on each side; what is left is one row.
pub(super) const MOST_REASONS: usize = 6;

pub(super) fn write(page: &Page<'_>, out: &mut String) {
    let points = page.file.get("points");
    let read = points.get("read").count();
    if read == 0 {
        return;
    }
    let standard = points.get("standard").count();
    let restored = points.get("restored").count();
    let filtered = points.get("filtered").count();
    let mut before: Vec<(&str, u64)> = Vec::new();
    let mut cleaned: Vec<(&str, u64)> = Vec::new();
    for (reason, number) in points.get("dropped").entries() {
        let number = number.count();
        match reason.strip_prefix("filter.") {
            _ if number == 0 => {}
            Some(short) => cleaned.push((short, number)),
            None => before.push((reason, number)),
        }
    }
    out.push_str("<section class=\"long\">\n<h2>Points and dropped points</h2>\n<p>");
    out.push_str(&format!(
        "{} points read, {} in the totals",
        count(read),
        count(standard)
    ));
    if filtered > 0 || !cleaned.is_empty() {
        out.push_str(&format!(", {} after the filter", count(filtered)));
    }
    if restored > 0 {
        out.push_str(&format!(
            " ({} of them restored by correcting the lag)",
            count(restored)
        ));
    }
    out.push_str(&format!(".{}</p>\n", profile(page)));
    if !before.is_empty() || !cleaned.is_empty() {
        table("Dropped from everything", before, read, out);
        let base = standard + restored;
        table(
            "Dropped by the filter (still in the totals)",
            cleaned,
            base,
            out,
        );
    }
    lag(page, out);
    out.push_str("</section>\n");
}

/// Which cleaning, and what it did to the spread.
fn profile(page: &Page<'_>) -> String {
    let cleaning = page.summary.get("cleaning");
    let mut text = match cleaning.get("profile").text() {
        "" => return String::new(),
        "none" => return " No filter was used.".to_owned(),
        name => format!(" Filter profile “{}”", escaped(name, WORD)),
    };
    let instead = cleaning.get("usedInstead").text();
    if !instead.is_empty() {
        let instead = escaped(instead, WORD);
        text.push_str(&format!(
            " would have dropped too much, so “{instead}” was used"
        ));
    }
    text.push('.');
    let spread = |key: &str| cleaning.get(key).get("coefficientOfVariation").number();
    if let (Some(before), Some(after)) = (spread("before"), spread("after")) {
        text.push_str(&format!(
            " Spread (coefficient of variation) {} before, {} after.",
            percent(before),
            percent(after)
        ));
    }
    text
}

fn table(title: &str, mut reasons: Vec<(&str, u64)>, of: u64, out: &mut String) {
    if reasons.is_empty() {
        return;
    }
    reasons.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    out.push_str(&format!(
        "<table class=\"list\">\n<tr><th>{title}</th><th>Points</th><th>Share</th></tr>\n"
    ));
    // The line that says how many more there are holds the last as well.
    let shown = match reasons.len() {
        all if all <= MOST_REASONS + 1 => all,
        _ => MOST_REASONS,
    };
    let mut line = |words: &str, number: u64| {
        let part = number as f64 / of.max(1) as f64 * 100.0;
        out.push_str(&format!(
            "<tr><td>{words}</td><td>{}</td><td>{}</td></tr>\n",
            count(number),
            percent(part)
        ));
    };
    for (reason, number) in reasons.iter().take(shown) {
        line(&words(reason), *number);
    }
    let rest: Vec<u64> = reasons.iter().skip(shown).map(|(_, n)| *n).collect();
    if !rest.is_empty() {
        line(
            &format!("{} other reasons", rest.len()),
            rest.iter()
                .fold(0, |sum, number| sum.saturating_add(*number)),
        );
    }
    out.push_str("</table>\n");
}

/// A reason as `report.json` has it (those of the filter without `filter.`), for people.
fn words(reason: &str) -> String {
    let known = match reason {
        "position.missing" => "no position logged",
        "position.zero" => "no satellite fix (position 0, 0)",
        "position.out-of-range" => "position not on Earth",
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
        _ => "",
    };
    if !known.is_empty() {
        return capital(known);
    }
    match reason
        .strip_prefix("cleanup.")
        .map(|name| (name, property_words(name)))
    {
        Some((_, Some(words))) => format!("No usable value: {}", words.to_lowercase()),
        Some((name, None)) => format!("No usable value: {}", escaped(name, WORD)),
        None => escaped(&capital(reason), WORD),
    }
}

/// What was moved in time.
fn lag(page: &Page<'_>, out: &mut String) {
    let lags = page.summary.get("cleaning").get("lag");
    let mut texts = Vec::new();
    for (key, name) in [("flow", "yield"), ("moisture", "moisture")] {
        let lag = lags.get(key);
        if let (true, Some(seconds)) = (lag.get("applied").is_true(), lag.get("seconds").number()) {
            texts.push(format!(
                "the {name} sensor is {seconds:.1}\u{a0}s late{}",
                agreement(lag)
            ));
        }
    }
    if !texts.is_empty() {
        out.push_str(&format!(
            "<p><strong>Lag corrected:</strong> {}. Values were moved to where the crop was \
             cut.</p>\n",
            texts.join(", ")
        ));
    }
}

fn agreement(lag: Look<'_>) -> String {
    match (
        lag.get("correlationBefore").number(),
        lag.get("correlationAfter").number(),
    ) {
        (Some(before), Some(after)) => {
            format!(" (passes in opposite directions agree with {after:.2} instead of {before:.2})")
        }
        _ => String::new(),
    }
}
