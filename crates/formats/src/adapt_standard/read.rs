//! One machine file for each operation of the work records.

use super::claim::{NoFile, named_file};
use super::describe::{Facts, describe, totals};
use super::document::{self, AGAIN, Root, items};
use super::findings;
use super::guard;
use super::layout::Layout;
use super::records::{Turner, covers_ground, has_values, is_counter};
use crate::claim::{Claim, ReadOptions};
use crate::shared::words::{self, counted};
use crate::source::{EntryId, Limits, Tree};
use arrow_array::RecordBatch;
use arrow_schema::Schema;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use std::fs::File;
use std::sync::Arc;
use tramline_model::records::BATCH_ROWS;
use tramline_model::{Ending, Finding, Place, Property, ReadError, Receiver, Severity};

/// Reads a claimed data set.
pub(super) fn read(
    tree: &Tree,
    claim: &Claim,
    limits: &Limits,
    options: &ReadOptions,
    receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    let root = document::load(tree, claim.main, limits)?;
    let records = root
        .documents
        .as_ref()
        .map(|documents| items(&documents.work_records))
        .unwrap_or_default();
    let count: usize = records.iter().map(|r| items(&r.operations).len()).sum();
    if count == 0 {
        return Err(no_work(tree, claim.main, &root));
    }
    for record in records {
        for operation in items(&record.operations) {
            let facts = Facts {
                root: &root,
                record,
                operation,
                alone: count == 1,
                options,
            };
            let set = Set {
                tree,
                main: claim.main,
                limits,
                facts,
            };
            set.read(receiver)?;
        }
    }
    Ok(())
}

fn no_work(tree: &Tree, main: EntryId, root: &Root) -> ReadError {
    let others = root.documents.as_ref().map(|documents| documents.others());
    let what = match others.as_deref() {
        Some([first, ..]) => format!("no work records, only {first}: these are plans, not work"),
        _ => "adapt.json names no work records".to_owned(),
    };
    let hint = "export work records (as-applied, harvest) from the program, not plans";
    ReadError::unsupported(tree.place(main), what, hint)
}

/// One operation of a data set.
struct Set<'a> {
    tree: &'a Tree,
    main: EntryId,
    limits: &'a Limits,
    facts: Facts<'a>,
}

/// Records that are open, with their first batch.
struct Open {
    reader: ParquetRecordBatchReader,
    first: Option<RecordBatch>,
    layout: Layout,
    place: Place,
    findings: Vec<Finding>,
    path: String,
}

