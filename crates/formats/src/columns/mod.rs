//! The column dictionary: what tables (DBF, CSV, GeoJSON) call a quantity, which property it is,
//! and in which unit, inferred from the whole set of names. Never silent: an assumed unit is
//! marked.
//!
//! Takes titles, gives one [`Meaning`] per column and the roles of the rest (time, projected
//! position, names). Of two columns for one property the better title wins; the other stays raw.

pub mod describe;
mod dictionary;
pub mod instant;
pub(crate) mod project;
mod status;
pub mod table;

pub use status::{crop_name, status};

use dictionary::{Row, UnitRule};
use std::collections::BTreeMap;
use tramline_model::{Dimension, OperationType, Property, Unit};

/// A column title as found, and its unit where a metadata file or bracket tells it.
#[derive(Clone, Debug, Default)]
pub struct Title {
    /// As in the file, without unit bracket.
    pub name: String,
    /// Unit text from a bracket or metadata, for example `bu1ac-1`, `ft`.
    pub unit: Option<String>,
}

impl Title {
    /// A title whose unit nothing tells.
    pub fn bare(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            unit: None,
        }
    }

    /// Splits a trailing unit bracket off: `Yld Vol(Dry)(bu/ac)`, `Speed [km/h]`, `Yield t/ha`.
    /// Brackets that hold no known unit stay in the name (`Crop Flw(M)`).
    pub fn from_text(text: &str) -> Self {
        let text = text.trim().trim_matches('"').trim();
        for (open, close) in [('(', ')'), ('[', ']')] {
            let Some(body) = text.strip_suffix(close) else {
                continue;
            };
            // `gal(US)/ac)` holds brackets of its own: try every opening one from the left.
            for (at, _) in body.match_indices(open) {
                let unit = body.get(at + open.len_utf8()..).unwrap_or_default();
                let name = body.get(..at).unwrap_or_default().trim();
                // `(M)` and `(V)` tell mass from volume and are no units.
                if !name.is_empty() && !matches!(unit, "M" | "V") && Unit::parse(unit).is_some() {
                    return Self {
                        name: name.to_owned(),
                        unit: Some(unit.to_owned()),
                    };
                }
            }
        }
        if let Some((name, unit)) = text.rsplit_once(' ')
            && (unit.contains('/') || unit == "%")
            && Unit::parse(unit).is_some()
        {
            return Self {
                name: name.trim().to_owned(),
                unit: Some(unit.to_owned()),
            };
        }
        Self::bare(text)
    }
}

/// What a column means.
#[derive(Clone, Debug)]
pub struct Meaning {
    pub property: Property,
    /// `None` for text, integers and instants.
    pub unit: Option<&'static Unit>,
    /// The unit is the dictionary's assumption and not said by the file.
    pub assumed: bool,
}

/// Which family of exports a set of titles belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    DeereOperationsCenter,
    /// SMS with units in the names (`Yld_Vol_Dr`, `Crop Flw(M)`).
    SmsNamed,
    /// SMS "template 1" (`FLOW`, `CYCLES`, `SWATH`, …).
    SmsTemplate1,
    YieldEditor,
    CropScan,
    AgLeaderText,
    /// Only single names known.
    Generic,
}

/// Which columns give the instant of a row. Their texts go through [`instant`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeColumns {
    /// One column with date and time, or seconds since 1970.
    One(usize),
    /// Two text columns.
    DateAndTime { date: usize, time: usize },
}

/// The dictionary's answer for a set of titles.
#[derive(Debug)]
pub struct Mapping {
    pub family: Family,
    /// One for each title.
    pub columns: Vec<Option<Meaning>>,
    /// Inferred from which properties exist, or from a column that says so by name only.
    pub operation_type: Option<OperationType>,
    pub reason: String,
    pub time: Option<TimeColumns>,
    /// Easting and northing, where the titles name a projected (or unnamed `x`, `y`) position.
    pub projected: Option<(usize, usize)>,
    pub grower: Option<usize>,
    pub farm: Option<usize>,
    pub field: Option<usize>,
    /// A column that names the kind of work in its rows.
    pub operation: Option<usize>,
}

