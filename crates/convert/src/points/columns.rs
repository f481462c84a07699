//! Columns of one record batch as the steps work on them: numbers with NaN for absent, texts as
//! keys into a short list. Nothing here outlives a batch.

use arrow_array::types::Int32Type;
use arrow_array::{
    Array, ArrayRef, DictionaryArray, Float64Array, Int32Array, Int64Array, RecordBatch,
    StringArray, TimestampMillisecondArray,
};
use arrow_buffer::NullBuffer;
use std::collections::HashMap;
use std::sync::Arc;
use tramline_model::{Property, Unit};

/// A text column: `keys` point into `values`, −1 is absent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    pub(crate) keys: Vec<i32>,
    pub(crate) values: Vec<String>,
}

impl Texts {
    /// The same text in every row.
    pub(crate) fn constant(text: &str, rows: usize) -> Self {
        Self {
            keys: vec![0; rows],
            values: vec![text.to_owned()],
        }
    }

    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        let key = *self.keys.get(row)?;
        usize::try_from(key)
            .ok()
            .and_then(|key| self.values.get(key))
            .map(String::as_str)
    }

    /// Every text replaced; rows whose text becomes `None` are absent.
    pub(crate) fn map(mut self, change: impl FnMut(&str) -> Option<String>) -> Self {
        let changed: Vec<Option<String>> =
            self.values.iter().map(String::as_str).map(change).collect();
        for key in &mut self.keys {
            let absent =
                usize::try_from(*key).is_ok_and(|key| changed.get(key).is_none_or(Option::is_none));
            if absent {
                *key = -1;
            }
        }
        self.values = changed.into_iter().map(Option::unwrap_or_default).collect();
        self
    }

    /// Reads a text column (plain or dictionary); empty text is absent.
    pub(crate) fn read(array: &ArrayRef) -> Option<Self> {
        let mut texts = Self {
            keys: Vec::with_capacity(array.len()),
            values: Vec::new(),
        };
        let mut known: HashMap<String, i32> = HashMap::new();
        let mut last: Option<(String, i32)> = None;
        let mut push = |text: Option<&str>| {
            let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
                texts.keys.push(-1);
                return;
            };
            if let Some((before, key)) = &last
                && before == text
            {
                texts.keys.push(*key);
                return;
            }
            let key = known.get(text).copied().unwrap_or_else(|| {
                let key = i32::try_from(texts.values.len()).unwrap_or(-1);
                texts.values.push(text.to_owned());
                known.insert(text.to_owned(), key);
                key
            });
            last = Some((text.to_owned(), key));
            texts.keys.push(key);
        };
        if let Some(plain) = array.as_any().downcast_ref::<StringArray>() {
            for text in plain {
                push(text);
            }
        } else {
            let dictionary = array
                .as_any()
                .downcast_ref::<DictionaryArray<Int32Type>>()?;
            let values = dictionary.values().as_any().downcast_ref::<StringArray>()?;
            for key in dictionary.keys() {
                let text = key
                    .and_then(|key| usize::try_from(key).ok())
                    .filter(|key| *key < values.len() && values.is_valid(*key))
                    .map(|key| values.value(key));
                push(text);
            }
        }
        Some(texts)
    }

    /// As a dictionary array.
    pub(crate) fn array(&self) -> ArrayRef {
        let keys: Int32Array = self
            .keys
            .iter()
            .map(|key| (*key >= 0).then_some(*key))
            .collect();
        let values: StringArray = self.values.iter().map(|v| Some(v.as_str())).collect();
        match DictionaryArray::<Int32Type>::try_new(keys, Arc::new(values)) {
            Ok(array) => Arc::new(array),
            // Keys are made together with the values and cannot point beyond them.
            Err(_) => Arc::new(StringArray::new_null(self.keys.len())),
        }
    }
}

