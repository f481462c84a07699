//! The description of a machine file that a table makes and the reading of its instants. Units that
//! had to be assumed are members of the description; the standardising step tells of them.

use super::table::Profile;
use super::{Family, Mapping, TimeColumns, crop_name, instant};
use crate::claim::ReadOptions;
use arrow_schema::SchemaRef;
use tramline_model::{
    Finding, Machine, MachineKind, OperationDescription, OperationType, Place, Product, Property,
    Provider, Severity,
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
            let unknown = || OperationType::Other("unknown".to_owned());
            (
                mapping.operation_type.clone().unwrap_or_else(unknown),
                mapping.reason.clone(),
            )
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

/// The kind of work that a word names.
pub(crate) fn from_word(word: &str) -> Option<OperationType> {
    let word = word.to_lowercase();
    let has = |stems: &[&str]| stems.iter().any(|stem| word.contains(stem));
    if has(&["harvest", "yield", "combin"]) {
        Some(OperationType::Harvested)
    } else if has(&["seed", "plant", "sow"]) {
        Some(OperationType::Planted)
    } else if has(&["appl", "spray", "spread", "fertil", "protect"]) {
        Some(OperationType::Applied)
    } else if has(&["till", "plough", "plow", "cultivat"]) {
        Some(OperationType::Tillage)
    } else {
        None
    }
}

/// Who exports tables of this family.
pub fn provider(family: Family) -> Provider {
    match family {
        Family::DeereOperationsCenter => Provider::JohnDeere,
        Family::SmsNamed | Family::SmsTemplate1 | Family::AgLeaderText => Provider::AgLeader,
        Family::YieldEditor | Family::CropScan | Family::Generic => Provider::Leaf,
    }
}

/// How the instants of a table are read, decided from its first rows.
#[derive(Debug)]
pub struct Clock {
    /// The columns that give the instant of a row.
    pub columns: TimeColumns,
    /// How their texts are read.
    pub reader: instant::Reader,
    /// `logged UTC` or `local time, zone unknown`.
    pub source: &'static str,
    earliest: i64,
    latest: i64,
}

/// 1990-01-01.
const EARLIEST_MS: i64 = 631_152_000_000;
/// 2100-01-01.
const LATEST_MS: i64 = 4_102_444_800_000;

impl Clock {
    /// `rows` are the texts of the time columns of the first rows (date, time). `None` when not
    /// one of them is a believable instant.
    pub fn from_rows(
        columns: TimeColumns,
        family: Family,
        rows: &[(String, String)],
        options: &ReadOptions,
    ) -> Option<Self> {
        let mut reader = instant::Reader::from_column(rows.iter().map(|(date, _)| date.as_str()));
        if family == Family::CropScan {
            // An Australian logger.
            reader.prefer_day_first();
        }
        let latest = options.latest_instant_ms.unwrap_or(LATEST_MS);
        let mut clock = Self {
            columns,
            reader,
            source: "none",
            earliest: EARLIEST_MS,
            latest,
        };
        let mut found = rows
            .iter()
            .filter_map(|(date, time)| clock.instant(date, time))
            .peekable();
        found.peek()?;
        let zoned = found.all(|i| i.zoned);
        clock.source = if zoned {
            "logged UTC"
        } else {
            "local time, zone unknown"
        };
        Some(clock)
    }

    fn instant(&self, date: &str, time: &str) -> Option<instant::Instant> {
        let found = match self.columns {
            TimeColumns::One(_) => self.reader.parse(date),
            // Some put both into the time column, or leave the time away.
            TimeColumns::DateAndTime { .. } => self.reader.parse_pair(date, time).or_else(|| {
                self.reader
                    .parse(if time.trim().is_empty() { date } else { time })
            }),
        };
        found.filter(|i| (self.earliest..=self.latest).contains(&i.ms))
    }

    /// Milliseconds of a row; `None` when it has no believable instant.
    pub fn read(&self, date: &str, time: &str) -> Option<i64> {
        self.instant(date, time).map(|i| i.ms)
    }

    /// What is uncertain about the instants.
    pub fn findings(&self, place: &Place) -> Vec<Finding> {
        let note = |code, text: &str, hint: &str| {
            Finding::new(code, Severity::Warning, place.clone(), text).hint(hint)
        };
        let mut list = Vec::new();
        if self.source != "logged UTC" {
            list.push(note(
                "columns.local-time",
                "the times have no zone; they stand as if they were UTC",
                "export with UTC times if the time of day matters",
            ));
        }
        if self.reader.ambiguous() {
            list.push(note(
                "columns.date-order-assumed",
                "no date of the file tells the day from the month; read as month/day/year",
                "export with ISO 8601 dates (2024-07-31)",
            ));
        }
        list
    }
}
