//! Each machine file of a run gets all that was asked for, and then its name.

use crate::export::Wanted;
use crate::joined::{self, Complete, Joining};
use crate::pages::Pages;
use crate::progress::Bar;
use crate::results::{PartialSink, Results};
use crate::trouble::{self, Scene};
use std::collections::BTreeMap;
use tramline_convert::{
    Configuration, FileReport, Progress, Report, RunError, StoredOutputs, write_original,
};
use tramline_formats::Tree;
use tramline_model::Artifact;
use tramline_outputs::Sink;

/// Points as columns, of which a page may be the only use.
const PASSING: [Artifact; 4] = [
    Artifact::RawGeoparquet,
    Artifact::StandardGeoparquet,
    Artifact::FilteredGeoparquet,
    Artifact::OutsideFieldGeoparquet,
];

/// Follows a run and completes its machine files.
pub(crate) struct Completing<'a> {
    tree: &'a Tree,
    wanted: &'a Wanted,
    configuration: &'a Configuration,
    results: Results,
    sink: PartialSink,
    completed: Vec<FileReport>,
    joining: Joining<'a>,
    /// The fields that each file lies in, by its id.
    located: BTreeMap<String, Vec<usize>>,
    pages: Pages,
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
        configuration: &'a Configuration,
        results: Results,
        sink: PartialSink,
        joining: Joining<'a>,
    ) -> Self {
        Self {
            tree,
            wanted,
            configuration,
            results,
            sink,
            completed: Vec::new(),
            joining,
            located: BTreeMap::new(),
            pages: Pages::default(),
            failed: 0,
            datasets: (0, 0),
            trouble: None,
        }
    }

    pub(crate) fn follow(&mut self, progress: &Progress<'_>, bar: &Bar) {
        match progress {
            Progress::Detected { found } => self.datasets = (0, found.len()),
            Progress::Dataset { .. } => self.datasets.0 += 1,
            Progress::Done { report, facts, .. } if self.trouble.is_none() => {
                if let Some(split) = &facts.located {
                    let fields = split.fields.iter().map(|share| share.boundary);
                    self.located.insert(report.id.clone(), fields.collect());
                }
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
        self.finish(file, bar)
    }

    /// Exports and page, and the name.
    fn finish(&mut self, mut file: FileReport, bar: &Bar) -> anyhow::Result<()> {
        let folder = self.results.partial(&file.dir);
        let artifacts = file.artifacts.iter();
        let stored: StoredOutputs = artifacts
            .map(|(kind, name)| (*kind, self.sink.path(name)))
            .collect();
        let wanted = self.wanted;
        let failed = wanted.write(&file, &stored, &folder, self.configuration)?;
        // What failed because a signal took the files away is not told: this waits for the end.
        self.results.wait_if_ending();
        for text in &failed {
            bar.say(text);
        }
        self.failed += failed.len();
        if wanted.needs_page() {
            let colours = self.configuration.image_ramp.into();
            self.pages.add(&file, &stored, &folder, wanted, colours)?;
        }
        if wanted.passing_columns {
            self.remove_columns(&mut file)?;
        }
        self.results.complete(&file.dir)?;
        self.completed.push(file);
        Ok(())
    }

    /// What is made of the machine files of the run, and the findings about it.
    fn join(&mut self, report: &mut Report, bar: &Bar) -> anyhow::Result<()> {
        let done = std::mem::take(&mut self.completed);
        let complete: Vec<Complete<'_>> = done
            .iter()
            .map(|file| Complete {
                file,
                folder: self.results.current(&file.dir),
            })
            .collect();
        let (plans, told) = self.joining.plans(&complete, &self.located)?;
        report.findings.extend(told);
        let mut made = Vec::new();
        for plan in &plans {
            let index = report.files.len() + made.len();
            made.extend(self.joining.make(plan, &complete, index, &mut self.sink)?);
        }
        drop(complete);
        self.completed = done;
        for file in made {
            let joined = file
                .findings
                .iter()
                .find(|finding| joined::is_about(finding));
            if let Some(finding) = joined {
                bar.say(&format!("{}: {}", file.dir, finding.text));
            }
            report.files.push(file.clone());
            self.finish(file, bar)?;
        }
        Ok(())
    }

    /// Points as columns that only the page was made of.
    fn remove_columns(&mut self, file: &mut FileReport) -> anyhow::Result<()> {
        for kind in PASSING {
            if let Some(name) = file.artifacts.remove(&kind) {
                self.sink.remove(&name)?;
            }
        }
        Ok(())
    }

    /// The run has ended: the report with what was added, and how many exports failed.
    pub(crate) fn end(
        mut self,
        report: Result<Report, RunError>,
        bar: &Bar,
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
        let ended = ended.and_then(|mut report| {
            self.join(&mut report, bar)?;
            Ok(report)
        });
        let failed = self.failed;
        let ended = ended.and_then(|report| self.write(report));
        match ended {
            Ok(report) => Ok((report, failed)),
            Err(error) => Err(trouble::told(error, &scene)),
        }
    }

    fn write(mut self, mut report: Report) -> anyhow::Result<Report> {
        let wanted = self.wanted;
        for done in self.completed {
            if let Some(file) = report.files.iter_mut().find(|file| file.dir == done.dir) {
                *file = done;
            }
        }
        if wanted.needs_page() {
            let colours = self.configuration.image_ramp.into();
            self.pages
                .end(&report, &mut self.results, wanted, colours)?;
        }
        self.results.end(&serde_json::to_vec_pretty(&report)?)?;
        Ok(report)
    }
}
