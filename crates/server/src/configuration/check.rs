//! What a client may store. Keys that nothing knows are kept as they are.

use crate::store::Keys;
use serde_json::Value;
use tramline_convert::Configuration;
use tramline_model::settings::{Setting, Shape};

/// Bytes of the name of a key.
const NAME_BYTES: usize = 100;

/// A key whose value cannot be used, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) key: String,
    pub(crate) why: String,
}

/// The keys in the form in which they are stored: one spelling of each, nothing read-only.
pub(crate) fn checked(sent: Keys) -> Result<Keys, Fault> {
    let mut keys = Keys::new();
    for (name, value) in sent {
        let setting = Setting::find(&name);
        // Clients send the whole object back.
        if setting.is_some_and(|setting| matches!(setting.shape, Shape::ReadOnly)) {
            continue;
        }
        let name = setting.map_or(name, |setting| setting.name.to_owned());
        if name.is_empty() || name.len() > NAME_BYTES || name.contains('\0') {
            let why = format!("the name of a key has 1 to {NAME_BYTES} bytes");
            return Err(fault("name", why));
        }
        if value.is_null() {
            return Err(fault(
                &name,
                "cannot be null; delete the user's configuration to inherit again",
            ));
        }
        let value = match setting {
            None => value,
            Some(setting) => setting
                .shape
                .checked(value)
                .map_err(|why| fault(&name, why))?,
        };
        converts(&name, &value).map_err(|why| fault(&name, why))?;
        if keys.contains_key(&name) {
            return Err(fault(&name, "comes twice"));
        }
        keys.insert(name, value);
    }
    Ok(keys)
}

/// Whether the converter can read the value of a key: what is stored must not stop a conversion.
fn converts(name: &str, value: &Value) -> Result<(), String> {
    let one = Keys::from_iter([(name.to_owned(), value.clone())]);
    serde_json::from_value::<Configuration>(Value::Object(one))
        .map(drop)
        .map_err(|cause| format!("cannot be used: {cause}"))
}

fn fault(key: &str, why: impl Into<String>) -> Fault {
    Fault {
        key: key.to_owned(),
        why: why.into(),
    }
}
