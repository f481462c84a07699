//! One record in dense columns by the index of its meters.

use super::super::raw::{Cell, Meter, Record};
use crate::shared::protobuf::WireError;
use std::collections::HashMap;
use tramline_model::Unit;

/// Values of the current record.
pub(crate) struct Row {
    index: HashMap<i64, usize>,
    /// Base unit values; NaN where there is none.
    pub(crate) base: Vec<f64>,
    /// As logged, with the unit of the value.
    pub(crate) numbers: Vec<f64>,
    pub(crate) units: Vec<Option<&'static Unit>>,
    pub(crate) members: Vec<String>,
    /// Unit codes met, so that each is looked up once.
    known: HashMap<String, Option<&'static Unit>>,
}

impl Row {
    pub(crate) fn new(meters: &[Meter]) -> Self {
        let index = meters
            .iter()
            .enumerate()
            .map(|(index, meter)| (meter.id, index));
        Self {
            index: index.collect(),
            base: vec![f64::NAN; meters.len()],
            numbers: vec![f64::NAN; meters.len()],
            units: vec![None; meters.len()],
            members: vec![String::new(); meters.len()],
            known: HashMap::new(),
        }
    }

    pub(crate) fn fill(&mut self, record: &Record<'_>) -> Result<(), WireError> {
        self.base.fill(f64::NAN);
        self.numbers.fill(f64::NAN);
        for member in &mut self.members {
            member.clear();
        }
        let Self {
            index,
            base,
            numbers,
            units,
            members,
            known,
        } = self;
        record.values(|id, cell| {
            let Some(index) = index.get(&id).copied() else {
                return;
            };
            match cell {
                Cell::Number(value, code) => {
                    if known.len() < 1_000 && !known.contains_key(code) {
                        known.insert(code.to_owned(), Unit::parse(code));
                    }
                    let unit = known.get(code).copied().flatten();
                    if let (Some(base), Some(number), Some(slot)) = (
                        base.get_mut(index),
                        numbers.get_mut(index),
                        units.get_mut(index),
                    ) {
                        *base = unit.map_or(f64::NAN, |unit| unit.to_base(value));
                        *number = value;
                        *slot = unit;
                    }
                }
                Cell::Member(text) => {
                    if let Some(member) = members.get_mut(index) {
                        member.push_str(text.get(..text.len().min(200)).unwrap_or_default());
                    }
                }
            }
        })
    }

    /// The first of the meters that has a value.
    pub(crate) fn first(&self, meters: &[usize]) -> Option<f64> {
        let mut values = meters
            .iter()
            .filter_map(|index| self.base.get(*index).copied());
        values.find(|value| !value.is_nan())
    }

    /// Whether a recording status says on; `None` where it says nothing.
    pub(crate) fn on(&self, meter: usize) -> Option<bool> {
        let text = self.members.get(meter)?;
        let word = text.rsplit("Status").next().unwrap_or(text);
        match word.to_ascii_lowercase().as_str() {
            "on" | "recording" => Some(true),
            "off" | "notrecording" => Some(false),
            _ => None,
        }
    }
}
