//! The unit that a column may truly be in: among those that exports use, the one in which the logged
//! number comes nearest to what is usual.

use tramline_model::limits::{Interval, Limit, Quantity};
use tramline_model::unit_choice::is_imperial;
use tramline_model::{Dimension, OperationType, Property, Unit};

/// Units that no export writes columns in.
const RARE: [&str; 11] = [
    "mg/m2", "mm3/m2", "ml/m2", "ml/ha", "L/m2", "mm/s", "km", "mi", "ppm", "prcnt", "K",
];
/// Heights are in these.
const HEIGHTS: [&str; 2] = ["m", "ft"];
/// What a unit of the other family must be nearer by, as a logarithm.
const OTHER_FAMILY: f64 = 0.3;
/// The same for a rate of another kind, say of mass instead of seeds.
const OTHER_KIND: f64 = 0.5;
const RATES: [Dimension; 3] = [
    Dimension::MassPerArea,
    Dimension::CountPerArea,
    Dimension::VolumePerArea,
];

/// The units of a dimension that exports use.
pub(super) fn of_exports(dimension: Dimension) -> impl Iterator<Item = &'static Unit> {
    Unit::all()
        .iter()
        .filter(move |unit| unit.dimension == dimension && !RARE.contains(&unit.symbol))
}

/// The unit in which `logged` would be plausible for the property, other than `stated`.
pub(super) fn unit(
    property: Property,
    stated: &Unit,
    logged: f64,
    work: &OperationType,
    subjects: &[&str],
) -> Option<&'static Unit> {
    let quantity = Quantity::of(property)?;
    let kinds = RATES
        .into_iter()
        .filter(|kind| *kind != stated.dimension && property.accepts(*kind));
    std::iter::once((stated.dimension, 0.0))
        .chain(kinds.map(|kind| (kind, OTHER_KIND)))
        .filter_map(|(dimension, penalty)| {
            let line = line(quantity, dimension, work, subjects)?;
            let (unit, miss) = best(quantity, stated, logged, &line)?;
            Some((unit, miss + penalty))
        })
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(unit, _)| unit)
}

/// The nearest unit of one dimension, and how near it is.
fn best(
    quantity: Quantity,
    stated: &Unit,
    logged: f64,
    line: &Line,
) -> Option<(&'static Unit, f64)> {
    of_exports(line.dimension)
        .filter(|unit| quantity != Quantity::Elevation || HEIGHTS.contains(&unit.symbol))
        .filter(|unit| unit.symbol != stated.symbol && unit.offset == 0.0)
        .filter(|unit| line.plausible.holds(unit.to_base(logged)))
        .map(|unit| {
            let family = is_imperial(unit) != is_imperial(stated);
            let miss = (unit.to_base(logged) / line.typical).ln().abs();
            (unit, miss + if family { OTHER_FAMILY } else { 0.0 })
        })
        .min_by(|a, b| a.1.total_cmp(&b.1))
}

/// What holds for the crops or products of a file, in base units.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) dimension: Dimension,
    pub(super) plausible: Interval,
    pub(super) typical: f64,
    /// It is for a crop or product.
    pub(super) special: bool,
}

/// Around the lines of all subjects; the general one without any.
pub(super) fn line(
    quantity: Quantity,
    dimension: Dimension,
    work: &OperationType,
    subjects: &[&str],
) -> Option<Line> {
    let general = [""];
    let subjects = if subjects.is_empty() {
        &general
    } else {
        subjects
    };
    let mut lines = subjects
        .iter()
        .filter_map(|subject| Limit::find(quantity, dimension, work, subject));
    let first = lines.next()?;
    let mut plausible = first.plausible();
    for limit in lines {
        let other = limit.plausible();
        plausible.low = plausible.low.min(other.low);
        plausible.high = plausible.high.max(other.high);
    }
    Some(Line {
        dimension,
        plausible,
        typical: first.unit.to_base(first.typical),
        special: !first.subjects.is_empty(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_that_people_use_is_found() {
        use OperationType as O;
        use Property as P;
        for (property, stated, logged, work, subject, expected) in [
            (
                P::WetMassPerArea,
                "lb/ac",
                2.975,
                O::Harvested,
                "soybeans",
                Some("t/ha"),
            ),
            (
                P::WetMassPerArea,
                "t/ha",
                9_500.0,
                O::Harvested,
                "corn",
                Some("kg/ha"),
            ),
            (
                P::SeedRate,
                "ksds/ac",
                34_890.0,
                O::Planted,
                "corn",
                Some("seeds/ac"),
            ),
            (
                P::SeedRate,
                "seeds/ac",
                168.0,
                O::Planted,
                "wheat",
                Some("lb/ac"),
            ),
            (
                P::SeedRate,
                "seeds/ha",
                8.1,
                O::Planted,
                "corn",
                Some("seeds/m2"),
            ),
            (
                P::HarvestMoisture,
                "percentage",
                0.145,
                O::Harvested,
                "wheat",
                Some("ratio"),
            ),
            (
                P::ProteinPercentage,
                "percentage",
                0.12,
                O::Harvested,
                "wheat",
                Some("ratio"),
            ),
            (P::EquipmentWidth, "m", 914.4, O::Harvested, "", Some("cm")),
            (P::EquipmentWidth, "m", 360.0, O::Harvested, "", Some("in")),
            (
                P::TillageDepthActual,
                "in",
                150.0,
                O::Tillage,
                "",
                Some("mm"),
            ),
            (P::WetMassPerArea, "t/ha", 1e30, O::Harvested, "corn", None),
            (P::WetMassPerArea, "t/ha", 0.0, O::Harvested, "corn", None),
        ] {
            let found = unit(property, Unit::known(stated), logged, &work, &[subject]);
            assert_eq!(
                found.map(|u| u.symbol),
                expected,
                "{property:?} {stated} {logged}"
            );
        }
    }
}
