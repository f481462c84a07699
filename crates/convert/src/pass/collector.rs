//! The receiver of a run: turns what readers push into machine files, one after the other.
//!
//! Readers and tests use it through `Receiver`; whatever happens inside one machine file stays
//! there, only trouble with the output ends the run.

use super::slug;
use crate::analysis;
use crate::calibration::Measured;
use crate::error::RunError;
use crate::facts::FileFacts;
use crate::fields::Clip;
use crate::findings::{self, note};
use crate::identity::Identity;
use crate::input::Input;
use crate::machine_file::{self, MachineFile};
use crate::options::Options;
use crate::progress::Progress;
use crate::report::FileReport;
use arrow_array::RecordBatch;
use std::collections::HashSet;
use tramline_model::{
    Ending, Finding, OperationDescription, OperationType, Place, Provider, ReadError, Receiver,
    Severity, Stop, tells_full_disk,
};
use tramline_outputs::Sink;
use uuid::Uuid;

/// Work that passes and is none of the four types.
const OTHER: &str = "other";

/// Points between two reports of progress.
const PROGRESS_POINTS: u64 = 100_000;

/// Machine files of one dataset that a free id is looked for among.
const MOST_IN_CLAIM: usize = 10_000;

/// What the machine files of a bridge's output are.
#[derive(Clone, Debug)]
pub(crate) struct BridgedAs {
    pub(crate) file_format: &'static str,
    pub(crate) provider: Provider,
    pub(crate) program: String,
}

/// Takes machine files and gathers their reports.
pub struct Collector<'a> {
    input: &'a Input,
    options: &'a Options,
    sink: &'a mut dyn Sink,
    progress: &'a mut dyn FnMut(Progress),
    main: String,
    entries: Vec<String>,
    in_claim: usize,
    /// What the current dataset holds, where it is no work.
    no_work: Option<String>,
    /// Machine files, those passed over, and findings before the current dataset.
    before: (usize, usize, usize),
    current: Option<MachineFile>,
    /// A machine file is being read that is passed over.
    passing: bool,
    told: u64,
    fatal: Option<RunError>,
    over_limit: bool,
    /// Set while a bridge's output is read.
    pub(crate) bridged: Option<BridgedAs>,
    /// Findings of the current dataset, before or between its machine files.
    pub(crate) findings: Vec<Finding>,
    pub(crate) files: Vec<FileReport>,
    /// Entries of the machine files that were passed over.
    passed: Vec<Vec<String>>,
    /// Of the machine files that were read to their end.
    pub(crate) facts: Vec<FileFacts>,
    /// What the monitor saw, when this is a first pass.
    pub(crate) measured: Vec<Measured>,
}

impl<'a> Collector<'a> {
    /// A receiver that writes into the sink.
    pub fn new(
        input: &'a Input,
        options: &'a Options,
        sink: &'a mut dyn Sink,
        progress: &'a mut dyn FnMut(Progress),
    ) -> Self {
        Self {
            input,
            options,
            sink,
            progress,
            main: String::new(),
            entries: Vec::new(),
            in_claim: 0,
            no_work: None,
            before: (0, 0, 0),
            current: None,
            passing: false,
            told: 0,
            fatal: None,
            over_limit: false,
            bridged: None,
            findings: Vec::new(),
            files: Vec::new(),
            passed: Vec::new(),
            facts: Vec::new(),
            measured: Vec::new(),
        }
    }

    /// The facts of the machine files so far that were read to their end.
    pub fn facts(&self) -> &[FileFacts] {
        &self.facts
    }

    /// Whether any machine file was passed over.
    pub(crate) fn passed_any(&self) -> bool {
        !self.passed.is_empty()
    }

    /// The machine files so far, with the findings that belong to none.
    pub fn into_parts(self) -> (Vec<FileReport>, Vec<Finding>) {
        (self.files, self.findings)
    }

    /// A dataset begins: its main entry and all of its entries.
    pub fn start_claim(&mut self, main: &str, entries: Vec<String>) {
        main.clone_into(&mut self.main);
        self.entries = entries;
        self.in_claim = 0;
        self.no_work = None;
        self.before = (self.files.len(), self.passed.len(), self.findings.len());
        (self.progress)(Progress::Dataset { main });
    }

