//! The data set of a machine file that was stored: of its points, its summary and its entry in the
//! report.
//!
//! Rule: one pass over the points, one batch in memory. Names are those of the summary; what it
//! leaves out is absent.

use super::document::{Facts, document};
use super::names::{DOCUMENT, RECORDS};
use super::records::{GEOMETRY, RecordsWriter, first_of, variables};
use super::totals::{AMOUNT_TOTALS, RATE_TOTALS, rate_total};
use crate::WriteError;
use crate::disk::DiskFile;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, TimestampMillisecondType};
use arrow_array::{Array, RecordBatch};
use arrow_schema::SchemaRef;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use tramline_model::records::{BATCH_ROWS, property_of, unit_of};
use tramline_model::{
    Dimension, Machine, MachineKind, OperationDescription, OperationType, Product, Property,
    Provider,
};

/// What is stored of a machine file.
#[derive(Clone, Copy, Debug)]
pub struct StoredFile<'a> {
    /// `standard.parquet`.
    pub points: &'a Path,
    /// `polygon.parquet`: the same rows with the ground below them.
    pub ground: Option<&'a Path>,
    /// The entry in `report.json`.
    pub file: &'a Value,
    /// The Feature of `summary.json`.
    pub summary: &'a Value,
}

/// Writes [`DOCUMENT`] and [`RECORDS`] into a folder that is there.
///
/// # Errors
/// [`WriteError::Io`] when a stored file cannot be read or the folder not be written.
pub fn write_stored(stored: &StoredFile<'_>, folder: &Path) -> Result<(), WriteError> {
    let (schema, points) = open(stored.points)?;
    let mut ground = match stored.ground {
        Some(path) => Some(open(path)?.1),
        None => None,
    };
    let io = |name: &str, cause: std::io::Error| WriteError::Io {
        name: name.to_owned(),
        cause,
    };
    let out = DiskFile::create(folder.join(RECORDS)).map_err(|cause| io(RECORDS, cause))?;
    let mut writer = RecordsWriter::new(BufWriter::with_capacity(1 << 20, out), &schema)?;
    let mut sums = Sums::default();
    for batch in points {
        let mut batch = batch.map_err(|cause| unreadable(&cause))?;
        if let Some(ground) = &mut ground {
            let covered = ground.next().transpose();
            let covered = covered.map_err(|cause| unreadable(&cause))?;
            batch = with_ground(&batch, covered.as_ref())?;
        }
        sums.add(&batch);
        writer.write(&batch)?;
    }
    writer.finish()?;
    let description = description(stored);
    let properties = &stored.summary["properties"];
    let operation = texts(&properties["operationType"]).next().map_or_else(
        || description.operation_type.clone(),
        OperationType::from_name,
    );
    let crops: Vec<String> = texts(&properties["crop"]).map(str::to_owned).collect();
    let value = document(&Facts {
        description: &description,
        operation: &operation,
        crops: &crops,
        varieties: &names(&properties["varieties"])
            .filter(|name| !crops.contains(name))
            .collect::<Vec<_>>(),
        variables: &variables(&schema),
        present: &sums.present,
        instants: sums.first_ms.zip(sums.last_ms),
        area_m2: sums.area_m2,
        totals: &sums.totals,
    });
    let text = serde_json::to_vec_pretty(&value).map_err(|e| WriteError::Shape(e.to_string()))?;
    let mut out = DiskFile::create(folder.join(DOCUMENT)).map_err(|cause| io(DOCUMENT, cause))?;
    out.write_all(&text)
        .and_then(|()| out.write_all(b"\n"))
        .and_then(|()| out.flush())
        .map_err(|cause| io(DOCUMENT, cause))
}

fn unreadable(cause: &dyn std::fmt::Display) -> WriteError {
    WriteError::Io {
        name: "stored points".to_owned(),
        cause: std::io::Error::other(format!(
            "they cannot be read: {cause}; convert the upload again"
        )),
    }
}

fn open(path: &Path) -> Result<(SchemaRef, ParquetRecordBatchReader), WriteError> {
    let file = File::open(path).map_err(|cause| unreadable(&cause))?;
    let builder =
        ParquetRecordBatchReaderBuilder::try_new(file).map_err(|cause| unreadable(&cause))?;
    let schema = builder.schema().clone();
    let reader = builder.with_batch_size(BATCH_ROWS).build();
    Ok((schema, reader.map_err(|cause| unreadable(&cause))?))
}

/// The batch with the ground as its geometry, where there is any.
fn with_ground(
    batch: &RecordBatch,
    ground: Option<&RecordBatch>,
) -> Result<RecordBatch, WriteError> {
    let shapes = ground.and_then(|ground| ground.column_by_name(GEOMETRY));
    let shapes = shapes.filter(|shapes| shapes.len() == batch.num_rows());
    let place = batch.schema_ref().index_of(GEOMETRY).ok();
    let (Some(shapes), Some(place)) = (shapes, place) else {
        return Err(unreadable(&"the polygons are not those of the points"));
    };
    let mut columns = batch.columns().to_vec();
    if let Some(own) = columns.get_mut(place) {
        *own = first_of(shapes, own)?;
    }
    RecordBatch::try_new(batch.schema(), columns).map_err(|e| WriteError::Shape(e.to_string()))
}

