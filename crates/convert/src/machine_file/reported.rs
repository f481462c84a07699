//! The report of a machine file.

use super::artifacts::Artifacts;
use crate::describe::findings::of_provider;
use crate::describe::status;
use crate::error::RunError;
use crate::identity::Identity;
use crate::report::{FileReport, Outcome, PointCounts, RecordCounts, Steps};
use crate::step::Step;
use crate::writers::document;
use std::collections::BTreeMap;
use tramline_model::{Artifact, OperationDescription, Place, Provider};
use tramline_outputs::Sink;

/// Marks a file that could not be read.
pub(super) fn fail_raw(steps: &mut Steps, detail: &str, hint: &str) {
    steps.set(Step::OriginalFile, Outcome::ok());
    steps.set(
        Step::RawGeojson,
        Outcome::failed(status::UNREADABLE).detail(detail, hint),
    );
    status::skip_after(steps, Step::after(Step::RawGeojson));
}

/// A dataset that was recognised and gave no machine file: a failed one of its own.
pub(crate) fn unreadable(
    identity: Identity,
    description: &OperationDescription,
    given: Option<Provider>,
    (detail, hint): (&str, &str),
    sink: &mut dyn Sink,
) -> Result<FileReport, RunError> {
    let mut steps = Steps::default();
    let entry = description.entries.first().cloned();
    let place = Place::entry(entry.unwrap_or_default());
    let findings = Vec::from_iter(of_provider(description.provider, given, &place));
    fail_raw(&mut steps, detail, hint);
    let name = identity.name("status.json");
    document(sink, &name, &status::document(&steps, &findings))?;
    let mut artifacts = Artifacts::default();
    artifacts.insert(Artifact::Status, name);
    let mut report = report(identity, description, given, steps);
    report.artifacts = artifacts.into_names();
    report.findings = findings;
    Ok(report)
}

/// The report of steps that have ended, as yet without points, artifacts and findings.
pub(super) fn report(
    identity: Identity,
    description: &OperationDescription,
    given: Option<Provider>,
    steps: Steps,
) -> FileReport {
    let recognised = description.provider;
    FileReport {
        id: identity.id,
        dir: identity.dir,
        file_format: description.file_format.to_owned(),
        provider: given.unwrap_or(recognised),
        detected_provider: given.and(Some(recognised).filter(|provider| provider.is_maker())),
        name: description.name.clone(),
        operation_type: description.operation_type.clone(),
        status: steps.file_status(),
        closed: false,
        missing: Vec::new(),
        steps,
        entries: description.entries.clone(),
        records: RecordCounts::default(),
        points: PointCounts::default(),
        artifacts: BTreeMap::new(),
        findings: Vec::new(),
    }
}
