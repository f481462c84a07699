//! The time zone of the field by its position, and the day of the work there.

use std::sync::LazyLock;
use tramline_model::Days;
use tzf_rs::EmbeddedFinder;

static FINDER: LazyLock<EmbeddedFinder> = LazyLock::new(EmbeddedFinder::new);

/// The name in the time zone database; `None` where there is none.
pub(crate) fn name(longitude: f64, latitude: f64) -> Option<&'static str> {
    let finder: &'static EmbeddedFinder = &FINDER;
    let known = longitude.abs() <= 180.0 && latitude.abs() <= 90.0;
    let name = known.then(|| finder.get_tz_name(longitude, latitude))?;
    (!name.is_empty()).then_some(name)
}

/// The local date of an instant, `YYYY-MM-DD`.
fn day(zone: &str, ms: i64) -> Option<String> {
    let zone = jiff::tz::TimeZone::get(zone).ok()?;
    let instant = jiff::Timestamp::from_millisecond(ms).ok()?;
    Some(instant.to_zoned_datetime(zone).date().to_string())
}

/// First and last local day of the work: of its instants, else as the source writes them.
pub(crate) fn days(
    instants: Option<(i64, i64)>,
    zone: Option<&str>,
    written: Option<Days>,
) -> Option<(String, String)> {
    match (instants, zone, written) {
        (Some((first, last)), Some(zone), _) => day(zone, first).zip(day(zone, last)),
        (None, _, Some(days)) => date(days.first).zip(date(days.last)),
        _ => None,
    }
}

/// A day counted since 1970-01-01, `YYYY-MM-DD`.
fn date(days: i32) -> Option<String> {
    let since = jiff::Span::new().try_days(days).ok()?;
    let date = jiff::civil::date(1970, 1, 1).checked_add(since).ok()?;
    Some(date.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_field() {
        let zone = name(-93.6, 42.0).expect("Iowa");
        assert_eq!(zone, "America/Chicago");
        // 2025-10-05T03:00Z is still the fourth there.
        assert_eq!(day(zone, 1_759_633_200_000).as_deref(), Some("2025-10-04"));
        assert_eq!(name(13.4, 58.4), Some("Europe/Stockholm"));
        assert_eq!(name(f64::NAN, 0.0), None);
        assert_eq!(date(17_112).as_deref(), Some("2016-11-07"));
        assert_eq!(date(i32::MAX), None);
    }
}
