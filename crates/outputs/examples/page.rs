//! Writes `report.html` into the folder of each machine file of the results of `tramline convert`:
//! `cargo run --example page -- RESULTS`.

use serde_json::Value;
use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("give a results folder")?);
    let report: Value = serde_json::from_slice(&std::fs::read(folder.join("report.json"))?)?;
    let version = report["tramline"].as_str().unwrap_or("");
    for file in report["files"].as_array().into_iter().flatten() {
        let own = folder.join(file["dir"].as_str().unwrap_or(""));
        tramline_outputs::page::write(&own, file, None, version)?;
    }
    Ok(())
}
