//! `tramline convert --export`: further files beside the results of each machine file.
//!
//! Rule: what cannot be meant is refused before anything is converted; an export that fails is told
//! and costs nothing else, unless the disk failed; the exit code says so.

use crate::choices::{Chosen, Output};
use crate::maps::MapExport;
use crate::results::EXPORTS;
use crate::trouble;
use anyhow::bail;
use clap::Args;
use std::path::Path;
use tramline_convert::exports::StoredFormat;
use tramline_convert::{Configuration, FileReport, StoredOutput, StoredOutputs, UnitSystem};
use tramline_model::Artifact;
use tramline_outputs::WriteError;
use tramline_outputs::export::{ExportOptions, bbox};

#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ExportArguments {
    /// Further outputs for each machine file, separated by commas. adapt: the AgGateway ADAPT Standard
    /// 2.0, in the folder `adapt`. gpkg (GeoPackage with styles), fgb (FlatGeobuf), csv, shp
    /// (shapefile), geojson, parquet, pmtiles (vector tiles): the points, in the folder `export`.
    /// report: `report.html`, a report that prints on one sheet. pdf: all reports in one PDF beside the
    /// folders. picture: the map with title, date and legend, to send by phone, in the folder `picture`. classes: images in seven
    /// classes of equal area, in the folder `classes`. geotiff, geotiff-utm: the numbers as GeoTIFF in
    /// Web Mercator or in the UTM zone of the field, in the folder of that name. grid: images and GeoTIFF of
    /// what people map, smoothed onto a grid of 10 m, in the folder `grid`
    #[arg(long, value_name = "FORMAT", value_delimiter = ',')]
    export: Vec<String>,
    /// Columns of the files in `export`, separated by commas, in this order [default: all]
    #[arg(
        long,
        value_name = "COLUMN",
        value_delimiter = ',',
        requires = "export"
    )]
    export_columns: Vec<String>,
    /// Export only what touches this box, in degrees: west,south,east,north
    #[arg(long, value_name = "BOX", value_parser = degrees, allow_hyphen_values = true, requires = "export")]
    export_bbox: Option<Degrees>,
    /// Units of the files in `export`: metric or imperial [default: those of the points]
    #[arg(long, value_name = "SYSTEM", value_parser = system, requires = "export")]
    export_units: Option<UnitSystem>,
    /// What to export: the standard points, the filtered points or, as polygons, the ground that the standard
    /// points cover [default: standard; filtered for classes and GeoTIFF]
    #[arg(long, value_name = "OUTPUT", value_parser = StoredOutput::ALL.map(StoredOutput::name),
        requires = "export")]
    export_output: Option<String>,
}

/// West, south, east, north.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Degrees([f64; 4]);

fn degrees(text: &str) -> Result<Degrees, String> {
    bbox(text).map(Degrees)
}

fn system(text: &str) -> Result<UnitSystem, String> {
    UnitSystem::from_name(text)
        .filter(|system| *system != UnitSystem::Default)
        .ok_or_else(|| {
            "give metric or imperial, or omit the option for the units of the points".to_owned()
        })
}

/// What is asked for, understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Wanted {
    pub(crate) adapt: bool,
    /// A page for people, asked for as an export.
    pub(crate) report: bool,
    /// A page for people, as one of the outputs.
    pub(crate) pages: bool,
    /// Points as columns are made for the pages only: they go when the page is written.
    pub(crate) passing_columns: bool,
    /// A PDF of all pages.
    pub(crate) pdf: bool,
    /// The map of a page as a picture.
    pub(crate) picture: bool,
    formats: Vec<StoredFormat>,
    maps: Vec<MapExport>,
    options: ExportOptions,
    output: Option<StoredOutput>,
}

impl Wanted {
    pub(crate) fn of(arguments: &ExportArguments) -> anyhow::Result<Self> {
        let columns: Vec<String> = arguments
            .export_columns
            .iter()
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect();
        let mut wanted = Self {
            options: ExportOptions {
                columns: Some(columns).filter(|columns| !columns.is_empty()),
                bbox: arguments.export_bbox.map(|Degrees(bbox)| bbox),
                layer: None,
                units: arguments.export_units.unwrap_or_default(),
            },
            output: arguments
                .export_output
                .as_deref()
                .and_then(StoredOutput::from_name),
            ..Self::default()
        };
        for name in &arguments.export {
            match StoredFormat::from_ending(name) {
                _ if name == "adapt" => wanted.adapt = true,
                _ if name == "report" => wanted.report = true,
                _ if name == "pdf" => wanted.pdf = true,
                _ if name == "picture" => wanted.picture = true,
                _ if MapExport::from_name(name).is_some() => {
                    wanted.maps.extend(MapExport::from_name(name));
                }
                Some(format) if wanted.formats.contains(&format) => {}
                Some(format) => wanted.formats.push(format),
                None => {
                    let known = StoredFormat::all().map(StoredFormat::ending);
                    let known = known.chain(MapExport::ALL.map(MapExport::name));
                    let known: Vec<&str> = known.collect();
                    bail!(
                        "unknown export `{name}`: choose from adapt, report, pdf, picture, {}",
                        known.join(", ")
                    );
                }
            }
        }
        Ok(wanted)
    }

