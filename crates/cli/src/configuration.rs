//! The configuration of a conversion on the command line.
//!
//! Rule: the command line's own defaults, over them `--config FILE`, over that each `--set`, over
//! all the options that have a name of their own. With the service's configuration given, the bytes
//! are the service's.

use crate::own_defaults::own_defaults;
use anyhow::{Context, anyhow};
use clap::Args;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use tramline_convert::{Configuration, FilterProfile};
use tramline_model::settings::{Setting, Shape, given};

/// The configuration that holds, and the keys of it that the caller gave.
pub(crate) struct Settled {
    pub(crate) configuration: Configuration,
    pub(crate) given: BTreeSet<String>,
}

/// Options of `convert`.
#[derive(Args, Default)]
pub(crate) struct ConfigurationArguments {
    /// JSON file with a configuration object as the API has it (docs/configuration.md)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// One key of the configuration, such as `fileImages=false` or `unitMeasurement=METRIC`; repeat the
    /// option for further keys. Overrides `--config` (docs/configuration.md)
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// Be as strict as the service is by default: work fails if it lacks a crop, rate or moisture, or
    /// is not planting, application, harvest or tillage. Without this option such work is converted,
    /// and the report says what it lacks
    #[arg(long)]
    strict: bool,
    /// Filter profile: compat, recommended, depurate or none
    #[arg(long, value_name = "PROFILE", value_parser = profile)]
    filter: Option<FilterProfile>,
}

/// Reads a profile, or refuses it with all there are.
fn profile(text: &str) -> Result<FilterProfile, String> {
    let names = Setting::find("filterProfile").map_or(&[][..], |setting| match setting.shape {
        Shape::Name(names) => names,
        _ => &[],
    });
    FilterProfile::from_name(text).ok_or_else(|| crate::choices::none_of(text, names))
}

impl ConfigurationArguments {
    /// The configuration that holds.
    pub(crate) fn settled(&self) -> anyhow::Result<Settled> {
        let mut own = match &self.config {
            Some(path) => read(path)?,
            None => Map::new(),
        };
        for text in &self.settings {
            let (key, value) = given(text).map_err(|why| anyhow!("--set: {why}"))?;
            own.insert(key.to_owned(), value);
        }
        let given: BTreeSet<String> = own.keys().cloned().collect();
        let mut keys = own_defaults();
        keys.extend(own);
        let mut configuration: Configuration = serde_json::from_value(Value::Object(keys))
            .context("the configuration cannot be used")?;
        if self.strict {
            configuration.out_of_standard_operations = false;
        }
        if let Some(profile) = self.filter {
            configuration.filter_profile = profile;
        }
        Ok(Settled {
            configuration,
            given,
        })
    }
}

/// The keys of a file, each under its own name.
fn read(path: &Path) -> anyhow::Result<Map<String, Value>> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read `{}`", path.display()))?;
    let at = || format!("`{}` is not a configuration object", path.display());
    let keys: Map<String, Value> = serde_json::from_str(&text).with_context(at)?;
    let mut named = Map::new();
    for (key, value) in keys {
        let setting = Setting::find(&key);
        let key = setting.map_or(key, |setting| setting.name.to_owned());
        // By itself, so that a refusal names the key and not a line of the file.
        let one = Map::from_iter([(key.clone(), value.clone())]);
        serde_json::from_value::<Configuration>(Value::Object(one)).with_context(
            || match setting {
                Some(setting) => {
                    let allowed = setting.shape.words();
                    format!(
                        "`{key}` in `{}` cannot be used; allowed: {allowed}",
                        path.display()
                    )
                }
                None => format!("`{key}` in `{}` cannot be used", path.display()),
            },
        )?;
        named.insert(key, value);
    }
    Ok(named)
}