    /// Whether no machine file came of the dataset, processed or failed: then what it holds, as
    /// its reader said it or by what was noticed last.
    pub(crate) fn nothing_of_it(&self) -> Option<Option<&str>> {
        let noticed = || self.findings.get(self.before.2..)?.last();
        let none = self.files.len() == self.before.0 && self.passed.len() == self.before.1;
        none.then(|| {
            let said = self.no_work.as_deref();
            said.or_else(|| Some(noticed()?.text.as_str()))
        })
    }

    /// Tells it where no machine file came of the dataset.
    pub(crate) fn tell_nothing(&mut self) {
        if self.nothing_of_it().is_some() {
            let id = id_of(self.input, &self.main, 0);
            (self.progress)(Progress::NoWork { id: &id });
        }
    }

    /// The entries of the machine files that came of the dataset.
    pub(crate) fn entries_of_it(&self) -> HashSet<&str> {
        let files = self.files.get(self.before.0..).unwrap_or_default();
        let passed = self.passed.get(self.before.1..).unwrap_or_default();
        let entries = files.iter().map(|file| &file.entries).chain(passed);
        entries.flatten().map(String::as_str).collect()
    }

    /// A dataset ends with what its reader returned.
    pub(crate) fn end_claim(
        &mut self,
        result: Result<(), ReadError>,
        name: &str,
        file_format: Option<&'static str>,
    ) -> Result<(), RunError> {
        if let Some(fatal) = self.fatal.take() {
            return Err(fatal);
        }
        let error = match result {
            Ok(()) if self.current.is_none() => {
                self.passing = false;
                return Ok(());
            }
            Ok(()) => ReadError::malformed(
                Place::entry(self.main.clone()),
                "the reader left the file unfinished",
                "report it together with the file",
            ),
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
        if let Some(file) = self.current.take() {
            return self.fail(file, &error);
        }
        if std::mem::take(&mut self.passing) {
            return Ok(());
        }
        if self.in_claim == 0 {
            let mut description = self.unknown_operation(name);
            description.file_format = file_format.unwrap_or("UNKNOWN");
            let (detail, hint) = (error.to_string(), error.hint().to_owned());
            return self.unreadable(&description, &detail, &hint);
        }
        // Earlier machine files of the dataset stand.
        let place = Place::entry(self.main.clone());
        let code = &findings::DATASET_ENDED_EARLY;
        let finding = Finding::new(code, Severity::Error, place, error.to_string())
            .value("machineFiles", self.in_claim);
        self.findings.push(finding.hint(error.hint()));
        Ok(())
    }

    /// What is said of a dataset of which nothing is known.
    pub(crate) fn unknown_operation(&self, name: &str) -> OperationDescription {
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

    /// What there is to say of the dataset was said by an earlier run.
    pub(crate) fn pass_over(&mut self) {
        self.passed.push(self.entries.clone());
    }

    /// A failed machine file for a dataset that is not read, under the first id that is free: what an
    /// earlier run has made of the dataset stands.
    pub(crate) fn refused(
        &mut self,
        description: &OperationDescription,
        detail: &str,
        hint: &str,
    ) -> Result<(), RunError> {
        let taken = (self.in_claim..MOST_IN_CLAIM)
            .take_while(|place| {
                let id = id_of(self.input, &self.main, *place);
                self.options.passed_over.holds(&id)
            })
            .count();
        if self.in_claim + taken < MOST_IN_CLAIM {
            self.in_claim += taken;
            let passed = std::iter::repeat_n(description.entries.clone(), taken);
            self.passed.extend(passed);
        }
        self.unreadable(description, detail, hint)
    }

    /// A failed machine file without points.
    pub(crate) fn unreadable(
        &mut self,
        description: &OperationDescription,
        detail: &str,
        hint: &str,
    ) -> Result<(), RunError> {
        self.without_points(description, (detail, hint), false)
    }

    /// A failed machine file of a format that is recognised and not read.
    pub(crate) fn closed(
        &mut self,
        description: &OperationDescription,
        detail: &str,
        hint: &str,
    ) -> Result<(), RunError> {
        self.without_points(description, (detail, hint), true)
    }

    fn without_points(
        &mut self,
        description: &OperationDescription,
        why: (&str, &str),
        closed: bool,
    ) -> Result<(), RunError> {
        let Some(identity) = self.identity(&description.name) else {
            self.passed.push(description.entries.clone());
            return Ok(());
        };
        self.begins(&identity, description);
        let mut report = machine_file::unreadable(
            identity,
            description,
            self.options.provider,
            why,
            &mut *self.sink,
        )?;
        report.closed = closed;
        self.push(report, None);
        Ok(())
    }

    fn begins(&mut self, identity: &Identity, description: &OperationDescription) {
        (self.progress)(Progress::File {
            index: identity.index,
            id: &identity.id,
            name: &description.name,
            file_format: description.file_format,
        });
    }

    /// Keys of the configuration that nothing knows.
    pub(crate) fn note_unknown_keys(&mut self) {
        let configuration = &self.options.configuration;
        let unknown = configuration.unknown_keys();
        let mut keys: Vec<String> = unknown
            .map(|key| {
                let key: String = key.chars().take(100).collect();
                format!("{key}{}", tramline_model::settings::nearest_key(&key))
            })
            .collect();
        keys.extend(
            configuration
                .filter_parameters
                .keys()
                .filter(|key| !analysis::PARAMETERS.contains(&key.as_str()))
                .map(|key| format!("filterParameters.{key}")),
        );
        keys.extend(
            configuration
                .crop_numbers
                .keys()
                .filter(|crop| tramline_model::Crop::find(crop).is_none())
                .map(|crop| format!("cropNumbers.{}", crop.chars().take(80).collect::<String>())),
        );
        if !keys.is_empty() {
            let text = format!("unknown configuration keys: {}", keys.join(", "));
            let finding = note(
                &findings::CONFIGURATION_KEY_UNKNOWN,
                &Place::default(),
                text,
            );
            self.findings.push(finding.value("keys", keys));
        }
    }

    /// Of the next machine file; `None` where the caller passes it over.
    fn identity(&mut self, name: &str) -> Option<Identity> {
        let index = self.files.len() + self.passed.len();
        let id = id_of(self.input, &self.main, self.in_claim);
        self.in_claim += 1;
        (!self.options.passed_over.holds(&id)).then(|| Identity {
            index,
            dir: slug::folder(index, name),
            id,
        })
    }

    fn push(&mut self, report: FileReport, facts: Option<FileFacts>) {
        let index = self.files.len() + self.passed.len();
        let none = FileFacts::new(&report.id);
        (self.progress)(Progress::Done {
            index,
            report: &report,
            facts: facts.as_ref().unwrap_or(&none),
        });
        self.files.push(report);
        self.facts.extend(facts);
    }

    fn fail(&mut self, file: MachineFile, error: &ReadError) -> Result<(), RunError> {
        let report = file.fail(error, &mut *self.sink)?;
        self.push(report, None);
        Ok(())
    }

    /// Keeps the cause, and tells the reader to stop.
    fn stop(&mut self, result: Result<(), RunError>) -> Result<(), Stop> {
        result.map_err(|error| {
            let text = error.to_string();
            self.fatal = Some(error);
            Stop(text)
        })
    }

    fn adjust(&self, operation: &mut OperationDescription) {
        if let Some(kind) = &self.options.read.operation_type {
            operation.operation_type = kind.clone();
        }
        if operation.entries.is_empty() {
            operation.entries.clone_from(&self.entries);
        }
        if let Some(name) = self.options.clip.as_ref().and_then(Clip::only_name) {
            name_field(operation, name);
        }
        let mut seen = HashSet::new();
        operation.entries.retain(|entry| seen.insert(entry.clone()));
    }
}

/// The id of a machine file that is made of others: the same for the same ones in any order.
pub fn made_id(how: &str, of: &[&str]) -> String {
    let mut of = of.to_vec();
    of.sort_unstable();
    let key = format!("tramline\n{how}\n{}", of.join("\n"));
    Uuid::new_v5(&Uuid::NAMESPACE_OID, key.as_bytes()).to_string()
}

/// Names the field where the source does not, or has only its number.
fn name_field(operation: &mut OperationDescription, name: &str) {
    let unnamed = |text: &str| !text.chars().any(char::is_alphabetic);
    if operation.field.as_deref().is_none_or(unnamed) {
        operation.field = Some(name.to_owned());
        operation.name = match unnamed(&operation.name) {
            true => name.to_owned(),
            false => format!("{name}, {}", operation.name),
        };
    }
}

/// The id of a machine file: the same for the same bytes.
pub(crate) fn id_of(input: &Input, main: &str, in_claim: usize) -> String {
    let key = format!("tramline\n{}\n{main}\n{in_claim}", input.sha256);
    Uuid::new_v5(&Uuid::NAMESPACE_OID, key.as_bytes()).to_string()
}

/// Work that is none of the four types passes as `other`; what it is stands beside it.
pub(crate) fn pass_as_other(operation: &mut OperationDescription) {
    let OperationType::Other(name) = &operation.operation_type else {
        return;
    };
    if !matches!(name.as_str(), "other" | "unknown" | "") {
        operation
            .original_operation_type
            .get_or_insert_with(|| name.clone());
    }
    operation.operation_type = OperationType::Other(OTHER.to_owned());
}

impl Receiver for Collector<'_> {
    fn begin(&mut self, mut operation: OperationDescription) -> Result<(), Stop> {
        if let Some(file) = self.current.take() {
            let error = ReadError::malformed(
                Place::entry(self.main.clone()),
                "the reader left the file unfinished",
                "report it together with the file",
            );
            let failed = self.fail(file, &error);
            self.stop(failed)?;
        }
        self.adjust(&mut operation);
        if self.options.configuration.out_of_standard_operations {
            pass_as_other(&mut operation);
        }
        let bridged = self.bridged.clone();
        if let Some(bridged) = &bridged {
            operation.file_format = bridged.file_format;
            operation.provider = bridged.provider;
            operation.entries.clone_from(&self.entries);
        }
        self.told = 0;
        let Some(identity) = self.identity(&operation.name) else {
            self.passed.push(operation.entries);
            self.passing = true;
            return Ok(());
        };
        self.passing = false;
        self.begins(&identity, &operation);
        match MachineFile::begin(identity, operation, self.options, &mut *self.sink) {
            Ok(file) => {
                self.current = Some(file);
                if let Some(bridged) = bridged {
                    let text = format!("the bridge `{}` converted this dataset", bridged.program);
                    let place = Place::entry(self.main.clone());
                    let finding = note(&findings::BRIDGED, &place, text);
                    self.finding(finding.value("program", bridged.program));
                }
                Ok(())
            }
            Err(error) => self.stop(Err(error)),
        }
    }

    fn raw(&mut self, batch: &RecordBatch) -> Result<(), Stop> {
        let result = match &mut self.current {
            Some(file) => file.raw(batch, self.options, &mut *self.sink),
            None => Ok(()),
        };
        self.stop(result)
    }

    fn points(&mut self, batch: &RecordBatch) -> Result<(), Stop> {
        let Some(file) = &mut self.current else {
            return Ok(());
        };
        if file.points_read() + batch.num_rows() as u64 > self.options.limits.points {
            self.over_limit = true;
            return Err(Stop("limit of points".to_owned()));
        }
        let result = file.points(batch, self.options, &mut *self.sink);
        let (index, points) = (file.index(), file.points_read());
        if points >= self.told + PROGRESS_POINTS {
            self.told = points;
            (self.progress)(Progress::Points { index, points });
        }
        self.stop(result)
    }

    fn finish(&mut self, ending: Ending) -> Result<(), Stop> {
        let Some(mut file) = self.current.take() else {
            self.passing = false;
            return Ok(());
        };
        self.measured.extend(file.take_measured());
        let (index, points) = (file.index(), file.points_read());
        (self.progress)(Progress::Points { index, points });
        match file.finish(&ending, self.options, &mut *self.sink, &mut *self.progress) {
            Ok((report, facts)) => {
                self.push(report, Some(facts));
                Ok(())
            }
            Err(error) => self.stop(Err(error)),
        }
    }

    fn failed(
        &mut self,
        operation: Option<OperationDescription>,
        error: ReadError,
    ) -> Result<(), Stop> {
        let passing = std::mem::take(&mut self.passing);
        let result = match (self.current.take(), operation) {
            (Some(file), None) => self.fail(file, &error),
            (None, None) if passing => Ok(()),
            (current, operation) => {
                let before = match current {
                    Some(file) => self.fail(file, &error),
                    None => Ok(()),
                };
                let mut operation = operation.unwrap_or_else(|| self.unknown_operation(&self.main));
                self.adjust(&mut operation);
                before.and_then(|()| self.unreadable(&operation, &error.to_string(), error.hint()))
            }
        };
        self.stop(result)
    }

    fn finding(&mut self, finding: Finding) {
        match &mut self.current {
            Some(file) => file.notice(finding),
            None if self.passing => {}
            None => self.findings.push(finding),
        }
    }

    fn no_work(&mut self, what: String) {
        self.no_work = Some(what);
    }
}
