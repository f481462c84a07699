//! Names of an operation, by the ids of the catalog.

use super::super::raw::{Catalog, LoggedData, Operation, Use};
use super::plan::Plan;
use super::rules;
use crate::claim::ReadOptions;
use tramline_model::{
    Machine, MachineKind, OperationDescription, OperationType, Product, Provider,
};

pub(crate) fn describe(
    catalog: &Catalog,
    logged: &LoggedData,
    operation: &Operation,
    uses: &[Use],
    plan: &Plan,
    options: &ReadOptions,
    entries: Vec<String>,
) -> OperationDescription {
    let name = |list: &std::collections::HashMap<i64, String>, id: i64| {
        list.get(&id).filter(|name| !name.is_empty()).cloned()
    };
    let products: Vec<_> = operation
        .products
        .iter()
        .filter_map(|id| catalog.products.get(id))
        .collect();
    let crop = products
        .iter()
        .find_map(|product| product.crop)
        .and_then(|id| name(&catalog.crops, id));
    let grown = matches!(
        plan.operation,
        OperationType::Planted | OperationType::Harvested
    );
    let mut names: Vec<String> = Vec::new();
    for product in products.iter().filter(|product| !product.is_commodity) {
        if !product.name.is_empty() && !names.contains(&product.name) {
            names.push(product.name.clone());
        }
    }
    let variety = (grown && names.len() == 1)
        .then(|| names.first().cloned())
        .flatten();
    if plan.operation == OperationType::Harvested {
        names.clear();
    }
    let mut machines: Vec<Machine> = Vec::new();
    for found in uses.iter().filter(|found| found.depth < 2) {
        let element = catalog
            .configurations
            .get(&found.configuration)
            .and_then(|configuration| catalog.elements.get(&configuration.element?));
        let Some(element) = element.filter(|element| !element.name.is_empty()) else {
            continue;
        };
        if machines.iter().any(|known| known.name == element.name) {
            continue;
        }
        machines.push(Machine {
            name: element.name.clone(),
            kind: if found.depth == 0 {
                MachineKind::Machine
            } else {
                MachineKind::Implement
            },
            serial_number: (!element.serial.is_empty()).then(|| element.serial.clone()),
            brand: None,
        });
    }
    let field = name(&catalog.fields, logged.field);
    let (_, word) = rules::operation(operation.kind);
    OperationDescription {
        name: field
            .clone()
            .or_else(|| (!logged.description.is_empty()).then(|| logged.description.clone()))
            .unwrap_or_else(|| format!("operation {}", operation.id)),
        file_format: "ADAPTADM",
        provider: Provider::Other,
        operation_type: options
            .operation_type
            .clone()
            .unwrap_or_else(|| plan.operation.clone()),
        operation_reason: format!("operation type {} of the card", operation.kind),
        original_operation_type: Some(word.to_owned()),
        operation_description: None,
        grower: name(&catalog.growers, logged.grower),
        farm: name(&catalog.farms, logged.farm),
        field,
        crop: options.crop.clone().or(crop.filter(|_| grown)),
        variety,
        products: names
            .into_iter()
            .map(|name| Product {
                name,
                ..Product::default()
            })
            .collect(),
        tank_mix: false,
        machines,
        entries,
        points_schema: plan.schema(),
        time_source: "logged, taken as UTC".to_owned(),
        assumed_units: Vec::new(),
    }
}
