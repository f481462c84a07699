//! Readers of vector tiles and of PMTiles archives, by the letter of the formats.

use flate2::read::GzDecoder;
use std::collections::{BTreeMap, HashSet};
use std::io::Read;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Float(f32),
    Double(f64),
}

impl Value {
    pub(crate) fn number(&self) -> f64 {
        match self {
            Self::Float(number) => f64::from(*number),
            Self::Double(number) => *number,
            Self::Text(text) => panic!("the text {text}"),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Feature {
    pub(crate) id: u64,
    /// Of a point; zero for a polygon.
    pub(crate) x: i32,
    pub(crate) y: i32,
    /// Of a polygon.
    pub(crate) rings: Vec<Vec<(i32, i32)>>,
    pub(crate) values: BTreeMap<String, Value>,
}

enum Part<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

impl<'a> Part<'a> {
    fn bytes(self) -> &'a [u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Number(number) => panic!("the number {number}"),
        }
    }

    fn number(self) -> u64 {
        match self {
            Self::Number(number) => number,
            Self::Bytes(_) => panic!("bytes"),
        }
    }
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first().expect("a byte");
        *bytes = rest;
        number |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return number;
        }
    }
    panic!("a number of more than ten bytes")
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(length);
    *bytes = rest;
    taken
}

fn parts(mut bytes: &[u8]) -> Vec<(u64, Part<'_>)> {
    let mut parts = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes);
        let part = match tag & 7 {
            0 => Part::Number(varint(&mut bytes)),
            1 => Part::Bytes(take(&mut bytes, 8)),
            2 => {
                let length = varint(&mut bytes) as usize;
                Part::Bytes(take(&mut bytes, length))
            }
            5 => Part::Bytes(take(&mut bytes, 4)),
            kind => panic!("wire type {kind}"),
        };
        parts.push((tag >> 3, part));
    }
    parts
}

fn numbers(mut bytes: &[u8]) -> Vec<u64> {
    let mut numbers = Vec::new();
    while !bytes.is_empty() {
        numbers.push(varint(&mut bytes));
    }
    numbers
}

fn value(bytes: &[u8]) -> Value {
    let [(field, part)] = <[_; 1]>::try_from(parts(bytes)).ok().expect("one value");
    let bytes = part.bytes();
    match field {
        1 => Value::Text(String::from_utf8(bytes.to_vec()).expect("text")),
        2 => Value::Float(f32::from_le_bytes(bytes.try_into().expect("four"))),
        3 => Value::Double(f64::from_le_bytes(bytes.try_into().expect("eight"))),
        field => panic!("value {field}"),
    }
}

fn zigzag(number: u64) -> i32 {
    ((number >> 1) as i32) ^ -((number & 1) as i32)
}

/// Keys, number of values and features of a tile's only layer.
pub(crate) fn layer(tile: &[u8]) -> (Vec<String>, usize, Vec<Feature>) {
    let [(3, layer)] = <[_; 1]>::try_from(parts(tile)).ok().expect("one layer") else {
        panic!("no layer");
    };
    let (mut keys, mut values, mut raw) = (Vec::new(), Vec::new(), Vec::new());
    let mut head = BTreeMap::new();
    let mut name: &[u8] = b"";
    for (field, part) in parts(layer.bytes()) {
        match field {
            1 => name = part.bytes(),
            2 => raw.push(part.bytes()),
            3 => keys.push(String::from_utf8(part.bytes().to_vec()).expect("text")),
            4 => values.push(part.bytes()),
            field => assert_eq!(head.insert(field, part.number()), None),
        }
    }
    assert_eq!(head, BTreeMap::from([(5, 4_096), (15, 2)]));
    assert_eq!(
        keys.iter().collect::<HashSet<_>>().len(),
        keys.len(),
        "keys repeat"
    );
    assert_eq!(
        values.iter().collect::<HashSet<_>>().len(),
        values.len(),
        "values repeat"
    );
    let features: Vec<Feature> = raw
        .into_iter()
        .map(|raw| feature(raw, &keys, &values))
        .collect();
    let polygons = features.iter().filter(|feature| !feature.rings.is_empty());
    match name {
        b"points" => assert_eq!(polygons.count(), 0),
        b"swaths" => assert_eq!(polygons.count(), features.len()),
        name => panic!("the layer {name:?}"),
    }
    (keys, values.len(), features)
}

