//! Runs inputs through a target, without libFuzzer: `cargo run -p tramline-fuzz --bin fuzz-replay -- TARGET FILE…`.

use anyhow::{Context, Result, bail};
use std::io::Write as _;
use tramline_fuzz::{Target, targets};

fn main() -> Result<()> {
    let mut given = std::env::args().skip(1);
    let name = given.next().unwrap_or_default();
    let Some(target) = Target::named(&name) else {
        let names: Vec<&str> = targets().map(Target::name).collect();
        bail!("unknown target `{name}`; there are {}", names.join(", "));
    };
    for path in given {
        let data = std::fs::read(&path).with_context(|| format!("cannot read {path}"))?;
        let begin = std::time::Instant::now();
        target.run(&data);
        let took = begin.elapsed().as_secs_f64();
        writeln!(std::io::stdout(), "{path}: ok, {took:.1} s")?;
    }
    Ok(())
}
