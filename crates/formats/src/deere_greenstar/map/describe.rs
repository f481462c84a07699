//! Names of a log's operation, over all of its blocks.

use super::super::raw::Block;
use super::plan::Layout;
use crate::claim::ReadOptions;
use tramline_model::{
    Machine, MachineKind, OperationDescription, OperationType, Product, Provider, Rate, Unit,
};

pub(crate) fn describe(
    blocks: &[&Block],
    layout: &Layout,
    options: &ReadOptions,
    entries: Vec<String>,
) -> OperationDescription {
    let path = entries.first().cloned().unwrap_or_default();
    let stem = path.rsplit('/').next().unwrap_or(&path);
    let stem = stem
        .rsplit_once('.')
        .map_or(stem, |(stem, _)| stem)
        .to_owned();
    let first = |of: fn(&Block) -> Option<&String>| blocks.iter().find_map(|b| of(b)).cloned();
    let mut products: Vec<Product> = Vec::new();
    let mut tank_mix = false;
    let mut crop = None;
    for block in blocks {
        for part in &block.products {
            crop = crop.or_else(|| block.setup.crop_of(Some(&part.id)).map(str::to_owned));
            tank_mix |= part.part.is_some();
            let Some(object) = block.setup.object(&part.id) else {
                continue;
            };
            if products.iter().any(|known| known.name == object.name) {
                continue;
            }
            products.push(Product {
                name: object.name.clone(),
                kind: part.part,
                rate: part.rate.as_ref().and_then(|(value, unit)| {
                    let unit = Unit::parse(unit)?;
                    Some(Rate {
                        value: *value,
                        unit,
                    })
                }),
            });
        }
        crop = crop.or_else(|| block.setup.crop_of(None).map(str::to_owned));
    }
    let grown = matches!(
        layout.operation,
        OperationType::Planted | OperationType::Harvested
    );
    let variety = (grown && products.len() == 1)
        .then(|| products.first().map(|product| product.name.clone()))
        .flatten();
    if layout.operation == OperationType::Harvested {
        products.clear();
    }
    let mut machines: Vec<Machine> = Vec::new();
    for block in blocks {
        let units = [
            (&block.machine, MachineKind::Machine),
            (&block.implement, MachineKind::Implement),
        ];
        for (id, kind) in units {
            let Some(object) = id.as_ref().and_then(|id| block.setup.object(id)) else {
                continue;
            };
            if machines.iter().any(|known| known.name == object.name) {
                continue;
            }
            machines.push(Machine {
                name: object.name.clone(),
                kind,
                serial_number: (!object.serial.is_empty()).then(|| object.serial.clone()),
                brand: None,
            });
        }
    }
    let class = blocks.first().map_or("", |block| block.operation.as_str());
    let field = first(|block| block.setup.field.as_ref());
    OperationDescription {
        name: field.clone().unwrap_or(stem),
        file_format: if path.to_lowercase().contains("gs3_2630")
            || path.to_lowercase().contains("/eic/")
        {
            "GS3"
        } else {
            "GS2"
        },
        provider: Provider::JohnDeere,
        operation_type: options
            .operation_type
            .clone()
            .unwrap_or_else(|| layout.operation.clone()),
        operation_reason: format!("operation class {class} of the log"),
        original_operation_type: Some(class.to_owned()),
        operation_description: None,
        grower: first(|block| block.setup.client.as_ref()),
        farm: first(|block| block.setup.farm.as_ref()),
        field,
        crop: options.crop.clone().or(crop.filter(|_| grown)),
        variety,
        products,
        tank_mix,
        machines,
        entries,
        points_schema: layout.schema(),
        time_source: "logged UTC".to_owned(),
        assumed_units: Vec::new(),
    }
}
