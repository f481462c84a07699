//! The columns of a data frame: receiver positions, implement edges, numbers and section states.
//!
//! Rule: the delta lists begin at the frame's start; a column's own first value with its own time
//! is the last sample of the frame before, so it is given out only when its channel is met for the
//! first time, and otherwise is the base that the value deltas count from.

use crate::shared::protobuf::{Fields, Packed, Value, WireError};
use std::collections::HashMap;

/// A receiver sample. Raw units: nano-degrees, deci-degrees, millimetres, mm/s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Position {
    pub(crate) time: i64,
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
    pub(crate) heading: f64,
    pub(crate) elevation: f64,
    pub(crate) speed: f64,
    pub(crate) distance: f64,
}

/// Both ends of the implement's edge, nano-degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Edge {
    pub(crate) time: i64,
    /// Latitude, longitude.
    pub(crate) left: (f64, f64),
    pub(crate) right: (f64, f64),
}

/// A value with its time, milliseconds from the log's start.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sample<T> {
    pub(crate) time: i64,
    pub(crate) value: T,
}

/// What is decoded; all else is passed over.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) positions: bool,
    /// Id of the edge columns.
    pub(crate) edge: Option<i64>,
    pub(crate) numbers: Vec<i64>,
    pub(crate) states: Vec<i64>,
}

/// Samples of the frames so far that nobody took yet.
#[derive(Debug, Default)]
pub(crate) struct Data {
    /// End of the last frame.
    pub(crate) until: i64,
    pub(crate) positions: Vec<Position>,
    pub(crate) edges: Vec<Edge>,
    /// In the order of [`Wanted`].
    pub(crate) numbers: Vec<Vec<Sample<f64>>>,
    pub(crate) states: Vec<Vec<Sample<Box<[u8]>>>>,
    /// Samples of position columns that hold no place.
    pub(crate) speed_only: u64,
    /// Number slots that the last frame wrote, each with its samples before it; state slots likewise.
    pub(crate) touched: Vec<(usize, usize)>,
    pub(crate) touched_states: Vec<usize>,
    /// Positions before the last frame.
    pub(crate) positions_before: usize,
}

#[derive(Clone, Copy)]
enum Slot {
    Number(usize),
    State(usize),
}

/// Decodes data frames one after the other; remembers which channels were met.
pub(crate) struct Decoder {
    wanted: Wanted,
    slots: HashMap<i64, Slot>,
    met_numbers: Vec<bool>,
    met_states: Vec<bool>,
    met_position: bool,
    met_edge: bool,
    /// Number of the frame that last wrote a number slot.
    frame_of: Vec<u64>,
    frames: u64,
}

impl Decoder {
    pub(crate) fn new(wanted: Wanted) -> Self {
        let numbers = wanted.numbers.iter().enumerate();
        let states = wanted.states.iter().enumerate();
        let slots = numbers
            .map(|(slot, id)| (*id, Slot::Number(slot)))
            .chain(states.map(|(slot, id)| (*id, Slot::State(slot))))
            .collect();
        Self {
            met_numbers: vec![false; wanted.numbers.len()],
            met_states: vec![false; wanted.states.len()],
            met_position: false,
            met_edge: false,
            frame_of: vec![0; wanted.numbers.len()],
            frames: 0,
            slots,
            wanted,
        }
    }

    /// Room for what is wanted.
    pub(crate) fn data(&self) -> Data {
        Data {
            numbers: vec![Vec::new(); self.wanted.numbers.len()],
            states: vec![Vec::new(); self.wanted.states.len()],
            ..Data::default()
        }
    }

    /// Adds the samples of one data frame.
    pub(crate) fn frame(&mut self, body: &[u8], data: &mut Data) -> Result<(), WireError> {
        let (mut start, mut duration) = (0_i64, 0_i64);
        data.touched.clear();
        data.touched_states.clear();
        data.positions_before = data.positions.len();
        self.frames += 1;
        for field in Fields::new(body) {
            match field? {
                (4, value) => start = value.int(),
                (5, value) => duration = value.int(),
                (9, value) => self.block(value.bytes(), start, data)?,
                _ => {}
            }
        }
        data.until = start.saturating_add(duration.max(0));
        Ok(())
    }

