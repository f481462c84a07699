//! The factors of a machine file, and what they were made of.

use super::given::{Load, Mass};
use crate::refusal::Refusal;

/// What is done with the harvest of a machine file.
#[derive(Clone, Debug, Default)]
pub(crate) enum Calibrate {
    #[default]
    No,
    By(Box<Settled>),
    Refused(Refusal),
}

/// The factors of a machine file, and what they were made of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settled {
    /// Of every record, or of the whole where there are loads.
    pub(crate) factor: f64,
    pub(crate) scale: Option<Mass>,
    pub(crate) monitor_kg: Option<f64>,
    pub(crate) expected_kg: Option<f64>,
    /// Standard points that lie in no load: their factor is 1.
    pub(crate) points_outside: u64,
    pub(crate) loads: Vec<SettledLoad>,
}

#[derive(Clone, Debug)]
pub(crate) struct SettledLoad {
    pub(crate) load: Load,
    pub(crate) factor: f64,
    pub(crate) monitor_kg: f64,
    pub(crate) points: u64,
}

impl Settled {
    pub(crate) fn factor(factor: f64) -> Self {
        Self {
            factor,
            ..Self::default()
        }
    }

    /// The factor of a record at an instant, milliseconds since 1970 UTC.
    pub(crate) fn at(&self, instant: Option<i64>) -> f64 {
        if self.loads.is_empty() {
            return self.factor;
        }
        let found = position(&self.loads, |settled| &settled.load, instant);
        found
            .and_then(|index| self.loads.get(index))
            .map_or(1.0, |settled| settled.factor)
    }
}

/// The load in which an instant lies: the last that began, unless it has ended.
pub(super) fn position<T>(
    loads: &[T],
    load: impl Fn(&T) -> &Load,
    instant: Option<i64>,
) -> Option<usize> {
    let instant = instant?;
    let begun = loads.partition_point(|l| load(l).start_ms <= instant);
    let index = begun.checked_sub(1)?;
    (instant <= load(loads.get(index)?).end_ms).then_some(index)
}
