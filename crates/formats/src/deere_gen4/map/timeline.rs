//! Values carried forward: what each channel and state said last at a moment.

use super::super::raw::columns::Position;
use super::super::raw::{Data, Sample};
use super::rules::NO_VALUE;

/// Values in force at the moment that was last asked for.
pub(crate) struct Timeline {
    numbers: Vec<Option<f64>>,
    states: Vec<Box<[u8]>>,
    position: Option<Position>,
    next_number: Vec<usize>,
    next_state: Vec<usize>,
    next_position: usize,
    /// Positions from here on are points that were not written yet.
    keep_positions: usize,
}

impl Timeline {
    pub(crate) fn new(data: &Data) -> Self {
        Self {
            numbers: vec![None; data.numbers.len()],
            states: vec![Box::default(); data.states.len()],
            position: None,
            next_number: vec![0; data.numbers.len()],
            next_state: vec![0; data.states.len()],
            next_position: 0,
            keep_positions: usize::MAX,
        }
    }

    /// Tells how many positions were written as points, where they are the points.
    pub(crate) fn keep_from(&mut self, written: usize) {
        self.keep_positions = written;
    }

    /// Moves on to a moment: channels and states as of `time`, the receiver as of `place_time`.
    pub(crate) fn advance(&mut self, data: &Data, time: i64, place_time: i64) {
        for ((samples, next), held) in data
            .numbers
            .iter()
            .zip(&mut self.next_number)
            .zip(&mut self.numbers)
        {
            while let Some(sample) = samples.get(*next).filter(|sample| sample.time <= time) {
                *held = (sample.value != NO_VALUE).then_some(sample.value);
                *next += 1;
            }
        }
        for ((samples, next), held) in data
            .states
            .iter()
            .zip(&mut self.next_state)
            .zip(&mut self.states)
        {
            while let Some(sample) = samples.get(*next).filter(|sample| sample.time <= time) {
                held.clone_from(&sample.value);
                *next += 1;
            }
        }
        while let Some(position) = data
            .positions
            .get(self.next_position)
            .filter(|position| position.time <= place_time)
        {
            self.position = Some(*position);
            self.next_position += 1;
        }
    }

    /// Forgets the samples that were passed.
    pub(crate) fn forget(&mut self, data: &mut Data) {
        forget(&mut data.numbers, &mut self.next_number);
        forget(&mut data.states, &mut self.next_state);
        let passed = self.next_position.min(self.keep_positions);
        data.positions.drain(..passed);
        self.next_position -= passed;
        self.keep_positions = usize::MAX;
    }

    /// Raw value of a channel.
    pub(crate) fn number(&self, slot: usize) -> Option<f64> {
        self.numbers.get(slot).copied().flatten()
    }

    /// Whether a section's byte says on; `None` before its first state.
    pub(crate) fn on(&self, slot: usize, byte: usize) -> Option<bool> {
        match self.states.get(slot)?.get(byte)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    pub(crate) fn position(&self) -> Option<&Position> {
        self.position.as_ref()
    }
}

fn forget<T>(samples: &mut [Vec<Sample<T>>], next: &mut [usize]) {
    for (samples, next) in samples.iter_mut().zip(next) {
        samples.drain(..*next);
        *next = 0;
    }
}
