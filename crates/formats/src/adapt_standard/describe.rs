//! What the document says of one operation.

use super::document::{Catalog, Named, Operation, Root, WorkRecord, by_id, items};
use crate::claim::ReadOptions;
use arrow_schema::SchemaRef;
use tramline_model::adapt_standard::{FILE_FORMAT, NO_FIELD, by_code, operation_type};
use tramline_model::{
    DisplayTotal, Machine, MachineKind, OperationDescription, OperationType, Product, Provider,
    TotalQuantity,
};

/// One operation in its document.
#[derive(Clone, Copy)]
pub(super) struct Facts<'a> {
    pub(super) root: &'a Root,
    pub(super) record: &'a WorkRecord,
    pub(super) operation: &'a Operation,
    /// The only operation of the data set: all of the catalog is about it.
    pub(super) alone: bool,
    pub(super) options: &'a ReadOptions,
}

/// Products of one operation, and texts that are kept of a catalog entry.
const PRODUCTS: usize = 256;

/// The kind of field work, and why.
pub(super) fn kind(facts: &Facts<'_>) -> (OperationType, String) {
    if let Some(given) = &facts.options.operation_type {
        return (given.clone(), "given with the upload".to_owned());
    }
    let code = facts
        .operation
        .operation_type_code
        .as_deref()
        .unwrap_or("UNKNOWN");
    (operation_type(code), format!("operation type `{code}`"))
}

/// The description of the machine file. `entries` are the paths of the document and its records.
pub(super) fn describe(
    facts: &Facts<'_>,
    entries: Vec<String>,
    points_schema: SchemaRef,
    time_source: &str,
) -> OperationDescription {
    let none = Catalog::default();
    let catalog = facts.root.catalog.as_ref().unwrap_or(&none);
    let (operation_type, operation_reason) = kind(facts);
    let field_id = facts
        .record
        .field_id
        .as_deref()
        .filter(|id| *id != NO_FIELD);
    let field = by_id(&catalog.fields, field_id);
    // A record without a field still hangs on the catalog's only farm.
    let placed = field.or_else(|| by_id(&catalog.fields, facts.record.field_id.as_deref()));
    let farm = by_id(&catalog.farms, placed.and_then(|f| f.farm_id.as_deref()))
        .or_else(|| only(&catalog.farms, facts.alone));
    let grower = by_id(&catalog.growers, farm.and_then(|f| f.grower_id.as_deref()))
        .or_else(|| only(&catalog.growers, facts.alone));
    let ids = product_ids(facts.operation);
    let used: Vec<&Named> = ids
        .iter()
        .filter_map(|id| by_id(&catalog.products, Some(id)))
        .take(PRODUCTS)
        .collect();
    let is_seed = |named: &&Named| named.product_type_code.as_deref() == Some("SEED");
    let is_produce =
        |named: &&Named| named.product_type_code.as_deref() == Some("HARVESTED_PRODUCT");
    let seeds: Vec<&Named> = used.iter().copied().filter(is_seed).collect();
    let products: Vec<Product> = used
        .iter()
        .copied()
        .filter(|named| !is_seed(named) && !is_produce(named))
        .filter_map(|named| {
            Some(Product {
                name: named.title()?,
                ..Product::default()
            })
        })
        .collect();
    let name = facts
        .operation
        .name
        .as_deref()
        .or(facts.record.name.as_deref());
    let name = name.map(str::trim).filter(|name| !name.is_empty());
    let field = field.and_then(Named::title);
    OperationDescription {
        name: name
            .map(str::to_owned)
            .or_else(|| field.clone())
            .unwrap_or_else(|| "ADAPT Standard".to_owned()),
        file_format: FILE_FORMAT,
        provider: Provider::Other,
        tank_mix: operation_type == OperationType::Applied && products.len() > 1,
        operation_type,
        operation_reason,
        original_operation_type: facts.operation.operation_type_code.clone(),
        operation_description: facts.operation.description.clone(),
        grower: grower.and_then(Named::title),
        farm: farm.and_then(Named::title),
        field,
        crop: facts
            .options
            .crop
            .clone()
            .or_else(|| crop(facts, catalog, &used)),
        variety: match seeds.as_slice() {
            [seed] => seed.title(),
            _ => None,
        },
        products,
        machines: machines(facts, catalog),
        entries,
        points_schema,
        time_source: time_source.to_owned(),
        assumed_units: Vec::new(),
    }
}