/// The columns of a batch by property.
#[derive(Debug)]
pub(crate) struct Columns {
    pub(crate) rows: usize,
    numbers: Vec<Option<Vec<f64>>>,
    texts: Vec<Option<Texts>>,
    pub(crate) instants: Option<Vec<Option<i64>>>,
    pub(crate) section: Option<Int64Array>,
    /// Number of the log of each row.
    pub(crate) log: Option<Int64Array>,
    /// Latitude and longitude of the machine, where the rows are those of sections.
    pub(crate) machine: Option<[Float64Array; 2]>,
    pub(crate) product_index: Option<Int64Array>,
    /// Columns of the source's own, as they are.
    pub(crate) own: Vec<ArrayRef>,
}

impl Columns {
    pub(crate) fn new(rows: usize) -> Self {
        let count = Property::ALL.len();
        Self {
            rows,
            numbers: vec![None; count],
            texts: vec![None; count],
            instants: None,
            section: None,
            log: None,
            machine: None,
            product_index: None,
            own: Vec::new(),
        }
    }

    pub(crate) fn number(&self, property: Property) -> Option<&[f64]> {
        self.numbers.get(property as usize)?.as_deref()
    }

    /// The column's value; NaN where there is none.
    #[inline]
    pub(crate) fn at(&self, property: Property, row: usize) -> f64 {
        self.number(property)
            .and_then(|values| values.get(row))
            .copied()
            .unwrap_or(f64::NAN)
    }

    pub(crate) fn set_number(&mut self, property: Property, values: Vec<f64>) {
        if let Some(slot) = self.numbers.get_mut(property as usize) {
            *slot = Some(values);
        }
    }

    /// Takes a column out to change it; absent ones come as all NaN.
    pub(crate) fn take_number(&mut self, property: Property) -> Vec<f64> {
        self.numbers
            .get_mut(property as usize)
            .and_then(Option::take)
            .unwrap_or_else(|| vec![f64::NAN; self.rows])
    }

    pub(crate) fn text(&self, property: Property) -> Option<&Texts> {
        self.texts.get(property as usize)?.as_ref()
    }

    pub(crate) fn set_text(&mut self, property: Property, texts: Texts) {
        if let Some(slot) = self.texts.get_mut(property as usize) {
            *slot = Some(texts);
        }
    }
}

/// A numeric column in the wanted unit; values that are no finite number are absent.
pub(crate) fn read_number(
    batch: &RecordBatch,
    index: usize,
    from: &Unit,
    to: &Unit,
) -> Option<Vec<f64>> {
    let array = batch
        .columns()
        .get(index)?
        .as_any()
        .downcast_ref::<Float64Array>()?;
    let mut values: Vec<f64> = array.values().to_vec();
    if from.symbol != to.symbol {
        match from.factor_to(to) {
            Some(factor) => {
                if factor != 1.0 {
                    for value in &mut values {
                        *value *= factor;
                    }
                }
            }
            None => {
                for value in &mut values {
                    *value = to.from_base(from.to_base(*value));
                }
            }
        }
    }
    match array.nulls() {
        Some(nulls) => {
            for (value, valid) in values.iter_mut().zip(nulls.iter()) {
                if !valid || !value.is_finite() {
                    *value = f64::NAN;
                }
            }
        }
        None => {
            for value in &mut values {
                if !value.is_finite() {
                    *value = f64::NAN;
                }
            }
        }
    }
    Some(values)
}

/// An Arrow column of numbers, NaN as null.
pub(crate) fn number_array(values: Vec<f64>) -> ArrayRef {
    let nulls = values
        .iter()
        .any(|v| v.is_nan())
        .then(|| NullBuffer::from_iter(values.iter().map(|v| !v.is_nan())));
    Arc::new(Float64Array::new(values.into(), nulls))
}

/// An Arrow column of instants.
pub(crate) fn instant_array(values: &[Option<i64>]) -> ArrayRef {
    let array: TimestampMillisecondArray = values.iter().copied().collect();
    Arc::new(array.with_timezone("UTC"))
}
