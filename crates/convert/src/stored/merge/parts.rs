//! Which machine files of a run are parts of one piece of work: two combines in one field, or the two
//! days that a field took.
//!
//! Rules: parts have the same kind of work, crop and products, follow each other within days, and lie in
//! the same field. A field is the same by its name; where either part has no name, by its ground: one
//! of the hulls lies in the other by a fifth. Amounts of different kinds (mass, volume, seeds) do not
//! become one file.

use geo::{Area, BooleanOps, ConvexHull, MultiPoint, Point, Polygon};
use serde_json::Value;
use tramline_model::{OperationType, Unit};

/// What decides whether a machine file belongs to others.
#[derive(Clone, Debug)]
pub struct Part {
    /// What kind of work it is.
    pub operation_type: OperationType,
    /// Its summary, a GeoJSON feature.
    pub summary: Value,
}

/// Machine files of one field that were not merged, by their places, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotMerged {
    /// Places of both in the list.
    pub places: [usize; 2],
    /// Why, for people.
    pub why: String,
}

/// The parts of one piece of work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    /// Places in the list, of at least two parts each.
    pub merged: Vec<Vec<usize>>,
    /// Those that look like parts and are none.
    pub apart: Vec<NotMerged>,
}

/// What a part is compared by.
struct Known {
    field: Option<String>,
    crop: Vec<String>,
    products: Vec<String>,
    days: Option<(i64, i64)>,
    rate: Option<&'static Unit>,
    hull: Polygon<f64>,
}

const DAY_MS: i64 = 86_400_000;

/// Days between two parts of one piece of work at most. Spraying and tillage are repeated in a season.
fn pause(operation: &OperationType) -> i64 {
    match operation {
        OperationType::Harvested | OperationType::Planted => 45,
        _ => 7,
    }
}

/// Finds the parts of each piece of work.
pub fn groups(parts: &[Part]) -> Groups {
    let known: Vec<Known> = parts.iter().map(|part| Known::of(&part.summary)).collect();
    let mut found = Groups::default();
    let mut group_of: Vec<usize> = (0..parts.len()).collect();
    for second in 0..parts.len() {
        for first in 0..second {
            let (Some(a), Some(b)) = (known.get(first), known.get(second)) else {
                continue;
            };
            let kinds = parts.get(first).zip(parts.get(second));
            let Some((one, other)) = kinds else { continue };
            if one.operation_type != other.operation_type || !a.in_field_of(b) {
                continue;
            }
            match a.differs(b, &one.operation_type) {
                Some(why) => found.apart.push(NotMerged {
                    places: [first, second],
                    why,
                }),
                None => unite(&mut group_of, first, second),
            }
        }
    }
    let mut starts: Vec<usize> = group_of.clone();
    starts.sort_unstable();
    starts.dedup();
    for start in starts {
        let members: Vec<usize> = (0..parts.len())
            .filter(|place| group_of.get(*place) == Some(&start))
            .collect();
        if members.len() > 1 {
            found.merged.push(members);
        }
    }
    let same = |places: &[usize; 2]| {
        let [a, b] = places.map(|place| group_of.get(place));
        a == b
    };
    found.apart.retain(|apart| !same(&apart.places));
    found
}

/// Puts two places into one group, which has the name of the first of all.
fn unite(group_of: &mut [usize], first: usize, second: usize) {
    let Some((a, b)) = group_of
        .get(first)
        .copied()
        .zip(group_of.get(second).copied())
    else {
        return;
    };
    let (name, gone) = (a.min(b), a.max(b));
    for group in group_of.iter_mut().filter(|group| **group == gone) {
        *group = name;
    }
}

impl Known {
    fn of(summary: &Value) -> Self {
        let properties = &summary["properties"];
        let field = &properties["originalOperationData"]["originalOperationField"];
        let field = field.as_str().map(folded).filter(|name| !name.is_empty());
        let products = properties["products"].as_array().into_iter().flatten();
        let mut products: Vec<String> = products
            .filter_map(|product| product["name"].as_str().map(folded))
            .collect();
        products.sort();
        products.dedup();
        let mut crop = texts(&properties["crop"]);
        crop.sort();
        let instant = |key: &str| {
            let text = properties[key].as_str()?;
            let instant: jiff::Timestamp = text.parse().ok()?;
            Some(instant.as_millisecond())
        };
        let rate = ["appliedRate", "seedRate"]
            .iter()
            .find_map(|rate| properties[*rate]["unit"].as_str());
        let mut places = Vec::new();
        positions(&summary["geometry"]["coordinates"], &mut places);
        Self {
            field,
            crop,
            products,
            days: instant("startTime").zip(instant("endTime")),
            rate: rate.and_then(Unit::parse),
            hull: MultiPoint::from(places).convex_hull(),
        }
    }

    fn in_field_of(&self, other: &Self) -> bool {
        match (&self.field, &other.field) {
            (Some(a), Some(b)) => a == b && self.is_near(other),
            _ => self.shares_ground_with(other),
        }
    }

    /// Fields of one name on farms far apart are two.
    fn is_near(&self, other: &Self) -> bool {
        let first = |hull: &Polygon<f64>| hull.exterior().0.first().copied();
        match first(&self.hull).zip(first(&other.hull)) {
            Some((a, b)) => (a.x - b.x).abs() < 0.05 && (a.y - b.y).abs() < 0.05,
            None => true,
        }
    }