/// Totals of the points, in base units.
#[derive(Default)]
struct Sums {
    present: BTreeSet<Property>,
    first_ms: Option<i64>,
    last_ms: Option<i64>,
    area_m2: f64,
    totals: Vec<(&'static str, f64)>,
}

impl Sums {
    fn add(&mut self, batch: &RecordBatch) {
        for (field, array) in batch.schema_ref().fields().iter().zip(batch.columns()) {
            if let Some(property) = property_of(field)
                && array.null_count() < array.len()
            {
                self.present.insert(property);
            }
        }
        let instants = batch.column_by_name(Property::Timestamp.name());
        let instants =
            instants.and_then(|array| array.as_primitive_opt::<TimestampMillisecondType>());
        for ms in instants.into_iter().flatten().flatten() {
            self.first_ms = Some(self.first_ms.map_or(ms, |first| first.min(ms)));
            self.last_ms = self.last_ms.max(Some(ms));
        }
        let areas = numbers(batch, Property::Area);
        let areas = areas.map_or_else(Vec::new, |(_, areas)| areas);
        self.area_m2 += areas.iter().flatten().sum::<f64>();
        for (code, property) in AMOUNT_TOTALS {
            if let Some((_, values)) = numbers(batch, property)
                && values.iter().any(Option::is_some)
            {
                self.put(code, values.iter().flatten().sum());
            }
        }
        let mut counted = BTreeSet::new();
        for property in RATE_TOTALS {
            let Some((dimension, values)) = numbers(batch, property) else {
                continue;
            };
            let Some(code) = rate_total(dimension) else {
                continue;
            };
            if counted.insert(code) && values.iter().any(Option::is_some) {
                let pairs = values.iter().zip(&areas);
                let amounts = pairs.filter_map(|(rate, area)| Some((*rate)? * (*area)?));
                self.put(code, amounts.sum());
            }
        }
    }

    fn put(&mut self, code: &'static str, amount: f64) {
        match self.totals.iter_mut().find(|(known, _)| *known == code) {
            Some((_, sum)) => *sum += amount,
            None => self.totals.push((code, amount)),
        }
    }
}

/// The finite numbers of a column in the base unit of its dimension.
fn numbers(batch: &RecordBatch, property: Property) -> Option<(Dimension, Vec<Option<f64>>)> {
    let place = batch.schema_ref().index_of(property.name()).ok()?;
    let unit = unit_of(batch.schema_ref().fields().get(place)?)?;
    let values = batch
        .columns()
        .get(place)?
        .as_primitive_opt::<Float64Type>()?;
    let values = values.iter().map(|value| {
        let value = value.filter(|value| value.is_finite())?;
        Some(unit.to_base(value))
    });
    Some((unit.dimension, values.collect()))
}

/// Texts of a list, or the only one.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let list = value.as_array().map_or(&[][..], Vec::as_slice);
    let all = value.as_str().into_iter();
    all.chain(list.iter().filter_map(Value::as_str))
        .filter(|text| !text.is_empty())
}

/// Names of the objects in a list, but for those that stand for none.
fn names(list: &Value) -> impl Iterator<Item = String> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(|entry| entry["name"].as_str())
        .filter(|name| !name.is_empty() && *name != "unknown")
        .map(str::to_owned)
}

fn description(stored: &StoredFile<'_>) -> OperationDescription {
    let properties = &stored.summary["properties"];
    let original = |key: &str| texts(&properties["originalOperationData"][key]).next();
    let original = |key: &str| original(key).map(str::to_owned);
    let text = |value: &Value| texts(value).next().map(str::to_owned);
    let operation = text(&stored.file["operationType"]).unwrap_or_default();
    let products = names(&properties["products"]).map(|name| Product {
        name,
        ..Product::default()
    });
    let machines = properties["machinery"].as_array().into_iter().flatten();
    let machines = machines.filter_map(|machine| {
        Some(Machine {
            name: text(&machine["name"])?,
            kind: match machine["type"].as_str() {
                Some("implement") => MachineKind::Implement,
                _ => MachineKind::Machine,
            },
            serial_number: text(&machine["serialNumber"]),
            brand: text(&machine["brand"]).filter(|brand| brand != "unknown"),
        })
    });
    OperationDescription {
        original_operation_type: text(&properties["originalOperationType"]),
        operation_description: text(&properties["operationDescription"]),
        grower: original("originalOperationGrower"),
        farm: original("originalOperationFarm"),
        field: original("originalOperationField"),
        products: products.collect(),
        machines: machines.collect(),
        ..OperationDescription::new(
            text(&stored.file["name"]).unwrap_or_else(|| "machine file".to_owned()),
            "GEOPARQUET",
            Provider::Other,
            OperationType::from_name(&operation),
        )
    }
}
