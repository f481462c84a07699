//! A column of the same numbers as one by mass is by mass too: pounds that a title calls a yield
//! are no bushels.

use super::super::findings;
use super::super::mapping::Mapping;
use super::super::title::Title;
use super::sample::Sample;
use tramline_model::{Finding, Place, Property, Severity, Unit};

/// Rows with the same number, of a hundred.
const SHARE: usize = 98;
const ROWS: usize = 20;

/// Settles yields by volume whose unit is only assumed.
pub(super) fn settle(
    mapping: &mut Mapping,
    titles: &[Title],
    sample: &Sample,
    place: &Place,
) -> Vec<Finding> {
    use Property as P;
    let mut noticed = Vec::new();
    let Some((mass, unit)) = [P::WetMassPerArea, P::DryMassPerArea]
        .into_iter()
        .find_map(|p| {
            let at = mapping.column(p)?;
            Some((at, mapping.columns.get(at)?.as_ref()?.unit?))
        })
    else {
        return noticed;
    };
    let volumes = [
        (P::WetVolumePerArea, P::WetMassPerArea),
        (P::DryVolumePerArea, P::DryMassPerArea),
    ];
    let same = volumes.iter().any(|(volume, _)| {
        mapping.column(*volume).is_some_and(|at| {
            assumed(mapping, at) && equal(sample.columns.get(at), sample.columns.get(mass))
        })
    });
    if !same {
        return noticed;
    }
    for (volume, sibling) in volumes {
        let Some(at) = mapping.column(volume).filter(|at| assumed(mapping, *at)) else {
            continue;
        };
        let taken = mapping.column(sibling).is_some();
        let assumed = mapping
            .columns
            .get(mass)
            .and_then(Option::as_ref)
            .is_some_and(|m| m.assumed);
        if let Some(slot) = mapping.columns.get_mut(at)
            && let Some(meaning) = slot
        {
            if taken {
                // The other column says it already.
                *slot = None;
            } else {
                meaning.property = sibling;
                meaning.unit = Some(unit);
                meaning.assumed = assumed;
            }
        }
        noticed.push(told(titles, at, mass, unit, place));
    }
    noticed
}

fn assumed(mapping: &Mapping, at: usize) -> bool {
    let meaning = mapping.columns.get(at).and_then(Option::as_ref);
    meaning.is_some_and(|m| m.assumed)
}

fn equal(a: Option<&Option<Vec<f64>>>, b: Option<&Option<Vec<f64>>>) -> bool {
    let (Some(Some(a)), Some(Some(b))) = (a, b) else {
        return false;
    };
    let rows: Vec<_> = a
        .iter()
        .zip(b)
        .filter(|(a, b)| **a > 0.0 && **b > 0.0)
        .collect();
    let same = rows
        .iter()
        .filter(|(a, b)| (*a / *b - 1.0).abs() < 2e-3)
        .count();
    rows.len() >= ROWS && same * 100 >= rows.len() * SHARE
}

fn told(titles: &[Title], at: usize, mass: usize, unit: &Unit, place: &Place) -> Finding {
    let name = |at: usize| {
        let title = titles.get(at).map_or("", |t| t.name.as_str());
        format!("{title:.80}")
    };
    let (column, other, unit) = (name(at), name(mass), unit.symbol);
    let text = format!(
        "`{column}` is a mass in {unit}, not a volume: `{other}` has the same numbers or belongs to a column \
         that has them"
    );
    Finding::new(&findings::UNIT_PROVED, Severity::Note, place.clone(), text)
        .value("column", column)
        .value("otherColumn", other)
        .value("unit", unit)
}
