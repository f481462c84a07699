//! The column dictionary: what tables (DBF, CSV, GeoJSON) call a quantity, which property it is,
//! and in which unit, inferred from the whole set of names. Never silent: an assumed unit is
//! marked.
//!
//! Takes titles, gives one [`Meaning`] per column and the roles of the rest (time, projected
//! position, names). Of two columns for one property the better title wins; the other stays raw.

mod by_words;
pub mod clock;
pub mod describe;
mod dictionary;
pub(crate) mod findings;
pub mod given;
mod look_up;
mod mapping;
pub(crate) mod number;
pub mod page;
pub(crate) mod position;
pub(crate) mod products;
pub(crate) mod proof;
mod roles;
mod status;
pub mod table;
mod title;
pub mod words;

pub use mapping::{Family, Mapping, Meaning, TimeColumns, UnitWord};
pub use status::{crop_name, status};
pub use title::{Title, normal};

use by_words::beside;
use look_up::{look_up, system};
use std::collections::BTreeMap;
use tramline_model::{OperationType, Property};
use words::Word;

/// Looks a set of titles up. `column_map` (source title to `property[:unit]`) wins over all.
pub fn map_titles(titles: &[Title], column_map: &BTreeMap<String, String>) -> Mapping {
    let names: Vec<String> = titles.iter().map(|t| normal(&t.name)).collect();
    let has = |name: &str| names.iter().any(|n| n == name);
    let find = |list: &[&str]| list.iter().find_map(|l| names.iter().position(|n| n == l));
    let role = |list, word| find(list).or_else(|| by_words::role(titles, word));
    let family = family(&names);
    let beside = beside(titles, system(titles, &names));
    let mut choice = Choice {
        columns: (0..titles.len()).map(|_| None).collect(),
    };
    for (index, title) in titles.iter().enumerate() {
        if let Some(meaning) = given::look_up(title, column_map, beside.system) {
            choice.offer(index, 0, meaning);
        } else if let Some((rank, meaning)) = look_up(
            title,
            names.get(index).map_or("", String::as_str),
            family,
            beside,
            &names,
        ) {
            choice.offer(index, rank, meaning);
        }
    }
    let (date, clock) = (role(roles::DATE, Word::Date), role(roles::TIME, Word::Time));
    let (mut columns, lost) = choice.settle();
    let mut time = columns
        .iter()
        .position(|m| {
            m.as_ref()
                .is_some_and(|m| m.property == Property::Timestamp)
        })
        .map(TimeColumns::One);
    let instant = || Some(Meaning::of(Property::Timestamp, None, false));
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
    let (operation_type, reason) = operation_type(&columns, has("sp1"));
    Mapping {
        family,
        columns,
        lost,
        operation_type,
        reason,
        time,
        grower: role(roles::GROWER, Word::Grower),
        farm: role(roles::FARM, Word::Farm),
        field: role(roles::FIELD, Word::Field),
        operation: role(roles::OPERATION, Word::Operation),
    }
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

    /// The meanings that stand, and those of columns whose property a better title has.
    fn settle(self) -> (Vec<Option<Meaning>>, Vec<Option<Meaning>>) {
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
                let meaning = slot.map(|(_, meaning)| meaning);
                let wins = |m: &Meaning| best.get(&m.property).is_some_and(|(_, at)| *at == index);
                match meaning {
                    Some(meaning) if wins(&meaning) => (Some(meaning), None),
                    lost => (None, lost),
                }
            })
            .unzip()
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
        "yldvol", "yldmass", "yldmss", "cropflw", "crpflw", "swthwdth", "rtapd", "objid", "idobj",
        "tgtrate",
    ]
    .iter()
    .any(|p| starts(p))
    {
        Family::SmsNamed
    } else {
        Family::Generic
    }
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
    if let Some(property) = first(&P::YIELD).or_else(|| first(&[P::CropFlow])) {
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
#[cfg(test)]
mod title_tests;
