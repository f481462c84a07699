//! The time zone of the field by its position, and the day of the work there.

use std::sync::LazyLock;
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
pub(crate) fn day(zone: &str, ms: i64) -> Option<String> {
    let zone = jiff::tz::TimeZone::get(zone).ok()?;
    let instant = jiff::Timestamp::from_millisecond(ms).ok()?;
    Some(instant.to_zoned_datetime(zone).date().to_string())
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
    }
}
