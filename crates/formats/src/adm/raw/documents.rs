//! Documents of a card: logged data with its operations, the meters of an operation and the device
//! elements that they belong to.

use super::catalog::{numeric_of, reference_of};
use super::numbers::Numbers;
use crate::shared::protobuf::{Fields, Packed, Value, WireError};

/// Meters of one operation; the largest real ones have some hundred.
const MAX_METERS: usize = 20_000;
/// Device elements of one operation.
const MAX_USES: usize = 2_000;

#[derive(Debug, Default)]
pub(crate) struct LoggedData {
    pub(crate) grower: i64,
    pub(crate) farm: i64,
    pub(crate) field: i64,
    pub(crate) description: String,
    pub(crate) operations: Vec<Operation>,
}

#[derive(Debug, Default)]
pub(crate) struct Operation {
    pub(crate) id: i64,
    /// The framework's `OperationTypeEnum`.
    pub(crate) kind: i64,
    pub(crate) products: Vec<i64>,
    /// Records as the card counts them; 0 where it does not.
    pub(crate) records: i64,
}

/// A device element in an operation.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Use {
    pub(crate) id: i64,
    pub(crate) configuration: i64,
    /// 0 is the outermost element.
    pub(crate) depth: i64,
    pub(crate) order: i64,
}

/// A measured or set quantity (`WorkingData`).
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Meter {
    pub(crate) id: i64,
    pub(crate) element: i64,
    /// `vrHarvestMoisture`, or the number of a DDI.
    pub(crate) code: String,
    pub(crate) unit: String,
    pub(crate) is_number: bool,
    pub(crate) applied_latency_s: f64,
}

impl LoggedData {
    pub(crate) fn parse(message: &[u8], n: &Numbers) -> Result<Self, WireError> {
        let mut logged = Self::default();
        for field in Fields::new(message) {
            let (number, value) = field?;
            if number == n.logged_grower {
                logged.grower = value.int();
            } else if number == n.logged_farm {
                logged.farm = value.int();
            } else if number == n.logged_field {
                logged.field = value.int();
            } else if number == n.logged_description {
                logged.description = value.text().trim().to_owned();
            } else if number == n.logged_operations && logged.operations.len() < MAX_METERS {
                logged.operations.push(operation(value.bytes(), n)?);
            }
        }
        Ok(logged)
    }
}

fn operation(message: &[u8], n: &Numbers) -> Result<Operation, WireError> {
    let mut operation = Operation::default();
    for field in Fields::new(message) {
        let (number, value) = field?;
        if number == n.operation_id {
            operation.id = reference_of(value.bytes(), n)?;
        } else if number == n.operation_type {
            operation.kind = value.int();
        } else if number == n.operation_count {
            operation.records = value.int();
        } else if number == n.operation_products && operation.products.len() < MAX_METERS {
            match value {
                Value::Bytes(list) => operation
                    .products
                    .extend(Packed::new(list).take(MAX_METERS).map(u64::cast_signed)),
                other => operation.products.push(other.int()),
            }
        }
    }
    Ok(operation)
}

/// `Section{id}`: a map of depth to uses.
pub(crate) fn uses(message: &[u8], n: &Numbers) -> Result<Vec<Use>, WireError> {
    let mut uses = Vec::new();
    for field in Fields::new(message) {
        let (1, level) = field? else { continue };
        for field in Fields::new(level.bytes()) {
            let (2, value) = field? else { continue };
            let mut found = Use::default();
            for field in Fields::new(value.bytes()) {
                let (number, value) = field?;
                if number == n.use_id {
                    found.id = reference_of(value.bytes(), n)?;
                } else if number == n.use_configuration {
                    found.configuration = value.int();
                } else if number == n.use_depth {
                    found.depth = value.int();
                } else if number == n.use_order {
                    found.order = value.int();
                }
            }
            if uses.len() < MAX_USES {
                uses.push(found);
            }
        }
    }
    Ok(uses)
}

/// `Meter{id}`: repeated working data.
pub(crate) fn meters(message: &[u8], n: &Numbers) -> Result<Vec<Meter>, WireError> {
    let mut meters = Vec::new();
    for field in Fields::new(message) {
        let (1, value) = field? else { continue };
        if meters.len() < MAX_METERS {
            meters.push(meter(value.bytes(), n)?);
        }
    }
    Ok(meters)
}

fn text_in(message: &[u8], number: u32) -> Result<String, WireError> {
    for field in Fields::new(message) {
        match field? {
            (found, value) if found == number => return Ok(value.text()),
            _ => {}
        }
    }
    Ok(String::new())
}

fn meter(message: &[u8], n: &Numbers) -> Result<Meter, WireError> {
    let mut meter = Meter::default();
    for field in Fields::new(message) {
        let (number, value) = field?;
        if number == n.working_id {
            meter.id = reference_of(value.bytes(), n)?;
        } else if number == n.working_use {
            meter.element = value.int();
        } else if number == n.working_representation {
            meter.code = text_in(value.bytes(), n.representation_code)?;
        } else if number == n.working_numeric {
            meter.is_number = true;
            for field in Fields::new(value.bytes()) {
                let (number, value) = field?;
                if number == n.numeric_unit {
                    meter.unit = text_in(value.bytes(), n.unit_code)?;
                }
            }
        } else if number == n.working_applied_latency {
            meter.applied_latency_s = latency(value.bytes(), n)?;
        }
    }
    Ok(meter)
}

/// Seconds of a latency; 0 where it is in no unit of time.
fn latency(message: &[u8], n: &Numbers) -> Result<f64, WireError> {
    let mut numeric = message;
    for field in Fields::new(message) {
        match field? {
            (number, value) if number == n.value_numeric => numeric = value.bytes(),
            _ => {}
        }
    }
    Ok(match numeric_of(numeric, n)? {
        Some((number, "sec" | "s")) => number,
        Some((number, "ms")) => number / 1000.0,
        _ => 0.0,
    })
}