impl Set<'_> {
    fn read(&self, receiver: &mut dyn Receiver) -> Result<(), ReadError> {
        match self.open() {
            Ok(open) => self.stream(open, receiver),
            Err(error) => {
                let entries = vec![self.tree.entry(self.main).path.clone()];
                let schema = Arc::new(Schema::empty());
                let description = describe(&self.facts, entries, schema, "none");
                Ok(receiver.failed(Some(description), error)?)
            }
        }
    }

    fn entry(&self) -> Result<EntryId, ReadError> {
        let name = self.facts.operation.spatial_records_file.as_deref();
        let place = self.tree.place(self.main);
        let Some(name) = name.map(str::trim).filter(|name| !name.is_empty()) else {
            return Err(ReadError::unsupported(
                place,
                "the operation has only totals and no spatial records",
                "export the work records with their points (spatialRecordsFile)",
            ));
        };
        // As much of a name as fits a message.
        let shown: String = name.chars().take(120).map(plain).collect();
        let lower = name.to_lowercase();
        if lower.ends_with(".tif") || lower.ends_with(".tiff") {
            return Err(ReadError::unsupported(
                place,
                format!(
                    "the records `{shown}` are a raster (GeoTIFF), so they have no logged points"
                ),
                "export the work records as GeoParquet (vector)",
            ));
        }
        named_file(self.tree, self.main, name).map_err(|why| {
            let what = match why {
                NoFile::Outside => format!(
                    "adapt.json names `{shown}`, which lies outside its folder: it was not opened"
                ),
                NoFile::Missing => {
                    format!("adapt.json names `{shown}`, which is not in the upload")
                }
            };
            ReadError::malformed(place, what, AGAIN)
        })
    }

    fn open(&self) -> Result<Open, ReadError> {
        let entry = self.entry()?;
        let place = self.tree.place(entry);
        let file = guard::spool(self.tree, entry, self.limits)?;
        let metadata = guard::metadata(&file, &place, self.limits)?;
        let geometry = geometry_column(&metadata);
        let leaves = metadata.metadata().file_metadata().schema_descr();
        let mut layout = Layout::new(&self.facts, metadata.schema(), leaves, &geometry);
        if layout.geometry.is_none() {
            let what = format!("no points: the parquet file has no column `{geometry}` of bytes");
            return Err(ReadError::malformed(place, what, AGAIN));
        }
        let roots = layout.roots();
        let read: Vec<usize> = (0..leaves.num_columns())
            .filter(|leaf| roots.contains(&leaves.get_column_root_idx(*leaf)))
            .collect();
        guard::pages(&file, metadata.metadata(), &read, &place, self.limits)?;
        let mask = ProjectionMask::leaves(leaves, read);
        let mut reader = batches(file, metadata, mask, &place)?;
        let first = next(&mut reader, &place)?;
        let mut noticed = self.judge(&mut layout, first.as_ref(), &place);
        if !has_values(&layout) {
            let text =
                "no variable of the operation has a known meaning: the points have positions only";
            let warning = Severity::Warning;
            noticed.push(Finding::new(
                &findings::NO_KNOWN_VARIABLE,
                warning,
                place.clone(),
                text,
            ));
        }
        Ok(Open {
            reader,
            first,
            layout,
            place,
            findings: noticed,
            path: self.tree.entry(entry).path.clone(),
        })
    }

    /// What the first batch decides.
    fn judge(
        &self,
        layout: &mut Layout,
        first: Option<&RecordBatch>,
        place: &Place,
    ) -> Vec<Finding> {
        let mut list = Vec::new();
        let note = |code, text: String| Finding::new(code, Severity::Note, place.clone(), text);
        let Some(first) = first else {
            return list;
        };
        let shapes = layout.geometry.and_then(|root| layout.position(root));
        let ground = shapes.is_some_and(|at| covers_ground(first, at));
        layout.area = ground && !layout.has(Property::Area);
        layout.outlines = ground;
        let way = layout
            .targets
            .iter()
            .find(|t| t.property == Property::Distance);
        let at = way.and_then(|target| target.sources.first().copied());
        let counter = at
            .and_then(|at| layout.number_positions().get(at).copied())
            .is_some_and(|at| is_counter(first, at));
        if counter {
            layout.forget(Property::Distance);
            let text = "`DistanceTraveled` counts up from record to record; distances are derived from the \
                        positions";
            list.push(note(&findings::DISTANCE_COUNTER, text.to_owned()));
        }
        if let Some(rates) = layout
            .targets
            .iter()
            .find(|target| target.sources.len() > 1)
        {
            let (property, products) = (rates.property.name(), rates.sources.len());
            let text = format!(
                "`{property}` is the sum of {products} products of the operation; the raw points have each of them"
            );
            let finding = note(&findings::PRODUCTS_SUMMED, text);
            let finding = finding.value("property", property);
            list.push(finding.value("products", products));
        }
        if !layout.passed_over.is_empty() {
            let columns: Vec<&str> = layout
                .passed_over
                .iter()
                .take(10)
                .map(String::as_str)
                .collect();
            let text = format!(
                "columns left out because another column has the same meaning: {}",
                columns.join(", ")
            );
            let finding = note(&findings::COLUMN_PASSED_OVER, text);
            list.push(finding.value("columns", columns));
        }
        list
    }

    fn stream(&self, open: Open, receiver: &mut dyn Receiver) -> Result<(), ReadError> {
        let Open {
            mut reader,
            first,
            layout,
            place,
            findings: noticed,
            path,
        } = open;
        let instants = if layout.timestamp.is_some() {
            "logged UTC"
        } else {
            "none"
        };
        let mut turner = Turner::new(layout);
        let entries = vec![self.tree.entry(self.main).path.clone(), path];
        let schema = Arc::clone(&turner.points_schema);
        receiver.begin(describe(&self.facts, entries, schema, instants))?;
        for finding in noticed {
            receiver.finding(finding);
        }
        let mut batch = first;
        while let Some(records) = batch {
            let (raw, points) = turner
                .turn(&records)
                .map_err(|e| ReadError::malformed(place.clone(), e.to_string(), AGAIN))?;
            receiver.raw(&raw)?;
            receiver.points(&points)?;
            batch = match next(&mut reader, &place) {
                Ok(batch) => batch,
                Err(error) => {
                    // The records before the damage are good.
                    let records = turner.counts.rows;
                    let what = words::what(&error);
                    let text = format!("records after {records} cannot be read: {what}");
                    let code = &findings::UNREADABLE_REST;
                    let finding = Finding::new(code, Severity::Error, place.clone(), text)
                        .value("records", records)
                        .value("detail", what);
                    receiver.finding(finding.hint(error.hint().to_owned()));
                    None
                }
            };
        }
        tell(&turner, &place, receiver);
        Ok(receiver.finish(Ending {
            records: turner.counts.rows,
            display_totals: totals(self.facts.operation),
            ..Ending::default()
        })?)
    }
}

