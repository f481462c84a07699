//! The lines of `data/limits.csv`, and which of them stands for a property of a file.

use super::interval::Interval;
use super::quantity::Quantity;
use crate::crop::parsed_sources;
use crate::{CropSource, Dimension, OperationType, Unit};
use std::sync::OnceLock;

/// One line of the table; its numbers are in `unit`.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// What is limited.
    pub quantity: Quantity,
    /// The kind of work that it is for; empty for every kind.
    pub work: &'static str,
    /// Words in the names of the crops or products that it is for; none for all.
    pub subjects: Vec<&'static str>,
    /// The unit of the numbers.
    pub unit: &'static Unit,
    /// What one value can be.
    pub possible: Interval,
    /// The least that the mean of a file can be.
    pub low: f64,
    /// The greatest that the mean of a file can be.
    pub high: f64,
    /// A usual value.
    pub typical: f64,
    /// Where the numbers come from.
    pub source: &'static CropSource,
}

impl Limit {
    /// The first line for a quantity of that dimension, kind of work and name of a crop or product
    /// (empty where none is known).
    pub fn find(
        quantity: Quantity,
        dimension: Dimension,
        work: &OperationType,
        subject: &str,
    ) -> Option<&'static Self> {
        let subject = words(subject);
        limits().iter().find(|limit| {
            limit.quantity == quantity
                && limit.unit.dimension == dimension
                && (limit.work.is_empty() || *work == limit.work)
                && limit.is_of(&subject)
        })
    }

    /// Every line for a quantity of that dimension.
    pub fn all(quantity: Quantity, dimension: Dimension) -> impl Iterator<Item = &'static Self> {
        limits()
            .iter()
            .filter(move |limit| limit.quantity == quantity && limit.unit.dimension == dimension)
    }

    /// `low` to `high` in the base unit.
    pub fn plausible(&self) -> Interval {
        Interval::between(self.low, self.high).map(|value| self.unit.to_base(value))
    }

    fn is_of(&self, subject: &str) -> bool {
        self.subjects.is_empty()
            || self
                .subjects
                .iter()
                .any(|word| subject.contains(&words(word)))
    }
}

/// A name as ` word word `, lower case, so that only whole words are found in it.
fn words(text: &str) -> String {
    let mut plain = String::from(" ");
    for word in text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        plain.push_str(&word.to_lowercase());
        plain.push(' ');
    }
    plain
}

/// Where the limits come from.
pub fn limit_sources() -> &'static [CropSource] {
    static SOURCES: OnceLock<Vec<CropSource>> = OnceLock::new();
    SOURCES.get_or_init(|| parsed_sources(include_str!("../../data/limit-sources.csv")))
}

/// Every line of the table, the more special before the general ones.
pub fn limits() -> &'static [Limit] {
    static LIMITS: OnceLock<Vec<Limit>> = OnceLock::new();
    LIMITS.get_or_init(|| {
        let text: &'static str = include_str!("../../data/limits.csv");
        text.lines().skip(1).filter_map(line).collect()
    })
}

fn line(text: &'static str) -> Option<Limit> {
    let mut cells = text.split(';');
    let mut cell = || cells.next().unwrap_or_default();
    let limit = Limit {
        quantity: Quantity::from_word(cell())?,
        work: cell(),
        subjects: cell().split('|').filter(|word| !word.is_empty()).collect(),
        unit: Unit::from_symbol(cell())?,
        possible: Interval::parse(cell())?,
        low: cell().parse().ok()?,
        high: cell().parse().ok()?,
        typical: cell().parse().ok()?,
        source: {
            let key = cell();
            limit_sources().iter().find(|source| source.key == key)?
        },
    };
    Some(limit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Property;

    #[test]
    fn every_line_is_read_and_makes_sense() {
        let lines = include_str!("../../data/limits.csv").lines().count();
        assert_eq!(limits().len() + 1, lines);
        for limit in limits() {
            assert!(limit.low < limit.high, "{limit:?}");
            assert!(
                (limit.low..=limit.high).contains(&limit.typical),
                "{limit:?}"
            );
            assert!(limit.possible.holds(limit.typical), "{limit:?}");
        }
        let kinds = ["", "harvested", "planted", "applied", "tillage"];
        assert!(limits().iter().all(|limit| kinds.contains(&limit.work)));
    }

    #[test]
    fn every_quantity_of_a_property_has_a_general_line_for_its_dimension() {
        let other = OperationType::Other("mowing".to_owned());
        for property in Property::ALL {
            if let Some(quantity) = Quantity::of(*property) {
                let found = Limit::find(quantity, property.dimension(), &other, "");
                assert!(found.is_some(), "{property:?}");
            }
        }
    }

    #[test]
    fn the_name_of_a_crop_leads_to_its_line() {
        let high = |crop: &str| {
            let harvest = OperationType::Harvested;
            Limit::find(Quantity::Yield, Dimension::MassPerArea, &harvest, crop).map(|l| l.high)
        };
        for (crop, expected) in [
            ("corn", 110.0),
            ("corn, waxy", 110.0),
            ("corn, silage", 200.0),
            ("silage corn", 200.0),
            ("sweet corn", 60.0),
            ("wheat, hard red winter", 21.0),
            ("buckwheat", 15.0),
            ("potatoes for chips", 160.0),
            ("sweet potatoes", 160.0),
            ("sugar beet", 220.0),
            ("sugar cane", 350.0),
            ("upland cotton", 15.0),
            ("peas, green", 40.0),
            ("field peas", 15.0),
            ("grass seeds", 6.0),
            ("unknown", 400.0),
            ("", 400.0),
        ] {
            assert_eq!(high(crop), Some(expected), "{crop}");
        }
    }
}
