//! One title to its meaning: by the caller's map, by the table of its family, by the general one,
//! with the unit that the file says or the system of units that the whole set shows.

use super::by_words::{self, Beside};
use super::dictionary::{self, Row, UnitRule};
use super::mapping::{Family, Meaning, UnitWord};
use super::title::Title;
use tramline_model::{Dimension, Property, Unit};

/// Finds a title in the family's table, then in the general one. The rank orders columns of one
/// property: 0 is the caller's map.
pub(super) fn look_up(
    title: &Title,
    name: &str,
    family: Family,
    beside: Beside,
    names: &[String],
) -> Option<(usize, Meaning)> {
    let system = beside.system;
    let said = title.unit.as_deref().and_then(Unit::parse);
    if let Some(found) = rates(name, said, family, system, names) {
        return Some(found);
    }
    let has = |n: &str| names.iter().any(|other| other == n);
    let special: &[Row] = match family {
        Family::SmsTemplate1 | Family::AgLeaderText => dictionary::TEMPLATE_1,
        Family::DeereOperationsCenter => dictionary::DEERE,
        Family::YieldEditor => dictionary::YIELD_EDITOR,
        _ if has("mass") && has("seconds") && has("moist") => dictionary::AGRIDAT,
        _ => &[],
    };
    if family == Family::CropScan && matches!(name, "x" | "y") {
        let property = if name == "x" {
            Property::Longitude
        } else {
            Property::Latitude
        };
        let degrees = Some(Unit::known("arcdeg"));
        return Some((1, Meaning::of(property, degrees, false)));
    }
    let cut = title.name.chars().count() == 10 && name.len() >= 6;
    for exact in [true, false] {
        if !exact && !cut {
            break;
        }
        for (rank, row) in special.iter().chain(dictionary::GENERAL).enumerate() {
            let matches = |t: &&&str| {
                if exact {
                    **t == name
                } else {
                    t.starts_with(name)
                }
            };
            let Some(at) = row.titles.iter().position(|t| matches(&t)) else {
                continue;
            };
            // Rows of several titles keep the order of the titles too.
            let rank = 10 + rank * 32 + at;
            if let Some(mut meaning) = resolve(row, said, system) {
                // An export has its units, and the title does not say them.
                let by_export = special.iter().any(|other| std::ptr::eq(other, row));
                let named = ["in", "ft", "m", "lbs"]
                    .iter()
                    .any(|unit| name.ends_with(unit));
                if by_export && said.is_none() && !named {
                    meaning.word = UnitWord::Nobody;
                }
                return Some((rank, meaning));
            }
        }
    }
    // A unit that the file says is better than one that is assumed.
    let meaning = by_words::look_up(title, beside)?;
    Some((BY_WORDS + usize::from(said.is_none()), meaning))
}

/// The rank of titles that are known by their words: behind the tables, before a bare word.
const BY_WORDS: usize = 500_000;

/// A row's property with the unit that the file says, or else the row's rule.
fn resolve(row: &Row, said: Option<&'static Unit>, system: System) -> Option<Meaning> {
    let property = row.property;
    let meaning = |unit, assumed| Some(Meaning::of(property, unit, assumed));
    if row.rule == UnitRule::None {
        return meaning(None, false);
    }
    if let Some(unit) = said {
        if property.accepts(unit.dimension) {
            return meaning(Some(unit), false);
        }
        // A yield by volume in the title and by mass in the bracket: the bracket is right.
        if let Some(other) = in_dimension(property, unit.dimension) {
            return Some(Meaning::of(other, Some(unit), false));
        }
    }
    match row.rule {
        UnitRule::None => meaning(None, false),
        UnitRule::Fixed(symbol) => meaning(Some(Unit::known(symbol)), false),
        UnitRule::Assumed(symbol) => Some(Meaning::by_system(
            property,
            Unit::known(symbol),
            system == System::Unknown || !symbol.starts_with("bu"),
        )),
        UnitRule::System(us, metric) => {
            let symbol = if system == System::Metric { metric } else { us };
            let unknown = system == System::Unknown;
            Some(Meaning::by_system(property, Unit::known(symbol), unknown))
        }
    }
}

/// The sibling of a harvest property in another dimension.
fn in_dimension(property: Property, dimension: Dimension) -> Option<Property> {
    use Property as P;
    let wet = matches!(
        property,
        P::WetMass | P::WetMassPerArea | P::WetVolume | P::WetVolumePerArea
    );
    let dry = matches!(
        property,
        P::DryMass | P::DryMassPerArea | P::DryVolume | P::DryVolumePerArea
    );
    match (dimension, wet, dry) {
        (Dimension::Mass, true, _) => Some(P::WetMass),
        (Dimension::MassPerArea, true, _) => Some(P::WetMassPerArea),
        (Dimension::Volume, true, _) => Some(P::WetVolume),
        (Dimension::VolumePerArea, true, _) => Some(P::WetVolumePerArea),
        (Dimension::Mass, _, true) => Some(P::DryMass),
        (Dimension::MassPerArea, _, true) => Some(P::DryMassPerArea),
        (Dimension::Volume, _, true) => Some(P::DryVolume),
        (Dimension::VolumePerArea, _, true) => Some(P::DryVolumePerArea),
        _ => None,
    }
}

