//! A layer of points or polygons as Mapbox Vector Tile 2.1, written by hand: the format is four messages.
//!
//! Rule: each key and each value once. The id of a feature is its row.

use crate::draw::Rings;
use crate::layer::EXTENT;
use crate::options::Numbers;
use crate::points::{Column, Values};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

const VARINT: u64 = 0;
const LENGTH: u64 = 2;
/// `MoveTo` once, `LineTo` without its count, `ClosePath`.
const MOVE: u64 = 9;
const LINE: u64 = 2;
const CLOSE: u64 = 15;
/// Types of a geometry.
const POINT: u8 = 1;
const POLYGON: u8 = 3;
/// Whole numbers below this are exact as float, and so are the digits of what is measured.
const FLOAT_BELOW: f64 = 16_777_216.0;

/// Numbers spread by a multiplication: keys are values of the file, and a tile has few.
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(29) ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

type Indices = HashMap<u64, u64, BuildHasherDefault<Spread>>;

pub(crate) fn varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn tag(out: &mut Vec<u8>, field: u64, kind: u64) {
    varint(out, field << 3 | kind);
}

fn block(out: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    tag(out, field, LENGTH);
    varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn zigzag(number: i32) -> u64 {
    u64::from((number << 1 ^ number >> 31) as u32)
}

/// A layer that is being written.
pub(crate) struct Layer<'a> {
    name: &'static str,
    columns: &'a [Column],
    numbers: Numbers,
    /// Place of each column among the keys, once it has a value.
    keys: Vec<Option<u64>>,
    key_bytes: Vec<u8>,
    next_key: u64,
    floats: Indices,
    doubles: Indices,
    /// By column and key.
    texts: Vec<Vec<Option<u64>>>,
    texts_by_word: HashMap<&'a str, u64>,
    value_bytes: Vec<u8>,
    next_value: u64,
    features: Vec<u8>,
    attributes: Vec<u8>,
    geometry: Vec<u8>,
    feature: Vec<u8>,
}

impl<'a> Layer<'a> {
    pub(crate) fn new(name: &'static str, columns: &'a [Column], numbers: Numbers) -> Self {
        Self {
            name,
            columns,
            numbers,
            keys: vec![None; columns.len()],
            key_bytes: Vec::new(),
            next_key: 0,
            floats: Indices::default(),
            doubles: Indices::default(),
            texts: vec![Vec::new(); columns.len()],
            texts_by_word: HashMap::new(),
            value_bytes: Vec::new(),
            next_value: 0,
            features: Vec::new(),
            attributes: Vec::new(),
            geometry: Vec::new(),
            feature: Vec::new(),
        }
    }

    /// Bytes so far.
    pub(crate) fn len(&self) -> usize {
        self.features.len() + self.value_bytes.len() + self.key_bytes.len()
    }

    pub(crate) fn point(&mut self, row: u32, x: i32, y: i32) {
        self.geometry.clear();
        for number in [MOVE, zigzag(x), zigzag(y)] {
            varint(&mut self.geometry, number);
        }
        self.feature(row, POINT);
    }

    pub(crate) fn polygon(&mut self, row: u32, rings: &Rings) {
        self.geometry.clear();
        // Each corner counts from the one before, across rings as well.
        let mut before = [0, 0];
        for ring in rings.iter() {
            for (place, corner) in ring.iter().enumerate() {
                match place {
                    0 => varint(&mut self.geometry, MOVE),
                    1 => varint(&mut self.geometry, (ring.len() as u64 - 1) << 3 | LINE),
                    _ => {}
                }
                varint(&mut self.geometry, zigzag(corner[0] - before[0]));
                varint(&mut self.geometry, zigzag(corner[1] - before[1]));
                before = *corner;
            }
            varint(&mut self.geometry, CLOSE);
        }
        self.feature(row, POLYGON);
    }

    fn feature(&mut self, row: u32, kind: u8) {
        self.attributes.clear();
        let columns = self.columns;
        for (place, column) in columns.iter().enumerate() {
            let value = match &column.values {
                Values::Numbers(numbers) => numbers
                    .get(row as usize)
                    .filter(|number| number.is_finite())
                    .map(|number| self.number(*number)),
                Values::Texts { keys, texts } => keys
                    .get(row as usize)
                    .and_then(|key| self.text(place, *key as usize, texts)),
            };
            if let Some(value) = value {
                let key = self.key(place, &column.name);
                varint(&mut self.attributes, key);
                varint(&mut self.attributes, value);
            }
        }
        self.feature.clear();
        tag(&mut self.feature, 1, VARINT);
        varint(&mut self.feature, u64::from(row));
        if !self.attributes.is_empty() {
            block(&mut self.feature, 2, &self.attributes);
        }
        tag(&mut self.feature, 3, VARINT);
        self.feature.push(kind);
        block(&mut self.feature, 4, &self.geometry);
        block(&mut self.features, 2, &self.feature);
    }

