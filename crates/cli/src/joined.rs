//! Machine files made of others of the run: the parts of a field joined (`--merge field`), and the parts
//! of a file in each field (`--boundary` with several).
//!
//! Rule: what they are made of stays beside them, and a finding names it.

use crate::choices;
use anyhow::Context;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tramline_convert::findings::{IN_FIELD, MERGED, NOT_MERGED, note};
use tramline_convert::{
    Calibrations, FileReport, FileStatus, MergeError, MergeSource, Options, made_folder, made_id,
    merge_with_facts, part_in_field, parts,
};
use tramline_model::{Artifact, Finding, Place};
use tramline_outputs::Sink;

/// `--merge`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Merge {
    Field,
}

/// Reads the word, or refuses it.
pub(crate) fn merge(text: &str) -> Result<Merge, String> {
    match text.trim().eq_ignore_ascii_case("field") {
        true => Ok(Merge::Field),
        false => Err(choices::none_of(text, &["field"])),
    }
}

/// Makes machine files of those that are complete.
pub(crate) struct Joining<'a> {
    options: Options,
    fields: &'a Options,
    merge: Option<Merge>,
}

/// A complete machine file: its report, and the folder in which it is now.
pub(crate) struct Complete<'a> {
    pub(crate) file: &'a FileReport,
    pub(crate) folder: PathBuf,
}

/// What is made of others.
pub(crate) enum Plan {
    /// One of several.
    Merge(Vec<usize>),
    /// The part of one in a field, by place.
    Part(usize, usize),
}

impl<'a> Joining<'a> {
    pub(crate) fn new(options: &'a Options, merge: Option<Merge>) -> Self {
        Self {
            // Points are as they came out of the conversion: what was given for it is done.
            options: Options {
                clip: None,
                locate: None,
                calibrations: Calibrations::default(),
                ..options.clone()
            },
            fields: options,
            merge,
        }
    }

