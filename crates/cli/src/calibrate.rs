//! `--scale-mass` and `--calibrate`: what the scale weighed, by machine file.

use crate::progress::Bar;
use anyhow::{Context, bail};
use clap::Args;
use std::collections::BTreeMap;
use std::path::PathBuf;
use tramline_convert::{Calibration, Calibrations, EVERY, Input, Mass, Options, settle};
use tramline_formats::Tree;

/// Options of `convert`.
#[derive(Args)]
pub(crate) struct CalibrateArguments {
    /// Scale weight of a harvest, used to correct masses and volumes. `12.5t` if the input has one
    /// harvest machine file; otherwise repeat the option with the name or folder of each:
    /// `North Forty=12.5t`. Units: kg, t, lb, ton (short)
    #[arg(
        long = "scale-mass",
        value_name = "[NAME_OR_DIR=]MASS",
        allow_hyphen_values = true
    )]
    scale_masses: Vec<String>,
    /// JSON file with factors, scale weights or loads by name or folder of the harvest machine file:
    /// `{"North Forty": {"factor": 1.034}}` (docs/configuration.md)
    #[arg(long, value_name = "FILE")]
    calibrate: Option<PathBuf>,
}

impl CalibrateArguments {
    /// What was given, not yet seen against the input.
    pub(crate) fn calibrations(&self, inputs: usize) -> anyhow::Result<Calibrations> {
        let mut given = BTreeMap::new();
        if let Some(path) = &self.calibrate {
            let at = || format!("`{}` cannot be used", path.display());
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read `{}`", path.display()))?;
            given = from_json(&text).with_context(at)?;
        }
        for text in &self.scale_masses {
            let (key, mass) = match text.rsplit_once('=') {
                Some((key, mass)) => (key.trim(), mass),
                None => (EVERY, text.as_str()),
            };
            let mass = Mass::parse(mass)
                .with_context(|| format!("`--scale-mass {text}` cannot be used"))?;
            if key.is_empty() {
                bail!("`--scale-mass {text}` does not name a machine file before the `=`");
            }
            let known = given.insert(key.to_owned(), Calibration::ScaleMass(mass));
            if known.is_some() {
                let name = if key == EVERY { "the harvest" } else { key };
                bail!("there are two calibrations for {name}: keep one of them");
            }
        }
        if inputs > 1 && !given.is_empty() {
            bail!("a calibration is for one input: convert the inputs one by one");
        }
        Ok(Calibrations::from(given))
    }
}

/// Calibrations by machine file, or one for the only harvest.
fn from_json(text: &str) -> anyhow::Result<BTreeMap<String, Calibration>> {
    let value: serde_json::Value = serde_json::from_str(text)?;
    let Some(members) = value.as_object() else {
        bail!(
            "the file is not a JSON object that maps the name or folder of a machine file to a calibration"
        );
    };
    let alone = ["factor", "scaleMass", "loads"];
    if members.keys().any(|key| alone.contains(&key.as_str())) {
        return Ok(BTreeMap::from([(
            EVERY.to_owned(),
            Calibration::from_value(&value)?,
        )]));
    }
    let mut given = BTreeMap::new();
    for (key, value) in members {
        let calibration =
            Calibration::from_value(value).with_context(|| format!("calibration of `{key}`"))?;
        given.insert(key.clone(), calibration);
    }
    Ok(given)
}

/// Looks through the input for the monitor's mass before anything is written, if there is anything
/// to calibrate: the options with what follows. What was given and cannot be used is wrong usage.
pub(crate) fn settled(
    tree: &Tree,
    input: &Input,
    options: &Options,
    quiet: bool,
) -> anyhow::Result<Option<Options>> {
    if options.calibrations.is_empty() {
        return Ok(None);
    }
    let bar = Bar::new(quiet);
    let found = settle(tree, input, options, &mut |_| {});
    bar.finish();
    let found = found?;
    let mut faults: Vec<String> = Vec::new();
    for (dir, refusal) in &found.refused {
        let text = format!("{}\nwhat to do: {}", refusal.reason, refusal.hint);
        // Files that share a weight are refused together, for a reason that names them.
        let others = found.refused.iter().filter(|(_, other)| other == refusal);
        if others.count() == 1 {
            faults.push(format!("{dir}: {text}"));
        } else if !faults.contains(&text) {
            faults.push(text);
        }
    }
    for key in &found.unused {
        faults.push(if key == EVERY {
            "the input has no harvest machine file to calibrate".to_owned()
        } else {
            format!("no harvest machine file has the id, folder or name `{key}`")
        });
    }
    if faults.is_empty() {
        return Ok(Some(Options {
            calibrations: found.calibrations,
            ..options.clone()
        }));
    }
    let mut text = format!("nothing was converted: {}", faults.join("\n"));
    if !found.harvests.is_empty() {
        text.push_str("\nharvest machine files in the input, by folder:");
        for (name, dir) in &found.harvests {
            text.push_str(&format!("\n  {dir}  ({name})"));
        }
    }
    bail!(text)
}