    fn key(&mut self, place: usize, name: &str) -> u64 {
        let Some(known) = self.keys.get_mut(place) else {
            return 0;
        };
        *known.get_or_insert_with(|| {
            block(&mut self.key_bytes, 3, name.as_bytes());
            self.next_key += 1;
            self.next_key - 1
        })
    }

    fn number(&mut self, number: f64) -> u64 {
        // Without the sign of zero.
        let number = number + 0.0;
        let float = number as f32;
        let exact = f64::from(float) == number;
        let short = self.numbers == Numbers::Short && number.abs() < FLOAT_BELOW;
        let next = self.next_value;
        let index = if exact || short {
            *self
                .floats
                .entry(u64::from(float.to_bits()))
                .or_insert_with(|| {
                    // A value's length, float and its four bytes.
                    self.value_bytes.extend_from_slice(&[0x22, 5, 0x15]);
                    self.value_bytes.extend_from_slice(&float.to_le_bytes());
                    next
                })
        } else {
            *self.doubles.entry(number.to_bits()).or_insert_with(|| {
                self.value_bytes.extend_from_slice(&[0x22, 9, 0x19]);
                self.value_bytes.extend_from_slice(&number.to_le_bytes());
                next
            })
        };
        self.next_value += u64::from(index == next);
        index
    }

    fn text(&mut self, place: usize, key: usize, texts: &'a [String]) -> Option<u64> {
        let word = texts.get(key)?;
        let known = self.texts.get_mut(place)?;
        if known.is_empty() {
            known.resize(texts.len(), None);
        }
        let known = known.get_mut(key)?;
        if known.is_none() {
            let next = self.next_value;
            let index = *self.texts_by_word.entry(word).or_insert_with(|| {
                let mut value = Vec::with_capacity(word.len() + 6);
                block(&mut value, 1, word.as_bytes());
                block(&mut self.value_bytes, 4, &value);
                next
            });
            self.next_value += u64::from(index == next);
            *known = Some(index);
        }
        *known
    }

    /// The tile.
    pub(crate) fn finish(self) -> Vec<u8> {
        let mut layer = Vec::with_capacity(self.len() + 32);
        block(&mut layer, 1, self.name.as_bytes());
        layer.extend_from_slice(&self.features);
        layer.extend_from_slice(&self.key_bytes);
        layer.extend_from_slice(&self.value_bytes);
        tag(&mut layer, 5, VARINT);
        varint(&mut layer, u64::from(EXTENT));
        // Version.
        tag(&mut layer, 15, VARINT);
        layer.push(2);
        let mut tile = Vec::with_capacity(layer.len() + 8);
        block(&mut tile, 3, &layer);
        tile
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_any_length() {
        for (number, bytes) in [
            (0, vec![0]),
            (127, vec![0x7F]),
            (300, vec![0xAC, 2]),
            (u64::MAX, [vec![0xFF; 9], vec![1]].concat()),
        ] {
            let mut out = Vec::new();
            varint(&mut out, number);
            assert_eq!(out, bytes);
        }
        assert_eq!([0, -1, 1, -64].map(zigzag), [0, 1, 2, 127]);
    }

    #[test]
    fn a_tile_byte_by_byte() {
        let columns = [Column {
            name: "a".to_owned(),
            unit: None,
            values: Values::Numbers(vec![f64::NAN, 1.0]),
        }];
        let mut layer = Layer::new("points", &columns, Numbers::Exact);
        layer.point(0, 1, -1);
        layer.point(1, 0, 0);
        let expected: Vec<u8> = [
            &[0x1A, 49, 0x0A, 6][..],
            b"points",
            &[0x12, 9, 8, 0, 0x18, 1, 0x22, 3, 9, 2, 1],
            &[0x12, 13, 8, 1, 0x12, 2, 0, 0, 0x18, 1, 0x22, 3, 9, 0, 0],
            &[0x1A, 1, b'a'],
            &[0x22, 5, 0x15, 0, 0, 0x80, 0x3F],
            &[0x28, 0x80, 0x20, 0x78, 2],
        ]
        .concat();
        assert_eq!(layer.finish(), expected);
    }
}
