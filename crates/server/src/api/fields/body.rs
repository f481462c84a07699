//! Fields and boundaries as they are sent.

use super::list::{BoundaryStatusWord, FieldKindWord, FieldStatusWord};
use crate::api::documents::geojson::MultiPolygon;
use crate::api::problem::Problem;
use crate::clock::iso;
use crate::error::StoreError;
use crate::store::{BoundaryRow, FieldRow};
use serde::Serialize;
use serde_json::Value;
use tramline_convert::fields::Boundary;
use tramline_model::BoundaryStatus;
use utoipa::ToSchema;

/// The unit of areas of fields.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) enum AreaUnit {
    Ha,
}

/// An area in hectares.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct Area {
    /// The area, in `unit`.
    value: f64,
    /// Always `ha`.
    #[schema(value_type = AreaUnit)]
    unit: &'static str,
}

/// A boundary of a field.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Boundary)]
pub(crate) struct BoundaryBody {
    /// Id of the boundary.
    #[schema(format = "uuid")]
    id: String,
    /// Whether it holds.
    #[schema(value_type = BoundaryStatusWord)]
    status: &'static str,
    /// The boundary.
    #[schema(value_type = MultiPolygon)]
    geometry: Value,
    /// Its area.
    area: Area,
    /// Always `VALID`: others are refused.
    #[schema(example = "VALID")]
    validity: &'static str,
    /// When it was made.
    #[schema(format = DateTime)]
    created_time: String,
    /// When it was changed last.
    #[schema(format = DateTime)]
    updated_time: String,
}

/// A field of a user.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Field {
    /// Id of the field: a UUID, or the text that the client chose.
    id: String,
    /// Id of the user whose field it is.
    #[schema(format = "uuid")]
    leaf_user_id: String,
    /// Name of the field.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Ids of all its boundaries, the newest first.
    #[schema(value_type = Vec<uuid::Uuid>)]
    boundaries: Vec<String>,
    /// Area of the boundary that holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    area: Option<Area>,
    /// The boundary that holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<MultiPolygon>)]
    geometry: Option<Value>,
    /// Whether it was made as it is, or by merging others.
    #[schema(value_type = FieldKindWord)]
    r#type: &'static str,
    /// How it stands.
    #[schema(value_type = FieldStatusWord)]
    status: &'static str,
    /// Ids, any text, of the fields that it was merged of; always empty, as fields are not merged.
    sources: Vec<String>,
    /// Ids of the machine files that lie in it.
    #[schema(value_type = Vec<uuid::Uuid>)]
    files: Vec<String>,
    /// Id of its farm, a number of the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    farm_id: Option<i64>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_time: String,
    /// When it or a boundary of it was changed last.
    #[schema(format = DateTime)]
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
    pub(super) fn id(&self) -> &str {
        &self.id
    }

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
