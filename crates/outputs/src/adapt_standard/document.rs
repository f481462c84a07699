//! `adapt.json`: catalog, and a work record of one operation.

use super::catalog::{Catalog, Season, id};
use super::names::RECORDS;
use super::records::Variable;
use crate::geojson::push_instant;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tramline_model::adapt_standard::{ROOT_SCHEMA_VERSION, operation_code};
use tramline_model::{OperationDescription, OperationType, Property};

/// What is known of a machine file once its points are written.
pub struct Facts<'a> {
    /// What the reader knew before the first record.
    pub description: &'a OperationDescription,
    /// As it stands in the standard output.
    pub operation: &'a OperationType,
    /// Normalised names of the crops at the points.
    pub crops: &'a [String],
    /// Names of the varieties at the points.
    pub varieties: &'a [String],
    /// Columns of the records.
    pub variables: &'a [Variable],
    /// Properties that have values; others are not listed.
    pub present: &'a BTreeSet<Property>,
    /// First and last instant, milliseconds since 1970 UTC.
    pub instants: Option<(i64, i64)>,
    /// Worked area, square metres.
    pub area_m2: f64,
    /// Sums of the points under definitions that are totals, each in the definition's unit.
    pub totals: &'a [(&'static str, f64)],
}

/// The whole document.
pub fn document(facts: &Facts<'_>) -> Value {
    let description = facts.description;
    let year = facts
        .instants
        .and_then(|(first, _)| instant(first).get(..4).map(str::to_owned));
    let mut catalog = Catalog::new(description, facts.crops, facts.varieties, &Season { year });
    let mut variables = Vec::new();
    let listed = facts.variables.iter().filter(|variable| {
        // Whole numbers (sections) are not counted among those with values.
        facts.present.contains(&variable.property) || variable.unit().is_none()
    });
    for variable in listed {
        if !variable.definition.standard {
            catalog.put("customDataTypeDefinitions", custom(variable));
        }
        variables.push(listing(variable, &catalog, facts));
    }
    let summary = summary(facts, &mut variables);
    let mut operation = json!({
        "id": id("operation-1", &["operation", &description.name]),
        "name": description.name,
        "operationTypeCode": operation_code(facts.operation),
        "variables": variables,
        "spatialRecordsFile": RECORDS,
        "summaryValues": summary,
    });
    if !catalog.products.is_empty() {
        operation["productIds"] = json!(catalog.products);
    }
    if let Some(device) = catalog.devices.first() {
        operation["deviceConfiguration"] = json!({ "deviceId": device });
    }
    if let Some(text) = &description.operation_description {
        operation["description"] = json!(text);
    }
    let mut record = json!({
        "id": id("work-record-1", &["work record", &description.name]),
        "name": description.name,
        "fieldId": catalog.field,
        "operations": [],
    });
    if let Some((first, last)) = facts.instants {
        let scope =
            json!([{ "start": instant(first), "end": instant(last), "dateContextCode": "ACTUAL" }]);
        record["timeScopes"] = scope.clone();
        operation["timeScopes"] = scope;
    }
    for (key, reference) in [
        ("seasonId", &catalog.season),
        ("cropZoneId", &catalog.crop_zone),
    ] {
        if let Some(reference) = reference {
            record[key] = json!(reference);
        }
    }
    record["operations"] = json!([operation]);
    json!({
        "rootSchemaVersion": ROOT_SCHEMA_VERSION,
        "catalog": catalog.into_value(),
        "documents": { "workRecords": [record] },
    })
}

fn instant(ms: i64) -> String {
    let mut text = Vec::with_capacity(32);
    push_instant(&mut text, ms);
    String::from_utf8(text).unwrap_or_default()
}

/// A variable of the operation. A rate belongs to the product, if there is one only.
fn listing(variable: &Variable, catalog: &Catalog, facts: &Facts<'_>) -> Value {
    let mut entry = json!({
        "id": { "referenceId": format!("variable-{}", variable.column) },
        "name": variable.property.name(),
        "definitionCode": variable.definition.code,
        "geoParquetColumnName": variable.column,
    });
    let seed = matches!(
        variable.property,
        Property::SeedRate | Property::SeedRateTarget
    );
    let rate = matches!(
        variable.property,
        Property::AppliedRate | Property::AppliedRateTarget
    );
    let product = match catalog.products.as_slice() {
        [only] if rate || (seed && *facts.operation == OperationType::Planted) => Some(only),
        _ => None,
    };
    if let Some(product) = product {
        entry["productId"] = json!(product);
    }
    entry
}

/// The declaration of a definition that the standard does not have.
fn custom(variable: &Variable) -> Value {
    let whole = variable.unit().is_none();
    json!({
        "definitionCode": variable.definition.code,
        "name": variable.property.name(),
        "dataDefinitionBaseTypeCode": "NUMERIC",
        "dataDefinitionStatusCode": "VALID",
        "scopes": ["Variable"],
        "numericDataTypeDefinitionAttributes": {
            "numericDataTypeCode": if whole { "Integer" } else { "Double" },
            "unitOfMeasureCode": variable.definition.adapt_unit,
        },
    })
}

/// Area and totals; each is a variable of its own without a column.
fn summary(facts: &Facts<'_>, variables: &mut Vec<Value>) -> Vec<Value> {
    let area = (facts.area_m2 > 0.0).then_some(("AppliedArea", facts.area_m2 / 10_000.0));
    area.into_iter()
        .chain(facts.totals.iter().copied())
        .filter(|(_, value)| value.is_finite())
        .map(|(code, value)| {
            let reference = format!("total-{code}");
            variables.push(json!({
                "id": { "referenceId": reference },
                "name": code,
                "definitionCode": code,
            }));
            json!({ "variableId": reference, "valueText": value.to_string() })
        })
        .collect()
}
