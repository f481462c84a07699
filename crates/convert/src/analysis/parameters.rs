//! The numbers of the recommended profile that a user may set: `filterParameters`.

use serde_json::Value;
use std::collections::BTreeMap;
use tramline_analysis::clean::Rules;

/// What is done about the lag.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum LagSetting {
    /// Found from opposed passes.
    Find,
    /// Nothing is moved.
    Off,
    /// As many seconds as the user knows.
    Seconds(f64),
}

/// The keys that are known.
pub(crate) const KEYS: [&str; 9] = [
    "lag",
    "leastSpeed",
    "limit",
    "neighbours",
    "overlap",
    "partialSwath",
    "passEnds",
    "range",
    "speedChange",
];

pub(crate) fn lag(parameters: &BTreeMap<String, Value>) -> LagSetting {
    match parameters.get("lag") {
        Some(Value::Bool(false)) => LagSetting::Off,
        Some(Value::Number(number)) => match number.as_f64() {
            Some(seconds) if seconds > 0.0 && seconds <= 60.0 => LagSetting::Seconds(seconds),
            _ => LagSetting::Off,
        },
        _ => LagSetting::Find,
    }
}

/// Sets what the user set; `false` leaves a test out, what is out of reason does nothing.
pub(crate) fn apply(rules: &mut Rules, parameters: &BTreeMap<String, Value>) {
    for (key, value) in parameters {
        let off = value == &Value::Bool(false);
        let number = value
            .as_f64()
            .filter(|number| *number > 0.0 && *number < 1e6);
        let share = number.filter(|number| *number <= 1.0);
        match key.as_str() {
            "leastSpeed" if off => rules.least_speed_m_s = 0.0,
            "leastSpeed" => rules.least_speed_m_s = number.unwrap_or(rules.least_speed_m_s),
            "passEnds" if off => rules.pass_ends_s = None,
            "passEnds" => {
                if let Some(seconds) = number.filter(|s| *s <= 60.0) {
                    rules.pass_ends_s = Some(seconds as u32);
                }
            }
            "speedChange" if off => rules.speed_change = None,
            "speedChange" => rules.speed_change = share.or(rules.speed_change),
            "overlap" if off => rules.overlap = None,
            "overlap" => rules.overlap = share.or(rules.overlap),
            "partialSwath" if off => rules.partial_swath = None,
            "partialSwath" => rules.partial_swath = share.or(rules.partial_swath),
            "range" if off => rules.range = None,
            "range" => {
                if let (Some(fence), Some(spread)) = (&mut rules.range, number) {
                    (fence.spread, fence.spread_above) = (spread, spread);
                }
            }
            "limit" if off => rules.limits = None,
            "limit" => {
                if let Some(most) = number {
                    rules.limits = Some((0.0, most));
                }
            }
            "neighbours" if off => rules.local = None,
            "neighbours" => {
                if let (Some(local), Some(deviations)) = (&mut rules.local, number) {
                    local.deviations = deviations;
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tramline_analysis::clean::Work;

    #[test]
    fn numbers_set_and_false_turns_off() {
        let mut rules = Rules::recommended(Work::Harvest, None);
        let parameters: BTreeMap<String, Value> = serde_json::from_value(json!({
            "lag": 12.5, "overlap": 0.7, "partialSwath": false, "passEnds": 8, "limit": 20000,
            "neighbours": 4, "speedChange": 7, "unknown": 1,
        }))
        .expect("an object");
        let before = rules.speed_change;
        apply(&mut rules, &parameters);
        assert_eq!(lag(&parameters), LagSetting::Seconds(12.5));
        assert_eq!(rules.overlap, Some(0.7));
        assert_eq!(rules.partial_swath, None);
        assert_eq!(rules.pass_ends_s, Some(8));
        assert_eq!(rules.limits, Some((0.0, 20_000.0)));
        assert_eq!(rules.local.map(|l| l.deviations), Some(4.0));
        assert_eq!(rules.speed_change, before, "a share above 1 does nothing");
    }
}
