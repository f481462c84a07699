//! A range of numbers with open or closed ends, as the table writes it: `(0,100)`, `[0,)`.

/// From one number to another. NaN is in no interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The least number.
    pub low: f64,
    /// Whether `low` itself is in it.
    pub with_low: bool,
    /// The greatest number.
    pub high: f64,
    /// Whether `high` itself is in it.
    pub with_high: bool,
}

impl Interval {
    /// Every number.
    pub const ALL: Self = Self {
        low: f64::NEG_INFINITY,
        with_low: true,
        high: f64::INFINITY,
        with_high: true,
    };

    /// From one number to another, both in it.
    pub const fn between(low: f64, high: f64) -> Self {
        Self {
            low,
            with_low: true,
            high,
            with_high: true,
        }
    }

    /// Whether the number is in it.
    pub fn holds(&self, value: f64) -> bool {
        let above = value > self.low || (self.with_low && value == self.low);
        let below = value < self.high || (self.with_high && value == self.high);
        above && below
    }

    /// The same range where every number is changed by a rising function.
    #[must_use]
    pub fn map(self, change: impl Fn(f64) -> f64) -> Self {
        Self {
            low: change(self.low),
            high: change(self.high),
            ..self
        }
    }

    /// Reads a cell of the table; an empty one is every number, a missing end has no limit.
    pub(super) fn parse(cell: &str) -> Option<Self> {
        if cell.is_empty() {
            return Some(Self::ALL);
        }
        let with_low = match cell.chars().next()? {
            '[' => true,
            '(' => false,
            _ => return None,
        };
        let with_high = match cell.chars().last()? {
            ']' => true,
            ')' => false,
            _ => return None,
        };
        let (low, high) = cell.get(1..cell.len() - 1)?.split_once(',')?;
        let end = |text: &str, without: f64| match text {
            "" => Some(without),
            text => text.parse().ok(),
        };
        Some(Self {
            low: end(low, f64::NEG_INFINITY)?,
            with_low,
            high: end(high, f64::INFINITY)?,
            with_high,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_count_as_they_are_written() {
        for (cell, inside, outside) in [
            ("(0,100)", &[0.1, 99.9][..], &[0.0, 100.0, -1.0, 6553.5][..]),
            ("[0,)", &[0.0, 1e308][..], &[-0.001][..]),
            ("[-500,9000]", &[-500.0, 9000.0][..], &[-500.1, 9001.0][..]),
            ("", &[f64::MAX, -1e300][..], &[f64::NAN][..]),
        ] {
            let interval = Interval::parse(cell).expect(cell);
            assert!(inside.iter().all(|value| interval.holds(*value)), "{cell}");
            let out = |value: &f64| !interval.holds(*value);
            assert!(outside.iter().all(out), "{cell}");
        }
        for cell in ["0,1", "[0]", "[a,b]", "[", "€"] {
            assert_eq!(Interval::parse(cell), None, "{cell}");
        }
    }
}
