//! One feature: its geometry into sums, its properties to values.

use super::header::{Column, Header};
use super::table::Table;
use crate::shared::layer::{Feature, Shape, Value};

/// Deepest geometry of parts in parts.
const DEPTH: u8 = 4;

const POLYGON: u8 = 3;
const MULTI_POLYGON: u8 = 6;

/// Fills a feature from its buffer; an error is what is wrong with it.
pub(crate) fn decode(
    bytes: &[u8],
    header: &Header,
    feature: &mut Feature,
) -> Result<(), &'static str> {
    feature.clear();
    let table = Table::root(bytes).ok_or("the feature is damaged: it is not a flat buffer")?;
    geometry(&table, header.geometry, feature);
    let values = table.bytes(1).unwrap_or_default();
    properties(values, &header.columns, feature).ok_or("the properties of the feature are damaged")
}

/// Gives a feature the position of its geometry. `kind` is that of the header, 0 when each
/// geometry tells its own.
fn geometry(table: &Table<'_>, kind: u8, feature: &mut Feature) {
    let Some(geometry) = table.table(0) else {
        return;
    };
    let kind = if kind == 0 {
        geometry.u8(6).unwrap_or(0)
    } else {
        kind
    };
    let mut shape = Shape::default();
    // Real positions take 16 bytes each; a hostile feature may let all its parts be the same.
    let mut left = table.size() / 8;
    add(&geometry, &mut shape, DEPTH, &mut left);
    feature.polygon = matches!(kind, POLYGON | MULTI_POLYGON);
    shape.settle(feature);
}

/// Adds a geometry and its parts. `left` is how many positions, ends and parts may still come.
fn add(geometry: &Table<'_>, shape: &mut Shape, depth: u8, left: &mut usize) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    let mut spend = || {
        let some = *left > 0;
        *left = left.saturating_sub(1);
        some
    };
    let mut positions = pairs(geometry);
    if let Some(ends) = geometry.u32s(0) {
        let mut taken = 0_u32;
        for end in ends {
            while taken < end && spend() {
                let Some(position) = positions.next() else {
                    break;
                };
                taken += 1;
                put(shape, position);
            }
            shape.close_ring();
            if !spend() {
                return;
            }
        }
    }
    let mut rest = false;
    for position in positions {
        if !spend() {
            return;
        }
        rest = true;
        put(shape, position);
    }
    if rest {
        shape.close_ring();
    }
    shape.close_polygon();
    for part in geometry.tables(7) {
        if *left == 0 {
            return;
        }
        *left -= 1;
        add(&part, shape, depth, left);
    }
}

fn put(shape: &mut Shape, (x, y): (f64, f64)) {
    if x.is_finite() && y.is_finite() {
        shape.add((x, y));
    }
}

fn pairs(geometry: &Table<'_>) -> impl Iterator<Item = (f64, f64)> {
    let mut numbers = geometry.f64s(1).into_iter().flatten();
    std::iter::from_fn(move || Some((numbers.next()?, numbers.next()?)))
}

/// Gives a feature its properties; `None` when their bytes are no list of columns and values.
fn properties(bytes: &[u8], columns: &[Column], feature: &mut Feature) -> Option<()> {
    let mut left = Bytes(bytes);
    while !left.0.is_empty() {
        let at = usize::from(u16::from_le_bytes(left.take()?));
        let value = left.value(columns.get(at)?.kind)?;
        feature.set(at, value);
    }
    Some(())
}

struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*first)
    }

    fn value(&mut self, kind: u8) -> Option<Value> {
        let number = match kind {
            0 => f64::from(i8::from_le_bytes(self.take()?)),
            1 => f64::from(u8::from_le_bytes(self.take()?)),
            2 => {
                let [truth] = self.take()?;
                return Some(Value::Text((truth != 0).to_string()));
            }
            3 => f64::from(i16::from_le_bytes(self.take()?)),
            4 => f64::from(u16::from_le_bytes(self.take()?)),
            5 => f64::from(i32::from_le_bytes(self.take()?)),
            6 => f64::from(u32::from_le_bytes(self.take()?)),
            7 => i64::from_le_bytes(self.take()?) as f64,
            8 => u64::from_le_bytes(self.take()?) as f64,
            9 => f64::from(f32::from_le_bytes(self.take()?)),
            10 => f64::from_le_bytes(self.take()?),
            11..=14 => {
                let length = usize::try_from(u32::from_le_bytes(self.take()?)).ok()?;
                let (text, rest) = self.0.split_at_checked(length)?;
                self.0 = rest;
                // 14 is binary.
                return Some(if kind == 14 {
                    Value::Null
                } else {
                    Value::Text(String::from_utf8_lossy(text).into_owned())
                });
            }
            _ => return None,
        };
        Some(if number.is_finite() {
            Value::Number(number)
        } else {
            Value::Null
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A geometry whose parts, four levels deep, are all the same later one.
    fn nested(parts: u32) -> Vec<u8> {
        // Root, then a list of fields for tables with field 0 (feature) or 7 (parts) at 4.
        let mut bytes = Vec::new();
        bytes.extend(32_u32.to_le_bytes());
        for field in [20_u16, 8, 4, 0, 0, 0, 0, 0, 0, 4] {
            bytes.extend(field.to_le_bytes());
        }
        for field in [6_u16, 8, 4, 0] {
            bytes.extend(field.to_le_bytes());
        }
        let table = |bytes: &mut Vec<u8>, fields: usize| {
            let back = bytes.len() as i32 - fields as i32;
            bytes.extend(back.to_le_bytes());
            bytes.extend(4_u32.to_le_bytes());
        };
        table(&mut bytes, 24);
        for _ in 0..DEPTH {
            table(&mut bytes, 4);
            bytes.extend(parts.to_le_bytes());
            for part in 0..parts {
                bytes.extend(((parts - part) * 4).to_le_bytes());
            }
        }
        table(&mut bytes, 4);
        bytes
    }

    #[test]
    fn parts_that_are_all_the_same_cost_no_more_than_their_bytes() {
        let bytes = nested(3);
        let table = Table::root(&bytes).expect("a table");
        let first = table.table(0).expect("a geometry");
        assert_eq!(first.tables(7).count(), 3);
        assert_eq!(
            first.tables(7).filter_map(|t| t.tables(7).last()).count(),
            3
        );
        // 2 000 parts in each of four levels would be 16 000 000 000 000 visits.
        let bytes = nested(2_000);
        let mut left = bytes.len() / 8;
        let table = Table::root(&bytes).expect("a table");
        let first = table.table(0).expect("a geometry");
        add(&first, &mut Shape::default(), DEPTH, &mut left);
        assert_eq!(left, 0);
    }

    #[test]
    fn values_of_every_type_are_read_and_cut_ones_are_none() {
        let columns: Vec<Column> = (0..15)
            .map(|kind| Column {
                name: kind.to_string(),
                kind,
            })
            .collect();
        let mut bytes: Vec<u8> = Vec::new();
        let mut put = |at: u16, value: &[u8]| {
            bytes.extend(at.to_le_bytes());
            bytes.extend(value);
        };
        put(0, &(-1_i8).to_le_bytes());
        put(2, &[1]);
        put(5, &(-7_i32).to_le_bytes());
        put(9, &1.5_f32.to_le_bytes());
        put(10, &f64::NAN.to_le_bytes());
        put(11, &[2, 0, 0, 0, b'a', b'b']);
        put(14, &[1, 0, 0, 0, 9]);
        let mut feature = Feature::default();
        assert!(properties(&bytes, &columns, &mut feature).is_some());
        let value = |at: usize| feature.values.get(at).cloned().unwrap_or_default();
        assert_eq!(
            (value(0), value(5)),
            (Value::Number(-1.0), Value::Number(-7.0))
        );
        assert_eq!(
            (value(2), value(10)),
            (Value::Text("true".to_owned()), Value::Null)
        );
        assert_eq!(
            (value(9), value(11)),
            (Value::Number(1.5), Value::Text("ab".to_owned()))
        );
        assert_eq!(value(14), Value::Null);
        for cut in 1..bytes.len() {
            let _ = properties(&bytes[..cut], &columns, &mut Feature::default());
        }
        assert!(properties(&[11, 0, 255, 255, 255, 255], &columns, &mut feature).is_none());
        assert!(properties(&[99, 0, 1], &columns, &mut feature).is_none());
    }
}
