//! From a card to standard points: one machine file for each operation with records.
//!
//! Rule: records are streamed twice, once to see which meters say anything and once for the points; a
//! damaged document costs its operation and not its neighbours.

mod describe;
mod plan;
mod points;
mod row;
mod rules;

use super::findings;
use super::raw::documents::{meters, uses};
use super::raw::numbers::{V1, V2};
use super::raw::{Catalog, LoggedData, Meter, Numbers, Operation, Records};
use crate::claim::{Claim, ReadOptions};
use crate::source::{EntryId, Limits, Tree};
use plan::{Plan, Seen};
use points::{RawRows, Writer};
use row::Row;
use std::io::BufReader;
use tramline_model::{Ending, Finding, OperationType, Place, ReadError, Receiver, Severity};

/// Documents other than records are small; a catalog of a farm has a megabyte.
const DOCUMENT_BYTES: u64 = 256 << 20;
const AGAIN: &str = "write the card again with the program that made it";

/// Reads one claimed card into the receiver.
pub(crate) fn read(
    tree: &Tree,
    claim: &Claim,
    limits: &Limits,
    options: &ReadOptions,
    receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    let most = limits.entry_bytes.min(DOCUMENT_BYTES);
    let bytes = tree.bytes(claim.main, most)?;
    let numbers = version(tree, claim, &bytes);
    let catalog = Catalog::parse(&bytes, numbers).map_err(|what| {
        ReadError::malformed(
            tree.place(claim.main),
            format!("the catalog of the card cannot be read: {what}"),
            AGAIN,
        )
    })?;
    let mut found = 0;
    for id in claim.entries.iter().copied() {
        let name = tree.name(id).to_lowercase();
        if !name.starts_with("loggeddata") || !name.ends_with(".adm") {
            continue;
        }
        let logged = tree.bytes(id, most).and_then(|bytes| {
            LoggedData::parse(&bytes, numbers)
                .map_err(|error| ReadError::malformed(tree.place(id), error.to_string(), AGAIN))
        });
        let logged = match logged {
            Ok(logged) => logged,
            Err(error) => {
                found += 1;
                receiver.failed(None, error)?;
                continue;
            }
        };
        for operation in &logged.operations {
            found += 1;
            let card = Card {
                tree,
                shared: vec![claim.main, id],
                folder: tree.folder(id),
                numbers,
                catalog: &catalog,
                most,
            };
            match card.operation(&logged, operation, options, receiver) {
                Ok(()) => {}
                Err(stop @ ReadError::Stopped(_)) => return Err(stop),
                Err(error) => receiver.failed(None, error)?,
            }
        }
    }
    if found == 0 {
        receiver.no_work(
            "the logged data of this ADM card have no operation, so no logged work; to convert work, export \
             logged data with operations from the program that wrote the card"
                .to_owned(),
        );
    }
    Ok(())
}

/// The field numbers of a card: as its version file says, else by the catalog's first bytes.
fn version(tree: &Tree, claim: &Claim, catalog: &[u8]) -> &'static Numbers {
    let info = tree.sibling(claim.main, "AdmVersion.info");
    let said = info.and_then(|id| {
        let json: serde_json::Value = serde_json::from_slice(&tree.head(id, 4_096)).ok()?;
        json["SerializationVersion"].as_i64()
    });
    match said {
        Some(2) => &V2,
        Some(_) => &V1,
        None if catalog.starts_with(&[0x1f, 0x8b]) => &V1,
        None => &V2,
    }
}

/// What the operations of a card share.
struct Card<'a> {
    tree: &'a Tree,
    /// The catalog and the logged data.
    shared: Vec<EntryId>,
    folder: &'a str,
    numbers: &'static Numbers,
    catalog: &'a Catalog,
    most: u64,
}