impl Mapping {
    /// The column of a property.
    pub fn column(&self, property: Property) -> Option<usize> {
        self.columns
            .iter()
            .position(|m| m.as_ref().is_some_and(|m| m.property == property))
    }

    /// Whether a column holds a value of field work (and not just position, time or a name).
    pub fn has_values(&self) -> bool {
        self.columns.iter().flatten().any(|m| is_value(m.property))
    }

    /// Properties whose unit is assumed, for `OperationDescription::assumed_units`.
    pub fn assumed_units(&self) -> Vec<(Property, &'static Unit)> {
        let assumed = self.columns.iter().flatten().filter(|m| m.assumed);
        assumed
            .filter_map(|m| m.unit.map(|unit| (m.property, unit)))
            .collect()
    }
}

/// Looks a set of titles up. `column_map` (source title to `property[:unit]`) wins over all.
pub fn map_titles(titles: &[Title], column_map: &BTreeMap<String, String>) -> Mapping {
    let names: Vec<String> = titles.iter().map(|t| normal(&t.name)).collect();
    let has = |name: &str| names.iter().any(|n| n == name);
    let find = |list: &[&str]| list.iter().find_map(|l| names.iter().position(|n| n == l));
    let family = family(&names);
    let system = system(titles, &names);
    let mut choice = Choice {
        columns: (0..titles.len()).map(|_| None).collect(),
    };
    for (index, title) in titles.iter().enumerate() {
        if let Some(meaning) = from_map(&title.name, column_map) {
            choice.offer(index, 0, meaning);
        } else if let Some((rank, meaning)) = look_up(
            title,
            names.get(index).map_or("", String::as_str),
            family,
            system,
            &names,
        ) {
            choice.offer(index, rank, meaning);
        }
    }
    let (date, clock) = (find(dictionary::DATE), find(dictionary::TIME));
    let mut columns = choice.settle();
    let mut time = columns
        .iter()
        .position(|m| {
            m.as_ref()
                .is_some_and(|m| m.property == Property::Timestamp)
        })
        .map(TimeColumns::One);
    let instant = || {
        Some(Meaning {
            property: Property::Timestamp,
            unit: None,
            assumed: false,
        })
    };
    let date_only = matches!(time, Some(TimeColumns::One(at)) if names.get(at).is_some_and(|n| n == "datestamp"));
    if time.is_none() || date_only {
        let found = match (date, clock) {
            (Some(date), Some(time)) => Some((date, TimeColumns::DateAndTime { date, time })),
            (None, Some(at)) | (Some(at), None) => Some((at, TimeColumns::One(at))),
            (None, None) => None,
        };
        if let Some((at, roles)) = found
            && columns
                .get(at)
                .is_some_and(|m| m.as_ref().is_none_or(|m| m.property == Property::Timestamp))
        {
            time = Some(roles);
            for slot in &mut columns {
                if slot
                    .as_ref()
                    .is_some_and(|m| m.property == Property::Timestamp)
                {
                    *slot = None;
                }
            }
            if let Some(slot) = columns.get_mut(at) {
                *slot = instant();
            }
        }
    }
    let projected = dictionary::PROJECTED
        .iter()
        .find_map(|(x, y)| Some((find(&[x])?, find(&[y])?)));
    let (operation_type, reason) = operation_type(&columns, has("sp1"));
    Mapping {
        family,
        columns,
        operation_type,
        reason,
        time,
        projected,
        grower: find(dictionary::GROWER),
        farm: find(dictionary::FARM),
        field: find(dictionary::FIELD),
        operation: find(dictionary::OPERATION),
    }
}

