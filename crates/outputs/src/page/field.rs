//! Which machine files are parts of the same work on the same field.
//!
//! Rule: one kind of work with one crop, in one field by name or on touching ground, no more than 45 days
//! from the part before. Ground decides only where a field is not named.

use super::days::{self, Day};

/// Days between two parts of one season's work.
const MOST_DAYS: u32 = 45;
/// Ground this near touches, in degrees of latitude: about 50 metres.
const NEAR_DEG: f64 = 0.000_45;

/// What of a machine file decides that.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    /// Farm and field; empty where none is named.
    pub(super) field: String,
    /// Kind of work and crop.
    pub(super) work: String,
    /// First and last day.
    pub(super) days: Option<(Day, Day)>,
    /// West, south, east, north in degrees.
    pub(super) bounds: Option<[f64; 4]>,
}

/// Groups of two or more, each in the order of time; by their places in the list.
pub(super) fn groups(places: &[Option<Place>]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..places.len())
        .filter(|at| places.get(*at).is_some_and(Option::is_some))
        .collect();
    let day = |at: &usize| {
        let place = places.get(*at).and_then(Option::as_ref);
        place.and_then(|place| place.days).map(|(first, _)| first)
    };
    order.sort_by_key(|at| (day(at), *at));
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for at in order {
        let Some(place) = places.get(at).and_then(Option::as_ref) else {
            continue;
        };
        // The latest groups first: those of seasons before come before them.
        let found = groups.iter_mut().rev().take(1_000).find(|group| {
            let parts = group.iter().filter_map(|at| places.get(*at)?.as_ref());
            let mut parts = parts.rev().take(100);
            parts.any(|part| belong(part, place))
        });
        match found {
            Some(group) => group.push(at),
            None => groups.push(vec![at]),
        }
    }
    groups.retain(|group| group.len() > 1);
    groups
}

fn belong(one: &Place, other: &Place) -> bool {
    if one.work != other.work {
        return false;
    }
    let near_in_time = match (one.days, other.days) {
        (Some((_, last)), Some((first, _))) => {
            days::number(first).saturating_sub(days::number(last)) <= MOST_DAYS
        }
        // Without days nothing says that it is one season.
        _ => false,
    };
    let apart = one
        .bounds
        .zip(other.bounds)
        .is_none_or(|(a, b)| !touch(a, b));
    let named = !one.field.is_empty() || !other.field.is_empty();
    near_in_time
        && match named {
            // The same name a country away is another field.
            true => one.field == other.field && !far(one.bounds, other.bounds),
            false => !apart,
        }
}

fn touch(one: [f64; 4], other: [f64; 4]) -> bool {
    let [west, south, east, north] = one;
    let [w, s, e, n] = other;
    let across = NEAR_DEG / f64::midpoint(south, north).to_radians().cos().max(0.01);
    w <= east + across && west <= e + across && s <= north + NEAR_DEG && south <= n + NEAR_DEG
}

/// More than about five kilometres between the boxes.
fn far(one: Option<[f64; 4]>, other: Option<[f64; 4]>) -> bool {
    const FAR_DEG: f64 = 0.05;
    one.zip(other).is_some_and(|(one, [w, s, e, n])| {
        let wide = FAR_DEG / f64::midpoint(s, n).to_radians().cos().max(0.01);
        !touch(one, [w - wide, s - FAR_DEG, e + wide, n + FAR_DEG])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(field: &str, work: &str, day: Day, west: f64) -> Option<Place> {
        Some(Place {
            field: field.to_owned(),
            work: work.to_owned(),
            days: Some((day, day)),
            bounds: Some([west, 50.0, west + 0.01, 50.01]),
        })
    }

    #[test]
    fn parts_of_one_work_come_together() {
        let (june, july) = ([2024, 6, 1], [2024, 7, 1]);
        for (name, places, wanted) in [
            (
                "one field, two days",
                vec![place("A", "x", july, 10.0), place("A", "x", june, 10.0)],
                vec![vec![1, 0]],
            ),
            (
                "another kind of work",
                vec![place("A", "x", june, 10.0), place("A", "y", june, 10.0)],
                vec![],
            ),
            (
                "another season",
                vec![
                    place("A", "x", june, 10.0),
                    place("A", "x", [2024, 9, 1], 10.0),
                ],
                vec![],
            ),
            (
                "another field",
                vec![place("A", "x", june, 10.0), place("B", "x", june, 10.0)],
                vec![],
            ),
            (
                "one name, far apart",
                vec![place("A", "x", june, 10.0), place("A", "x", june, 11.0)],
                vec![],
            ),
            (
                "no names, touching ground",
                vec![
                    place("", "x", june, 10.0),
                    None,
                    place("", "x", june, 10.01),
                ],
                vec![vec![0, 2]],
            ),
            (
                "no names, apart",
                vec![place("", "x", june, 10.0), place("", "x", june, 10.02)],
                vec![],
            ),
        ] {
            assert_eq!(groups(&places), wanted, "{name}");
        }
    }
}