/// Control characters of a name do not reach a message.
fn plain(letter: char) -> char {
    if letter.is_control() { '?' } else { letter }
}

/// The primary column of the GeoParquet metadata, else the standard's own name.
fn geometry_column(metadata: &ArrowReaderMetadata) -> String {
    #[derive(serde::Deserialize)]
    struct Geo {
        primary_column: String,
    }
    let pairs = metadata.metadata().file_metadata().key_value_metadata();
    let geo = pairs
        .into_iter()
        .flatten()
        .find(|pair| pair.key == "geo")
        .and_then(|pair| pair.value.as_deref());
    geo.and_then(|text| serde_json::from_str::<Geo>(text).ok())
        .map_or_else(|| "geometry".to_owned(), |geo| geo.primary_column)
}

fn batches(
    file: File,
    metadata: ArrowReaderMetadata,
    mask: ProjectionMask,
    place: &Place,
) -> Result<ParquetRecordBatchReader, ReadError> {
    guard::shielded(place, || {
        ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata)
            .with_projection(mask)
            .with_batch_size(BATCH_ROWS)
            .build()
            .map_err(|e| e.to_string())
    })
}

fn next(
    reader: &mut ParquetRecordBatchReader,
    place: &Place,
) -> Result<Option<RecordBatch>, ReadError> {
    guard::shielded(place, || {
        reader.next().transpose().map_err(|e| e.to_string())
    })
}

/// What was noticed in the rows.
fn tell(turner: &Turner, place: &Place, receiver: &mut dyn Receiver) {
    let counts = &turner.counts;
    let warn = |code, text: String| Finding::new(code, Severity::Warning, place.clone(), text);
    if counts.without_geometry > 0 {
        let records = counts.without_geometry;
        let many = counted(records, "record");
        let text = format!("{many} without a valid point or polygon: their position is missing");
        let finding = warn(&findings::GEOMETRY_UNREADABLE, text);
        receiver.finding(finding.value("records", records));
    }
    if counts.without_zone > 0 {
        let times = counts.without_zone;
        let text = format!(
            "{} without a time zone, taken as UTC",
            counted(times, "time")
        );
        receiver.finding(warn(&findings::LOCAL_TIME, text).value("times", times));
    }
}
