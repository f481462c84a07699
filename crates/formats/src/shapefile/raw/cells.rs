//! Cells of a `.dbf` as Arrow columns: numbers as `Float64`, everything else as `Utf8`. Stars,
//! `NaN`, `-1.#IND` and blanks are null.

use super::dbf::{Column, Rows};
use super::encoding;
use arrow_array::builder::{Float64Builder, StringBuilder};
use arrow_array::{Array, ArrayRef, Float64Array, StringArray};
use arrow_schema::DataType;
use encoding_rs::Encoding;
use std::sync::Arc;

/// The Arrow type of a column.
pub(crate) fn data_type(column: &Column) -> DataType {
    match (column.kind, column.length) {
        (b'N' | b'F', _) | (b'I' | b'+', 4) | (b'B' | b'O', 8) => DataType::Float64,
        _ => DataType::Utf8,
    }
}

/// The cells of a column in the given rows.
pub(crate) fn column(
    column: &Column,
    rows: &Rows,
    kept: &[usize],
    version: u8,
    encoding: &'static Encoding,
) -> ArrayRef {
    if data_type(column) == DataType::Float64 {
        let mut builder = Float64Builder::with_capacity(kept.len());
        for row in kept {
            builder.append_option(number(column, rows.cell(*row, column), version));
        }
        return Arc::new(builder.finish());
    }
    let mut builder = StringBuilder::new();
    for row in kept {
        builder.append_option(text(column, rows.cell(*row, column), encoding));
    }
    Arc::new(builder.finish())
}

fn number(column: &Column, cell: &[u8], version: u8) -> Option<f64> {
    match column.kind {
        b'I' | b'+' => {
            let bytes: [u8; 4] = cell.try_into().ok()?;
            // dBase 7 stores big-endian with the sign bit turned; FoxPro little-endian.
            Some(if version & 7 == 4 {
                f64::from(i32::from_be_bytes(bytes) ^ i32::MIN)
            } else {
                f64::from(i32::from_le_bytes(bytes))
            })
        }
        b'B' | b'O' => {
            let bytes: [u8; 8] = cell.try_into().ok()?;
            Some(f64::from_le_bytes(bytes)).filter(|v| v.is_finite())
        }
        _ => std::str::from_utf8(cell).ok().and_then(parse_number),
    }
}

/// A number as tables print it, finite or nothing.
pub(crate) fn parse_number(text: &str) -> Option<f64> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0' || c == '"');
    let value: f64 = match text.parse() {
        Ok(value) => value,
        Err(_) if text.contains(',') && !text.contains('.') => {
            text.replacen(',', ".", 1).parse().ok()?
        }
        Err(_) => return None,
    };
    value.is_finite().then_some(value)
}

fn text(column: &Column, cell: &[u8], encoding: &'static Encoding) -> Option<String> {
    match (column.kind, cell.len()) {
        (b'L', _) => match cell.first()? {
            b'T' | b't' | b'Y' | b'y' => Some("T".to_owned()),
            b'F' | b'f' | b'N' | b'n' => Some("F".to_owned()),
            _ => None,
        },
        (b'@' | b'T', 8) => {
            let day = i64::from(i32::from_le_bytes(cell.get(..4)?.try_into().ok()?));
            let ms = i64::from(i32::from_le_bytes(cell.get(4..)?.try_into().ok()?));
            // Julian day number 2,440,588 is 1970-01-01.
            let instant = (day - 2_440_588) * 86_400_000 + ms;
            let instant = jiff::Timestamp::from_millisecond(instant).ok()?;
            (day > 0).then(|| instant.to_string().trim_end_matches('Z').to_owned())
        }
        (b'M' | b'G' | b'P', _) => None,
        _ => {
            let text = encoding::text(cell, encoding);
            let empty = text.is_empty() || text.bytes().all(|b| b == b'*');
            (!empty).then_some(text)
        }
    }
}

/// A column as numbers; text is parsed.
pub(crate) fn as_numbers(column: &ArrayRef) -> Float64Array {
    if let Some(numbers) = column.as_any().downcast_ref::<Float64Array>() {
        return numbers.clone();
    }
    match column.as_any().downcast_ref::<StringArray>() {
        Some(texts) => texts.iter().map(|t| t.and_then(parse_number)).collect(),
        None => Float64Array::new_null(column.len()),
    }
}

/// A column as text; whole numbers without decimals.
pub(crate) fn as_texts(column: &ArrayRef) -> StringArray {
    if let Some(texts) = column.as_any().downcast_ref::<StringArray>() {
        return texts.clone();
    }
    match column.as_any().downcast_ref::<Float64Array>() {
        Some(numbers) => numbers.iter().map(|n| n.map(|n| n.to_string())).collect(),
        None => StringArray::new_null(column.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_none_are_null() {
        for text in [
            "******", "NaN", "-1.#IND", "1.#QNAN", "", "   ", "inf", "1e999",
        ] {
            assert_eq!(parse_number(text), None, "{text}");
        }
        assert_eq!(parse_number("  12.50 "), Some(12.5));
        assert_eq!(parse_number("12,5"), Some(12.5));
        assert_eq!(parse_number("1.5e+003"), Some(1500.0));
    }
}
