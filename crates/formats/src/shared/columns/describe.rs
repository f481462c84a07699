//! The description of a machine file that a table makes. Units that had to be assumed are members of
//! the description; the standardising step tells of them.

use super::table::Profile;
use super::{Family, Mapping, Title, crop_name, given, normal};
use crate::claim::ReadOptions;
use arrow_schema::SchemaRef;
use tramline_model::{
    Crop, Machine, MachineKind, OperationDescription, OperationType, Product, Property, Provider,
};

/// What a table's reader knows for its description.
pub struct Facts<'a> {
    /// Path of the entry.
    pub path: &'a str,
    /// The `fileFormat` code of the format.
    pub file_format: &'static str,
    /// Who exported the table.
    pub provider: Provider,
    /// What the columns mean.
    pub mapping: &'a Mapping,
    /// What the first rows show of each column.
    pub profiles: &'a [Profile],
    /// What the caller knows.
    pub options: &'a ReadOptions,
    /// Where the instants come from, for people.
    pub time_source: &'a str,
    /// The columns of the points.
    pub points_schema: SchemaRef,
}

/// Constants of the table as members, names from its field column or else the file.
pub fn describe(facts: &Facts<'_>) -> OperationDescription {
    let mapping = facts.mapping;
    let constant = |at: Option<usize>| {
        let text = facts.profiles.get(at?)?.constant()?;
        let text = without_prefix(text).trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    let of = |property| constant(mapping.column(property));
    let word = constant(mapping.operation);
    let (operation_type, operation_reason) = match (&facts.options.operation_type, &word) {
        (Some(given), _) => (given.clone(), "given with the upload".to_owned()),
        (None, Some(word)) if from_word(word).is_some() => (
            from_word(word).unwrap_or(OperationType::Harvested),
            format!("the file calls the work `{word}`"),
        ),
        _ => {
            let kind = mapping.operation_type.clone();
            let kind = kind.unwrap_or_else(|| no_work(word.as_deref()));
            (kind, mapping.reason.clone())
        }
    };
    let stem = facts.path.rsplit('/').next().unwrap_or(facts.path);
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    let field = constant(mapping.field);
    let machine = |name: String| Machine {
        name,
        kind: MachineKind::Machine,
        serial_number: None,
        brand: None,
    };
    OperationDescription {
        name: field.clone().unwrap_or_else(|| stem.to_owned()),
        file_format: facts.file_format,
        provider: facts.provider,
        operation_type,
        operation_reason,
        original_operation_type: word,
        operation_description: None,
        grower: constant(mapping.grower),
        farm: constant(mapping.farm),
        field,
        crop: facts
            .options
            .crop
            .clone()
            .or_else(|| of(Property::Crop).map(|c| crop_name(mapping.family, &c).to_owned())),
        variety: of(Property::Variety),
        products: of(Property::Product)
            .map(|name| Product {
                name,
                ..Product::default()
            })
            .into_iter()
            .collect(),
        tank_mix: false,
        machines: of(Property::Machinery).map(machine).into_iter().collect(),
        entries: vec![facts.path.to_owned()],
        points_schema: facts.points_schema.clone(),
        time_source: facts.time_source.to_owned(),
        assumed_units: mapping.assumed_units(),
    }
}

/// The crop of the whole table, where there is one that the tables know.
pub(crate) fn crop(
    mapping: &Mapping,
    profiles: &[Profile],
    options: &ReadOptions,
) -> Option<&'static Crop> {
    if let Some(given) = &options.crop {
        return Crop::find(given);
    }
    let text = profiles.get(mapping.column(Property::Crop)?)?.constant()?;
    Crop::find(crop_name(mapping.family, text))
}

/// `F0:Basswood`, `L1: load 3` without the display's number.
fn without_prefix(text: &str) -> &str {
    let Some((head, rest)) = text.split_once(':') else {
        return text;
    };
    let mut letters = head.chars();
    let numbered = matches!(letters.next(), Some('F' | 'L'))
        && head.len() > 1
        && letters.all(|c| c.is_ascii_digit());
    if numbered { rest } else { text }
}

