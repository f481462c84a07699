//! `tramline convert --export`: further files beside the results of each machine file.
//!
//! Rule: an export that fails is told and costs nothing else; the exit code says so.

use anyhow::bail;
use std::io::Write;
use std::path::Path;
use tramline_convert::Report;
use tramline_outputs::export::{ExportFormat, ExportOptions, export};

/// Folder of the exports within that of a machine file.
const FOLDER: &str = "export";

/// What `--export` asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Wanted {
    pub(crate) adapt: bool,
    /// A page for people.
    pub(crate) report: bool,
    formats: Vec<ExportFormat>,
}

impl Wanted {
    pub(crate) fn of(names: &[String]) -> anyhow::Result<Self> {
        let mut wanted = Self::default();
        for name in names {
            match ExportFormat::from_ending(name) {
                _ if name == "adapt" => wanted.adapt = true,
                _ if name == "report" => wanted.report = true,
                Some(format) if wanted.formats.contains(&format) => {}
                Some(format) => wanted.formats.push(format),
                None => {
                    let known = ExportFormat::ALL.map(ExportFormat::ending).join(", ");
                    bail!("unknown export `{name}`: adapt, report, {known}");
                }
            }
        }
        Ok(wanted)
    }

    /// Writes `export/<folder>.<ending>` into the folder of each machine file that has standard
    /// points. Gives how many exports failed; what and why goes to `out`.
    pub(crate) fn write(
        &self,
        report: &Report,
        folder: &Path,
        out: &mut dyn Write,
    ) -> std::io::Result<usize> {
        let mut failed = 0;
        for file in &report.files {
            let Some(stored) = file.artifacts.get("standardGeoparquet") else {
                continue;
            };
            let own = folder.join(&file.dir).join(FOLDER);
            let name = file.dir.rsplit('/').next().unwrap_or(&file.dir);
            for format in &self.formats {
                let options = ExportOptions::default();
                if let Err(cause) = export(&folder.join(stored), *format, &options, &own, name) {
                    failed += 1;
                    let ending = format.ending();
                    writeln!(out, "export of `{}` as {ending} failed: {cause}", file.name)?;
                }
            }
        }
        Ok(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::Wanted;

    #[test]
    fn names_of_exports_are_the_endings() {
        let of = |names: &[&str]| {
            Wanted::of(
                &names
                    .iter()
                    .map(|name| (*name).to_owned())
                    .collect::<Vec<_>>(),
            )
        };
        let wanted = of(&["gpkg", "adapt", "shp", "gpkg"]).expect("known");
        assert!(wanted.adapt && wanted.formats.len() == 2);
        let refused = of(&["xlsx"]).expect_err("unknown").to_string();
        assert!(refused.contains("`xlsx`") && refused.contains("gpkg, fgb, csv, shp"));
    }
}
