//! Settings: one TOML file, then `TRAMLINE_…` variables, then options of the command.
//!
//! Rule: what nobody knows is refused, with the nearest name that somebody does; a value that is secret is
//! never repeated.

mod given;
mod listen;
mod proxies;
pub(crate) mod secrets_key;
mod shut_in;
mod table;

pub use listen::Listen;
pub use proxies::Proxies;
pub use secrets_key::SecretsKey;
pub use shut_in::ShutIn;
pub use table::Settings;

use crate::error::{StoreError, Stored};
use serde::Deserialize;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use table::KEYS;
use tramline_convert::Bridge;
use tramline_model::{did_you_mean, nearest};

/// What all our variables begin with.
const OURS: &str = "TRAMLINE_";
/// Variables of bridges: the rest of the name is the format's code.
const BRIDGE: &str = "BRIDGE_";
/// Variables that are no settings: of the executable, of crash tests, and of the checks beside the sources.
const OTHERS: &[&str] = &[
    "LOG",
    "SETTINGS",
    "FAILPOINT",
    "FAULT",
    "BIN",
    "CORPUS",
    "EVERY_UNIT",
    "FUZZ_TARGET",
    "HOSTILE",
    "SAMPLES",
    "SET",
    "TABLE",
    "TEST_CHILD",
    "TOOLS",
    "WRITE_DOCS",
];
/// Settings whose value is not told.
const SECRET: &[&str] = &["secrets_key", "bootstrap_password"];

/// Ten years, and more than any machine does at once.
const MOST_SECONDS: u64 = 315_360_000;
const MOST_AT_ONCE: u64 = 100_000;

/// A setting that cannot be used: which, and why.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file of settings cannot be read.
    #[error("cannot read settings `{path}`: {cause}")]
    Unreadable {
        /// Of the file.
        path: String,
        /// Why.
        cause: String,
    },
    /// A variable of the environment has a value that it cannot have.
    #[error("`{name}` cannot be {value}: {cause}")]
    Variable {
        /// Of the variable.
        name: String,
        /// What it is set to.
        value: String,
        /// Why that cannot be.
        cause: String,
    },
    /// Names that nothing knows: of variables, or of keys of the file.
    #[error("{0}")]
    Unknown(String),
}

