//! Machines, implements and operators as they will be sent. Nothing makes one yet: the types describe the answers.

#![expect(dead_code, reason = "describe answers that nothing gives yet")]

use serde::Serialize;
use utoipa::ToSchema;

/// Where a machine, an implement or an operator is known from: a client, files, or a maker's service.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum OriginType {
    UserCreated,
    FilePooled,
    ProviderPooled,
}

/// A machine of a user.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Machine {
    /// Id of it.
    #[schema(format = "uuid")]
    id: String,
    /// Id of the user whose it is.
    #[schema(format = "uuid")]
    leaf_user_id: String,
    /// Its name; null where nothing is known.
    #[schema(required)]
    name: Option<String>,
    /// Maker whose service it was read from; null where it is none.
    #[schema(required)]
    provider: Option<String>,
    /// Id at the provider; null where it is none.
    #[schema(required)]
    provider_machine_id: Option<String>,
    /// Id of the organisation at the provider; null where it is none.
    #[schema(required)]
    provider_organization_id: Option<String>,
    /// Where it is known from.
    origin_type: OriginType,
    /// When it became known.
    #[schema(format = DateTime)]
    created_time: String,
    /// Its serial number; null where nothing is known.
    #[schema(required)]
    serial_number: Option<String>,
    /// Vehicle identification number; null where nothing is known.
    #[schema(required)]
    vin: Option<String>,
    /// Its model; null where nothing is known.
    #[schema(required)]
    model: Option<String>,
    /// Its maker; null where nothing is known.
    #[schema(required)]
    make: Option<String>,
    /// Kind of it in the words of the provider; null where nothing is known.
    #[schema(required)]
    category: Option<String>,
    /// Number of the year of its model; null where nothing is known.
    #[schema(required)]
    model_year: Option<i32>,
}

/// A file that a machine worked in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MachineWork {
    /// Id of this entry.
    #[schema(format = "uuid")]
    id: String,
    /// Id of the machine file.
    #[schema(format = "uuid")]
    leaf_file_id: String,
    /// Id of the machine.
    #[schema(format = "uuid")]
    machine_id: String,
    /// When the work began.
    #[schema(format = DateTime)]
    start_time: String,
    /// When the work ended.
    #[schema(format = DateTime)]
    end_time: String,
    /// How far it went.
    distance: Option<Measured>,
    /// What it burnt.
    fuel_consumption: Option<Measured>,
}

/// A number with its unit.
#[derive(Serialize, ToSchema)]
pub(crate) struct Measured {
    /// The number, in `unit`.
    value: f64,
    /// Unit of the number.
    unit: String,
}

/// An implement of a user.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Implement {
    /// Id of it.
    #[schema(format = "uuid")]
    id: String,
    /// Id of the user whose it is.
    #[schema(format = "uuid")]
    leaf_user_id: String,
    /// Its name; null where nothing is known.
    #[schema(required)]
    name: Option<String>,
    /// Maker whose service it was read from; null where it is none.
    #[schema(required)]
    provider: Option<String>,
    /// Id at the provider; null where it is none.
    #[schema(required)]
    provider_implement_id: Option<String>,
    /// Id of the organisation at the provider; null where it is none.
    #[schema(required)]
    provider_organization_id: Option<String>,
    /// Where it is known from.
    origin_type: OriginType,
    /// Its serial number; null where nothing is known.
    #[schema(required)]
    serial_number: Option<String>,
    /// Its model; null where nothing is known.
    #[schema(required)]
    model: Option<String>,
    /// Its maker; null where nothing is known.
    #[schema(required)]
    make: Option<String>,
    /// Kind of it in the words of the provider; null where nothing is known.
    #[schema(required)]
    category: Option<String>,
}

/// Whether an operator still works there.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum OperatorStatus {
    Active,
    Inactive,
}

/// Somebody who drives machines.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Operator {
    /// Id of the operator.
    #[schema(format = "uuid")]
    id: String,
    /// Name of the operator; null where nothing is known.
    #[schema(required)]
    name: Option<String>,
    /// Maker whose service it was read from; null where it is none.
    #[schema(required)]
    provider: Option<String>,
    /// Id at the provider; null where it is none.
    #[schema(required)]
    provider_operator_id: Option<String>,
    /// Id of the organisation at the provider; null where it is none.
    #[schema(required)]
    provider_organization_id: Option<String>,
    /// Where the operator is known from.
    origin_type: OriginType,
    /// Number of the licence; null where nothing is known.
    #[schema(required)]
    license: Option<String>,
    /// When it was changed last.
    #[schema(format = DateTime)]
    updated_time: String,
    /// Whether the operator still works there.
    #[schema(value_type = OperatorStatus)]
    status: String,
}
