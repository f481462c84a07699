//! The light receiver of a survey: it keeps a row of each machine file and lets its records go.

use super::file::SurveyedFile;
use crate::error::RunError;
use crate::findings;
use crate::options::Options;
use crate::pass::collector::pass_as_other;
use crate::progress::Progress;
use arrow_array::RecordBatch;
use std::collections::HashSet;
use tramline_model::{
    Ending, Finding, OperationDescription, OperationType, Place, Provider, ReadError, Receiver,
    Severity, Stop, tells_full_disk,
};

/// Points between two reports of progress.
const PROGRESS_POINTS: u64 = 100_000;

pub(super) struct Surveyor<'a> {
    options: &'a Options,
    progress: &'a mut dyn FnMut(Progress),
    main: String,
    entries: Vec<String>,
    no_work: Option<String>,
    /// Machine files and findings before the current dataset.
    before: (usize, usize),
    current: Option<SurveyedFile>,
    told: u64,
    over_limit: bool,
    pub(super) files: Vec<SurveyedFile>,
    pub(super) findings: Vec<Finding>,
}

impl<'a> Surveyor<'a> {
    pub(super) fn new(options: &'a Options, progress: &'a mut dyn FnMut(Progress)) -> Self {
        Self {
            options,
            progress,
            main: String::new(),
            entries: Vec::new(),
            no_work: None,
            before: (0, 0),
            current: None,
            told: 0,
            over_limit: false,
            files: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// A dataset begins.
    pub(super) fn start(&mut self, main: &str, entries: Vec<String>) {
        main.clone_into(&mut self.main);
        self.entries = entries;
        self.no_work = None;
        self.before = (self.files.len(), self.findings.len());
        (self.progress)(Progress::Dataset { main });
    }

    /// A dataset of a known format that is not read.
    pub(super) fn closed(
        &mut self,
        name: &str,
        file_format: &'static str,
        provider: Provider,
        (text, hint): (&str, &str),
    ) {
        let mut description = self.unknown(name);
        description.file_format = file_format;
        description.provider = provider;
        self.unreadable(description, text, hint);
    }

    /// A dataset ends with what its reader returned.
    pub(super) fn end(
        &mut self,
        result: Result<(), ReadError>,
        name: &str,
        file_format: Option<&'static str>,
    ) -> Result<(), RunError> {
        let error = match result {
            Ok(()) if self.current.is_none() => return Ok(()),
            Ok(()) => self.unfinished(),
            Err(ReadError::Stopped(_)) if std::mem::take(&mut self.over_limit) => {
                ReadError::Limit {
                    place: Place::entry(self.main.clone()),
                    limit: "points",
                    allowed: self.options.limits.points,
                }
            }
            // No verdict on the file: its temporary disk is full.
            Err(ReadError::Io { what, .. }) if tells_full_disk(&what) => {
                return Err(RunError::Spool(std::io::Error::other(what)));
            }
            Err(error) => error,
        };
        if self.current.is_some() {
            self.fail(&error);
        } else if self.files.len() == self.before.0 {
            let mut description = self.unknown(name);
            description.file_format = file_format.unwrap_or("UNKNOWN");
            self.unreadable(description, &error.to_string(), error.hint());
        } else {
            let place = Place::entry(self.main.clone());
            let code = &findings::DATASET_ENDED_EARLY;
            let finding = Finding::new(code, Severity::Error, place, error.to_string())
                .value("machineFiles", self.files.len() - self.before.0);
            self.findings.push(finding.hint(error.hint()));
        }
        Ok(())
    }

    /// What the dataset holds, where no machine file came of it.
    pub(super) fn nothing_of_it(&self) -> Option<Option<&str>> {
        let noticed = || self.findings.get(self.before.1..)?.last();
        (self.files.len() == self.before.0).then(|| {
            let said = self.no_work.as_deref();
            said.or_else(|| Some(noticed()?.text.as_str()))
        })
    }

    /// The entries of the machine files that came of the dataset.
    pub(super) fn entries_of_it(&self) -> HashSet<&str> {
        let files = self.files.get(self.before.0..).unwrap_or_default();
        let entries = files.iter().flat_map(|file| &file.entries);
        entries.map(String::as_str).collect()
    }

    fn unknown(&self, name: &str) -> OperationDescription {
        OperationDescription {
            entries: self.entries.clone(),
            ..OperationDescription::new(
                name,
                "UNKNOWN",
                Provider::Other,
                OperationType::Other("unknown".to_owned()),
            )
        }
    }

    fn unfinished(&self) -> ReadError {
        ReadError::malformed(
            Place::entry(self.main.clone()),
            "the reader left the file unfinished",
            "report it together with the file",
        )
    }

    fn adjust(&self, operation: &mut OperationDescription) {
        if let Some(kind) = &self.options.read.operation_type {
            operation.operation_type = kind.clone();
        }
        if operation.entries.is_empty() {
            operation.entries.clone_from(&self.entries);
        }
        let mut seen = HashSet::new();
        operation.entries.retain(|entry| seen.insert(entry.clone()));
    }

    fn tell_begun(&mut self, description: &OperationDescription) {
        self.told = 0;
        (self.progress)(Progress::File {
            index: self.files.len(),
            id: "",
            name: &description.name,
            file_format: description.file_format,
        });
    }

    fn unreadable(&mut self, description: OperationDescription, text: &str, hint: &str) {
        self.tell_begun(&description);
        let mut file = SurveyedFile::begin(description);
        file.unreadable(text, hint);
        self.files.push(file);
    }

    /// The machine file that has begun cannot be read.
    fn fail(&mut self, error: &ReadError) {
        if let Some(mut file) = self.current.take() {
            file.fail(error);
            self.files.push(file);
        }
    }
}

impl Receiver for Surveyor<'_> {
    fn begin(&mut self, mut operation: OperationDescription) -> Result<(), Stop> {
        let error = self.unfinished();
        self.fail(&error);
        self.adjust(&mut operation);
        if self.options.configuration.out_of_standard_operations {
            pass_as_other(&mut operation);
        }
        self.tell_begun(&operation);
        self.current = Some(SurveyedFile::begin(operation));
        Ok(())
    }

    fn raw(&mut self, _: &RecordBatch) -> Result<(), Stop> {
        Ok(())
    }

    fn points(&mut self, batch: &RecordBatch) -> Result<(), Stop> {
        let Some(file) = &mut self.current else {
            return Ok(());
        };
        if file.points + batch.num_rows() as u64 > self.options.limits.points {
            self.over_limit = true;
            return Err(Stop("limit of points".to_owned()));
        }
        file.add(batch);
        let points = file.points;
        if points >= self.told + PROGRESS_POINTS {
            self.told = points;
            let index = self.files.len();
            (self.progress)(Progress::Points { index, points });
        }
        Ok(())
    }

    fn finish(&mut self, ending: Ending) -> Result<(), Stop> {
        if let Some(mut file) = self.current.take() {
            file.finish(&ending);
            self.files.push(file);
        }
        Ok(())
    }

    fn failed(
        &mut self,
        operation: Option<OperationDescription>,
        error: ReadError,
    ) -> Result<(), Stop> {
        let begun = self.current.is_some();
        self.fail(&error);
        if operation.is_some() || !begun {
            let mut operation = operation.unwrap_or_else(|| self.unknown(&self.main));
            self.adjust(&mut operation);
            self.unreadable(operation, &error.to_string(), error.hint());
        }
        Ok(())
    }

    fn finding(&mut self, finding: Finding) {
        match &mut self.current {
            Some(file) => file.findings += 1,
            None => self.findings.push(finding),
        }
    }

    fn no_work(&mut self, what: String) {
        self.no_work = Some(what);
    }
}
