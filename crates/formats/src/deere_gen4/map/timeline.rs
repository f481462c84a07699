//! Values carried forward: what each channel and state said last at a moment.
//!
//! Rule: a moment costs what changed since the one before, whatever the number of channels.

use super::super::raw::columns::Position;
use super::super::raw::{Data, Sample};
use super::rules::NO_VALUE;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A channel or state column, by slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    Number(usize),
    State(usize),
}

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
    /// Sources with samples to come, by the time of the next.
    coming: BinaryHeap<Reverse<(i64, Source)>>,
    waiting_numbers: Vec<bool>,
    waiting_states: Vec<bool>,
    /// Slots whose samples were passed and can be forgotten.
    passed: Vec<Source>,
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
            coming: BinaryHeap::new(),
            waiting_numbers: vec![false; data.numbers.len()],
            waiting_states: vec![false; data.states.len()],
            passed: Vec::new(),
        }
    }

    /// Takes note of the samples that the last frame added.
    pub(crate) fn load(&mut self, data: &Data) {
        for (slot, _) in &data.touched {
            if let Some(waiting) = self.waiting_numbers.get_mut(*slot).filter(|w| !**w)
                && let Some(next) = self.next_number.get(*slot)
                && let Some(sample) = data
                    .numbers
                    .get(*slot)
                    .and_then(|samples| samples.get(*next))
            {
                *waiting = true;
                self.coming
                    .push(Reverse((sample.time, Source::Number(*slot))));
            }
        }
        for slot in &data.touched_states {
            if let Some(waiting) = self.waiting_states.get_mut(*slot).filter(|w| !**w)
                && let Some(next) = self.next_state.get(*slot)
                && let Some(sample) = data
                    .states
                    .get(*slot)
                    .and_then(|samples| samples.get(*next))
            {
                *waiting = true;
                self.coming
                    .push(Reverse((sample.time, Source::State(*slot))));
            }
        }
    }

    /// Tells how many positions were written as points, where they are the points.
    pub(crate) fn keep_from(&mut self, written: usize) {
        self.keep_positions = written;
    }

    /// Moves on to a moment: channels and states as of `time`, the receiver as of `place_time`.
    pub(crate) fn advance(&mut self, data: &Data, time: i64, place_time: i64) {
        while let Some(Reverse((next, source))) = self.coming.peek().copied() {
            if next > time {
                break;
            }
            self.coming.pop();
            let next = match source {
                Source::Number(slot) => self.take_number(data, slot, time),
                Source::State(slot) => self.take_state(data, slot, time),
            };
            self.passed.push(source);
            if let Some(next) = next {
                self.coming.push(Reverse((next, source)));
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

    /// Takes the samples up to a time; when the one behind them comes.
    fn take_number(&mut self, data: &Data, slot: usize, time: i64) -> Option<i64> {
        let samples = data.numbers.get(slot)?;
        let (next, held) = (self.next_number.get_mut(slot)?, self.numbers.get_mut(slot)?);
        while let Some(sample) = samples.get(*next).filter(|sample| sample.time <= time) {
            *held = (sample.value != NO_VALUE).then_some(sample.value);
            *next += 1;
        }
        let later = samples.get(*next).map(|sample| sample.time);
        *self.waiting_numbers.get_mut(slot)? = later.is_some();
        later
    }

    fn take_state(&mut self, data: &Data, slot: usize, time: i64) -> Option<i64> {
        let samples = data.states.get(slot)?;
        let (next, held) = (self.next_state.get_mut(slot)?, self.states.get_mut(slot)?);
        while let Some(sample) = samples.get(*next).filter(|sample| sample.time <= time) {
            held.clone_from(&sample.value);
            *next += 1;
        }
        let later = samples.get(*next).map(|sample| sample.time);
        *self.waiting_states.get_mut(slot)? = later.is_some();
        later
    }

    /// Forgets the samples that were passed.
    pub(crate) fn forget(&mut self, data: &mut Data) {
        for source in self.passed.drain(..) {
            match source {
                Source::Number(slot) => forget(&mut data.numbers, &mut self.next_number, slot),
                Source::State(slot) => forget(&mut data.states, &mut self.next_state, slot),
            }
        }
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

fn forget<T>(samples: &mut [Vec<Sample<T>>], next: &mut [usize], slot: usize) {
    if let (Some(samples), Some(next)) = (samples.get_mut(slot), next.get_mut(slot)) {
        samples.drain(..(*next).min(samples.len()));
        *next = 0;
    }
}
