//! Reading JSON that may lack anything: a missing key looks like `null`.

use serde_json::Value;

#[derive(Clone, Copy)]
pub(super) struct Look<'a>(pub(super) &'a Value);

static NULL: Value = Value::Null;

impl<'a> Look<'a> {
    pub(super) fn get(self, key: &str) -> Look<'a> {
        Look(self.0.get(key).unwrap_or(&NULL))
    }

    /// Empty where there is no text.
    pub(super) fn text(self) -> &'a str {
        self.0.as_str().map_or("", str::trim)
    }

    pub(super) fn number(self) -> Option<f64> {
        self.0.as_f64().filter(|value| value.is_finite())
    }

    pub(super) fn count(self) -> u64 {
        self.0.as_u64().unwrap_or(0)
    }

    pub(super) fn is_true(self) -> bool {
        self.0.as_bool().unwrap_or(false)
    }

    pub(super) fn list(self) -> impl Iterator<Item = Look<'a>> {
        self.0.as_array().into_iter().flatten().map(Look)
    }

    /// Keys and values of an object.
    pub(super) fn entries(self) -> impl Iterator<Item = (&'a str, Look<'a>)> {
        let entries = self.0.as_object().into_iter().flatten();
        entries.map(|(key, value)| (key.as_str(), Look(value)))
    }

    /// An amount with its unit: `value`, or `avg` of statistics.
    pub(super) fn amount(self) -> Option<(f64, &'a str)> {
        let value = self.get("value").number().or(self.get("avg").number())?;
        Some((value, self.get("unit").text()))
    }
}
