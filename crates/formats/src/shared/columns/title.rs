//! Titles of columns as a file gives them, and as the dictionary compares them.

use tramline_model::Unit;

/// A column title as found, and its unit where a metadata file or bracket tells it.
#[derive(Clone, Debug, Default)]
pub struct Title {
    /// As in the file, without unit bracket.
    pub name: String,
    /// Unit text from a bracket or metadata, for example `bu1ac-1`, `ft`.
    pub unit: Option<String>,
}

impl Title {
    /// A title whose unit nothing tells.
    pub fn bare(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            unit: None,
        }
    }

    /// As the file shows it, with the bracket of its unit.
    pub fn shown(&self) -> String {
        let name: String = self.name.chars().take(80).collect();
        match &self.unit {
            Some(unit) => format!("{name}({unit:.20})"),
            None => name,
        }
    }

    /// Splits a trailing unit bracket off: `Yld Vol(Dry)(bu/ac)`, `Speed [km/h]`, `Yield t/ha`.
    /// Brackets that hold no known unit stay in the name (`Crop Flw(M)`).
    pub fn from_text(text: &str) -> Self {
        let text = text.trim().trim_matches('"').trim();
        for (open, close) in [('(', ')'), ('[', ']')] {
            let Some(body) = text.strip_suffix(close) else {
                continue;
            };
            // `gal(US)/ac)` holds brackets of its own: try every opening one from the left.
            for (at, _) in body.match_indices(open) {
                let unit = body.get(at + open.len_utf8()..).unwrap_or_default();
                let name = body.get(..at).unwrap_or_default().trim();
                // `(M)` and `(V)` tell mass from volume and are no units.
                if !name.is_empty() && !matches!(unit, "M" | "V") && Unit::parse(unit).is_some() {
                    return Self {
                        name: name.to_owned(),
                        unit: Some(unit.to_owned()),
                    };
                }
            }
        }
        if let Some((name, unit)) = text.rsplit_once(' ')
            && (unit.contains('/') || unit == "%")
            && Unit::parse(unit).is_some()
        {
            return Self {
                name: name.trim().to_owned(),
                unit: Some(unit.to_owned()),
            };
        }
        Self::bare(text)
    }
}

/// A title as the dictionary compares it: lower case letters and digits.
pub fn normal(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