/// The only entry of a list, where the whole catalog is about one operation.
fn only(list: &Option<Vec<Named>>, alone: bool) -> Option<&Named> {
    match items(list) {
        [one] if alone => Some(one),
        _ => None,
    }
}

/// By the record's crop zone, else a product's crop, else the only crop.
fn crop(facts: &Facts<'_>, catalog: &Catalog, products: &[&Named]) -> Option<String> {
    let zone = by_id(&catalog.crop_zones, facts.record.crop_zone_id.as_deref());
    let of_zone = zone.and_then(|zone| by_id(&catalog.crops, zone.crop_id.as_deref()));
    let of_product = || {
        products
            .iter()
            .find_map(|product| by_id(&catalog.crops, product.crop_id.as_deref()))
    };
    of_zone
        .or_else(of_product)
        .or_else(|| only(&catalog.crops, facts.alone))
        .and_then(Named::title)
}

/// Of the operation, else of its variables; each once.
fn product_ids(operation: &Operation) -> Vec<&str> {
    let own = items(&operation.product_ids).iter().map(String::as_str);
    let of_variables = items(&operation.variables)
        .iter()
        .filter_map(|variable| variable.product_id.as_deref());
    let mut ids: Vec<&str> = Vec::new();
    for id in own.chain(of_variables) {
        if ids.len() < PRODUCTS && !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

/// The configured device, then the rest of the catalog's where all of it is about this operation.
fn machines(facts: &Facts<'_>, catalog: &Catalog) -> Vec<Machine> {
    let configuration = facts.operation.device_configuration.as_ref();
    let own = by_id(
        &catalog.devices,
        configuration.and_then(|c| c.device_id.as_deref()),
    );
    let rest = items(&catalog.devices)
        .iter()
        .filter(|device| facts.alone && own.is_none_or(|own| !std::ptr::eq(own, *device)));
    own.into_iter()
        .chain(rest)
        .take(PRODUCTS)
        .filter_map(|device| {
            let model = by_id(&catalog.device_models, device.device_model_id.as_deref());
            let brand = by_id(&catalog.brands, model.and_then(|m| m.brand_id.as_deref()));
            let implement = device
                .description
                .as_deref()
                .is_some_and(|text| text.eq_ignore_ascii_case("implement"));
            Some(Machine {
                name: device.title()?,
                kind: if implement {
                    MachineKind::Implement
                } else {
                    MachineKind::Machine
                },
                serial_number: device.serial_number.clone(),
                brand: brand.and_then(Named::title),
            })
        })
        .collect()
}

/// Summary values as totals to compare with.
pub(super) fn totals(operation: &Operation) -> Vec<DisplayTotal> {
    let variables = items(&operation.variables);
    items(&operation.summary_values)
        .iter()
        .filter_map(|summary| {
            let variable = variables.iter().find(|variable| {
                let id = variable
                    .id
                    .as_ref()
                    .and_then(|id| id.reference_id.as_deref());
                id.is_some() && id == summary.variable_id.as_deref()
            })?;
            let code = variable.definition_code.as_deref()?;
            let value: f64 = summary.value_text.as_deref()?.trim().parse().ok()?;
            let unit = match code {
                "AppliedArea" => "ha",
                "AppliedTotalCount" => "seeds",
                "AppliedTotalMass" => "kg",
                "AppliedTotalVolume" => "L",
                other => by_code(other)
                    .and_then(|definition| definition.unit())
                    .map_or("", |unit| unit.symbol),
            };
            value.is_finite().then(|| DisplayTotal {
                quantity: match code {
                    "AppliedArea" => Some(TotalQuantity::Area),
                    "AppliedTotalCount" => Some(TotalQuantity::Count),
                    "AppliedTotalMass" => Some(TotalQuantity::AppliedMass),
                    "AppliedTotalVolume" => Some(TotalQuantity::AppliedVolume),
                    _ => None,
                },
                name: code.to_owned(),
                value,
                unit: unit.to_owned(),
            })
        })
        .take(PRODUCTS)
        .collect()
}