/// The rank of a bare word that any better title beats.
const LAST: usize = 1_000_000;

/// Titles whose property hangs on the unit or on the other columns: rates that may be seed or
/// product, and a bare `yield`.
fn rates(
    name: &str,
    said: Option<&'static Unit>,
    family: Family,
    system: System,
    names: &[String],
) -> Option<(usize, Meaning)> {
    use Property as P;
    let has = |n: &str| names.iter().any(|other| other == n);
    let starts = |p: &str| names.iter().any(|other| other.starts_with(p));
    let give = |rank, property, unit: &'static Unit, assumed| {
        let meaning = if said == Some(unit) {
            Meaning::of(property, Some(unit), assumed)
        } else {
            Meaning::by_system(property, unit, assumed)
        };
        Some((rank, meaning))
    };
    let dimension = said.map(|u| u.dimension);
    let unknown = system == System::Unknown;
    let metric = system == System::Metric;
    let yields = ["yield", "yld", "rendement", "cropyield"];
    if yields.contains(&name) && family != Family::YieldEditor {
        return match (said, dimension) {
            (Some(unit), Some(Dimension::MassPerArea)) => {
                give(LAST, P::DryMassPerArea, unit, false)
            }
            (Some(unit), Some(Dimension::VolumePerArea)) => {
                give(LAST, P::DryVolumePerArea, unit, false)
            }
            _ if metric => give(LAST, P::DryMassPerArea, Unit::known("t/ha"), true),
            _ => give(LAST, P::DryVolumePerArea, Unit::known("bu/ac"), true),
        };
    }
    let actual = [
        "appliedrate",
        "appliedrat",
        "appldrt",
        "actualrate",
        "applicationrate",
        "productamount",
        "productrate",
        "rate",
    ];
    let target = [
        "targetrate",
        "targtrt",
        "tgtrate",
        "targetrat",
        "appliedratetarget",
    ];
    let thousand = name == "tgtratek";
    let is_target = target.contains(&name) || thousand;
    if !is_target && !actual.contains(&name) {
        return None;
    }
    let rank = if name == "rate" { LAST } else { 50 }
        + actual
            .iter()
            .chain(&target)
            .position(|t| *t == name)
            .unwrap_or(0);
    // Columns that count seeds say more than one of products, which may be varieties.
    let counts = has("seedrate") || has("rtapdct") || has("plantpop") || starts("seedcnt");
    let seed_word = counts || (!starts("product") && (starts("variety") || starts("crop")));
    let seed = dimension == Some(Dimension::CountPerArea)
        || (thousand && said.is_none() && (has("rtapdct") || !metric))
        || (!thousand && seed_word && dimension != Some(Dimension::VolumePerArea));
    let property = match (seed, is_target) {
        (true, false) => P::SeedRate,
        (true, true) => P::SeedRateTarget,
        (false, false) => P::AppliedRate,
        (false, true) => P::AppliedRateTarget,
    };
    if let Some(unit) = said.filter(|u| property.accepts(u.dimension)) {
        return give(rank, property, unit, false);
    }
    let symbol = match (seed, thousand, metric) {
        (true, true, _) => "ksds/ac",
        (true, false, false) => "seeds/ac",
        (true, false, true) => "seeds/ha",
        (false, true, _) => "kg/ha",
        (false, false, false) => "gal/ac",
        (false, false, true) => "L/ha",
    };
    give(rank, property, Unit::known(symbol), unknown || !thousand)
}

/// A system of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum System {
    Us,
    Metric,
    /// Nothing tells: US, marked as assumed.
    Unknown,
}

/// The system of units that the whole set shows.
pub(super) fn system(titles: &[Title], names: &[String]) -> System {
    const METRIC: &[&str] = &[
        "distancem",
        "dstncm",
        "speedkmh",
        "prodhah",
        "yoffsetm",
        "vitessekm",
        "swthwdthm",
    ];
    const US: &[&str] = &[
        "dstncf",
        "spdmp",
        "distancef",
        "distanceft",
        "speedmph",
        "prodach",
        "yoffsetf",
    ];
    let shows = |list: &[&str], units: &[&str]| {
        names.iter().any(|n| list.contains(&n.as_str()))
            || titles.iter().any(|t| {
                t.unit
                    .as_deref()
                    .and_then(Unit::parse)
                    .is_some_and(|u| units.contains(&u.symbol))
            })
    };
    if shows(
        METRIC,
        &["m", "km/hr", "t/ha", "kg/ha", "ha/h", "t/h", "L/ha"],
    ) {
        System::Metric
    } else if shows(
        US,
        &["ft", "mi/hr", "lb/ac", "bu/ac", "ac/h", "lb/s", "gal/ac"],
    ) {
        System::Us
    } else {
        System::Unknown
    }
}
