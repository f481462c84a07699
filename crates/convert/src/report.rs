//! What came of an upload: `report.json`, and the status of each machine file.

use crate::findings;
use crate::input::Input;
use crate::step::Step;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use tramline_model::{
    Artifact, DropReason, FileStatus, Finding, OperationType, Provider, Severity,
};

/// The whole upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Version of Tramline that made it.
    pub tramline: Cow<'static, str>,
    /// The upload.
    pub input: Input,
    /// Its machine files, in the order in which they were read.
    pub files: Vec<FileReport>,
    /// Entries that no machine file was made of, each with the reason.
    pub unclaimed: Vec<UnclaimedEntry>,
    /// Findings about the upload or a dataset as a whole.
    pub findings: Vec<Finding>,
}

/// An entry that no machine file was made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnclaimedEntry {
    /// Path in the source tree.
    pub entry: String,
    /// Why nothing was made of it.
    pub reason: String,
    /// The main entry of the dataset that it was recognised as a part of; absent where nothing
    /// was recognised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
}

/// One machine file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileReport {
    /// UUID version 5 of the input's digest, the main entry and the operation's index: the same
    /// for the same bytes.
    pub id: String,
    /// Folder of the artifacts, `01-<slug of the name>`.
    pub dir: String,
    /// The contract's `fileFormat`.
    pub file_format: String,
    /// The maker, or that none is known; what the caller gave, if it did.
    pub provider: Provider,
    /// The maker that was recognised, where the caller gave a provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detected_provider: Option<Provider>,
    /// The name of the task, log or file.
    pub name: String,
    /// What kind of work it was.
    pub operation_type: OperationType,
    /// How it ended.
    pub status: FileStatus,
    /// It failed because its format is one that Tramline recognises and does not read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
    /// Properties that it lacks although its kind of work has them: processed, and incomplete.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// How each step ended.
    pub steps: Steps,
    /// The entries of the source that it was made of.
    pub entries: Vec<String>,
    /// What the source logged.
    pub records: RecordCounts,
    /// What became of its points.
    pub points: PointCounts,
    /// Kinds of artifacts with their names in the sink.
    pub artifacts: BTreeMap<Artifact, String>,
    /// What was noticed.
    pub findings: Vec<Finding>,
}

impl FileReport {
    /// The findings of results that cannot be true.
    pub fn implausible(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| {
            finding.severity == Severity::Error && finding.code.starts_with(findings::PLAUSIBLE)
        })
    }

    /// Whether it was processed and no result of it is impossible.
    pub fn is_sound(&self) -> bool {
        self.status == FileStatus::Processed && self.implausible().next().is_none()
    }

    /// What it lacks in words, such as `no crop named, no moisture`; `None` where it is complete.
    pub fn incomplete(&self) -> Option<String> {
        let processed = self.status == FileStatus::Processed;
        (processed && !self.missing.is_empty()).then(|| lacks(&self.missing))
    }
}

/// Missing properties in the words of people. What follows from another one that is missing is
/// left out.
pub(crate) fn lacks<T: AsRef<str>>(missing: &[T]) -> String {
    let mut words: Vec<String> = Vec::new();
    for name in missing.iter().map(AsRef::as_ref) {
        let word = match name {
            "crop" => "no crop named",
            "harvestMoisture" => "no moisture",
            "wetMass" | "wetMassPerArea" | "dryMass" | "dryMassPerArea" => "no yield",
            "seedRate" => "no seed rate",
            "appliedRate" => "no applied rate",
            "area" => "no working width",
            "distance" => "no distance between points",
            other => {
                words.push(format!("no {other}"));
                continue;
            }
        };
        if !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    words.join(", ")
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepStatus {
    /// It was done.
    Processed,
    /// It failed.
    Failed,
    /// It was not asked for, or a step before it failed.
    Skipped,
}

/// How one step ended. `message` is exactly the contract's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// How it ended.
    pub status: StepStatus,
    /// The contract's text.
    pub message: String,
    /// Place and cause, when there is more to say than the contract's message does.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// What the person can do about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
}

impl Outcome {
    /// A step that was done.
    pub fn ok() -> Self {
        Self::new(StepStatus::Processed, "ok")
    }

    /// A step that failed, with the contract's text.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(StepStatus::Failed, message)
    }

    /// A step that was skipped, with the contract's text.
    pub fn skipped(message: impl Into<String>) -> Self {
        Self::new(StepStatus::Skipped, message)
    }

    fn new(status: StepStatus, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            detail: String::new(),
            hint: String::new(),
        }
    }

    /// Adds place and cause, and what to do.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>, hint: impl Into<String>) -> Self {
        self.detail = detail.into();
        self.hint = hint.into();
        self
    }
}