impl Settings {
    /// Reads the file, if one is named, and then the variables whose names begin with `TRAMLINE_`.
    pub fn load(
        file: Option<&Path>,
        variables: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<Self, SettingsError> {
        let mut settings = file.map_or_else(|| Ok(Self::default()), Self::read)?;
        let mut unknown = Vec::new();
        for (name, value) in variables {
            let name = name.to_string_lossy();
            let Some(key) = name.strip_prefix(OURS) else {
                continue;
            };
            let value = value.into_string().map_err(|value| {
                let secret = SECRET.contains(&key.to_lowercase().as_str());
                let cause = "it is not UTF-8".to_owned();
                unusable(&name, &value.to_string_lossy(), secret, cause)
            })?;
            if !settings.take(&name, key, &value)? {
                unknown.push(name.into_owned());
            }
        }
        if !unknown.is_empty() {
            return Err(unknown_variables(unknown));
        }
        settings.public_url = settings.public_url.map(checked_url).transpose()?;
        settings.in_bounds()?;
        Ok(settings)
    }

    fn read(path: &Path) -> Result<Self, SettingsError> {
        let unreadable = |cause: String| SettingsError::Unreadable {
            path: path.display().to_string(),
            cause,
        };
        let text = std::fs::read_to_string(path).map_err(|cause| unreadable(cause.to_string()))?;
        let wrong = |cause: toml::de::Error| {
            let line = cause.span().map(|span| {
                let before = text.as_bytes().iter().take(span.start);
                1 + before.filter(|byte| **byte == b'\n').count()
            });
            let place = line.map_or_else(String::new, |line| format!("line {line}: "));
            unreadable(format!("{place}{}", cause.message()))
        };
        let keys: toml::Table = toml::from_str(&text).map_err(wrong)?;
        let known = || KEYS.iter().copied();
        let unknown: Vec<String> = keys
            .keys()
            .filter(|key| !known().any(|known| known == *key))
            .map(|key| format!("no setting is called `{key}`{}", did_you_mean(key, known())))
            .collect();
        if !unknown.is_empty() {
            return Err(unreadable(unknown.join("\n")));
        }
        Self::deserialize(toml::Deserializer::parse(&text).map_err(wrong)?).map_err(wrong)
    }

    /// Times and counts that no machine has are mistakes: bytes given as seconds, or a digit too many.
    fn in_bounds(&self) -> Result<(), SettingsError> {
        for (key, number) in self.numbers() {
            let most = match key {
                _ if key.ends_with("_seconds") => MOST_SECONDS,
                "workers" => MOST_AT_ONCE,
                _ if key.contains("_at_once") => MOST_AT_ONCE,
                _ => u64::MAX,
            };
            if number > most {
                let cause = format!("it is at most {most}");
                return Err(unusable(key, &number.to_string(), false, cause));
            }
        }
        Ok(())
    }

    /// The executable that converts.
    pub(crate) fn converter_program(&self) -> Stored<PathBuf> {
        if let Some(program) = &self.converter {
            return Ok(program.clone());
        }
        // This very program, also when its file was replaced meanwhile.
        let own = PathBuf::from("/proc/self/exe");
        if own.exists() {
            return Ok(own);
        }
        std::env::current_exe().map_err(|cause| StoreError::io("converter", cause))
    }

    /// Whether somebody knows the variable; a setting takes its value.
    fn take(&mut self, name: &str, key: &str, value: &str) -> Result<bool, SettingsError> {
        if OTHERS.contains(&key) {
            return Ok(true);
        }
        if let Some(code) = key.strip_prefix(BRIDGE).filter(|code| !code.is_empty()) {
            if let Some(bridge) = Bridge::of_words(value) {
                self.bridges.insert(code.to_owned(), bridge);
            }
            return Ok(true);
        }
        let setting = key.to_lowercase();
        if key != setting.to_uppercase() {
            return Ok(false);
        }
        match self.set(&setting, value) {
            None => Ok(false),
            Some(Ok(())) => Ok(true),
            Some(Err(cause)) => {
                let secret = SECRET.contains(&setting.as_str());
                Err(unusable(name, value, secret, cause))
            }
        }
    }
}

fn unusable(name: &str, value: &str, secret: bool, cause: String) -> SettingsError {
    SettingsError::Variable {
        name: name.to_owned(),
        value: if secret {
            "what it is".to_owned()
        } else {
            format!("`{value}`")
        },
        cause,
    }
}

/// One line for each name.
fn unknown_variables(mut names: Vec<String>) -> SettingsError {
    names.sort_unstable();
    let settings = KEYS.iter().map(|key| key.to_uppercase());
    let others = OTHERS.iter().map(|other| (*other).to_owned());
    let known: Vec<String> = settings.chain(others).collect();
    let lines = names.iter().map(|name| {
        // What all names share says nothing of their likeness.
        let word = name.trim_start_matches(OURS);
        let nearest = nearest(word, known.iter().map(String::as_str));
        let hint = nearest.map_or_else(
            || "docs/operating.md lists all; remove it from the environment".to_owned(),
            |nearest| format!("did you mean `{OURS}{nearest}`?"),
        );
        format!("no setting is called `{name}`; {hint}")
    });
    SettingsError::Unknown(lines.collect::<Vec<_>>().join("\n"))
}

/// Without a slash at its end, so that paths can follow.
fn checked_url(text: String) -> Result<String, SettingsError> {
    let wrong = |cause: &str| {
        let cause = format!("{cause}; it is written like `https://tramline.example.com`");
        unusable("public_url", &text, false, cause)
    };
    let url = url::Url::parse(&text).map_err(|cause| wrong(&cause.to_string()))?;
    if !["http", "https"].contains(&url.scheme()) || !url.has_host() {
        return Err(wrong("it is no address of HTTP"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("nothing can follow its `?` or `#`"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        let cause = "it holds a name or a password, which every link would show".to_owned();
        return Err(unusable("public_url", "", true, cause));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests;
