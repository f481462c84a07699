//! Names of a log's operation: client, farm, field, crop, products and machines.

use super::super::raw::{Metadata, Operation};
use super::plan::Plan;
use crate::claim::ReadOptions;
use tramline_model::{
    Machine, MachineKind, OperationDescription, OperationType, Product, Provider,
};

pub(crate) fn describe(
    metadata: &Metadata,
    operation: Option<&Operation>,
    plan: &Plan,
    options: &ReadOptions,
    path: &str,
) -> OperationDescription {
    let text = |name: &str| (!name.is_empty()).then(|| name.to_owned());
    let stem = path.rsplit('/').next().unwrap_or(path);
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    let crop = operation
        .and_then(|operation| metadata.crops.iter().find(|crop| crop.id == operation.crop))
        .and_then(|crop| text(&crop.name));
    let mut names: Vec<String> = Vec::new();
    for share in operation.iter().flat_map(|operation| &operation.products) {
        let product = metadata.products.iter().find(|known| known.id == share.id);
        if let Some(name) = product.and_then(|product| text(&product.name))
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    let planted = plan.kind == OperationType::Planted;
    let harvested = plan.kind == OperationType::Harvested;
    let worker = operation.and_then(|operation| metadata.group(operation.id));
    let machines = metadata
        .machines
        .iter()
        .enumerate()
        .filter(|(_, machine)| !machine.name.is_empty())
        .map(|(index, machine)| {
            let towed = index > 0 && worker.is_some_and(|(own, _)| own.id == machine.id);
            Machine {
                name: machine.name.clone(),
                kind: if towed {
                    MachineKind::Implement
                } else {
                    MachineKind::Machine
                },
                serial_number: text(&machine.serial),
                brand: None,
            }
        })
        .collect();
    OperationDescription {
        name: text(&metadata.field.name).unwrap_or_else(|| stem.to_owned()),
        file_format: "GEN4",
        provider: Provider::JohnDeere,
        operation_type: options
            .operation_type
            .clone()
            .unwrap_or_else(|| plan.kind.clone()),
        operation_reason: match operation {
            Some(operation) => format!("operation type {} of the log", operation.kind),
            None => "the log names no operation".to_owned(),
        },
        original_operation_type: Some(plan.word.to_owned()),
        operation_description: None,
        grower: text(&metadata.client.name),
        farm: text(&metadata.farm.name),
        field: text(&metadata.field.name),
        crop: options.crop.clone().or(crop),
        variety: ((planted || harvested) && names.len() == 1)
            .then(|| names.first().cloned())
            .flatten(),
        products: names
            .into_iter()
            .filter(|_| !harvested)
            .map(|name| Product {
                name,
                ..Product::default()
            })
            .collect(),
        tank_mix: false,
        machines,
        entries: vec![path.to_owned()],
        points_schema: plan.schema(),
        time_source: "logged UTC".to_owned(),
        assumed_units: Vec::new(),
    }
}
