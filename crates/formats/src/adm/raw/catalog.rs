//! Names of the catalog by their reference ids: growers, farms, fields, crops, products, devices, and
//! the widths of sections. Version 1 is compressed JSON of the framework's objects, version 2 the same
//! objects as protobuf; people are passed over.

use super::numbers::Numbers;
use crate::shared::protobuf::{Fields, Value, WireError};
use serde_json::Value as Json;
use std::collections::HashMap;
use std::io::Read;
use tramline_model::Unit;

/// Unpacked JSON beyond this is no catalog of machines.
const MAX_JSON: u64 = 256 << 20;

#[derive(Debug, Default)]
pub(crate) struct Catalog {
    pub(crate) growers: HashMap<i64, String>,
    pub(crate) farms: HashMap<i64, String>,
    pub(crate) fields: HashMap<i64, String>,
    pub(crate) crops: HashMap<i64, String>,
    pub(crate) products: HashMap<i64, Product>,
    pub(crate) elements: HashMap<i64, Element>,
    pub(crate) configurations: HashMap<i64, Configuration>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Product {
    pub(crate) name: String,
    pub(crate) crop: Option<i64>,
    pub(crate) is_commodity: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) serial: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Configuration {
    pub(crate) element: Option<i64>,
    pub(crate) width_m: Option<f64>,
    pub(crate) lateral_m: f64,
    pub(crate) is_section: bool,
}

impl Catalog {
    /// Either form, by its first bytes.
    pub(crate) fn parse(bytes: &[u8], numbers: &Numbers) -> Result<Self, String> {
        if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut text = Vec::new();
            flate2::read::MultiGzDecoder::new(bytes)
                .take(MAX_JSON + 1)
                .read_to_end(&mut text)
                .map_err(|error| format!("it cannot be unpacked: {error}"))?;
            if text.len() as u64 > MAX_JSON {
                return Err(format!("it unpacks to more than {} MiB", MAX_JSON >> 20));
            }
            let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
            let json: Json =
                serde_json::from_slice(text).map_err(|e| format!("its JSON is damaged: {e}"))?;
            return Ok(Self::from_json(&json));
        }
        Self::from_wire(bytes, numbers).map_err(|error| error.to_string())
    }

    fn from_json(root: &Json) -> Self {
        let mut catalog = Self::default();
        let named = |list: &str, key: &str| -> HashMap<i64, String> {
            let objects = values(&root[list]).iter();
            objects
                .filter_map(|object| {
                    Some((reference(object)?, object[key].as_str()?.trim().to_owned()))
                })
                .collect()
        };
        catalog.growers = named("Growers", "Name");
        catalog.farms = named("Farms", "Description");
        catalog.fields = named("Fields", "Description");
        catalog.crops = named("Crops", "Name");
        for object in values(&root["Products"]) {
            let Some(id) = reference(object) else {
                continue;
            };
            let product = Product {
                name: object["Description"]
                    .as_str()
                    .unwrap_or_default()
                    .trim()
                    .to_owned(),
                crop: object["CropId"].as_i64().filter(|id| *id != 0),
                is_commodity: kind(object).ends_with("HarvestedCommodityProduct"),
            };
            catalog.products.insert(id, product);
        }
        for object in values(&root["DeviceElements"]) {
            let Some(id) = reference(object) else {
                continue;
            };
            let text = |key: &str| object[key].as_str().unwrap_or_default().trim().to_owned();
            let (name, serial) = (text("Description"), text("SerialNumber"));
            catalog.elements.insert(id, Element { name, serial });
        }
        for object in values(&root["DeviceElementConfigurations"]) {
            let Some(id) = reference(object) else {
                continue;
            };
            let is_section = kind(object).ends_with("SectionConfiguration");
            let width = if is_section { "SectionWidth" } else { "Width" };
            let configuration = Configuration {
                element: object["DeviceElementId"].as_i64().filter(|id| *id != 0),
                width_m: json_metres(&object[width]),
                lateral_m: json_metres(&object["LateralOffset"]).unwrap_or(0.0),
                is_section,
            };
            catalog.configurations.insert(id, configuration);
        }
        catalog
    }

    fn from_wire(message: &[u8], n: &Numbers) -> Result<Self, WireError> {
        let mut catalog = Self::default();
        for field in Fields::new(message) {
            let (number, value) = field?;
            let bytes = value.bytes();
            if number == n.catalog_growers {
                named(&mut catalog.growers, bytes, n, n.grower_id, n.grower_name)?;
            } else if number == n.catalog_farms {
                named(&mut catalog.farms, bytes, n, n.farm_id, n.farm_description)?;
            } else if number == n.catalog_fields {
                named(
                    &mut catalog.fields,
                    bytes,
                    n,
                    n.field_id,
                    n.field_description,
                )?;
            } else if number == n.catalog_crops {
                named(&mut catalog.crops, bytes, n, n.crop_id, n.crop_name)?;
            } else if number == n.catalog_products {
                let (id, product) = wire_product(bytes, n)?;
                catalog.products.insert(id, product);
            } else if number == n.catalog_elements {
                let (mut id, mut element) = (0, Element::default());
                for field in Fields::new(bytes) {
                    match field? {
                        (k, v) if k == n.element_id => id = reference_of(v.bytes(), n)?,
                        (k, v) if k == n.element_description => {
                            element.name = v.text().trim().to_owned()
                        }
                        (k, v) if k == n.element_serial => {
                            element.serial = v.text().trim().to_owned()
                        }
                        _ => {}
                    }
                }
                catalog.elements.insert(id, element);
            } else if number == n.catalog_configurations {
                let (id, configuration) = wire_configuration(bytes, n)?;
                catalog.configurations.insert(id, configuration);
            }
        }
        Ok(catalog)
    }
}