/// Outcomes by step, in the order of [`Step::ALL`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Steps(BTreeMap<Step, Outcome>);

impl Steps {
    /// Sets how a step ended.
    pub fn set(&mut self, step: Step, outcome: Outcome) {
        self.0.insert(step, outcome);
    }

    /// How a step ended; `None` where it has not.
    pub fn get(&self, step: Step) -> Option<&Outcome> {
        self.0.get(&step)
    }

    /// Steps with how they ended, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (Step, &Outcome)> {
        self.0.iter().map(|(step, outcome)| (*step, outcome))
    }

    /// Failed when a deciding step failed.
    pub fn file_status(&self) -> FileStatus {
        let failed = self
            .iter()
            .any(|(step, o)| step.decides() && o.status == StepStatus::Failed);
        if failed {
            FileStatus::Failed
        } else {
            FileStatus::Processed
        }
    }
}

impl Serialize for Steps {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (step, outcome) in self.iter() {
            map.serialize_entry(step.name(), outcome)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Steps {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let named = BTreeMap::<String, Outcome>::deserialize(deserializer)?;
        let steps = named.into_iter().map(|(name, outcome)| {
            let step = Step::from_name(&name)
                .ok_or_else(|| serde::de::Error::custom(format!("`{name}` is no step")))?;
            Ok((step, outcome))
        });
        steps.collect::<Result<_, _>>().map(Self)
    }
}

/// What the source logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordCounts {
    /// Records, before joining those of one instant and laying out sections.
    pub read: u64,
    /// Bytes that no record could be made of.
    pub skipped_bytes: u64,
}

/// Points: read = standard + dropped (not `filter.*`); standard + restored = filtered + `filter.*`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointCounts {
    /// Points that the reader gave.
    pub read: u64,
    /// Points of the standard output.
    pub standard: u64,
    /// Points of the filtered output.
    pub filtered: u64,
    /// Points at work that the standard output lacks, as their sensor showed no crop yet: after
    /// its lag is taken back they have a value.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub restored: u64,
    /// Reason to number of points.
    pub dropped: BTreeMap<DropReason, u64>,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl PointCounts {
    /// Whether the rule of adding up holds. Without filtered output only its first half is asked.
    pub fn add_up(&self, filtered: bool) -> bool {
        let (by_filter, before): (u64, u64) =
            self.dropped.iter().fold((0, 0), |(f, b), (reason, n)| {
                if reason.is_of_filter() {
                    (f + n, b)
                } else {
                    (f, b + n)
                }
            });
        self.read == self.standard + before
            && (!filtered || self.standard + self.restored == self.filtered + by_filter)
    }
}

/// For the exit code of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitClass {
    /// Every machine file processed, with results that can be true; beside one that is, closed
    /// formats do not count.
    Processed,
    /// At least one machine file failed, or has a result that cannot be true.
    SomeFailed,
    /// No machine file, and no dataset that is known to hold none.
    NothingRecognised,
    /// The caller names a column that no table has.
    Refused,
}

impl Report {
    /// At least one machine file is sound, and the others are of closed formats.
    fn is_sound_but_for_closed(&self) -> bool {
        let mut open = self.files.iter().filter(|file| !file.closed).peekable();
        open.peek().is_some() && open.all(FileReport::is_sound)
    }

    /// What the exit code of a command tells.
    pub fn exit_class(&self) -> ExitClass {
        let refused = findings::NO_SUCH_COLUMN.name;
        if self.findings.iter().any(|f| f.code == refused) {
            ExitClass::Refused
        } else if self.files.is_empty() && self.unclaimed.iter().all(|entry| entry.set.is_none()) {
            ExitClass::NothingRecognised
        } else if self.files.iter().all(FileReport::is_sound) || self.is_sound_but_for_closed() {
            ExitClass::Processed
        } else {
            ExitClass::SomeFailed
        }
    }
}
