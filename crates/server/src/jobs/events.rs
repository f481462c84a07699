//! Events for webhooks. The body is made once, when the change is written, and sent byte for byte.

use crate::clock::{iso, now};
use crate::db::Event;
use serde_json::Value;
use uuid::Uuid;

/// JSON on one line with a space after `:` and `,`: what clients that verify signatures by writing
/// the body again expect.
pub(crate) fn python_json(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let members: Vec<String> = map
                .iter()
                .map(|(key, value)| {
                    format!("{}: {}", Value::String(key.clone()), python_json(value))
                })
                .collect();
            format!("{{{}}}", members.join(", "))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(python_json).collect();
            format!("[{}]", items.join(", "))
        }
        other => other.to_string(),
    }
}

/// An event about a subject; the same run gives the same id, so that it is told once.
pub(crate) fn event(
    kind: &'static str,
    run: &str,
    subject: (&str, &str),
    rest: &[(&str, &str)],
) -> Event {
    let id = Uuid::new_v5(
        &Uuid::NAMESPACE_URL,
        format!("{run}/{kind}/{}", subject.1).as_bytes(),
    );
    let mut body = serde_json::Map::new();
    body.insert(subject.0.to_owned(), subject.1.into());
    for (key, value) in rest {
        body.insert((*key).to_owned(), (*value).into());
    }
    body.insert("type".to_owned(), kind.into());
    body.insert("timestamp".to_owned(), iso(now()).into());
    Event {
        id: id.to_string(),
        kind,
        body: python_json(&Value::Object(body)),
    }
}

#[cfg(test)]
mod tests {
    //! The spacing that signatures depend on.

    use super::python_json;

    #[test]
    fn spacing_is_that_of_python() {
        let value = serde_json::json!({"a": [1, "x\"y"], "b": {"c": null}});
        assert_eq!(
            python_json(&value),
            r#"{"a": [1, "x\"y"], "b": {"c": null}}"#
        );
    }
}