    /// What is to be made. `located` has the fields of each file; findings say what is not merged.
    pub(crate) fn plans(
        &self,
        complete: &[Complete<'_>],
        located: &BTreeMap<String, Vec<usize>>,
    ) -> anyhow::Result<(Vec<Plan>, Vec<Finding>)> {
        let mut plans = Vec::new();
        for (place, one) in complete.iter().enumerate() {
            let fields = located.get(&one.file.id).map_or(&[][..], Vec::as_slice);
            if fields.len() > 1 && one.standard().is_some() {
                plans.extend(fields.iter().map(|field| Plan::Part(place, *field)));
            }
        }
        if self.merge.is_none() {
            return Ok((plans, Vec::new()));
        }
        let mut places = Vec::new();
        let mut list = Vec::new();
        for (place, one) in complete.iter().enumerate() {
            if one.file.status == FileStatus::Processed && one.standard().is_some() {
                places.push(place);
                list.push(parts::Part {
                    operation_type: one.file.operation_type.clone(),
                    summary: one.summary()?,
                });
            }
        }
        let found = parts::groups(&list);
        let of = |at: &usize| places.get(*at).copied();
        let merges = found.merged.iter();
        plans.extend(merges.map(|group| Plan::Merge(group.iter().filter_map(of).collect())));
        let told = found.apart.iter().filter_map(|apart| {
            let [a, b] = apart.places;
            let pair = of(&a).zip(of(&b))?;
            let (a, b) = (complete.get(pair.0)?.file, complete.get(pair.1)?.file);
            let text = format!(
                "`{}` and `{}` are in one field and were not joined: {}",
                a.dir, b.dir, apart.why
            );
            let finding = note(&NOT_MERGED, &Place::default(), text);
            Some(finding.value("files", vec![a.dir.clone(), b.dir.clone()]))
        });
        Ok((plans, told.collect()))
    }

    /// Makes one; `index` counts all machine files of the run.
    ///
    /// # Errors
    /// Those of the sink, and points that cannot be read.
    pub(crate) fn make(
        &self,
        plan: &Plan,
        complete: &[Complete<'_>],
        index: usize,
        sink: &mut dyn Sink,
    ) -> anyhow::Result<Option<FileReport>> {
        let made = match plan {
            Plan::Merge(places) => {
                let parts: Vec<&Complete<'_>> = places
                    .iter()
                    .filter_map(|place| complete.get(*place))
                    .collect();
                self.merged(&parts, index, sink)
            }
            Plan::Part(place, field) => match complete.get(*place) {
                Some(whole) => self.part(whole, *field, index, sink),
                None => return Ok(None),
            },
        };
        made.map(Some)
    }

    fn merged(
        &self,
        parts: &[&Complete<'_>],
        index: usize,
        sink: &mut dyn Sink,
    ) -> anyhow::Result<FileReport> {
        let sources: Vec<MergeSource> = parts
            .iter()
            .map(|part| part.source())
            .collect::<anyhow::Result<_>>()?;
        let field = sources.iter().find_map(|source| {
            let name = source.summary["originalOperationData"]["originalOperationField"].as_str();
            name.map(str::to_owned)
        });
        let first = parts.first().context("a merge has parts")?.file;
        let name = field.unwrap_or_else(|| first.name.clone());
        let ids: Vec<&str> = parts.iter().map(|part| part.file.id.as_str()).collect();
        let id = made_id("merge", &ids);
        let dir = made_folder(index, &format!("{name} merged"));
        let mut none = |_: tramline_convert::Progress<'_>| {};
        let (mut file, _) =
            merge_with_facts(&sources, &id, &dir, &self.options, sink, &mut none).map_err(told)?;
        let dirs: Vec<&str> = parts.iter().map(|part| part.file.dir.as_str()).collect();
        let text = format!("joined of {}", dirs.join(", "));
        let finding = note(&MERGED, &Place::default(), text).value("parts", dirs);
        file.findings.push(finding.value("ids", ids));
        file.name = name;
        describe(&mut file, parts);
        Ok(file)
    }

    fn part(
        &self,
        whole: &Complete<'_>,
        field: usize,
        index: usize,
        sink: &mut dyn Sink,
    ) -> anyhow::Result<FileReport> {
        let fields = self
            .fields
            .clip
            .as_ref()
            .map_or(&[][..], |clip| clip.fields());
        let named = fields.get(field).context("a part lies in a field")?;
        let name = named
            .name
            .clone()
            .unwrap_or_else(|| format!("field {}", field + 1));
        let id = made_id("field", &[&whole.file.id, &field.to_string()]);
        let dir = made_folder(index, &format!("{name} {}", whole.file.name));
        let mut none = |_: tramline_convert::Progress<'_>| {};
        let source = whole.source()?;
        let made = part_in_field(&source, named, (&id, &dir), &self.options, sink, &mut none);
        let (mut file, _) = made.map_err(told)?;
        let text = format!("the part of {} in the field {name}", whole.file.dir);
        let finding =
            note(&IN_FIELD, &Place::default(), text).value("whole", whole.file.dir.as_str());
        file.findings.push(finding.value("field", name.as_str()));
        file.name = format!("{name}, {}", whole.file.name);
        describe(&mut file, &[whole]);
        Ok(file)
    }
}

/// Whether a finding says what a machine file is made of.
pub(crate) fn is_about(finding: &Finding) -> bool {
    [MERGED.name, IN_FIELD.name].contains(&finding.code.as_ref())
}

/// Format, provider and entries are those of what it is made of.
fn describe(file: &mut FileReport, parts: &[&Complete<'_>]) {
    let Some(first) = parts.first().map(|part| part.file) else {
        return;
    };
    let agree = |same: &dyn Fn(&FileReport) -> bool| parts.iter().all(|part| same(part.file));
    if agree(&|other| other.file_format == first.file_format) {
        file.file_format.clone_from(&first.file_format);
    }
    if agree(&|other| other.provider == first.provider) {
        file.provider = first.provider;
    }
    let mut entries: Vec<String> = Vec::new();
    for entry in parts.iter().flat_map(|part| &part.file.entries) {
        if !entries.contains(entry) {
            entries.push(entry.clone());
        }
    }
    file.entries = entries;
}

fn told(error: MergeError) -> anyhow::Error {
    match error {
        MergeError::Run(error) => error.into(),
        other => anyhow::Error::new(other),
    }
}

impl Complete<'_> {
    /// An artifact where it is now.
    fn path(&self, artifact: Artifact) -> Option<PathBuf> {
        let name = self.file.artifacts.get(&artifact)?;
        let name = Path::new(name).strip_prefix(&self.file.dir).ok()?;
        Some(self.folder.join(name))
    }

    fn standard(&self) -> Option<PathBuf> {
        self.path(Artifact::StandardGeoparquet)
    }

    fn summary(&self) -> anyhow::Result<Value> {
        let path = self.path(Artifact::Summary).context("a summary")?;
        let at = || format!("cannot read `{}`", path.display());
        let text = std::fs::read(&path).with_context(at)?;
        serde_json::from_slice(&text).with_context(at)
    }

    fn source(&self) -> anyhow::Result<MergeSource> {
        let path = self.standard().context("standard points")?;
        let file =
            File::open(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        Ok(MergeSource {
            id: self.file.id.clone(),
            parquet: Arc::new(file),
            operation_type: self.file.operation_type.clone(),
            summary: self.summary()?["properties"].take(),
        })
    }
}