    /// With what `--outputs` chooses.
    pub(crate) fn with(self, chosen: &Chosen) -> Self {
        let pages = chosen.has(Output::Pages);
        Self {
            pages,
            passing_columns: pages && !chosen.forms().parquet,
            ..self
        }
    }

    /// Whether each machine file gets a page.
    pub(crate) fn writes_pages(&self) -> bool {
        self.report || self.pages
    }

    /// Whether anything is made of the points as columns. The ADAPT Standard has columns of its own.
    pub(crate) fn needs_columns(&self) -> bool {
        let page = self.report || self.pdf || self.picture;
        page || !self.formats.is_empty() || !self.maps.is_empty()
    }

    /// Whether the page for people is made, in any form.
    pub(crate) fn needs_page(&self) -> bool {
        self.writes_pages() || self.pdf || self.picture
    }

    /// Whether the conversion has to make polygons.
    pub(crate) fn polygons(&self) -> bool {
        self.output == Some(StoredOutput::Polygon)
    }

    /// Writes `export/<folder>.<ending>` and the maps into the folder of a machine file that has
    /// standard points. Gives what failed and why, each in a line.
    ///
    /// # Errors
    /// Those of the disk, which further exports would meet too.
    pub(crate) fn write(
        &self,
        file: &FileReport,
        stored: &StoredOutputs,
        folder: &Path,
        configuration: &Configuration,
    ) -> anyhow::Result<Vec<String>> {
        let mut failed = Vec::new();
        if stored.path(Artifact::StandardGeoparquet).is_none() {
            return Ok(failed);
        }
        for format in &self.formats {
            if let Err(cause) = self.one(file, stored, folder, *format) {
                let ending = format.ending();
                failed.push(of_export(file, ending, cause)?);
            }
        }
        let columns = self.options.columns.as_deref();
        for map in &self.maps {
            let own = folder.join(map.name());
            if let Err(cause) = map.write(stored, self.output, columns, configuration, &own) {
                failed.push(of_export(file, map.name(), cause)?);
            }
        }
        Ok(failed)
    }

    fn one(
        &self,
        file: &FileReport,
        stored: &StoredOutputs,
        folder: &Path,
        format: StoredFormat,
    ) -> Result<(), WriteError> {
        let output = self.output.unwrap_or(StoredOutput::Standard);
        let points = stored.for_export(output).ok_or_else(|| {
            WriteError::Refused(format!(
                "the machine file has no {} output: see its steps in report.json, or choose \
                 --export-output standard",
                output.name()
            ))
        })?;
        let name = file.dir.rsplit('/').next().unwrap_or(&file.dir);
        let made = format.export(points, &self.options, &folder.join(EXPORTS), name);
        made.map(drop)
    }
}

/// What is told of an export that failed; trouble of the disk ends the run.
fn of_export<E: std::error::Error + Send + Sync + 'static>(
    file: &FileReport,
    export: &str,
    cause: E,
) -> anyhow::Result<String> {
    if trouble::is_disk(&cause) {
        return Err(cause.into());
    }
    Ok(format!(
        "cannot export `{}` as {export}: {cause}",
        file.name
    ))
}

#[cfg(test)]
mod tests {
    use super::{ExportArguments, Wanted, degrees, system};

    #[test]
    fn names_of_exports_are_the_endings() {
        let of = |names: &[&str]| {
            Wanted::of(&ExportArguments {
                export: names.iter().map(|name| (*name).to_owned()).collect(),
                ..ExportArguments::default()
            })
        };
        let wanted = of(&["gpkg", "adapt", "shp", "gpkg"]).expect("known");
        assert!(wanted.adapt && wanted.formats.len() == 2);
        let refused = of(&["xlsx"]).expect_err("unknown").to_string();
        assert!(refused.contains("`xlsx`") && refused.contains("gpkg, fgb, csv, shp"));
    }

    #[test]
    fn boxes_and_units_are_read_or_refused_with_what_to_do() {
        assert_eq!(
            degrees("-1.5, 2,3,4").expect("a box").0,
            [-1.5, 2.0, 3.0, 4.0]
        );
        for wrong in [
            "",
            "1,2,3",
            "1,2,3,4,5",
            "a,2,3,4",
            "3,2,1,4",
            "1,nan,2,3",
            "1,2,inf,3",
        ] {
            let said = degrees(wrong).expect_err(wrong);
            assert!(said.contains("west, south, east, north"), "{said}");
        }
        assert!(system("Imperial").is_ok());
        assert!(
            system("default")
                .expect_err("no system")
                .contains("metric or imperial")
        );
    }
}
