//! Events for webhooks. The body is made once, when the change is written, and sent byte for byte.

use crate::clock::{iso, now};
use crate::store::Event;
use serde_json::Value;
use std::fmt::Write;
use uuid::Uuid;

/// JSON as Python writes it by default: one line, a space after `:` and `,`, everything outside
/// ASCII escaped. Clients that verify signatures by writing the body again expect it.
pub(crate) fn python_json(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let members: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{}: {}", python_text(key), python_json(value)))
                .collect();
            format!("{{{}}}", members.join(", "))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(python_json).collect();
            format!("[{}]", items.join(", "))
        }
        Value::String(text) => python_text(text),
        other => other.to_string(),
    }
}

fn python_text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 2);
    for c in Value::from(text).to_string().chars() {
        if c.is_ascii() && c != '\u{7f}' {
            escaped.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        }
    }
    escaped
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

/// The contract's event about a machine file of an upload that failed.
pub(crate) fn file_failed(run: &str, file: &str, user: &str, message: &str) -> Event {
    event(
        "uploadedFileProcessingFailed",
        run,
        ("fileId", file),
        &[("leafUserId", user), ("message", message)],
    )
}

/// The contract's event about a batch whose files are all converted or failed.
pub(crate) fn batch_finished(run: &str, batch: &str, user: &str) -> Event {
    event(
        "batchUploadProcessingFinished",
        run,
        ("batchId", batch),
        &[("leafUserId", user)],
    )
}

#[cfg(test)]
mod tests {
    //! The spelling that signatures depend on.

    use super::python_json;

    /// Each is what `json.dumps` of Python 3 gives.
    #[test]
    fn spelling_is_that_of_python() {
        let cases = [
            (
                serde_json::json!({"a": [1, "x\"y"], "b": {"c": null}}),
                r#"{"a": [1, "x\"y"], "b": {"c": null}}"#,
            ),
            (serde_json::json!({}), "{}"),
            (serde_json::json!([]), "[]"),
            (serde_json::json!([true, false, -1]), "[true, false, -1]"),
            (
                serde_json::json!({"Größe": "\u{1f33e} \\ / \t\n\u{1}\u{7f}"}),
                r#"{"Gr\u00f6\u00dfe": "\ud83c\udf3e \\ / \t\n\u0001\u007f"}"#,
            ),
        ];
        for (value, expected) in cases {
            assert_eq!(python_json(&value), expected);
        }
    }
}