/// Work that the contract does not know, by the begin of its words.
const OTHER_WORK: &[(&str, &[&str])] = &[
    (
        "baling",
        &["bal", "press", "wrap", "wickel", "enfard", "enrubann"],
    ),
    (
        "mowing",
        &[
            "mow", "m\u{e4}h", "maeh", "fauch", "sieg", "koszen", "maai", "sl\u{e5}", "falci",
            "ceifa", "mulch",
        ],
    ),
    (
        "swathing",
        &[
            "swath", "windrow", "schwad", "andain", "hilera", "rak", "merg",
        ],
    ),
    ("tedding", &["tedd", "zett", "wend", "fanage"]),
    ("rolling", &["roll", "walz", "rodill"]),
    ("loading", &["load wagon", "loading", "ladewagen"]),
];

/// Words for what displays log beside any work. Columns of work say more than they do.
const BESIDE_WORK: &[(&str, &[&str])] = &[
    ("datacollection", &["datacollection"]),
    ("datagathering", &["datagathering"]),
    ("guidance", &["guidance"]),
];

/// The kind of what no column and no known word tells, by the word that the source has for it.
pub(crate) fn no_work(word: Option<&str>) -> OperationType {
    let letters = word.unwrap_or_default().chars();
    let letters: String = letters.filter(|c| c.is_alphabetic()).collect();
    let letters = letters.to_lowercase();
    let mut words = BESIDE_WORK.iter();
    let found = words.find(|(_, stems)| stems.iter().any(|stem| letters.starts_with(stem)));
    OperationType::Other(found.map_or("unknown", |(name, _)| name).to_owned())
}

/// The kind of work that a word names.
pub(crate) fn from_word(word: &str) -> Option<OperationType> {
    let word = word.to_lowercase();
    let has = |stems: &[&str]| stems.iter().any(|stem| word.contains(stem));
    if has(&[
        "harvest",
        "yield",
        "combin",
        "ernte",
        "cosecha",
        "colheita",
        "r\u{e9}colte",
        "recolte",
    ]) {
        return Some(OperationType::Harvested);
    }
    let other = OTHER_WORK
        .iter()
        .find(|(_, stems)| stems.iter().any(|stem| word.starts_with(stem)));
    if let Some((name, _)) = other {
        Some(OperationType::Other((*name).to_owned()))
    } else if has(&[
        "seed", "plant", "sow", "aussaat", "siembra", "semis", "semina", "plantio",
    ]) {
        Some(OperationType::Planted)
    } else if has(&[
        "appl",
        "spray",
        "spread",
        "fertil",
        "protect",
        "d\u{fc}ng",
        "spritz",
        "pulv",
    ]) {
        Some(OperationType::Applied)
    } else if has(&[
        "till",
        "plough",
        "plow",
        "cultivat",
        "grubber",
        "pfl\u{fc}g",
        "labour",
    ]) {
        Some(OperationType::Tillage)
    } else {
        None
    }
}

/// Columns of a position: who names more says what the values are.
const POSITION: usize = 2;

/// Whether the titles alone leave it open that a table names its work: the caller does, or a column
/// is called so. A bare `type` is that of anything.
pub(crate) fn may_name_work(mapping: &Mapping, titles: &[Title], options: &ReadOptions) -> bool {
    let told = mapping.operation.and_then(|at| titles.get(at));
    names_work(mapping, titles, &[], options)
        || told.is_some_and(|title| normal(&title.name) != "type")
}

/// Whether a table is of work although no column holds a value of it: the caller or a column of
/// the table names the work.
pub(crate) fn names_work(
    mapping: &Mapping,
    titles: &[Title],
    profiles: &[Profile],
    options: &ReadOptions,
) -> bool {
    let named = |title: &Title| given::key_of(title, &options.column_map).is_some();
    let word = mapping
        .operation
        .and_then(|at| profiles.get(at)?.constant());
    options.operation_type.is_some()
        || titles.iter().filter(|title| named(title)).count() > POSITION
        || word.is_some_and(|word| from_word(word).is_some())
}

/// Who exports tables of this family.
pub fn provider(family: Family) -> Provider {
    match family {
        Family::DeereOperationsCenter => Provider::JohnDeere,
        Family::SmsNamed | Family::SmsTemplate1 | Family::AgLeaderText => Provider::AgLeader,
        Family::YieldEditor | Family::CropScan | Family::Generic => Provider::Leaf,
    }
}