    fn shares_ground_with(&self, other: &Self) -> bool {
        let smaller = self.hull.unsigned_area().min(other.hull.unsigned_area());
        if smaller <= 0.0 || !smaller.is_finite() {
            return false;
        }
        self.hull.intersection(&other.hull).unsigned_area() >= smaller / 5.0
    }

    /// Why two pieces of work in one field are not parts of one.
    fn differs(&self, other: &Self, operation: &OperationType) -> Option<String> {
        let said = |list: &[String]| match list {
            [] => "none".to_owned(),
            list => list.join(", "),
        };
        let differ = |a: &[String], b: &[String]| !a.is_empty() && !b.is_empty() && a != b;
        if differ(&self.crop, &other.crop) {
            let (a, b) = (said(&self.crop), said(&other.crop));
            return Some(format!("the crop of one is {a}, of the other {b}"));
        }
        if differ(&self.products, &other.products) {
            let (a, b) = (said(&self.products), said(&other.products));
            return Some(format!("one applied {a}, the other {b}"));
        }
        if let Some((a, b)) = self.rate.zip(other.rate)
            && a.dimension != b.dimension
        {
            let (a, b) = (a.symbol, b.symbol);
            return Some(format!(
                "the rate of one is in {a}, of the other in {b}, which cannot be converted into each other"
            ));
        }
        let ((start, end), (other_start, other_end)) = self.days.zip(other.days)?;
        let between = (other_start - end).max(start - other_end) / DAY_MS;
        let most = pause(operation);
        (between > most).then(|| {
            format!(
                "there are {between} days between them, and parts of one work follow within {most}"
            )
        })
    }
}

/// Without case and spaces at the ends.
fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

/// A text, or the texts of a list.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![folded(text)],
        Value::Array(list) => list.iter().filter_map(Value::as_str).map(folded).collect(),
        _ => Vec::new(),
    }
}

/// Every position of GeoJSON coordinates.
fn positions(value: &Value, found: &mut Vec<Point<f64>>) {
    let Some(list) = value.as_array() else { return };
    if let Some((x, y)) = list
        .first()
        .and_then(Value::as_f64)
        .zip(list.get(1).and_then(Value::as_f64))
    {
        found.push(Point::new(x, y));
        return;
    }
    for inner in list {
        positions(inner, found);
    }
}

#[cfg(test)]
mod tests {
    //! Which pairs are parts of one piece of work.

    use super::*;
    use serde_json::json;

    /// Field, crop, first day of 2026, west of the ground in thousandths of a degree, unit of the rate.
    type Work = (&'static str, &'static str, i64, f64, &'static str);

    fn part(kind: &str, (field, crop, day, west, unit): Work) -> Part {
        let west = -93.0 + west / 1_000.0;
        let (east, start) = (west + 0.004, 1_767_225_600 + day * 86_400);
        let time = |seconds: i64| {
            jiff::Timestamp::from_second(seconds)
                .expect("a time")
                .to_string()
        };
        Part {
            operation_type: OperationType::from_name(kind),
            summary: json!({
                "geometry": { "type": "MultiPolygon", "coordinates":
                    [[[[west, 42.0], [east, 42.0], [east, 42.004], [west, 42.004], [west, 42.0]]]] },
                "properties": {
                    "originalOperationData": { "originalOperationField": field },
                    "crop": [crop],
                    "startTime": time(start),
                    "endTime": time(start + 3_600),
                    "appliedRate": { "unit": unit },
                },
            }),
        }
    }

    #[test]
    fn parts_of_one_work_are_found_and_others_are_told_apart() {
        let harvest: Work = ("North", "corn", 0, 0.0, "");
        // Kind of both, the second work, whether they are one, and what is said where they are not.
        let cases: &[(&str, Work, bool, &str)] = &[
            ("harvested", ("north ", "corn", 1, 4.0, ""), true, ""),
            (
                "harvested",
                ("North", "corn", 90, 4.0, ""),
                false,
                "89 days",
            ),
            (
                "harvested",
                ("North", "soybeans", 1, 4.0, ""),
                false,
                "soybeans",
            ),
            ("harvested", ("South", "corn", 1, 0.0, ""), false, ""),
            ("harvested", ("North", "corn", 1, 500.0, ""), false, ""),
            ("harvested", ("", "corn", 1, 2.0, ""), true, ""),
            ("harvested", ("", "corn", 1, 4.0, ""), false, ""),
            ("applied", ("North", "corn", 20, 0.0, ""), false, "19 days"),
            ("applied", ("North", "corn", 2, 0.0, "L/ha"), true, ""),
        ];
        for (kind, second, one, told) in cases {
            let found = groups(&[part(kind, harvest), part(kind, *second)]);
            assert_eq!(found.merged.len(), usize::from(*one), "{kind} {second:?}");
            let said: Vec<&str> = found.apart.iter().map(|apart| apart.why.as_str()).collect();
            assert_eq!(said.is_empty(), told.is_empty(), "{second:?}: {said:?}");
            assert!(said.iter().all(|said| said.contains(told)), "{said:?}");
        }
        let mass = part("applied", ("North", "corn", 0, 0.0, "kg/ha"));
        let volume = part("applied", ("North", "corn", 0, 0.0, "L/ha"));
        let found = groups(&[mass, volume]);
        assert!(found.merged.is_empty() && found.apart[0].why.contains("kg/ha"));
        let kinds = [part("applied", harvest), part("harvested", harvest)];
        assert_eq!(groups(&kinds), Groups::default());
    }
}
