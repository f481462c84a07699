//! Field operations and their outputs as they will be sent. Nothing makes one yet: the types describe the answers.

#![expect(dead_code, reason = "describe answers that nothing gives yet")]

use serde::Serialize;
use utoipa::ToSchema;

/// A field operation: work of one kind on one field, made of one or several machine files.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Operation {
    /// Id of the operation.
    #[schema(format = "uuid")]
    id: String,
    /// Name of the account that the user belongs to.
    api_owner_username: String,
    /// Id of the user whose work it is.
    #[schema(format = "uuid")]
    leaf_user_id: String,
    /// The kind of work.
    r#type: OperationKind,
    /// When the work began; absent if no file tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    start_time: Option<String>,
    /// When the work ended; absent if no file tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    end_time: Option<String>,
    /// When the operation was last changed.
    #[schema(format = DateTime)]
    updated_time: String,
    /// Ids of its machine files.
    #[schema(value_type = Vec<uuid::Uuid>)]
    files: Vec<String>,
    /// The fields on which the work was done.
    fields: Vec<CoveredField>,
    /// Makers whose files it has.
    providers: Vec<String>,
}

/// A kind of work.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OperationKind {
    Planted,
    Applied,
    Harvested,
    Tillage,
}

/// A field of an operation.
#[derive(Serialize, ToSchema)]
pub(crate) struct CoveredField {
    /// Id of the field, any text.
    id: String,
    /// Percent of the field's area that was worked on.
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<f64>,
}

/// Where the standard points are downloaded.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OperationStandardGeojson {
    /// Address of the points; it needs the same token.
    #[schema(format = "uri")]
    standard_geojson: String,
    /// The same address.
    #[schema(format = "uri")]
    download_standard_geojson: String,
}

/// Where the filtered points are downloaded.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OperationFilteredGeojson {
    /// Address of the points; it needs the same token.
    #[schema(format = "uri")]
    filtered_geojson: String,
    /// The same address.
    #[schema(format = "uri")]
    download_filtered_geojson: String,
}

/// Where the standard points are downloaded as GeoParquet.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OperationStandardGeoparquet {
    /// Address of the points; it needs the same token.
    #[schema(format = "uri")]
    download_standard_geoparquet: String,
}

/// Where the filtered points are downloaded as GeoParquet.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OperationFilteredGeoparquet {
    /// Address of the points; it needs the same token.
    #[schema(format = "uri")]
    download_filtered_geoparquet: String,
}

/// An image of one property of an operation.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OperationImage {
    /// Which property it shows.
    property: String,
    /// Where the image is downloaded.
    #[schema(format = "uri")]
    url: String,
    /// The same address.
    #[schema(format = "uri")]
    download_url: String,
}

/// Machines of an operation.
#[derive(Serialize, ToSchema)]
pub(crate) struct OperationMachines {
    /// Ids of them all.
    #[schema(value_type = Vec<uuid::Uuid>)]
    machines: Vec<String>,
}

/// Implements of an operation.
#[derive(Serialize, ToSchema)]
pub(crate) struct OperationImplements {
    /// Ids of them all.
    #[schema(value_type = Vec<uuid::Uuid>)]
    implements: Vec<String>,
}

/// Operators of an operation.
#[derive(Serialize, ToSchema)]
pub(crate) struct OperationOperators {
    /// Ids of them all.
    #[schema(value_type = Vec<uuid::Uuid>)]
    operators: Vec<String>,
}

/// What one machine did in an operation.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MachineSessions {
    /// Id of the machine; null where the files name none.
    #[schema(format = "uuid", required)]
    machine_id: Option<String>,
    /// Serial number of the machine; null where the files name none.
    #[schema(required)]
    serial_number: Option<String>,
    /// Sessions of the machine, the first first.
    sessions: Vec<Session>,
}

/// Work of one machine with one operator and one implement, without a long pause.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Session {
    /// Id of the session.
    #[schema(format = "uuid")]
    id: String,
    /// When it began.
    #[schema(format = DateTime)]
    start_time: String,
    /// When it ended.
    #[schema(format = DateTime)]
    end_time: String,
    /// Who drove.
    #[serde(skip_serializing_if = "Option::is_none")]
    operator: Option<Named>,
    /// What was drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    implement: Option<Named>,
    /// The ground that was worked on.
    area: SessionArea,
}

/// Something with an id and a name.
#[derive(Serialize, ToSchema)]
pub(crate) struct Named {
    /// Id of it.
    #[schema(format = "uuid")]
    id: String,
    /// Name of it.
    name: String,
}

/// An area in hectares.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionArea {
    /// The area, in `unit`.
    value: f64,
    /// Always `ha`.
    #[schema(value_type = crate::api::fields::AreaUnit)]
    unit: &'static str,
}

/// What was sent to be made again.
#[derive(Serialize, ToSchema)]
pub(crate) struct Reprocessing {
    /// Ids of the operations.
    #[schema(value_type = Vec<uuid::Uuid>)]
    operations: Vec<String>,
    /// Always `Sent operations to be processed.` in this answer.
    message: String,
}

/// What was sent to be cut by its field.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cropping {
    /// The operation's id.
    #[schema(format = "uuid")]
    id: String,
    /// Always `Sent operation to be processed.` in this answer.
    message: String,
    /// The machine file that holds the result.
    #[schema(format = "uuid")]
    leaf_file_id: String,
}
