//! Numbers in the values of a finding.
//!
//! Rule: a fraction has twelve significant digits, when a reader gives it and when it is read back from JSON. So
//! a report that was read is written as the same text, although `serde_json` may read a number one unit in the
//! last place off.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// Reads the values of a finding.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Map<String, Value>, D::Error> {
    let mut values = Map::deserialize(deserializer)?;
    values.values_mut().for_each(round);
    Ok(values)
}

/// The value with its fractions rounded.
pub(super) fn rounded(mut value: Value) -> Value {
    round(&mut value);
    value
}

fn round(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(round),
        Value::Object(members) => members.values_mut().for_each(round),
        Value::Number(number) if number.is_f64() => {
            let short = number
                .as_f64()
                .and_then(|exact| format!("{exact:.11e}").parse::<f64>().ok());
            // What overflows when it is rounded stays as it is.
            if let Some(short) = short.and_then(serde_json::Number::from_f64) {
                *number = short;
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fractions_are_read_back_as_they_were_written() {
        for exact in [
            1.5873501750105541e245,
            17.900000000000002,
            -0.1,
            5e-324,
            f64::MAX,
            1.0 / 3.0,
        ] {
            let given = rounded(json!({"examples": [exact, 7, "m"]}));
            let text = given.to_string();
            let read = rounded(serde_json::from_str(&text).unwrap());
            assert_eq!(read.to_string(), text);
        }
        assert_eq!(rounded(json!(17.900000000000002)), json!(17.9));
        assert_eq!(rounded(json!(7_u64)).to_string(), "7");
    }
}
