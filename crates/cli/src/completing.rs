//! Each machine file of a run gets all that was asked for, and then its name.

use crate::export::Wanted;
use crate::progress::Bar;
use crate::results::{PartialSink, Results};
use crate::trouble::{self, Scene};
use std::path::Path;
use tramline_convert::maps::{ClassColours, main_map};
use tramline_convert::{FileReport, Progress, Report, RunError, StoredOutputs, write_original};
use tramline_formats::Tree;
use tramline_model::Artifact;
use tramline_outputs::page;

/// Follows a run and completes its machine files.
pub(crate) struct Completing<'a> {
    tree: &'a Tree,
    wanted: &'a Wanted,
    colours: ClassColours,
    results: Results,
    sink: PartialSink,
    completed: Vec<FileReport>,
    /// Exports that failed.
    failed: usize,
    /// Datasets that were begun, and all of them.
    datasets: (usize, usize),
    /// What ends the run.
    trouble: Option<anyhow::Error>,
}

impl<'a> Completing<'a> {
    pub(crate) fn new(
        tree: &'a Tree,
        wanted: &'a Wanted,
        colours: ClassColours,
        results: Results,
        sink: PartialSink,
    ) -> Self {
        Self {
            tree,
            wanted,
            colours,
            results,
            sink,
            completed: Vec::new(),
            failed: 0,
            datasets: (0, 0),
            trouble: None,
        }
    }

    pub(crate) fn follow(&mut self, progress: &Progress<'_>, bar: &Bar) {
        match progress {
            Progress::Detected { found } => self.datasets = (0, found.len()),
            Progress::Dataset { .. } => self.datasets.0 += 1,
            Progress::Done { report, .. } if self.trouble.is_none() => {
                if let Err(error) = self.complete((*report).clone(), bar) {
                    self.trouble = Some(error);
                    self.sink.end();
                }
            }
            _ => {}
        }
    }

    /// The artifacts are written: the rest, and the name.
    fn complete(&mut self, mut file: FileReport, bar: &Bar) -> anyhow::Result<()> {
        write_original(self.tree, &mut file, &mut self.sink)?;
        let folder = self.results.partial(&file.dir);
        let artifacts = file.artifacts.iter();
        let stored: StoredOutputs = artifacts
            .map(|(kind, name)| (*kind, self.sink.path(name)))
            .collect();
        let wanted = self.wanted;
        let failed = wanted.write(&file, &stored, &folder, self.colours)?;
        // What failed because a signal took the files away is not told: this waits for the end.
        self.results.wait_if_ending();
        for text in &failed {
            bar.say(text);
        }
        self.failed += failed.len();
        if wanted.report {
            write_page(&file, &stored, &folder, self.colours)?;
        }
        self.results.complete(&file.dir)?;
        self.completed.push(file);
        Ok(())
    }

    /// The run has ended: the report with what was added, and how many exports failed.
    pub(crate) fn end(
        mut self,
        report: Result<Report, RunError>,
    ) -> anyhow::Result<(Report, usize)> {
        let scene = Scene {
            datasets: self.datasets,
            written: self.sink.written(),
            out: self.results.out().to_owned(),
            left: self.results.left(),
        };
        let ended = match self.trouble.take() {
            Some(trouble) => Err(trouble),
            None => report.map_err(Into::into),
        };
        let failed = self.failed;
        let ended = ended.and_then(|report| self.write(report));
        match ended {
            Ok(report) => Ok((report, failed)),
            Err(error) => Err(trouble::told(error, &scene)),
        }
    }

    fn write(self, mut report: Report) -> anyhow::Result<Report> {
        for done in self.completed {
            if let Some(file) = report.files.iter_mut().find(|file| file.dir == done.dir) {
                *file = done;
            }
        }
        self.results.end(&serde_json::to_vec_pretty(&report)?)?;
        Ok(report)
    }
}

/// The page of a machine file. Without a map of classes it has the image, or the covered ground.
fn write_page(
    file: &FileReport,
    stored: &StoredOutputs,
    folder: &Path,
    colours: ClassColours,
) -> anyhow::Result<()> {
    let entry = serde_json::to_value(file)?;
    let ground = stored.path(Artifact::PolygonGeoparquet);
    let units = stored.path(Artifact::Units);
    let units = units.and_then(|path| std::fs::read(path).ok());
    let units = units.and_then(|text| serde_json::from_slice(&text).ok());
    let operation = entry["operationType"].as_str().unwrap_or_default();
    let map = stored
        .for_page()
        .zip(units)
        .and_then(|(points, units)| main_map(points, ground, operation, &units, colours).ok()?);
    let version = env!("CARGO_PKG_VERSION");
    Ok(page::write(folder, &entry, map.as_ref(), version)?)
}
