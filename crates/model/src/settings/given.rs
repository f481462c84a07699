//! A setting as a person types it, `KEY=VALUE`: the text becomes a value of the key's type.
//!
//! Rule: what cannot be used is refused with what there is; nothing is dropped in silence.

use super::{Configuration, SETTINGS, Setting, Shape};
use crate::did_you_mean;
use serde_json::{Map, Value};

/// Where people find all keys.
const LIST: &str = "docs/configuration.md lists them all";

/// The key and value of `KEY=VALUE`, under the key's own name.
///
/// # Errors
///
/// Says what is wrong, with the nearest key or the values that there are.
pub fn given(text: &str) -> Result<(&'static str, Value), String> {
    let Some((key, value)) = text.split_once('=') else {
        return Err(format!(
            "`{text}` is not KEY=VALUE, such as fileImages=false"
        ));
    };
    let (key, value) = (key.trim(), value.trim());
    let setting = Setting::find(key).ok_or_else(|| unknown_key(key))?;
    let refused = |why: String| {
        let allowed = setting.shape.words();
        format!("`{key}={value}`: the value {why}; allowed: {allowed}")
    };
    let value = setting.typed(value).map_err(refused)?;
    // What the check of the row lets through, the type behind it must read.
    let one = Map::from_iter([(setting.name.to_owned(), value.clone())]);
    serde_json::from_value::<Configuration>(Value::Object(one))
        .map_err(|cause| refused(format!("cannot be used ({cause})")))?;
    Ok((setting.name, value))
}

/// The refusal of a key that is none.
fn unknown_key(key: &str) -> String {
    let key: String = key.chars().take(100).collect();
    let nearest = nearest_key(&key);
    format!("there is no setting `{key}`{nearest} ({LIST})")
}

/// `; did you mean KEY?` for a key that is none; empty where none is alike.
pub fn nearest_key(key: &str) -> String {
    let own = |setting: &&Setting| !matches!(setting.shape, Shape::ReadOnly);
    did_you_mean(key, SETTINGS.iter().filter(own).map(|setting| setting.name))
}

impl Setting {
    /// The value that a text means.
    fn typed(&self, text: &str) -> Result<Value, String> {
        let value = match self.shape {
            Shape::ReadOnly => return Err("is written by the service alone".to_owned()),
            Shape::Flag | Shape::Optional if text.eq_ignore_ascii_case("true") => Value::from(true),
            Shape::Flag | Shape::Optional if text.eq_ignore_ascii_case("false") => {
                Value::from(false)
            }
            Shape::Name(_) => Value::from(text),
            Shape::Attributes | Shape::Ramp | Shape::CleanupRules | Shape::Object => {
                serde_json::from_str(text)
                    .map_err(|cause| format!("is no JSON object ({cause})"))?
            }
            _ => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)),
        };
        if matches!(self.shape, Shape::Object) && !value.is_object() {
            return Err("is not an object".to_owned());
        }
        self.shape.checked(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn texts_become_values_of_the_type_of_their_key() {
        for (text, key, value) in [
            ("fileImages=false", "fileImages", json!(false)),
            ("fileImages = TRUE", "fileImages", json!(true)),
            ("unitMeasurement=metric", "unitMeasurement", json!("METRIC")),
            (
                "operationsOutliersLimit=2.5",
                "operationsOutliersLimit",
                json!(2.5),
            ),
            ("operationsMergeRange=7", "operationsMergeRange", json!(7)),
            ("cropOptional=optional", "cropOptional", json!("optional")),
            (
                "filterProfile=Recommended",
                "filterProfile",
                json!("recommended"),
            ),
            (
                "outofStandardOperations=true",
                "outOfStandardOperations",
                json!(true),
            ),
            (
                r#"cropNumbers={"corn": {"testWeight": 54}}"#,
                "cropNumbers",
                json!({"corn": {"testWeight": 54}}),
            ),
            (
                r#"cleanupRules={"wetMass": [{"operator": "GT", "value": 1}]}"#,
                "cleanupRules",
                json!({"wetMass": [{"operator": "GT", "value": 1}]}),
            ),
        ] {
            assert_eq!(given(text), Ok((key, value)), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_refused_with_what_there_is() {
        for (text, told) in [
            ("fileImages", &["KEY=VALUE"][..]),
            (
                "fileImage=false",
                &[
                    "no setting `fileImage`",
                    "did you mean `fileImages`",
                    "docs/configuration.md",
                ],
            ),
            (
                "sunshine=yes",
                &["no setting `sunshine`", "docs/configuration.md"],
            ),
            ("=1", &["no setting ``"]),
            (
                "fileImages=perhaps",
                &["fileImages=perhaps", "`true`, `false`"],
            ),
            (
                "unitMeasurement=furlongs",
                &["DEFAULT", "IMPERIAL", "METRIC"],
            ),
            ("operationsOutliersLimit=0", &["above 0, up to 100"]),
            ("operationsOutliersLimit=many", &["above 0, up to 100"]),
            ("operationsMergeRange=-1", &["whole"]),
            ("cleanupRules=none", &["no JSON object"]),
            (r#"cleanupRules={"yield": []}"#, &["`yield`", "wetMass"]),
            ("cropNumbers=[]", &["object"]),
            (
                r#"cropNumbers={"corn": {"testWeight": "heavy"}}"#,
                &["cannot be used"],
            ),
            ("leafUserId=me", &["by the service alone"]),
        ] {
            let why = given(text).expect_err(text);
            for word in told {
                assert!(why.contains(word), "{text}: {why}");
            }
            assert!(!sunk(&why), "{why}");
        }
    }

    /// No word without meaning for a person.
    fn sunk(text: &str) -> bool {
        text.contains("Err(") || text.contains("None")
    }
}
