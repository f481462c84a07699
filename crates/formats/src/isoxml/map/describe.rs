//! Names, products, crop and machines of a task.

use super::super::raw::Task;
use super::context::Context;
use super::operation::Found;
use crate::isoxml::quirks::maker_of;
use crate::shared::task_data::device_class;
use arrow_schema::SchemaRef;
use tramline_model::{
    Crop, Machine, MachineKind, OperationDescription, OperationType, Product, Provider,
};

pub(crate) fn describe(
    context: &Context<'_>,
    task: &Task,
    found: &Found,
    entries: Vec<String>,
    points_schema: SchemaRef,
    time_source: &str,
) -> OperationDescription {
    let (data, job) = (context.data, &context.job);
    let name_of = |list: &[(String, String)], id: Option<&str>| -> Option<String> {
        let id = id?;
        list.iter()
            .find(|(known, name)| known == id && !name.is_empty())
            .map(|(_, n)| n.clone())
    };
    let field = task
        .field
        .as_deref()
        .and_then(|id| data.fields.iter().find(|f| f.0 == id));
    let (crop_products, products): (Vec<_>, Vec<_>) = task
        .products
        .iter()
        .filter_map(|allocation| data.products.iter().find(|p| p.0 == allocation.product))
        .partition(|(_, _, group)| {
            group
                .as_deref()
                .and_then(|group| data.product_groups.iter().find(|g| g.0 == group))
                .is_some_and(|group| group.2 == Some(2))
        });
    let crop = context
        .options
        .crop
        .clone()
        .or_else(|| field.and_then(|f| name_of(&data.crops, f.2.as_deref())))
        .or_else(|| {
            // The group names the crop and the product the variety, or the product names the crop.
            let group = |p: &&(String, String, Option<String>)| {
                let id = p.2.as_deref()?;
                data.product_groups
                    .iter()
                    .find(|g| g.0 == id)
                    .map(|g| g.1.clone())
            };
            let known = |name: &String| Crop::find(name).is_some();
            crop_products
                .iter()
                .flat_map(|p| [Some(p.1.clone()), group(p)])
                .flatten()
                .find(known)
                .or_else(|| crop_products.first().map(|p| p.1.clone()))
        })
        .or_else(|| {
            let crops = job.products.iter().filter(|name| {
                found.kind == OperationType::Harvested || Crop::find(name).is_some()
            });
            crops.into_iter().next().cloned()
        });
    let mut names: Vec<String> = Vec::new();
    for (_, name, _) in &products {
        if !name.is_empty() && !names.contains(name) {
            names.push(name.clone());
        }
    }
    let others = job
        .products
        .iter()
        .filter(|name| Some(*name) != crop.as_ref());
    if names.is_empty() && found.kind != OperationType::Harvested {
        names.extend(others.cloned());
    }
    let variety = field
        .and_then(|f| name_of(&data.varieties, f.3.as_deref()))
        .or_else(|| {
            (found.kind == OperationType::Planted)
                .then(|| names.first().cloned())
                .flatten()
        });
    let mut listed = context.shared.clone();
    listed.extend(entries);
    OperationDescription {
        name: task
            .designator
            .clone()
            .filter(|name| !name.trim().is_empty())
            .or_else(|| field.map(|f| f.1.clone()))
            .or_else(|| job.names.job.clone())
            .unwrap_or_else(|| task.id.clone()),
        file_format: "ISO11783",
        provider: provider(context),
        operation_type: found.kind.clone(),
        operation_reason: found.reason.clone(),
        original_operation_type: found.original.clone(),
        operation_description: None,
        grower: name_of(&data.customers, task.customer.as_deref())
            .or_else(|| job.names.grower.clone()),
        farm: name_of(&data.farms, task.farm.as_deref()).or_else(|| job.names.farm.clone()),
        field: field
            .map(|f| f.1.clone())
            .filter(|name| !name.is_empty())
            .or_else(|| job.names.field.clone()),
        crop,
        variety,
        tank_mix: found.kind == OperationType::Applied && names.len() > 1,
        products: names
            .into_iter()
            .map(|name| Product {
                name,
                ..Product::default()
            })
            .collect(),
        machines: machines(context, task),
        entries: listed,
        points_schema,
        time_source: time_source.to_owned(),
        assumed_units: Vec::new(),
    }
}

fn machines(context: &Context<'_>, task: &Task) -> Vec<Machine> {
    context
        .data
        .devices
        .iter()
        .filter(|device| task.devices.is_empty() || task.devices.contains(&device.id))
        .filter_map(|device| {
            let name = device.designator.clone().filter(|name| !name.is_empty())?;
            let kind = match device_class(device) {
                Some(0 | 1 | 7) => MachineKind::Machine,
                _ => MachineKind::Implement,
            };
            Some(Machine {
                name,
                kind,
                serial_number: device.serial_number.clone(),
                brand: None,
            })
        })
        .collect()
}

/// The API's provider by the maker of the task controller.
fn provider(context: &Context<'_>) -> Provider {
    let maker = maker_of(
        context.data.task_controller_manufacturer.as_deref(),
        context.data.management_manufacturer.as_deref(),
    );
    maker.map_or(Provider::Leaf, |maker| maker.provider)
}
