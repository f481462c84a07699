//! What rows take in memory when they are read back.

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;

/// Bytes of a plain value, such as a number.
const VALUE: usize = 8;

/// Bytes of the rows of a batch: texts and geometries by their length, all else by the value.
pub(super) fn of(batch: &RecordBatch) -> usize {
    let lengths = |offsets: &[i32]| {
        let (first, last) = (offsets.first(), offsets.last());
        let length = first.zip(last).map(|(first, last)| last - first);
        length.map_or(0, |length| usize::try_from(length).unwrap_or(0))
    };
    let column = |array: &dyn Array| match array.data_type() {
        DataType::Utf8 => lengths(array.as_string::<i32>().value_offsets()),
        DataType::Binary => lengths(array.as_binary::<i32>().value_offsets()),
        _ => array.len() * VALUE,
    };
    batch
        .columns()
        .iter()
        .map(|array| column(array.as_ref()))
        .sum()
}
