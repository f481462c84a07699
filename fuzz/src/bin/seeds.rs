//! Writes the first inputs of targets: `fuzz-seeds FOLDER [TARGET…]`, without names of all. Each goes into
//! `FOLDER/<target>/seeds`; the names of the targets are printed, a line each.

use anyhow::{Context, Result, bail};
use std::io::Write as _;
use std::path::PathBuf;
use tramline_fuzz::{MARK, Target, seeds, targets};

fn main() -> Result<()> {
    let mut given = std::env::args().skip(1);
    let folder = PathBuf::from(given.next().context("name the folder")?);
    let names: Vec<String> = given.collect();
    if let Some(unknown) = names.iter().find(|name| Target::named(name).is_none()) {
        let all: Vec<&str> = targets().map(Target::name).collect();
        bail!("unknown target `{unknown}`; there are {}", all.join(", "));
    }
    let is_wanted = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
    let mut out = std::io::stdout().lock();
    for target in targets().filter(|target| is_wanted(target.name())) {
        let own = folder.join(target.name());
        std::fs::create_dir_all(own.join("seeds"))?;
        for (number, seed) in seeds::of(target).iter().enumerate() {
            std::fs::write(own.join(format!("seeds/{number}")), seed)?;
        }
        // libFuzzer makes further entries with it.
        std::fs::write(own.join("words"), format!("\"\\x0a{MARK}\"\n"))?;
        writeln!(out, "{}", target.name())?;
    }
    Ok(())
}