/// A list of the framework's JSON, with or without its `$values`.
fn values(json: &Json) -> &[Json] {
    let list = if json["$values"].is_array() {
        &json["$values"]
    } else {
        json
    };
    list.as_array().map_or(&[], Vec::as_slice)
}

fn reference(object: &Json) -> Option<i64> {
    object["Id"]["ReferenceId"].as_i64()
}

/// Class of an object, without its assembly.
fn kind(object: &Json) -> &str {
    let name = object["$type"].as_str().unwrap_or_default();
    name.split(',').next().unwrap_or_default()
}

fn json_metres(value: &Json) -> Option<f64> {
    let number = value["Value"]["Value"].as_f64()?;
    let unit = value["Value"]["UnitOfMeasure"]["Code"].as_str()?;
    metres(number, unit)
}

fn metres(number: f64, unit: &str) -> Option<f64> {
    let unit = Unit::parse(unit)?;
    let metres = unit.to_base(number);
    (unit.dimension == tramline_model::Dimension::Length && metres.is_finite()).then_some(metres)
}

/// `ReferenceId` of a compound identifier.
pub(crate) fn reference_of(message: &[u8], n: &Numbers) -> Result<i64, WireError> {
    for field in Fields::new(message) {
        match field? {
            (number, value) if number == n.reference_id => return Ok(value.int()),
            _ => {}
        }
    }
    Ok(0)
}

fn named(
    into: &mut HashMap<i64, String>,
    message: &[u8],
    n: &Numbers,
    id_number: u32,
    name_number: u32,
) -> Result<(), WireError> {
    let (mut id, mut name) = (0, String::new());
    for field in Fields::new(message) {
        let (number, value) = field?;
        if number == id_number {
            id = reference_of(value.bytes(), n)?;
        } else if number == name_number {
            name = value.text().trim().to_owned();
        }
    }
    into.insert(id, name);
    Ok(())
}

fn first(message: &[u8], number: u32) -> Result<Option<Value<'_>>, WireError> {
    for field in Fields::new(message) {
        match field? {
            (found, value) if found == number => return Ok(Some(value)),
            _ => {}
        }
    }
    Ok(None)
}

fn wire_product(message: &[u8], n: &Numbers) -> Result<(i64, Product), WireError> {
    let (mut id, mut product) = (0, Product::default());
    for field in Fields::new(message) {
        let (number, value) = field?;
        if number == n.product_id {
            id = reference_of(value.bytes(), n)?;
        } else if number == n.product_description {
            product.name = value.text().trim().to_owned();
        } else if number == n.product_commodity {
            product.is_commodity = true;
            product.crop = first(value.bytes(), n.commodity_crop)?.map(Value::int);
        } else if number == n.product_variety {
            product.crop = first(value.bytes(), n.variety_crop)?.map(Value::int);
        }
    }
    product.crop = product.crop.filter(|id| *id != 0);
    Ok((id, product))
}

fn wire_configuration(message: &[u8], n: &Numbers) -> Result<(i64, Configuration), WireError> {
    let (mut id, mut configuration) = (0, Configuration::default());
    for field in Fields::new(message) {
        let (number, value) = field?;
        if number == n.configuration_id {
            id = reference_of(value.bytes(), n)?;
        } else if number == n.configuration_element {
            configuration.element = Some(value.int()).filter(|id| *id != 0);
        } else if number == n.configuration_implement {
            configuration.width_m = wire_metres(first(value.bytes(), n.implement_width)?, n)?;
        } else if number == n.configuration_section {
            configuration.is_section = true;
            configuration.width_m = wire_metres(first(value.bytes(), n.section_width)?, n)?;
            let lateral = wire_metres(first(value.bytes(), n.section_lateral)?, n)?;
            configuration.lateral_m = lateral.unwrap_or(0.0);
        }
    }
    Ok((id, configuration))
}

/// Metres of a numeric representation value, which may stand in its base class or alone.
fn wire_metres(value: Option<Value<'_>>, n: &Numbers) -> Result<Option<f64>, WireError> {
    let Some(value) = value else { return Ok(None) };
    let numeric = first(value.bytes(), n.value_numeric)?.unwrap_or(value);
    let Some((number, unit)) = numeric_of(numeric.bytes(), n)? else {
        return Ok(None);
    };
    Ok(metres(number, unit))
}

/// Number and unit code of a numeric representation value.
pub(crate) fn numeric_of<'a>(
    message: &'a [u8],
    n: &Numbers,
) -> Result<Option<(f64, &'a str)>, WireError> {
    let Some(value) = first(message, n.numeric_value)? else {
        return Ok(None);
    };
    let (mut number, mut unit) = (0.0, "");
    for field in Fields::new(value.bytes()) {
        let (found, value) = field?;
        if found == n.number_value {
            number = value.float();
        } else if found == n.number_unit {
            let code = first(value.bytes(), n.unit_code)?.map_or(&[][..], Value::bytes);
            unit = std::str::from_utf8(code).unwrap_or_default();
        }
    }
    Ok(Some((number, unit)))
}