/// A title as the dictionary compares it: lower case letters and digits.
pub fn normal(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Columns offered for properties; the lowest rank keeps a property.
struct Choice {
    columns: Vec<Option<(usize, Meaning)>>,
}

impl Choice {
    fn offer(&mut self, index: usize, rank: usize, meaning: Meaning) {
        if let Some(slot) = self.columns.get_mut(index) {
            *slot = Some((rank, meaning));
        }
    }

    fn settle(self) -> Vec<Option<Meaning>> {
        let mut best: BTreeMap<Property, (usize, usize)> = BTreeMap::new();
        for (index, (rank, meaning)) in self
            .columns
            .iter()
            .enumerate()
            .filter_map(|(i, c)| Some((i, c.as_ref()?)))
        {
            let entry = best.entry(meaning.property).or_insert((*rank, index));
            if *rank < entry.0 {
                *entry = (*rank, index);
            }
        }
        let columns = self.columns.into_iter().enumerate();
        columns
            .map(|(index, slot)| {
                slot.map(|(_, meaning)| meaning)
                    .filter(|m| best.get(&m.property).is_some_and(|(_, at)| *at == index))
            })
            .collect()
    }
}

/// An entry of the caller's column map: `property` or `property:unit`.
fn from_map(name: &str, map: &BTreeMap<String, String>) -> Option<Meaning> {
    let text = map.get(name).or_else(|| {
        let wanted = normal(name);
        map.iter()
            .find(|(title, _)| normal(title) == wanted)
            .map(|(_, text)| text)
    })?;
    let (property, unit) = text
        .split_once(':')
        .map_or((text.as_str(), None), |(p, u)| (p, Some(u)));
    let property = Property::from_name(property.trim())?;
    let said = unit
        .and_then(Unit::parse)
        .filter(|u| property.accepts(u.dimension));
    Some(Meaning {
        property,
        unit: said.or_else(|| default_unit(property)),
        assumed: said.is_none() && default_unit(property).is_some(),
    })
}

/// The unit that is assumed for a property when a column map names none.
fn default_unit(property: Property) -> Option<&'static Unit> {
    let symbol = match property.dimension() {
        Dimension::None => return None,
        Dimension::Angle => "arcdeg",
        Dimension::Length => "m",
        Dimension::Area => "m2",
        Dimension::Mass => "kg",
        Dimension::Volume => "L",
        Dimension::Time => "s",
        Dimension::Speed => "m/s",
        Dimension::Force => "N",
        Dimension::Ratio => "prcnt",
        Dimension::Count => "seeds",
        Dimension::CountPerArea => "seeds/ha",
        Dimension::MassPerArea => "kg/ha",
        Dimension::VolumePerArea => "L/ha",
        Dimension::MassPerTime => "kg/s",
        Dimension::VolumePerTime => "L/s",
        Dimension::AreaPerTime => "ha/h",
        Dimension::Temperature => "C",
    };
    Some(Unit::known(symbol))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum System {
    Us,
    Metric,
    /// Nothing tells: US, marked as assumed.
    Unknown,
}

/// The system of units that the whole set shows (`vendor-formats` 3.1).
fn system(titles: &[Title], names: &[String]) -> System {
    const METRIC: &[&str] = &[
        "distancem",
        "speedkmh",
        "prodhah",
        "yoffsetm",
        "vitessekm",
        "swthwdthm",
    ];
    const US: &[&str] = &["distancef", "distanceft", "speedmph", "prodach", "yoffsetf"];
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

fn family(names: &[String]) -> Family {
    let has = |name: &str| names.iter().any(|n| n == name);
    let starts = |prefix: &str| names.iter().any(|n| n.starts_with(prefix));
    if has("isotime") && (starts("swathwi") || starts("distan")) {
        Family::DeereOperationsCenter
    } else if has("flow") && has("cycles") && has("swath") {
        Family::SmsTemplate1
    } else if has("flwlbs") || (has("rmcode") && starts("moistur")) {
        Family::YieldEditor
    } else if has("sp1") && has("sp38") && has("protein") {
        Family::CropScan
    } else if [
        "yldvol", "yldmass", "cropflw", "swthwdth", "rtapd", "objid", "tgtrate",
    ]
    .iter()
    .any(|p| starts(p))
    {
        Family::SmsNamed
    } else {
        Family::Generic
    }
}

/// Finds a title in the family's table, then in the general one. The rank orders columns of one
/// property: 0 is the caller's map.
fn look_up(
    title: &Title,
    name: &str,
    family: Family,
    system: System,
    names: &[String],
) -> Option<(usize, Meaning)> {
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
        return Some((
            1,
            Meaning {
                property,
                unit: Some(Unit::known("arcdeg")),
                assumed: false,
            },
        ));
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
            if let Some(meaning) = resolve(row, said, system) {
                return Some((rank, meaning));
            }
        }
    }
    None
}

