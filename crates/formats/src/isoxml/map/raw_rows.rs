//! The raw form: one row for each logged record, one column for each header value that was ever
//! logged, nothing filled in.

use super::super::raw::{self, TimeLog};
use super::clock::Clock;
use super::device::Devices;
use super::own::{Named, by_the_standard, named};
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, TimestampMillisecondArray};
use arrow_buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use std::sync::Arc;
use tramline_model::records::{self, BATCH_ROWS, SourceColumn};
use tramline_model::{Receiver, Stop};

/// A column of the raw form: header index and resolution.
struct Column {
    index: usize,
    offset: f64,
    factor: f64,
    /// Bits: all of them set is a value like others.
    bits: bool,
}

/// Pushes all records of a log.
pub(crate) fn push(
    log: &TimeLog,
    devices: &Devices<'_>,
    clock: &Clock,
    receiver: &mut dyn Receiver,
) -> Result<(), Stop> {
    let mut logged = vec![false; log.header.values.len()];
    for index in &log.value_index {
        if let Some(seen) = logged.get_mut(usize::from(*index)) {
            *seen = true;
        }
    }
    let mut fields = vec![
        Field::new("longitude", DataType::Float64, true),
        Field::new("latitude", DataType::Float64, true),
        Field::new(
            "timestamp",
            DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
            true,
        ),
    ];
    if !log.status.is_empty() {
        fields.push(Field::new("positionStatus", DataType::Int64, true));
    }
    let mut columns = Vec::new();
    let mut slots: Vec<Option<usize>> = vec![None; logged.len()];
    for (index, value) in log.header.values.iter().enumerate() {
        if !logged.get(index).copied().unwrap_or(false) || value.fixed.is_some() {
            continue;
        }
        let element = value.device_element.as_deref().unwrap_or("-");
        let Named {
            label,
            unit,
            offset,
            factor,
        } = match value.pgn {
            None => named(devices, element, value.ddi),
            Some(_) => by_the_standard(value.ddi),
        };
        let mut name = format!("{:04X} {label:.100} {element:.40}", value.ddi);
        if let Some((pgn, start, stop)) = value.pgn {
            name = format!("{name} PGN {pgn} bits {start}-{stop}");
        }
        if fields.iter().any(|field| *field.name() == name) {
            name = format!("{name} #{index}");
        }
        let source = SourceColumn {
            name: label.to_owned(),
            code: format!("{:04X}", value.ddi),
            unit: unit.to_owned(),
        };
        fields.push(records::raw_field(&name, DataType::Float64, &source));
        if let Some(slot) = slots.get_mut(index) {
            *slot = Some(columns.len());
        }
        let bits = matches!(value.ddi, 161..=176 | 290..=305 | 367..=382);
        columns.push(Column {
            index,
            offset,
            factor,
            bits,
        });
    }
    let schema = Arc::new(Schema::new(fields));
    let mut start = 0;
    while start < log.records {
        let end = (start + BATCH_ROWS).min(log.records);
        let batch = batch(log, clock, &schema, &columns, &slots, start, end)?;
        receiver.raw(&batch)?;
        start = end;
    }
    Ok(())
}

fn batch(
    log: &TimeLog,
    clock: &Clock,
    schema: &Arc<Schema>,
    columns: &[Column],
    slots: &[Option<usize>],
    start: usize,
    end: usize,
) -> Result<RecordBatch, Stop> {
    let rows = end - start;
    let degrees = |column: &[i32]| -> ArrayRef {
        Arc::new(Float64Array::from_iter(
            (start..end).map(|row| column.get(row).and_then(|raw| raw::degrees(*raw))),
        ))
    };
    let times: TimestampMillisecondArray = (start..end)
        .map(|row| log.time_ms.get(row).map(|wall| clock.utc(*wall)))
        .collect();
    let mut arrays: Vec<ArrayRef> = vec![
        degrees(&log.longitude),
        degrees(&log.latitude),
        Arc::new(times.with_timezone("UTC")),
    ];
    if !log.status.is_empty() {
        let status = (start..end).map(|row| log.status.get(row).map(|s| i64::from(*s)));
        arrays.push(Arc::new(Int64Array::from_iter(status)));
    }
    // Scattered column by column from the compressed rows.
    let mut values = vec![0.0_f64; rows * columns.len()];
    let mut valid = vec![false; rows * columns.len()];
    for row in 0..rows {
        let bounds = (
            log.value_offsets.get(start + row),
            log.value_offsets.get(start + row + 1),
        );
        let (Some(from), Some(to)) = bounds else {
            continue;
        };
        let range = *from as usize..*to as usize;
        let (Some(indexes), Some(raws)) =
            (log.value_index.get(range.clone()), log.value.get(range))
        else {
            continue;
        };
        for (index, raw) in indexes.iter().zip(raws) {
            let Some(Some(slot)) = slots.get(usize::from(*index)) else {
                continue;
            };
            let Some(column) = columns.get(*slot) else {
                continue;
            };
            debug_assert_eq!(column.index, usize::from(*index));
            let at = slot * rows + row;
            if let (Some(value), Some(flag)) = (values.get_mut(at), valid.get_mut(at)) {
                if column.bits {
                    *value = f64::from(raw.cast_unsigned());
                } else if *raw == i32::MAX || *raw == i32::MIN {
                    // Not available.
                    continue;
                } else {
                    *value = (f64::from(*raw) + column.offset) * column.factor;
                }
                *flag = true;
            }
        }
    }
    for slot in 0..columns.len() {
        let range = slot * rows..(slot + 1) * rows;
        let (Some(values), Some(valid)) = (values.get(range.clone()), valid.get(range)) else {
            continue;
        };
        arrays.push(Arc::new(Float64Array::new(
            ScalarBuffer::from(values.to_vec()),
            Some(NullBuffer::new(BooleanBuffer::from(valid))),
        )));
    }
    RecordBatch::try_new(Arc::clone(schema), arrays).map_err(|e| Stop(e.to_string()))
}
