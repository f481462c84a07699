//! Whether the service works where the system lacks protections of the converter.

use serde::Deserialize;
use std::str::FromStr;

/// What happens where the system lacks protections of the converter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum ShutIn {
    /// The service says what is lacking, and goes on.
    #[default]
    #[serde(rename = "where possible")]
    WherePossible,
    /// Without landlock and seccomp the service does not start.
    #[serde(rename = "required")]
    Required,
}

impl FromStr for ShutIn {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "where possible" => Ok(Self::WherePossible),
            "required" => Ok(Self::Required),
            _ => Err("it is `where possible` or `required`"),
        }
    }
}