/// A row's property with the unit that the file says, or else the row's rule.
fn resolve(row: &Row, said: Option<&'static Unit>, system: System) -> Option<Meaning> {
    let property = row.property;
    let meaning = |unit, assumed| {
        Some(Meaning {
            property,
            unit,
            assumed,
        })
    };
    if row.rule == UnitRule::None {
        return meaning(None, false);
    }
    if let Some(unit) = said {
        if property.accepts(unit.dimension) {
            return meaning(Some(unit), false);
        }
        // A yield by volume in the title and by mass in the bracket: the bracket is right.
        if let Some(other) = in_dimension(property, unit.dimension) {
            return Some(Meaning {
                property: other,
                unit: Some(unit),
                assumed: false,
            });
        }
    }
    match row.rule {
        UnitRule::None => meaning(None, false),
        UnitRule::Fixed(symbol) => meaning(Some(Unit::known(symbol)), false),
        UnitRule::Assumed(symbol) => meaning(
            Some(Unit::known(symbol)),
            system == System::Unknown || !symbol.starts_with("bu"),
        ),
        UnitRule::System(us, metric) => {
            let symbol = if system == System::Metric { metric } else { us };
            meaning(Some(Unit::known(symbol)), system == System::Unknown)
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
        Some((
            rank,
            Meaning {
                property,
                unit: Some(unit),
                assumed,
            },
        ))
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
    let seed_word = !starts("product")
        && (starts("variety") || starts("crop") || has("seedrate") || has("rtapdct"));
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

/// Whether a property says something of the work itself.
fn is_value(property: Property) -> bool {
    use Property as P;
    matches!(
        property,
        P::SeedRate
            | P::SeedRateTarget
            | P::SeedDepth
            | P::DownForce
            | P::Singulation
            | P::AppliedRate
            | P::AppliedRateTarget
            | P::HarvestMoisture
            | P::WetMass
            | P::DryMass
            | P::WetMassPerArea
            | P::DryMassPerArea
            | P::WetVolume
            | P::DryVolume
            | P::WetVolumePerArea
            | P::DryVolumePerArea
            | P::CropFlow
            | P::ProteinPercentage
            | P::TillageDepthActual
            | P::TillageDepthTarget
            | P::FuelRate
            | P::FuelUsed
    )
}

/// The kind of work, from which properties exist.
fn operation_type(columns: &[Option<Meaning>], spectra: bool) -> (Option<OperationType>, String) {
    use Property as P;
    let first = |list: &[P]| {
        columns
            .iter()
            .flatten()
            .map(|m| m.property)
            .find(|property| list.contains(property))
    };
    let because = |property: P| format!("a column of {} exists", property.name());
    let harvest = [
        P::WetMass,
        P::DryMass,
        P::WetMassPerArea,
        P::DryMassPerArea,
        P::WetVolume,
        P::DryVolume,
        P::WetVolumePerArea,
        P::DryVolumePerArea,
        P::CropFlow,
    ];
    if let Some(property) = first(&harvest) {
        return (Some(OperationType::Harvested), because(property));
    }
    if let Some(property) = first(&[P::SeedRate, P::SeedRateTarget, P::Singulation, P::SeedDepth]) {
        return (Some(OperationType::Planted), because(property));
    }
    if let Some(property) = first(&[P::AppliedRate, P::AppliedRateTarget]) {
        return (Some(OperationType::Applied), because(property));
    }
    if let Some(property) = first(&[P::TillageDepthActual, P::TillageDepthTarget, P::TillType]) {
        return (Some(OperationType::Tillage), because(property));
    }
    if let Some(property) = first(&[P::ProteinPercentage]) {
        let what = if spectra { " from spectra" } else { "" };
        let reason = format!("{}{what} and no yield or flow", because(property));
        return (Some(OperationType::Other("protein".to_owned())), reason);
    }
    if let Some(property) = first(&[P::HarvestMoisture]) {
        return (Some(OperationType::Harvested), because(property));
    }
    (None, "no column tells the kind of work".to_owned())
}

#[cfg(test)]
mod tests;
