//! Findings: what was noticed while a file was read or refined, placed and with a hint.

mod code;
mod values;

pub use code::Code;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// How much a finding matters to the person who uploaded the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing was lost.
    Note,
    /// Something was assumed, left out or repaired.
    Warning,
    /// A part could not be read, or a result cannot be true.
    Error,
}

/// Where in the upload something lies: an entry, and within it a byte, row or element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Path of the entry in the source tree; empty means the upload as a whole.
    pub entry: String,
    /// For example `byte 4096`, `row 17`, `TSK-1/TLG[2]`; empty when the entry as a whole is meant.
    pub inside: String,
}

impl Place {
    /// The entry as a whole.
    pub fn entry(path: impl Into<String>) -> Self {
        Self {
            entry: path.into(),
            inside: String::new(),
        }
    }

    /// A place inside an entry.
    pub fn inside(path: impl Into<String>, inside: impl Into<String>) -> Self {
        Self {
            entry: path.into(),
            inside: inside.into(),
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.entry.is_empty(), self.inside.is_empty()) {
            (_, true) => f.write_str(&self.entry),
            (true, false) => f.write_str(&self.inside),
            (false, false) => write!(f, "{} @ {}", self.entry, self.inside),
        }
    }
}

impl Serialize for Place {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Place {
    /// Reads the text that [`Place`] is written as. What stands behind the first ` @ ` lies inside
    /// the entry; without one the whole text is taken for the entry.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(match text.split_once(" @ ") {
            Some((entry, inside)) => Self::inside(entry, inside),
            None => Self::entry(text),
        })
    }
}

/// Something noticed: code `<format>.<what-is-wrong>`, place, text in lower case without full
/// stop, and what the person can do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// `<format or step>.<what-is-wrong>`.
    pub code: Cow<'static, str>,
    /// How much it matters.
    pub severity: Severity,
    /// Where it lies.
    pub place: Place,
    /// What was noticed.
    pub text: String,
    /// What the person can do about it; empty for nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
    /// The numbers and names of the text, by what they are, so that it can be said in other languages.
    /// Fractions have twelve significant digits.
    #[serde(
        default,
        deserialize_with = "values::deserialize",
        skip_serializing_if = "Map::is_empty"
    )]
    pub values: Map<String, Value>,
}

impl Finding {
    /// A finding without a hint.
    pub fn new(
        code: &'static Code,
        severity: Severity,
        place: Place,
        text: impl Into<String>,
    ) -> Self {
        Self {
            code: Cow::Borrowed(code.name),
            severity,
            place,
            text: text.into(),
            hint: String::new(),
            values: Map::new(),
        }
    }

    /// Adds a number or a name of the text, under a word of the trade in lower camel case with its unit last:
    /// `rows`, `widthM`, `column`.
    #[must_use]
    pub fn value(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.values
            .insert(name.to_owned(), values::rounded(value.into()));
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

#[cfg(test)]
mod tests {
    //! A finding that was written is read back as it was.

    use super::*;

    static DAMAGED: Code = Code {
        name: "isoxml.damaged",
        cause: "A cause.",
        cure: "A cure.",
    };

    #[test]
    fn findings_are_read_back() {
        for place in [
            Place::default(),
            Place::entry("TASKDATA/TLG00003.BIN"),
            Place::inside("TASKDATA/TLG00003.BIN", "byte 4096 @ 2"),
        ] {
            let finding =
                Finding::new(&DAMAGED, Severity::Warning, place, "a text").value("bytes", 7);
            let text = serde_json::to_string(&finding).expect("JSON");
            let read: Finding = serde_json::from_str(&text).expect("a finding");
            assert_eq!(read, finding);
            let hinted = finding.hint("try again");
            let text = serde_json::to_string(&hinted).expect("JSON");
            let read: Finding = serde_json::from_str(&text).expect("a finding");
            assert_eq!(read, hinted);
        }
    }
}