    fn block(&mut self, message: &[u8], start: i64, data: &mut Data) -> Result<(), WireError> {
        let mut ids: Vec<i64> = Vec::new();
        let mut kinds: Vec<i64> = Vec::new();
        for field in Fields::new(message) {
            match field? {
                (1, Value::Bytes(list)) => kinds.extend(Packed::new(list).map(u64::cast_signed)),
                (1, value) => kinds.push(value.int()),
                (2, Value::Bytes(list)) => ids.extend(Packed::new(list).map(u64::cast_signed)),
                (2, value) => ids.push(value.int()),
                _ => {}
            }
        }
        let columns = Fields::new(message).filter_map(|field| match field {
            Ok((3, value)) => Some(value.bytes()),
            _ => None,
        });
        for ((kind, id), column) in kinds.into_iter().zip(ids).zip(columns) {
            match (kind, self.slots.get(&id).copied()) {
                (1, _) => self.position(column, start, data)?,
                (2, _) if self.wanted.edge == Some(id) => self.edge(column, start, data)?,
                (3, Some(Slot::Number(slot))) => self.number(slot, column, start, data)?,
                (4, Some(Slot::State(slot))) => self.state(slot, column, start, data)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn position(&mut self, column: &[u8], start: i64, data: &mut Data) -> Result<(), WireError> {
        let mut own = None;
        let mut base = [0.0; 6];
        let mut lists: [&[u8]; 7] = [&[]; 7];
        let (mut place, mut initial) = (false, false);
        for field in Fields::new(column) {
            let (number, value) = field?;
            // Latitude, longitude, heading, elevation, speed, distance.
            let (slot, list) = match number {
                1 => (Some(0), None),
                2 => (Some(1), None),
                3 => (Some(2), None),
                4 => (Some(3), None),
                5 => (Some(4), None),
                8 => (Some(5), None),
                12 => (None, Some(0)),
                13 => (None, Some(1)),
                14 => (None, Some(2)),
                16 => (None, Some(3)),
                15 => (None, Some(4)),
                21 => (None, Some(5)),
                10 => (None, Some(6)),
                26 => {
                    own = Some(value.int());
                    (None, None)
                }
                _ => (None, None),
            };
            place |= matches!(number, 1 | 2 | 12 | 13);
            initial |= matches!(number, 1 | 2);
            if let Some(slot) = slot.and_then(|slot| base.get_mut(slot)) {
                *slot = number_of(value);
            }
            if let Some(list) = list.and_then(|list: usize| lists.get_mut(list)) {
                *list = value.bytes();
            }
        }
        let [lat, lon, heading, elevation, speed, distance, times] = lists;
        if !place {
            data.speed_only +=
                Packed::new(times).count() as u64 + u64::from(own.is_some() && times.is_empty());
            return Ok(());
        }
        if !self.wanted.positions {
            return Ok(());
        }
        if let Some(time) = own.filter(|_| initial && !self.met_position) {
            data.positions.push(position(time, base));
        }
        self.met_position = true;
        let mut time = start;
        let mut sums = base;
        let mut values = [lat, lon, heading, elevation, speed, distance].map(deltas);
        for step in Packed::new(times).zigzag() {
            time = time.saturating_add(step);
            for (sum, list) in sums.iter_mut().zip(&mut values) {
                *sum += list.next().unwrap_or(0) as f64;
            }
            data.positions.push(position(time, sums));
        }
        Ok(())
    }

    fn edge(&mut self, column: &[u8], start: i64, data: &mut Data) -> Result<(), WireError> {
        let mut own = None;
        let mut base = [0.0; 4];
        let mut lists: [&[u8]; 5] = [&[]; 5];
        for field in Fields::new(column) {
            let (number, value) = field?;
            match number {
                1..=4 => {
                    if let Some(slot) = base.get_mut(number as usize - 1) {
                        *slot = number_of(value);
                    }
                }
                12 => own = Some(value.int()),
                15 => lists[4] = value.bytes(),
                17..=20 => {
                    if let Some(list) = lists.get_mut(number as usize - 17) {
                        *list = value.bytes();
                    }
                }
                _ => {}
            }
        }
        if let Some(time) = own.filter(|_| !self.met_edge) {
            // A log that takes up where another ended begins at its own start: so has the maker's
            // export it.
            data.edges.push(edge(time.max(start), base));
        }
        self.met_edge = true;
        let [lat_left, lon_left, lat_right, lon_right, times] = lists;
        let mut time = start;
        let mut sums = base;
        let mut values = [lat_left, lon_left, lat_right, lon_right].map(deltas);
        for step in Packed::new(times).zigzag() {
            time = time.saturating_add(step);
            for (sum, list) in sums.iter_mut().zip(&mut values) {
                *sum += list.next().unwrap_or(0) as f64;
            }
            data.edges.push(edge(time, sums));
        }
        Ok(())
    }

    fn number(
        &mut self,
        slot: usize,
        column: &[u8],
        start: i64,
        data: &mut Data,
    ) -> Result<(), WireError> {
        let (mut own, mut value) = (None, 0.0);
        let (mut times, mut steps): (&[u8], &[u8]) = (&[], &[]);
        for field in Fields::new(column) {
            match field? {
                (1, initial) => value = number_of(initial),
                (2, list) => times = list.bytes(),
                (3, list) => steps = list.bytes(),
                (12, at) => own = Some(at.int()),
                _ => {}
            }
        }
        let (Some(samples), Some(met)) =
            (data.numbers.get_mut(slot), self.met_numbers.get_mut(slot))
        else {
            return Ok(());
        };
        if let Some(frame) = self
            .frame_of
            .get_mut(slot)
            .filter(|frame| **frame != self.frames)
        {
            *frame = self.frames;
            data.touched.push((slot, samples.len()));
        }
        if let Some(time) = own.filter(|_| !*met) {
            samples.push(Sample { time, value });
        }
        *met = true;
        let mut time = start;
        let mut steps = deltas(steps);
        for step in Packed::new(times).zigzag() {
            time = time.saturating_add(step);
            value += steps.next().unwrap_or(0) as f64;
            samples.push(Sample { time, value });
        }
        Ok(())
    }

    fn state(
        &mut self,
        slot: usize,
        column: &[u8],
        start: i64,
        data: &mut Data,
    ) -> Result<(), WireError> {
        let (Some(samples), Some(met)) = (data.states.get_mut(slot), self.met_states.get_mut(slot))
        else {
            return Ok(());
        };
        data.touched_states.push(slot);
        let (mut own, mut initial, mut times): (_, _, &[u8]) = (None, None, &[]);
        for field in Fields::new(column) {
            match field? {
                (1, list) => times = list.bytes(),
                (3, value) => initial = Some(value.bytes()),
                (12, at) => own = Some(at.int()),
                _ => {}
            }
        }
        if let (Some(time), Some(state), false) = (own, initial, *met) {
            samples.push(Sample {
                time,
                value: state_bytes(state)?,
            });
        }
        *met = true;
        let mut time = start;
        let mut times = Packed::new(times).zigzag();
        for field in Fields::new(column) {
            if let (2, state) = field? {
                time = time.saturating_add(times.next().unwrap_or(0));
                samples.push(Sample {
                    time,
                    value: state_bytes(state.bytes())?,
                });
            }
        }
        Ok(())
    }
}

/// Whole or floating, as the display writes it.
fn number_of(value: Value<'_>) -> f64 {
    match value {
        Value::Varint(_) => value.int() as f64,
        other => other.float(),
    }
}

fn deltas(list: &[u8]) -> impl Iterator<Item = i64> + '_ {
    Packed::new(list).zigzag()
}

fn state_bytes(message: &[u8]) -> Result<Box<[u8]>, WireError> {
    for field in Fields::new(message) {
        if let (1, value) = field? {
            return Ok(value.bytes().into());
        }
    }
    Ok(Box::default())
}

fn position(
    time: i64,
    [latitude, longitude, heading, elevation, speed, distance]: [f64; 6],
) -> Position {
    Position {
        time,
        latitude,
        longitude,
        heading,
        elevation,
        speed,
        distance,
    }
}

fn edge(time: i64, [lat_left, lon_left, lat_right, lon_right]: [f64; 4]) -> Edge {
    Edge {
        time,
        left: (lat_left, lon_left),
        right: (lat_right, lon_right),
    }
}
