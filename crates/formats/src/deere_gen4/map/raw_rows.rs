//! The raw form: one row for each time at which anything was logged, receiver and channels as
//! they stand in the log, nothing filled in.

use super::super::raw::Data;
use super::plan::Plan;
use super::rules::NO_VALUE;
use arrow_array::{ArrayRef, Float64Array, RecordBatch, TimestampMillisecondArray};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use std::sync::Arc;
use tramline_model::records::{self, BATCH_ROWS};
use tramline_model::{Receiver, Stop};

/// Pushes the samples that a frame added; how many rows they make.
pub(crate) fn push(
    plan: &Plan,
    data: &Data,
    start_ms: i64,
    receiver: &mut dyn Receiver,
) -> Result<u64, Stop> {
    let positions = data
        .positions
        .get(data.positions_before..)
        .unwrap_or_default();
    let fresh: Vec<_> = data
        .touched
        .iter()
        .filter_map(|(slot, before)| {
            let samples = data.numbers.get(*slot)?.get(*before..)?;
            Some((samples, plan.raw.get(*slot)?))
        })
        .filter(|(samples, _)| !samples.is_empty())
        .collect();
    let mut times: Vec<i64> = positions.iter().map(|position| position.time).collect();
    times.extend(
        fresh
            .iter()
            .flat_map(|(samples, _)| samples.iter().map(|sample| sample.time)),
    );
    times.sort_unstable();
    times.dedup();
    if times.is_empty() {
        return Ok(0);
    }
    let row_of = |time: i64| times.binary_search(&time).unwrap_or(0);
    let mut fields = vec![
        Field::new("longitude", DataType::Float64, true),
        Field::new("latitude", DataType::Float64, true),
        Field::new(
            "timestamp",
            DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
            true,
        ),
    ];
    let receiver_column =
        |value: &dyn Fn(&super::super::raw::columns::Position) -> f64| -> ArrayRef {
            let mut column = vec![None; times.len()];
            for position in positions {
                if let Some(slot) = column.get_mut(row_of(position.time)) {
                    *slot = Some(value(position)).filter(|value| value.is_finite());
                }
            }
            Arc::new(Float64Array::from(column))
        };
    let utc = times.iter().map(|time| start_ms.saturating_add(*time));
    let mut arrays: Vec<ArrayRef> = vec![
        receiver_column(&|position| position.longitude / 1e9),
        receiver_column(&|position| position.latitude / 1e9),
        Arc::new(TimestampMillisecondArray::from_iter_values(utc).with_timezone("UTC")),
    ];
    if !positions.is_empty() {
        for name in [
            "heading (deg)",
            "elevation (m)",
            "speed (m/s)",
            "distance (m)",
        ] {
            fields.push(Field::new(name, DataType::Float64, true));
        }
        arrays.push(receiver_column(&|position| position.heading / 10.0));
        arrays.push(receiver_column(&|position| position.elevation / 1000.0));
        arrays.push(receiver_column(&|position| position.speed / 1000.0));
        arrays.push(receiver_column(&|position| position.distance / 1000.0));
    }
    for (samples, column) in fresh {
        let mut values = vec![None; times.len()];
        for sample in samples {
            if let Some(slot) = values.get_mut(row_of(sample.time)) {
                *slot = (sample.value != NO_VALUE).then(|| sample.value / column.scale);
            }
        }
        fields.push(records::raw_field(
            &column.name,
            DataType::Float64,
            &column.source,
        ));
        arrays.push(Arc::new(Float64Array::from(values)));
    }
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
        .map_err(|error| Stop(error.to_string()))?;
    for from in (0..times.len()).step_by(BATCH_ROWS) {
        receiver.raw(&batch.slice(from, BATCH_ROWS.min(times.len() - from)))?;
    }
    Ok(times.len() as u64)
}
