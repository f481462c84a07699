//! Numbers that stand for "no value" (`data/sentinels.csv`).
//!
//! Rule: such a number is absent only where the quantity cannot be it; 255 L/ha is a rate.

use std::sync::OnceLock;

/// Values as near as this are the same: some travelled as numbers of 32 bits.
const SAME: f64 = 2e-7;

/// One number that stands for no value.
#[derive(Clone, Debug, PartialEq)]
pub struct Sentinel {
    /// The number.
    pub value: f64,
    /// It is also seen divided by ten as often as this.
    pub powers: u8,
    /// What it means.
    pub says: &'static str,
    /// Where that is known from.
    pub source: &'static str,
}

impl Sentinel {
    /// The sentinel that a number is, as it was logged or scaled to tenths, hundredths, ….
    pub fn find(value: f64) -> Option<&'static Self> {
        sentinels().iter().find(|sentinel| {
            let mut scaled = sentinel.value;
            (0..=sentinel.powers).any(|_| {
                let same = (value - scaled).abs() <= scaled.abs() * SAME;
                scaled /= 10.0;
                same
            })
        })
    }
}

/// Every number that stands for no value.
pub fn sentinels() -> &'static [Sentinel] {
    static LIST: OnceLock<Vec<Sentinel>> = OnceLock::new();
    LIST.get_or_init(|| {
        include_str!("../../data/sentinels.csv")
            .lines()
            .skip(1)
            .filter_map(|line| {
                let mut cells = line.split(';');
                Some(Sentinel {
                    value: cells.next()?.parse().ok()?,
                    powers: cells.next()?.parse().ok()?,
                    says: cells.next()?,
                    source: cells.next()?,
                })
            })
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read_and_has_a_source() {
        let lines = include_str!("../../data/sentinels.csv").lines().count();
        assert_eq!(sentinels().len() + 1, lines);
        assert!(
            sentinels()
                .iter()
                .all(|s| !s.source.is_empty() && !s.says.is_empty())
        );
    }

    #[test]
    fn scaled_forms_are_found_and_their_neighbours_are_not() {
        for value in [
            65_535.0,
            6_553.5,
            655.35,
            65.535,
            -32_768.0,
            2_147_483.647,
            4_294_967_295.0,
            -9_999.0,
            -999.9_f64.trunc(),
            f64::from(f32::MAX),
            f64::MAX,
            -459.67,
            f64::from(6553.5_f32),
        ] {
            assert!(Sentinel::find(value).is_some(), "{value}");
        }
        for value in [
            0.0,
            100.0,
            65_530.0,
            6_553.0,
            12.5,
            -1.0,
            1e29,
            f64::NAN,
            f64::INFINITY,
        ] {
            assert!(Sentinel::find(value).is_none(), "{value}");
        }
    }
}
