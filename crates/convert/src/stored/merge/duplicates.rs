//! Records that several sources hold count once.
//!
//! Rule: two records are the same when instant, position, section, machine and every number agree
//! to nine digits in base units and come from different sources. Memory: 16 bytes and a slot of a
//! hash table for each point.

use arrow_array::types::Int32Type;
use arrow_array::{
    Array, DictionaryArray, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMillisecondArray,
};
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use tramline_model::records;

/// The records of earlier sources, and those of the present one until it ends.
#[derive(Default)]
pub(super) struct Duplicates {
    earlier: HashSet<u128>,
    present: HashSet<u128>,
}

/// One column as it is compared.
enum Column<'a> {
    Number(&'a Float64Array, f64),
    Whole(&'a Int64Array),
    Instant(&'a TimestampMillisecondArray),
    Text(&'a StringArray),
    /// Hashes of the values, and the column of keys.
    Words(Vec<u64>, &'a DictionaryArray<Int32Type>),
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Nine digits of a number: 2⁻³⁰ of its size.
fn digits(value: f64) -> u64 {
    let half = 1_u64 << 21;
    let value = if value == 0.0 { 0.0 } else { value };
    value.to_bits().saturating_add(half) >> 22
}

impl Column<'_> {
    fn key(&self, row: usize) -> Option<u64> {
        match self {
            Self::Number(array, factor) => array
                .is_valid(row)
                .then(|| digits(array.value(row) * factor)),
            Self::Whole(array) => array.is_valid(row).then(|| hash(&array.value(row))),
            Self::Instant(array) => array.is_valid(row).then(|| hash(&array.value(row))),
            Self::Text(array) => array.is_valid(row).then(|| hash(&array.value(row))),
            Self::Words(values, array) => {
                let key = array.is_valid(row).then(|| array.keys().value(row))?;
                usize::try_from(key)
                    .ok()
                    .and_then(|key| values.get(key))
                    .copied()
            }
        }
    }
}

fn columns(batch: &RecordBatch) -> Vec<(u64, Column<'_>)> {
    let schema = batch.schema_ref();
    let mut columns = Vec::new();
    for (field, array) in schema.fields().iter().zip(batch.columns()) {
        let any = array.as_any();
        let column = if let Some(numbers) = any.downcast_ref::<Float64Array>() {
            Column::Number(
                numbers,
                records::unit_of(field).map_or(1.0, |unit| unit.factor),
            )
        } else if let Some(numbers) = any.downcast_ref::<Int64Array>() {
            Column::Whole(numbers)
        } else if let Some(instants) = any.downcast_ref::<TimestampMillisecondArray>() {
            Column::Instant(instants)
        } else if let Some(words) = any.downcast_ref::<DictionaryArray<Int32Type>>() {
            let Some(values) = words.values().as_any().downcast_ref::<StringArray>() else {
                continue;
            };
            Column::Words(values.iter().map(|word| hash(&word)).collect(), words)
        } else if let Some(texts) = any.downcast_ref::<StringArray>() {
            // Products repeat rates as text, in the source's unit: the numbers say it already.
            if field.name() == "products" {
                continue;
            }
            Column::Text(texts)
        } else {
            continue;
        };
        columns.push((hash(field.name()), column));
    }
    columns
}

fn mix(state: u128, value: u64) -> u128 {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let mut spread = value;
    spread = (spread ^ (spread >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    spread = (spread ^ (spread >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let spread = spread ^ (spread >> 31);
    let wide = u128::from(spread) | (u128::from(value) << 64);
    (state ^ wide).wrapping_mul(PRIME).rotate_left(41)
}

impl Duplicates {
    /// For each row whether it stays.
    pub(super) fn keep(&mut self, batch: &RecordBatch) -> Vec<bool> {
        let columns = columns(batch);
        (0..batch.num_rows())
            .map(|row| {
                let mut key = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
                for (name, column) in &columns {
                    // An absent value and an absent column are the same.
                    if let Some(value) = column.key(row) {
                        key = mix(mix(key, *name), value);
                    }
                }
                let stays = !self.earlier.contains(&key);
                self.present.insert(key);
                stays
            })
            .collect()
    }

    /// What comes now is of another source.
    pub(super) fn next_source(&mut self) {
        if self.earlier.is_empty() {
            std::mem::swap(&mut self.earlier, &mut self.present);
        } else {
            self.earlier.extend(self.present.drain());
        }
    }
}

#[cfg(test)]
mod tests {
    //! Nine digits, whatever the unit did to the last ones.

    use super::digits;

    #[test]
    fn the_last_bits_do_not_count() {
        assert_eq!(digits(0.3), digits(0.1 + 0.2));
        assert_eq!(digits(-0.0), digits(0.0));
        assert_ne!(digits(1.0), digits(1.000_001));
        assert_ne!(digits(1.0), digits(-1.0));
    }
}
