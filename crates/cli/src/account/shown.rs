//! Lines, sizes, times and limits for people.

use std::io::Write;
use tramline_server::store::Quota;

/// A line for people.
pub(super) fn say(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{text}")?;
    Ok(())
}

/// Bytes for people.
pub(super) fn size(bytes: u64) -> String {
    let steps = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    let exact = bytes as f64;
    let step = steps.iter().find(|(least, _)| exact >= *least);
    step.map_or_else(
        || format!("{bytes} B"),
        |(least, unit)| format!("{:.1} {unit}", exact / least),
    )
}

/// An instant (microseconds since 1970 UTC) to the minute.
pub(super) fn minute(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros).map_or_else(
        |_| "?".to_owned(),
        |instant| instant.strftime("%Y-%m-%d %H:%M").to_string(),
    )
}

/// The limits that are the account's own.
pub(super) fn limits(quota: Quota) -> String {
    let plain = |limit: u64| limit.to_string();
    let one = |limit: Option<u64>, word: &str, shown: &dyn Fn(u64) -> String| match limit {
        None => None,
        Some(0) => Some(format!("any {word}")),
        Some(limit) => Some(format!("{} {word}", shown(limit))),
    };
    let own = [
        one(quota.bytes, "stored", &size),
        one(quota.files, "files", &plain),
        one(quota.uploads_per_day, "uploads a day", &plain),
    ];
    let own: Vec<String> = own.into_iter().flatten().collect();
    if own.is_empty() {
        "default".to_owned()
    } else {
        own.join(", ")
    }
}
