//! Fields and boundaries as they are sent.

use crate::api::problem::Problem;
use crate::clock::iso;
use crate::error::StoreError;
use crate::store::{BoundaryRow, FieldRow};
use serde::Serialize;
use serde_json::Value;
use tramline_convert::fields::Boundary;
use tramline_model::BoundaryStatus;
use utoipa::ToSchema;

/// An area in hectares.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct Area {
    value: f64,
    unit: &'static str,
}

/// A boundary of a field.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BoundaryBody {
    id: String,
    /// `ACTIVE`, `INACTIVE`.
    status: &'static str,
    #[schema(value_type = Object)]
    geometry: Value,
    area: Area,
    validity: &'static str,
    created_time: String,
    updated_time: String,
}

/// A field.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Field {
    id: String,
    leaf_user_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    boundaries: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    area: Option<Area>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    geometry: Option<Value>,
    r#type: &'static str,
    status: &'static str,
    sources: Vec<String>,
    files: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    farm_id: Option<i64>,
    created_time: String,
    updated_time: String,
}

/// The stored shape.
pub(crate) fn boundary_of(row: &BoundaryRow) -> Result<Boundary, StoreError> {
    Boundary::from_wkb(&row.wkb).ok_or_else(|| StoreError::corrupt("boundary", &row.id))
}

impl BoundaryBody {
    pub(crate) fn new(row: &BoundaryRow) -> Result<Self, Problem> {
        Ok(Self {
            id: row.id.clone(),
            status: row.status.name(),
            geometry: boundary_of(row)?.to_geojson(),
            area: Area {
                value: row.area_ha,
                unit: "ha",
            },
            validity: "VALID",
            created_time: iso(row.created),
            updated_time: iso(row.updated),
        })
    }
}

impl Field {
    pub(crate) fn new(row: FieldRow) -> Result<Self, Problem> {
        let active = row
            .boundaries
            .iter()
            .find(|boundary| boundary.status == BoundaryStatus::Active);
        let geometry = active
            .map(boundary_of)
            .transpose()?
            .map(|shape| shape.to_geojson());
        let area = active.map(|boundary| Area {
            value: boundary.area_ha,
            unit: "ha",
        });
        Ok(Self {
            geometry,
            area,
            boundaries: row
                .boundaries
                .into_iter()
                .map(|boundary| boundary.id)
                .collect(),
            id: row.id,
            leaf_user_id: row.user_id,
            name: row.name,
            r#type: row.kind.name(),
            status: row.status.name(),
            sources: Vec::new(),
            files: row.files,
            farm_id: row.farm_id,
            created_time: iso(row.created),
            updated_time: iso(row.updated),
        })
    }
}
