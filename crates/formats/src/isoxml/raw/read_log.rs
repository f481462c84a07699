//! A time log from its two entries.

use super::super::findings;
use super::decode::decode_up_to;
use super::time_log::{Header, TimeLog};
use crate::shared::xml::{self, Repair};
use crate::source::{EntryId, Limits, Tree};
use tramline_model::{Finding, ReadError, Severity};

impl TimeLog {
    /// Reads header and records. Empty files give an empty log with a finding; damaged records
    /// are passed over with findings.
    ///
    /// # Errors
    ///
    /// An entry or the header cannot be read, or there are more than `limits.points` records.
    pub fn read(
        tree: &Tree,
        xml: EntryId,
        bin: EntryId,
        name: &str,
        limits: &Limits,
    ) -> Result<Self, ReadError> {
        let document = xml::read(tree, xml, limits, Repair::HeaderTags)?;
        let mut findings = document.findings;
        let bytes = tree.bytes(bin, limits.entry_bytes.min(u64::from(u32::MAX)))?;
        let empty = |text: &str| {
            Finding::new(
                &findings::TIME_LOG_EMPTY,
                Severity::Note,
                tree.place(bin),
                text,
            )
            .value("log", format!("{name:.60}"))
        };
        let Some(root) = document.root else {
            if !bytes.is_empty() {
                return Err(ReadError::malformed(
                    tree.place(xml),
                    format!(
                        "the header of the time log `{name:.60}` is empty, so its records cannot be read"
                    ),
                    "copy the file from the stick again",
                ));
            }
            findings.push(empty(
                "the time log has no records: both its files are empty",
            ));
            return Ok(Self {
                name: name.to_owned(),
                value_offsets: vec![0],
                findings,
                ..Self::default()
            });
        };
        let header = Header::from_xml(&root, &tree.place(xml), &mut findings)?;
        if bytes.is_empty() {
            findings.push(empty("the time log has no records: its file is empty"));
        }
        let mut log = decode_up_to(&header, &bytes, limits.points);
        if log.records as u64 > limits.points {
            return Err(ReadError::Limit {
                place: tree.place(bin),
                limit: "points",
                allowed: limits.points,
            });
        }
        for finding in &mut log.findings {
            finding.place.entry.clone_from(&tree.entry(bin).path);
        }
        findings.append(&mut log.findings);
        log.findings = findings;
        name.clone_into(&mut log.name);
        Ok(log)
    }
}