fn feature(raw: &[u8], keys: &[String], known: &[&[u8]]) -> Feature {
    let (mut id, mut kind, mut values) = (None, None, BTreeMap::new());
    let (mut x, mut y, mut rings) = (0, 0, Vec::new());
    for (field, part) in parts(raw) {
        match field {
            1 => id = Some(part.number()),
            2 => {
                for pair in numbers(part.bytes()).chunks(2) {
                    let value = value(known[pair[1] as usize]);
                    let before = values.insert(keys[pair[0] as usize].clone(), value);
                    assert_eq!(before, None);
                }
            }
            3 => kind = Some(part.number()),
            4 if kind == Some(3) => rings = polygon(&numbers(part.bytes())),
            4 => {
                let commands = numbers(part.bytes());
                assert_eq!((kind, commands.len(), commands[0]), (Some(1), 3, 9));
                (x, y) = (zigzag(commands[1]), zigzag(commands[2]));
            }
            field => panic!("feature {field}"),
        }
    }
    Feature {
        id: id.expect("an id"),
        x,
        y,
        rings,
        values,
    }
}

/// Twice the area by the surveyor's formula.
pub(crate) fn twice_area(ring: &[(i32, i32)]) -> i64 {
    let wide = |place: usize| {
        let (x, y) = ring[place % ring.len()];
        (i64::from(x), i64::from(y))
    };
    let side = |place| {
        let ((x, y), (next_x, next_y)) = (wide(place), wide(place + 1));
        x * next_y - next_x * y
    };
    (0..ring.len()).map(side).sum()
}

/// Rings out of commands: each begins, goes on at least twice and closes; the first is an outer one.
fn polygon(mut commands: &[u64]) -> Vec<Vec<(i32, i32)>> {
    let (mut x, mut y) = (0, 0);
    let mut rings = Vec::new();
    let mut corner = |commands: &mut &[u64]| {
        x += zigzag(commands[0]);
        y += zigzag(commands[1]);
        *commands = &commands[2..];
        (x, y)
    };
    while let Some((&command, rest)) = commands.split_first() {
        assert_eq!(command, 9, "MoveTo once");
        commands = rest;
        let mut ring = vec![corner(&mut commands)];
        let (&command, rest) = commands.split_first().expect("LineTo");
        commands = rest;
        assert!(
            command & 7 == 2 && command >> 3 >= 2,
            "LineTo twice or more"
        );
        for _ in 0..command >> 3 {
            ring.push(corner(&mut commands));
        }
        assert_eq!(commands[0], 15, "ClosePath");
        commands = &commands[1..];
        let repeats = |place: usize| ring[place] == ring[(place + 1) % ring.len()];
        assert!(!(0..ring.len()).any(repeats), "a corner repeats: {ring:?}");
        assert_ne!(twice_area(&ring), 0, "no area: {ring:?}");
        rings.push(ring);
    }
    assert!(twice_area(&rings[0]) > 0, "the first ring is an outer one");
    rings
}

pub(crate) fn features(tile: &[u8]) -> Vec<Feature> {
    layer(tile).2
}

pub(crate) fn unzip(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut plain).expect("gzip");
    plain
}

/// An archive: header's bytes, metadata and tiles by number.
pub(crate) struct Archive {
    pub(crate) header: Vec<u8>,
    pub(crate) metadata: serde_json::Value,
    pub(crate) tiles: BTreeMap<u64, Vec<u8>>,
    pub(crate) leaves: usize,
}

pub(crate) fn archive(bytes: &[u8]) -> Archive {
    assert_eq!(&bytes[..8], b"PMTiles\x03");
    let word =
        |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight")) as usize;
    let section = |at: usize| &bytes[word(at)..word(at) + word(at + 8)];
    assert!(word(8) + word(16) <= 16_384, "the root is too long");
    let (leaves, data) = (section(40), section(56));
    let mut tiles = BTreeMap::new();
    let mut number_of_leaves = 0;
    let mut open = vec![section(8)];
    while let Some(directory) = open.pop() {
        for (number, offset, length, run) in entries(&unzip(directory)) {
            if run == 0 {
                number_of_leaves += 1;
                open.push(&leaves[offset..offset + length]);
            } else {
                assert_eq!(run, 1);
                let before = tiles.insert(number, unzip(&data[offset..offset + length]));
                assert_eq!(before, None);
            }
        }
    }
    assert_eq!([72, 80, 88].map(word), [tiles.len(); 3]);
    Archive {
        header: bytes[..127].to_vec(),
        metadata: serde_json::from_slice(&unzip(section(24))).expect("JSON"),
        tiles,
        leaves: number_of_leaves,
    }
}

fn entries(mut bytes: &[u8]) -> Vec<(u64, usize, usize, u64)> {
    let count = varint(&mut bytes) as usize;
    let mut column = || (0..count).map(|_| varint(&mut bytes)).collect::<Vec<_>>();
    let (differences, runs, lengths, offsets) = (column(), column(), column(), column());
    let mut entries: Vec<(u64, usize, usize, u64)> = Vec::new();
    for place in 0..count {
        let last = entries.last().copied().unwrap_or_default();
        let offset = match offsets[place] {
            0 => last.1 + last.2,
            given => given as usize - 1,
        };
        let number = last.0 + differences[place];
        entries.push((number, offset, lengths[place] as usize, runs[place]));
    }
    assert!(bytes.is_empty());
    entries
}