impl Card<'_> {
    fn document(&self, kind: &str, id: i64) -> Option<EntryId> {
        self.tree.find(self.folder, &format!("{kind}{id}.adm"))
    }

    fn operation(
        &self,
        logged: &LoggedData,
        operation: &Operation,
        options: &ReadOptions,
        receiver: &mut dyn Receiver,
    ) -> Result<(), ReadError> {
        let (tree, n) = (self.tree, self.numbers);
        let Some(records) = self.document("OperationData", operation.id) else {
            let place = Place::entry(format!("{}/OperationData{}.adm", self.folder, operation.id));
            return Err(ReadError::malformed(
                place,
                "the records of an operation are missing: this file is not on the card",
                AGAIN,
            ));
        };
        let read = self.shared.iter().chain([&records]);
        let mut entries: Vec<String> = read.map(|id| tree.entry(*id).path.clone()).collect();
        let mut wire = |kind: &str| -> Result<Vec<u8>, ReadError> {
            let Some(id) = self.document(kind, operation.id) else {
                return Ok(Vec::new());
            };
            entries.push(tree.entry(id).path.clone());
            tree.bytes(id, self.most)
        };
        let damaged = |error: crate::shared::protobuf::WireError| {
            let place = Place::inside(tree.entry(records).path.clone(), "its meters and sections");
            ReadError::malformed(place, error.to_string(), AGAIN)
        };
        let uses = uses(&wire("Section")?, n).map_err(damaged)?;
        let meters = meters(&wire("Meter")?, n).map_err(damaged)?;
        let (kind, _) = rules::operation(operation.kind);
        let seen = self.scan(records, &kind, &meters)?;
        let plan = Plan::new(&kind, self.catalog, &uses, &meters, &seen);
        let description = describe::describe(
            self.catalog,
            logged,
            operation,
            &uses,
            &plan,
            options,
            entries,
        );
        receiver.begin(description)?;
        self.notes(records, &meters, receiver);
        let mut writer = Writer::new(&plan);
        let mut raw = RawRows::new(&meters, &seen.counts);
        let mut row = Row::new(&meters);
        let mut reader = Records::new(BufReader::with_capacity(1 << 16, tree.stream(records)?), n);
        let mut count = 0_u64;
        let damage = loop {
            match reader.next() {
                Ok(Some(record)) => {
                    if let Err(error) = row.fill(&record) {
                        break Some(error.to_string());
                    }
                    count += 1;
                    raw.push(&record, &row, receiver)?;
                    writer.push(&record, &row, receiver)?;
                }
                Ok(None) => break None,
                Err(what) => break Some(what),
            }
        };
        raw.flush(receiver)?;
        writer.flush(receiver)?;
        let path = &tree.entry(records).path;
        if let Some(what) = damage {
            let place = Place::inside(path.clone(), format!("byte {}", reader.position()));
            let text = format!("the file cannot be read beyond record {count}: {what}");
            let finding = Finding::new(&findings::DAMAGED, Severity::Error, place, text);
            let finding = finding.value("records", count).value("detail", what);
            receiver.finding(finding.hint(AGAIN));
        } else if operation.records > 0 && operation.records.unsigned_abs() != count {
            let stated = operation.records;
            let text = format!("the card states {stated} records, but its file has {count}");
            let place = Place::entry(path.clone());
            let finding = Finding::new(&findings::COUNT_DIFFERS, Severity::Warning, place, text);
            let finding = finding.value("records", count);
            receiver.finding(finding.value("statedRecords", stated));
        }
        receiver.finish(Ending {
            records: count,
            ..Ending::default()
        })?;
        Ok(())
    }

    /// First pass: which meters say anything, in which unit, and whether sections differ.
    fn scan(
        &self,
        records: EntryId,
        kind: &OperationType,
        meters: &[Meter],
    ) -> Result<Seen, ReadError> {
        let stream = BufReader::with_capacity(1 << 16, self.tree.stream(records)?);
        let mut reader = Records::new(stream, self.numbers);
        let mut row = Row::new(meters);
        let mut seen = Seen {
            units: vec![None; meters.len()],
            counts: vec![0; meters.len()],
            rates_differ: false,
            has_elevation: false,
        };
        let properties: Vec<_> = meters
            .iter()
            .map(|m| rules::property(&m.code, kind))
            .collect();
        // Damage ends this pass; the second one tells of it.
        while let Ok(Some(record)) = reader.next() {
            seen.has_elevation |= record.place.is_some_and(|[_, _, z]| z != 0.0);
            if row.fill(&record).is_err() {
                break;
            }
            let mut rates: Vec<(tramline_model::Property, f64)> = Vec::new();
            for (index, property) in properties.iter().enumerate() {
                let base = row.base.get(index).copied().unwrap_or(f64::NAN);
                let number = row.numbers.get(index).copied().unwrap_or(f64::NAN);
                let member = row.members.get(index).is_some_and(|text| !text.is_empty());
                if let Some(count) = seen.counts.get_mut(index) {
                    *count += u64::from(number.is_finite() || member);
                }
                if base.is_nan() {
                    continue;
                }
                if let Some(unit) = seen.units.get_mut(index) {
                    *unit = unit.or_else(|| row.units.get(index).copied().flatten());
                }
                let Some(property) = property.filter(|property| rules::is_rate(*property)) else {
                    continue;
                };
                match rates.iter().find(|(known, _)| *known == property) {
                    Some((_, rate)) => {
                        seen.rates_differ |= (rate - base).abs() > rate.abs().max(1e-12) * 1e-9;
                    }
                    None => rates.push((property, base)),
                }
            }
        }
        Ok(seen)
    }

    fn notes(&self, records: EntryId, meters: &[Meter], receiver: &mut dyn Receiver) {
        let latency = meters
            .iter()
            .map(|meter| meter.applied_latency_s)
            .fold(0.0, f64::max);
        if latency > 0.0 {
            let text = format!(
                "the card states that a lag of {latency} s is already corrected: values stay at their records"
            );
            let place = self.tree.place(records);
            let finding = Finding::new(&findings::LATENCY_APPLIED, Severity::Note, place, text);
            receiver.finding(finding.value("lagS", latency));
        }
    }
}
