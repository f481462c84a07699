//! A column typed once, so that rows are written without a look at a type.

use crate::{WriteError, is_json};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMillisecondType,
    UInt8Type, UInt16Type, UInt32Type,
};
use arrow_array::{Array, ArrowPrimitiveType, BooleanArray, PrimitiveArray, StringArray};
use arrow_schema::{DataType, Field, TimeUnit};

/// The array of a column by its type.
pub(crate) enum Values<'a> {
    Number(&'a PrimitiveArray<Float64Type>),
    Single(&'a PrimitiveArray<Float32Type>),
    Integer(&'a PrimitiveArray<Int64Type>),
    /// Narrower whole numbers.
    Small(PrimitiveArray<Int64Type>),
    Boolean(&'a BooleanArray),
    Instant(&'a PrimitiveArray<TimestampMillisecondType>),
    Text(&'a StringArray),
    Json(&'a StringArray),
    Dictionary {
        keys: &'a PrimitiveArray<Int32Type>,
        texts: &'a StringArray,
        json: bool,
    },
}

/// One value. Numbers are finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell<'a> {
    Null,
    Real(f64),
    Integer(i64),
    Boolean(bool),
    /// Milliseconds since 1970.
    Instant(i64),
    Text(&'a str),
}

impl Values<'_> {
    /// The value of a row; null where it is absent, no number or empty JSON.
    #[inline]
    pub(crate) fn cell(&self, row: usize) -> Cell<'_> {
        let real = |value: Option<f64>| {
            value
                .filter(|value| value.is_finite())
                .map_or(Cell::Null, Cell::Real)
        };
        match self {
            Self::Number(array) => real(get(array, row)),
            Self::Single(array) => real(get(array, row).map(f64::from)),
            Self::Integer(array) => get(array, row).map_or(Cell::Null, Cell::Integer),
            Self::Small(array) => get(array, row).map_or(Cell::Null, Cell::Integer),
            Self::Boolean(array) if array.is_valid(row) => Cell::Boolean(array.value(row)),
            Self::Boolean(_) => Cell::Null,
            Self::Instant(array) => get(array, row).map_or(Cell::Null, Cell::Instant),
            Self::Text(array) => get_text(array, row).map_or(Cell::Null, Cell::Text),
            Self::Json(array) => get_text(array, row)
                .filter(|text| !text.is_empty())
                .map_or(Cell::Null, Cell::Text),
            Self::Dictionary { .. } => self.dictionary_text(row).map_or(Cell::Null, Cell::Text),
        }
    }

    /// The text of a dictionary's row; none for empty JSON.
    pub(crate) fn dictionary_text(&self, row: usize) -> Option<&str> {
        let Self::Dictionary { keys, texts, json } = self else {
            return None;
        };
        let index = usize::try_from(get(keys, row)?).ok()?;
        let text = (index < texts.len()).then(|| get_text(texts, index))??;
        (!json || !text.is_empty()).then_some(text)
    }
}

#[inline]
pub(crate) fn get<T: ArrowPrimitiveType>(
    array: &PrimitiveArray<T>,
    row: usize,
) -> Option<T::Native> {
    array.is_valid(row).then(|| array.value(row))
}

pub(crate) fn get_text(array: &StringArray, row: usize) -> Option<&str> {
    array.is_valid(row).then(|| array.value(row))
}

/// Types a column.
pub(crate) fn values<'a>(field: &Field, array: &'a dyn Array) -> Result<Values<'a>, WriteError> {
    let unknown = || {
        WriteError::Shape(format!(
            "column `{}` of type {}, which no output knows",
            field.name(),
            field.data_type()
        ))
    };
    let json = is_json(field);
    Ok(match array.data_type() {
        DataType::Float64 => Values::Number(array.as_primitive()),
        DataType::Float32 => Values::Single(array.as_primitive()),
        DataType::Int64 => Values::Integer(array.as_primitive()),
        DataType::Int32 => Values::Small(array.as_primitive::<Int32Type>().unary(i64::from)),
        DataType::Int16 => Values::Small(array.as_primitive::<Int16Type>().unary(i64::from)),
        DataType::Int8 => Values::Small(array.as_primitive::<Int8Type>().unary(i64::from)),
        DataType::UInt32 => Values::Small(array.as_primitive::<UInt32Type>().unary(i64::from)),
        DataType::UInt16 => Values::Small(array.as_primitive::<UInt16Type>().unary(i64::from)),
        DataType::UInt8 => Values::Small(array.as_primitive::<UInt8Type>().unary(i64::from)),
        DataType::Boolean => Values::Boolean(array.as_boolean()),
        DataType::Timestamp(TimeUnit::Millisecond, _) => Values::Instant(array.as_primitive()),
        DataType::Utf8 if json => Values::Json(array.as_string()),
        DataType::Utf8 => Values::Text(array.as_string()),
        DataType::Dictionary(_, _) => {
            let dictionary = array.as_dictionary_opt::<Int32Type>().ok_or_else(unknown)?;
            let texts = dictionary
                .values()
                .as_string_opt::<i32>()
                .ok_or_else(unknown)?;
            Values::Dictionary {
                keys: dictionary.keys(),
                texts,
                json,
            }
        }
        _ => return Err(unknown()),
    })
}
