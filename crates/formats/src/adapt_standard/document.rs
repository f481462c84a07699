//! `adapt.json` as far as it is read. Unknown keys are passed over, whatever is in them.

use crate::source::{EntryId, Limits, Tree};
use serde::Deserialize;
use tramline_model::{Place, ReadError};

/// What the person can do about a data set that cannot be read.
pub(super) const AGAIN: &str = "export the data set again from the program that made it, and upload the whole \
                     folder (adapt.json with its .parquet files) or its zip";
/// Bytes of a document; boundaries in it are its bulk.
const BYTES: u64 = 64 << 20;
/// Objects and lists in it, and its texts: what memory they take once they are read.
const OBJECTS: usize = 200_000;
const TEXTS: usize = 4_000_000;

pub(super) type List<T> = Option<Vec<T>>;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Root {
    pub(super) catalog: Option<Catalog>,
    pub(super) documents: Option<Documents>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Catalog {
    pub(super) growers: List<Named>,
    pub(super) farms: List<Named>,
    pub(super) fields: List<Named>,
    pub(super) crops: List<Named>,
    pub(super) crop_zones: List<Named>,
    pub(super) products: List<Named>,
    pub(super) devices: List<Named>,
    pub(super) device_models: List<Named>,
    pub(super) brands: List<Named>,
}

/// Anything of the catalog: name, id, and what it refers to.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Named {
    pub(super) id: Option<Id>,
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) grower_id: Option<String>,
    pub(super) farm_id: Option<String>,
    pub(super) field_id: Option<String>,
    pub(super) crop_id: Option<String>,
    pub(super) device_model_id: Option<String>,
    pub(super) brand_id: Option<String>,
    pub(super) serial_number: Option<String>,
    pub(super) product_type_code: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Id {
    pub(super) reference_id: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Documents {
    pub(super) work_records: List<WorkRecord>,
    pub(super) work_orders: List<Plan>,
    pub(super) plans: List<Plan>,
    pub(super) recommendations: List<Plan>,
    pub(super) reference_layers: List<Plan>,
}

/// What is counted only.
#[derive(Debug, Deserialize)]
pub(super) struct Plan {}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct WorkRecord {
    pub(super) name: Option<String>,
    pub(super) field_id: Option<String>,
    pub(super) crop_zone_id: Option<String>,
    pub(super) operations: List<Operation>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Operation {
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) operation_type_code: Option<String>,
    pub(super) spatial_records_file: Option<String>,
    pub(super) variables: List<Variable>,
    pub(super) product_ids: List<String>,
    pub(super) device_configuration: Option<DeviceConfiguration>,
    pub(super) summary_values: List<SummaryValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct DeviceConfiguration {
    pub(super) device_id: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Variable {
    pub(super) id: Option<Id>,
    pub(super) name: Option<String>,
    pub(super) definition_code: Option<String>,
    pub(super) geo_parquet_column_name: Option<String>,
    pub(super) product_id: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct SummaryValue {
    pub(super) variable_id: Option<String>,
    pub(super) value_text: Option<String>,
}

/// The entries of a list that may be absent.
pub(super) fn items<T>(list: &List<T>) -> &[T] {
    list.as_deref().unwrap_or_default()
}

/// The entry of that reference id.
pub(super) fn by_id<'a>(list: &'a List<Named>, id: Option<&str>) -> Option<&'a Named> {
    let id = id?;
    items(list)
        .iter()
        .find(|named| named.reference() == Some(id))
}

impl Named {
    pub(super) fn reference(&self) -> Option<&str> {
        self.id.as_ref()?.reference_id.as_deref()
    }

    /// The name, unless blank.
    pub(super) fn title(&self) -> Option<String> {
        let name = self.name.as_deref()?.trim();
        (!name.is_empty()).then(|| name.to_owned())
    }
}

impl Documents {
    /// What the data set holds beside work records, for people.
    pub(super) fn others(&self) -> Vec<&'static str> {
        [
            ("work orders", &self.work_orders),
            ("plans", &self.plans),
            ("recommendations", &self.recommendations),
            ("reference layers", &self.reference_layers),
        ]
        .into_iter()
        .filter(|(_, list)| !items(list).is_empty())
        .map(|(what, _)| what)
        .collect()
    }
}

/// Reads and parses a document.
pub(super) fn load(tree: &Tree, entry: EntryId, limits: &Limits) -> Result<Root, ReadError> {
    let bytes = tree.bytes(entry, BYTES.min(limits.entry_bytes))?;
    parse(&bytes, &tree.place(entry))
}

/// Parses a document of bounded length.
pub(super) fn parse(bytes: &[u8], place: &Place) -> Result<Root, ReadError> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let count = |wanted: u8| text.iter().filter(|byte| **byte == wanted).count();
    for (found, limit, allowed) in [
        (
            count(b'{').max(count(b'[')),
            "objects of adapt.json",
            OBJECTS,
        ),
        (count(b'"'), "texts of adapt.json", TEXTS),
    ] {
        if found > allowed {
            return Err(ReadError::Limit {
                place: place.clone(),
                limit,
                allowed: allowed as u64,
            });
        }
    }
    serde_json::from_slice(text).map_err(|error| {
        let text = error.to_string();
        let what = match error.classify() {
            serde_json::error::Category::Eof => format!("adapt.json is truncated: {text}"),
            serde_json::error::Category::Data => {
                format!("adapt.json does not follow the ADAPT Standard: {text}")
            }
            _ if text.contains("recursion limit") => {
                format!("adapt.json is nested too deeply: {text}")
            }
            _ => format!("adapt.json is not valid JSON: {text}"),
        };
        ReadError::malformed(place.clone(), what, AGAIN)
    })
}
